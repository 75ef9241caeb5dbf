"""The network is asked for a model that the user named alone, and nothing read back can be code.

Commands run in processes in which every socket to the network fails and is written down, the
processes that it starts included: Python reads `sitecustomize` in all of them.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from noteweb.embed import folder as folders
from noteweb.embed import multilingual, sbert
from noteweb.embed.folder import identify, read_folder
from noteweb.embed.opening import open_embedder
from noteweb.errors import ModelUnavailable

HERE = Path(__file__).parent
SOURCE = HERE.parent / "src" / "noteweb"
WATCH = """
import os, socket
def refuse(what):
    def call(*words, **named):
        with open(os.environ["TOLD"], "a") as told:
            told.write(f"{what} {words[-1]!r}\\n")
        raise OSError(101, "no network here")
    return call
class Socket(socket.socket):
    def connect(self, address):
        if self.family == socket.AF_UNIX:
            return super().connect(address)
        return refuse("connect")(address)
    connect_ex = connect
    def sendto(self, *words):
        if self.family == socket.AF_UNIX:
            return super().sendto(*words)
        return refuse("send")(*words)
socket.socket = Socket
socket.getaddrinfo = socket.gethostbyname = refuse("look up")
"""
#: What can hold code that runs when it is read.
UNPICKLERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


@pytest.fixture
def offline(tmp_path):
    """Give what runs a program without a network, and the file in which attempts are told."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    told = tmp_path / "told"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
        "PYTHONPATH": str(tmp_path / "site"),
        "TOLD": str(told),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }

    def start(*words, **more):
        command = [sys.executable, *map(str, words)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={**environment, **more},
            stdin=subprocess.DEVNULL,
        )

    return start, told


def test_an_attempt_would_be_seen(offline):
    """The watch holds: both a connection and a look-up are told, and neither comes about."""
    start, told = offline
    program = """
import socket, urllib.request
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.socket().connect(("127.0.0.1", 9)),
    lambda: urllib.request.urlopen("http://127.0.0.1:9"),
):
    try:
        attempt()
    except OSError:
        continue
    raise SystemExit(1)
"""
    assert start("-c", program).returncode == 0
    assert len(told.read_text().splitlines()) == 3


def test_a_model_of_the_hub_is_the_one_exception(offline, tmp_path):
    """It is asked for once where the user named it; offline that is a line, and no attempt."""
    start, told = offline
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "a.md").write_text("# A\n\nText.\n", encoding="utf-8")
    words = ("-m", "noteweb", "index", "--model", "org/tiny", "--vault", tmp_path / "vault")
    done = start(*words, HF_HUB_OFFLINE="1")
    assert done.returncode == 3
    assert "HF_HUB_OFFLINE is set" in done.stderr
    assert not told.exists()
    done = start(*words)
    assert (done.returncode, "cannot be reached" in done.stderr) == (3, True)
    assert len(told.read_text().splitlines()) == 1


def test_no_command_asks_the_network(offline, tmp_path):
    """What answers and writes does so from the disk alone, with nothing that says so set."""
    start, told = offline
    vault = Path(shutil.copytree(HERE / "vaults" / "small", tmp_path / "vault"))
    paper = tmp_path / "paper.txt"
    paper.write_text("Swarming bees choose a home by quorum.\n" * 9, encoding="utf-8")
    library = tmp_path / "library.csv"
    library.write_text("title,abstract\nA swarm,Bees choose.\nOwls,They hunt.\n", encoding="utf-8")
    page, report = tmp_path / "page.html", tmp_path / "report.md"
    commands = [
        ["index"],
        ["status"],
        ["query", "swarm"],
        ["related", "Queen pheromone and swarming", "--why"],
        ["show", "Queen pheromone and swarming"],
        ["path", "Queen pheromone and swarming", "Broken frontmatter"],
        ["activate", paper, "--gaps", "--claims"],
        ["label", paper, "Queen pheromone and swarming", "fires"],
        ["screen", library, "--criteria", paper, "--format", "csv"],
        ["claims"],
        ["claims", "suggest", paper],
        ["verify", "--all"],
        ["report", "-o", report],
        ["trust", "show"],
        ["experiment", "list"],
        ["experiment", "new", "coins"],
        ["check"],
        ["check", "--fix"],
        ["repair"],
        ["new", "Wasps"],
        ["graph"],
        ["graph", "suggest"],
        ["export", "html", "-o", page],
    ]
    program = """
import json, sys
from noteweb.cli import run
for words in json.loads(sys.argv[1]):
    print("@", run([*words, "--vault", sys.argv[2]]), *words[:2], file=sys.stderr)
"""
    done = start("-c", program, json.dumps(commands, default=str), vault)
    ends = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("@ ")]
    assert [end[1] for end in ends] == [words[0] for words in commands], done.stderr
    assert [end for end in ends if end[0] not in "01"] == [], done.stderr
    assert page.exists()
    assert not told.exists()


@pytest.fixture
def changed(tmp_path):
    """Give a copy of the default model, with its last byte another and remembered as it was."""
    copy = Path(shutil.copytree(folders.find_folder("default"), tmp_path / "model"))
    assert identify(read_folder(copy, "default"), tmp_path / "memory.json")
    with (copy / "model.safetensors").open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        last = stream.read(1)
        stream.seek(-1, os.SEEK_END)
        stream.write(bytes([last[0] ^ 1]))
    return copy


@pytest.mark.model
def test_a_changed_byte_of_the_default_model_is_refused(changed, tmp_path):
    """The shipped weights are known by their sha256, whatever their size says."""
    with pytest.raises(ModelUnavailable, match="reinstall the package"):
        identify(read_folder(changed, "default"), tmp_path / "memory.json")


@pytest.mark.model
def test_no_way_of_loading_goes_round_the_hash(changed, tmp_path, monkeypatch):
    """Each encoder looks at the default model's weights before it takes any of them."""
    monkeypatch.setattr(folders, "find_folder", lambda name: changed)
    monkeypatch.setattr(sbert, "find_folder", lambda name: changed)
    monkeypatch.setattr(sbert, "_load", lambda *_: pytest.fail("it was loaded"))
    memory = tmp_path / "memory.json"
    for purpose in ("query", "bulk"):
        with pytest.raises(ModelUnavailable, match="hash to"):
            open_embedder("default", purpose=purpose, device="cpu", memory=memory)
    with pytest.raises(ModelUnavailable, match="hash to"):
        sbert.SbertEmbedder("default", "cpu", memory)


@pytest.mark.model
def test_a_changed_byte_of_the_multilingual_model_is_refused(monkeypatch):
    """Its package carries the weights too, and they are known by their sha256."""
    monkeypatch.setitem(multilingual._FILES, "weights.npz", "0" * 64)
    with pytest.raises(ModelUnavailable, match="reinstall the package"):
        multilingual.MultilingualEmbedder().encode(["a"])


def test_nothing_that_is_read_back_can_be_code():
    """No module unpickles: neither by these libraries, nor by NumPy's or torch's own way."""
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                is_off = isinstance(node.value, ast.Constant) and node.value.value is False
                names = [] if is_off else ["pickle"]
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                names = ["pickle"]
            found += [path for name in names if name.split(".")[0] in UNPICKLERS]
    assert found == []
