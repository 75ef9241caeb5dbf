"""What an experiment depends on, and when its hash changes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from bench_vault import write_experiment
from noteweb.evidence.closure import hash_installed, read_closure
from noteweb.evidence.codehash import find_imports, hash_code
from noteweb.evidence.find import Finder
from noteweb.evidence.trust import Standing, TrustStore


@pytest.fixture
def folder(tmp_path):
    """Give a vault's folder of experiments."""
    (tmp_path / "experiments").mkdir()
    return tmp_path / "experiments"


def closure(folder, name="toy"):
    """Read the closure of an experiment."""
    return read_closure(Finder(folder.parent).find(name))


def test_all_ways_to_import_are_followed(folder):
    """Beside it, in packages, relative, inside functions, by a named import; libraries are not."""
    (folder / "nets" / "deep").mkdir(parents=True)
    for file, text in {
        "side.py": "",
        "late.py": "import later",
        "later.py": "",
        "named.py": "",
        "typed.py": "",
        "unused.py": "",
        "nets/__init__.py": "",
        "nets/layer.py": "from . import scale\nfrom .deep import well",
        "nets/scale.py": "from .. import side",
        "nets/deep/__init__.py": "",
        "nets/deep/well.py": "from ..scale import x\nfrom ... import above",
    }.items():
        (folder / file).write_text(text)
    imports = (
        "import json, side, numpy\nimport nets.layer as x\n"
        "import importlib\nimportlib.import_module('named')\n"
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import typed\n"
    )
    write_experiment(folder.parent, "toy", "import late", imports=imports)
    names = [name.removeprefix("experiments/") for name in closure(folder).code]
    assert names == [
        "late.py",
        "later.py",
        "named.py",
        "nets/__init__.py",
        "nets/deep/__init__.py",
        "nets/deep/well.py",
        "nets/layer.py",
        "nets/scale.py",
        "side.py",
        "toy.py",
        "noteweb/lab.py",
    ]


def test_a_circle_of_imports_ends(folder):
    """Two files that import each other are both taken, once."""
    (folder / "a.py").write_text("import b")
    (folder / "b.py").write_text("import a")
    write_experiment(folder.parent, "toy", imports="import a")
    assert {"experiments/a.py", "experiments/b.py"} <= closure(folder).code.keys()


def test_imports_outside_are_not_followed(folder):
    """A relative import out of the folder, and a link out of the vault's data, stay out."""
    (folder.parent / "secret.py").write_text("")
    write_experiment(
        folder.parent, "toy", imports="from .. import secret", more='data=("../secret.py",),'
    )
    found = closure(folder)
    assert "secret" not in str(list(found.code))
    assert list(found.data.values()) == ["absent"]
    assert all("secret" not in name for name in found.files)


