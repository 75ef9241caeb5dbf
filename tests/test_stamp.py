"""The block of claims in a note: what it touches, and that it can be taken out again."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteweb.documents.markdown import compose_note
from noteweb.errors import WriteFailed
from noteweb.parse.markdown import STAMP_CLOSE, STAMP_OPEN
from noteweb.parse.notes import parse_note
from noteweb.passage import WordTokenizer, cut_passages
from noteweb.stamp import Line, put_stamp, take_stamp
from strategies import note_bytes, note_texts

LINES = (
    Line(claim="up", verdict="supported", previous="", standing="in", ended="2026-03-01T10:00:00"),
    Line(claim="down", verdict="stale", previous="refuted", standing="out", ended=""),
)
OTHERS = (Line(claim="up", verdict="refuted", previous="", standing="out", ended="2026-04-01"),)
NOTE = "---\ntitle: T\n---\n# T\n\nText with a [[link]] and a #tag.\n\n- one\n- two\n"
ANY_BYTES = st.one_of(
    note_bytes,
    note_texts.map(lambda text: text.replace("\n", "\r\n").encode("utf-8", "surrogatepass")),
    note_bytes.map(lambda data: data + b"\xff\xd0 caf\xe9"),
)


def put(data, lines=LINES):
    """Stamp a note's bytes; None where that is refused."""
    with contextlib.suppress(WriteFailed):
        return put_stamp(data, "a.md", lines)
    return None


@settings(max_examples=50)
@given(ANY_BYTES)
def test_taking_a_stamp_out_gives_the_bytes_from_before(data):
    """For any bytes: put in and taken out, they are the same; or the block is refused."""
    if (stamped := put(data)) is not None and STAMP_OPEN.encode() not in data:
        assert stamped != data
        assert take_stamp(stamped, "a.md") == data


@settings(max_examples=50)
@given(ANY_BYTES)
def test_a_stamp_touches_no_byte_outside(data):
    """For any bytes: the file before the block, and what follows it, is what was there."""
    stamped = put(data)
    if stamped is None or b"noteweb" in data:
        return
    encoding = parse_note(data, path="a.md").encoding
    start = stamped.index(STAMP_OPEN.encode(encoding))
    close = STAMP_CLOSE.encode(encoding)
    stop = stamped.index(close) + len(close)
    assert data.startswith(stamped[:start].rstrip(b"\r\n\0")[: len(data)])
    assert data.endswith(stamped[stop:])
    assert len(stamped[stop:].strip(b"\r\n\0")) == 0


@settings(max_examples=50)
@given(ANY_BYTES)
def test_stamping_twice_changes_nothing(data):
    """For any bytes: the second stamp is the first; another verdict changes the block alone."""
    if (stamped := put(data)) is not None:
        assert put(stamped) == stamped
        assert put(put(stamped, OTHERS)) == stamped


@settings(max_examples=50)
@given(note_texts)
def test_a_stamp_says_nothing_to_noteweb(text):
    """Passages, links and sentences of a stamped note are those of the note."""
    data = text.encode("utf-8", "surrogatepass")
    if (stamped := put(data)) is None:
        return
    before, after = parse_note(data, path="a.md"), parse_note(stamped, path="a.md")
    cut = [
        [
            (p.field, p.prefix, p.text, p.line)
            for p in cut_passages(note, WordTokenizer(), max_tokens=64)
        ]
        for note in (before, after)
    ]
    assert cut[0] == cut[1]
    assert after.card.links == before.card.links
    told = [[s.text for s in compose_note(note, "a").sentences] for note in (before, after)]
    assert told[0] == told[1]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_marks_stay(end, last, mark):
    """Line endings, a byte order mark and the end of the file are as they were."""
    data = mark + (NOTE.rstrip("\n") + last).replace("\n", end).encode()
    stamped = put(data)
    assert stamped.startswith(mark + b"---")
    assert stamped.endswith(end.encode()) == bool(last)
    assert stamped.replace(end.encode(), b"").count(b"\n") == 0
    assert take_stamp(stamped, "a.md") == data


def test_a_block_that_was_moved_is_refreshed_in_its_place():
    """Where somebody put the block, it stays, and what stands after it too."""
    stamped = put(NOTE.encode()).decode()
    block = stamped[stamped.index(STAMP_OPEN) : stamped.index(STAMP_CLOSE) + len(STAMP_CLOSE)]
    moved = NOTE.replace("- one", f"{block}\n\n- one")
    fresh = put(moved.encode(), OTHERS).decode()
    assert fresh.endswith("\n\n- one\n- two\n")
    assert "refuted" in fresh
    assert "stale" not in fresh


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("```\ncode without an end\n", "inside code"),
        (f"text\n\n{STAMP_OPEN}\n\n- `a`: stale\n", "never ends"),
        (f"{STAMP_OPEN}\n{STAMP_CLOSE}\n\n{STAMP_OPEN}\n{STAMP_CLOSE}\n", "two blocks"),
        ("Проверка текста заметки, с тире и ёлкой".encode().decode("mac_roman"), "damaged"),
    ],
)
def test_what_cannot_be_stamped_safely_is_refused(text, why):
    """Open code, a broken block, two blocks and a damaged encoding are told, nothing is written."""
    with pytest.raises(WriteFailed, match=why):
        put_stamp(text.encode(), "a.md", LINES)


def test_the_name_of_a_claim_cannot_end_the_block():
    """Marks in a claim's id stay inside the block."""
    line = Line(
        claim=f"a{STAMP_CLOSE}\n# b`", verdict="stale", previous="", standing="in", ended=""
    )
    stamped = put_stamp(NOTE.encode(), "a.md", [line])
    assert take_stamp(stamped, "a.md") == NOTE.encode()
    assert stamped.count(STAMP_CLOSE.encode()) == 1
