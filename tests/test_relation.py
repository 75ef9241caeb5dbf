"""Links in the frontmatter."""

import pytest

from noteweb.parse.notes import parse_note


def links(frontmatter: str):
    """Give target, relation and key of each link."""
    text = f"---\n{frontmatter}\n---\n"
    found = parse_note(text.encode(), path="n.md").card.links
    for link in found:
        assert link.target in text[link.start : link.end]
    return [(link.target, link.relation, link.where) for link in found]


def test_a_wikilink_in_any_value_counts():
    """The key that holds it is where it stands; YAML's brackets do not hide it."""
    frontmatter = (
        'up: "[[A]]"\nsee: [[B|b]]\nlist:\n  - "[[C#H]]"\nReceptor: |-\n  when [[D]] is read'
    )
    assert links(frontmatter) == [
        ("A", "", "up"),
        ("B", "", "see"),
        ("C", "", "list"),
        ("D", "", "Receptor"),
    ]


def test_a_link_of_the_frontmatter_has_line_and_column():
    """Both count from 1, in the file."""
    note = parse_note(b'---\nup: "[[A]]"\nrelations:\n  supports: B\n---\n', path="n.md")
    places = [(link.target, link.line, link.column) for link in note.card.links]
    assert places == [("A", 2, 6), ("B", 4, 13)]


@pytest.mark.parametrize(
    "relations",
    [
        'relations:\n  supports: ["[[A]]", B]\n  contradicts: "[[C]]"',
        "relations:\n  supports: [A, B]\n  contradicts: C",
        (
            "relations:\n  - {type: supports, target: A}\n  - {type: supports, to: [[B]]}\n"
            "  - relation: contradicts\n    note: C"
        ),
        "relations:\n  - supports: A\n  - supports: [[B]]\n  - contradicts: C",
        'relations:\n  - "supports:: [[A]]"\n  - "supports:: B"\n  - "contradicts:: [[C]]"',
    ],
)
def test_typed_relations(relations):
    """Maps and lists of any of these forms say the same."""
    assert links(relations) == [
        ("A", "supports", "relations"),
        ("B", "supports", "relations"),
        ("C", "contradicts", "relations"),
    ]


@pytest.mark.parametrize("value", ["", "{}", "[]", "12", "[null]"])
def test_empty_relations_link_nothing(value):
    """No target, no link."""
    assert links(f"relations: {value}") == []
