"""Readers of exported graphs that are not noteweb's own; a test skips where one is not there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

READERS = Path(__file__).parent / "readers"


def read_with_node(name, data):
    """Give what a program from npm understood of a file: mermaid, cytoscape or cypher."""
    node = shutil.which("node")
    if node is None or not (READERS / "node_modules" / ".noteweb").exists():
        pytest.skip("no readers from npm here: make readers")
    done = subprocess.run(
        [node, "read.mjs", name], cwd=READERS, input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)


def draw(data, form):
    """Give what Graphviz makes of a file in DOT."""
    dot = shutil.which("dot")
    if dot is None:
        pytest.skip("no Graphviz here: apt-get install graphviz")
    done = subprocess.run([dot, f"-T{form}"], input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout.decode()
