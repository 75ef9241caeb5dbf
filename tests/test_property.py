"""Properties and block ids in the body."""

import pytest

from noteweb.parse.notes import parse_note


def properties(text: str) -> list[tuple[str, str]]:
    """Give key and value of each property."""
    return [(p.key, p.value) for p in parse_note(text.encode(), path="n.md").properties]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key:: value", [("key", "value")]),
        ("two words:: x y", [("two words", "x y")]),
        ("**bold**:: x", [("bold", "x")]),
        ("ключ:: да", [("ключ", "да")]),
        ("empty::", [("empty", "")]),
        ("- type:: [[Class]]", [("type", "[[Class]]")]),
        ("> key:: x", [("key", "x")]),
        ("it was [mood:: good] and (length:: 2h) long", [("mood", "good"), ("length", "2h")]),
        ("[see:: [[A]]]", [("see", "[[A]]")]),
        ("std::vector", []),
        ("a ::b", []),
        ("`key:: value`", []),
        ("```\nkey:: value\n```", []),
        ("%% key:: value %%", []),
        ("http:// key", []),
    ],
)
def test_properties(text, expected):
    """A key, two colons, a value: on a line of its own or in brackets, never in code."""
    assert properties(text) == expected


def test_links_of_a_property_carry_its_relation():
    """``supports:: [[A]]`` is a typed relation; other links on other lines are not."""
    text = "supports:: [[A]], [[B]]\n[contradicts:: [[C]]] and [[D]]\n- type:: [[E]]"
    links = parse_note(text.encode(), path="n.md").card.links
    assert [(link.target, link.relation) for link in links] == [
        ("A", "supports"),
        ("B", "supports"),
        ("C", "contradicts"),
        ("D", ""),
        ("E", "type"),
    ]


def test_block_ids():
    """A block id ends a line; one inside a line, a word or code is none."""
    text = "a ^3df057\n- b ^x-1  \n^own\nc ^no more\nd^no\n```\ne ^no\n```\n2^8 and x^2"
    note = parse_note(text.encode(), path="n.md")
    assert [(block.name, block.line) for block in note.blocks] == [
        ("3df057", 1),
        ("x-1", 2),
        ("own", 3),
    ]
    assert text[note.blocks[0].start : note.blocks[0].end] == "^3df057"


def test_logseq_ids_are_anchors():
    """``id::`` names the block that ((uuid)) points at."""
    uuid = "61506710-484C-46d5-9983-3d1651ec02c8"
    note = parse_note(f"- a\n  id:: {uuid}\n".encode(), path="n.md")
    assert [block.name for block in note.blocks] == [uuid.lower()]