SAME = [
    ("x = 1", "x  =  1  # one"),
    ("x = 1", "\n\nx = (1)\n"),
    ('"""A."""\nx = 1', '"""B."""\nx = 1'),
    ('def f():\n    """A."""\n    return 1', "def f():\n    return 1"),
    ("x = 'a'", 'x = "a"'),
]
OTHER = [
    ("x = 1", "x = 2"),
    ("x = 1", "x = 1.0"),
    ("x = 1", "x = True"),
    ("x = None", "x = ..."),
    ("x = 'a'", "x = b'a'"),
    ("f(a, b)", "f(b, a)"),
    ("def f(x): return x", "def f(*, x): return x"),
    ("x = 1", "def f(:"),
    ("x = __doc__", '"""A."""\nx = __doc__'),
    ("if a:\n    b\nc", "if a:\n    b\n    c"),
    ("[a for b in c]", "[a for b in c if d]"),
    ("for a in b:\n    c\nelse:\n    d", "for a in b:\n    c\n    d"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_looks_do_not_change_the_hash(one, other):
    """Comments, layout, docstrings and quotes change no result."""
    assert hash_code(one.encode()) == hash_code(other.encode())


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_whatever_runs_changes_the_hash(one, other):
    """Values, their types, order, structure: each is another hash; broken code is one too."""
    assert hash_code(one.encode()) != hash_code(other.encode())


def test_the_hash_of_code_is_the_same_under_every_python():
    """The hash of a file with all kinds of syntax is the one on file.

    Where a new Python changes it, every verdict of every vault would turn stale.
    """
    text = SYNTAX.encode()
    assert hash_code(text) == "e8699fa377181f4ab3a110d4c9c15fc0"


SYNTAX = """
import a.b as c
from . import d
@e
class F(G, h=1):
    x: int = 3
    async def f(self, a, /, b=1, *c, d=None, **e) -> "int":
        async with a as b, c: await d
        return (yield)
def g(a):
    global h
    try:
        assert a, "b"
    except (A, B) as c:
        raise D from c
    else:
        del a[1:2, ...]
    finally:
        pass
    match a:
        case [1, *_] | {"b": c, **d} if e: pass
        case F(x=1) as g: pass
    with a as (b, c): x = lambda *a, k=1: {**a, "b": {1, *c}}
    return f"{a!r:>{b}} {c=}", b"d", 1j, -2.5e-3, not a and b or c < d <= e, [*a], (i := 3)
try:
    pass
except* E:
    pass
"""


def test_every_byte_counts_for_permission(folder):
    """A comment asks for a new permission though it makes nothing stale."""
    write_experiment(folder.parent, "toy")
    before = closure(folder)
    path = folder / "toy.py"
    path.write_text(path.read_text() + "# words\n")
    after = closure(folder)
    assert before.code == after.code
    assert before.digest != after.digest


def test_a_shipped_experiment_is_named_alike_everywhere():
    """The lab's file is found by its name in a key, wherever noteweb is installed."""
    path = Path(sys.modules["noteweb.lab"].__file__)
    assert hash_installed("noteweb/lab.py") == hash_code(path.read_bytes())
    assert hash_installed("noteweb/none.py") == "absent"


def test_imports_of_a_file_are_read_once_each_way():
    """`from a import b` may mean the module a.b."""
    tree = ast.parse("from a import b\nfrom . import c\nfrom .d import e\nimport f.g")
    assert set(find_imports(tree)) == {"a", "a.b", ".", ".c", ".d", ".d.e", "f.g"}


def test_permissions_are_kept_outside_and_survive_damage(folder, tmp_path):
    """Allowed, changed, revoked; a damaged file of permissions allows nothing."""
    write_experiment(folder.parent, "toy")
    store = TrustStore(tmp_path / "trust")
    found = Finder(folder.parent).find("toy")
    place = found.place
    assert store.standing(place, closure(folder)) is Standing.NEW
    store.allow(place, closure(folder))
    assert store.standing(place, closure(folder)) is Standing.ALLOWED
    assert store.path.stat().st_mode & 0o077 == 0
    (folder / "toy.py").write_text("x")
    assert store.standing(place, closure(folder)) is Standing.CHANGED
    for damage in ("", "[]", '{"a": 1}', "{" * 5000):
        store.path.write_text(damage)
        assert store.standing(place, closure(folder)) is Standing.NEW
    store.allow(place, closure(folder))
    assert store.revoke(place.path)
    assert not store.revoke(place.path)


def test_finding_reads_and_never_imports(tmp_path, monkeypatch):
    """The vault's own goes before the shipped; an entry point's file is found, and none is run."""
    canary = tmp_path / "canary"
    evil = f"open({str(canary)!r}, 'w')\n"
    site = tmp_path / "site"
    (site / "pack").mkdir(parents=True)
    (site / "pack" / "__init__.py").write_text(evil)
    write_experiment(tmp_path, "x", imports=evil)
    (tmp_path / "experiments" / "x.py").rename(site / "pack" / "far.py")
    info = site / "pack-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pack\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[noteweb.experiments]\nfar = pack.far\n")
    (info / "RECORD").write_text("pack/__init__.py,,\npack/far.py,,\n")
    monkeypatch.syspath_prepend(site)
    write_experiment(tmp_path, "own", imports=evil)
    (tmp_path / "experiments" / "_hidden.py").write_text(evil)
    (tmp_path / "experiments" / "helper.py").write_text("ONE = 1\n")
    finder = Finder(tmp_path)
    found = {each.place.name: each for each in finder.all()}
    assert {"far", "own"} <= found.keys()
    assert "helper" not in found
    assert found["far"].place.source == "package"
    assert found["far"].experiment.metrics.keys() == {"gap"}
    assert {"pack/__init__.py", "pack/far.py"} <= read_closure(found["far"]).code.keys()
    assert TrustStore(tmp_path).standing(found["far"].place, read_closure(found["far"])) == "new"
    assert not canary.exists()


def test_reading_experiments_loads_nothing_heavy(tmp_path):
    """Verdicts from the records load no numpy, networkx, yaml or rich."""
    write_experiment(tmp_path, "toy")
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from noteweb.evidence.front import Evidence\n"
        "from noteweb.model.progress import Silent\n"
        f"root = Path({str(tmp_path)!r})\n"
        "Evidence(root, root, lambda: ()).verify((), None, Silent())\n"
        "print(sorted({'numpy', 'networkx', 'yaml', 'rich', 'distributed'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
