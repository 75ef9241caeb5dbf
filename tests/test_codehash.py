"""What was read of code is remembered by its bytes, and never instead of other bytes."""

from __future__ import annotations

import json

import pytest

from noteweb.evidence import codehash

CODE = b"import a\nfrom . import b\nx = 1\n"
IMPORTS = (".", ".b", "a")


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Begin as a new process would, with a cache folder of its own; give the file it keeps."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def begin():
        codehash._known.cache_clear()
        codehash._place.cache_clear()
        codehash._fresh.clear()
        return codehash._place()

    yield begin
    monkeypatch.undo()
    begin()


def refuse(_):
    """Be asked to read code again."""
    raise AssertionError("read again")


def test_code_is_read_once_over_processes(start, monkeypatch):
    """The second process takes hash and imports from the file; other bytes are read."""
    start()
    first = codehash.read_code(CODE)
    codehash.keep_codes()
    start()
    monkeypatch.setattr(codehash, "parse_source", refuse)
    assert codehash.read_code(CODE) == first == (codehash.hash_code(CODE), IMPORTS)
    with pytest.raises(AssertionError, match="read again"):
        codehash.read_code(CODE + b"y = 2\n")


def test_with_nothing_new_nothing_is_written(start):
    """A file that is there stays as it is."""
    start()
    codehash.read_code(CODE)
    codehash.keep_codes()
    place = start()
    before = place.stat().st_mtime_ns
    codehash.read_code(CODE)
    codehash.keep_codes()
    assert place.stat().st_mtime_ns == before


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"x": 3}', '{"x": ["a", [1]]}', "[" * 99999])
def test_a_file_that_cannot_be_read_remembers_nothing(start, text):
    """Code is read as if it were not there, and the file is made anew."""
    place = start()
    place.parent.mkdir(parents=True)
    place.write_text(text)
    assert codehash.read_code(CODE)[1] == IMPORTS
    codehash.keep_codes()
    assert len(json.loads(place.read_text())) == 1


def test_a_folder_that_cannot_be_written_costs_time_alone(start):
    """Where a file stands in its way, nothing is kept and nothing raised."""
    place = start()
    place.parent.parent.mkdir(exist_ok=True)
    place.parent.write_text("in the way")
    codehash.read_code(CODE)
    codehash.keep_codes()
    assert codehash.read_code(CODE)[1] == IMPORTS


def test_the_file_does_not_grow_for_ever(start, monkeypatch):
    """The oldest are forgotten first."""
    monkeypatch.setattr(codehash, "_MOST_KEPT", 3)
    place = start()
    for number in range(5):
        codehash.read_code(b"x = %d" % number)
    codehash.keep_codes()
    assert len(json.loads(place.read_text())) == 3
