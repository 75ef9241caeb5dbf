"""Every part of a value is found in the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.parse.node import compose
from noteweb.parse.scalar import map_scalar
from strategies import prose


def pieces(text: str) -> tuple[str, list[str], bool]:
    """Give the first value, what the file holds for each character, and exactness."""
    root, source = compose(text, 0)
    node = root.value[0][1]
    places = map_scalar(node, source)
    spans = places.locate((i, i + 1) for i in range(len(node.value)))
    return node.value, [text[slice(*span)] for span in spans], getattr(places, "is_exact", True)


@pytest.mark.parametrize(
    "text",
    [
        "a: one line\n",
        "a: several\n  plain\n\n  lines\n",
        "a: |-\n  x y\n\n    deeper\n  w\nb: 1\n",
        "a: |\r\n    crlf x\r\n\r\n    z\r\nb: 1\r\n",
        "a: |+\n  x\n\n\n",
        "a: >-\n  folded x\n  y\n\n  z\n   more\n  q\n",
        "a: 'it''s\n  b'\n",
        'a: "x\\ty \\u0041\\n\\\n   q\n  z"\n',
        "a: &anchor |-\n  x\n",
        "a: !!str text\n",
        "a: |-\n  слово\n  😀 x\n",
    ],
)
def test_each_visible_character_maps_to_itself(text):
    """In every style a character of the value is found at its own place, or at its escape."""
    value, held, is_exact = pieces(text)
    assert is_exact
    for character, source in zip(value, held, strict=True):
        if not character.isspace():
            assert source == character or source.startswith(("\\", "''"))


def test_a_form_that_is_not_foreseen_maps_to_the_whole():
    """With an explicit indentation the whole scalar stands for each part; nothing is guessed."""
    text = "a: |2\n   x\n  y\nb: 1\n"
    _, held, is_exact = pieces(text)
    assert not is_exact
    assert set(held) == {"|2\n   x\n  y"}


@given(prose, st.sampled_from(["|", "|-", "|+"]), st.integers(1, 5))
def test_literal_blocks_map_exactly(value, style, indent):
    """Whatever stands in a literal block is found again, at any indentation."""
    if value[:1] in (" ", "\n") or not value.strip():
        return
    block = "\n".join(" " * indent + line if line else "" for line in value.split("\n"))
    got, held, is_exact = pieces(f"a: {style}\n{block}\nb: 1\n")
    assert is_exact
    assert got.rstrip("\n") == value.rstrip("\n")
    assert "".join(held).split() == value.split()
