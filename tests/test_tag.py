"""Tags keep the spelling their author gave them."""

import pytest

from noteweb.parse.frontmatter import read_frontmatter
from noteweb.parse.tag import split_tags


def tags(frontmatter: str) -> tuple[str, ...]:
    """Give the tags of a frontmatter."""
    (entry,) = read_frontmatter(f"---\n{frontmatter}\n---\n").entries
    return split_tags(entry.value)


@pytest.mark.parametrize(
    ("frontmatter", "expected"),
    [
        ("tags:\n- a/b\n- '#c'\n- d", ("a/b", "c", "d")),
        (
            "tags:\n- no\n- Yes\n- on\n- 2024\n- 1.50\n- true",
            ("no", "Yes", "on", "2024", "1.50", "true"),
        ),
        ("tags:\n- #x\n- #y z\n-\n- b #c", ("x", "y z", "b", "c")),
        ("tags: #x", ("x",)),
        ("tags: #x #y", ("x", "y")),
        ("tags:\n- b # a remark", ("b",)),
        ("tags: a, b c", ("a", "b", "c")),
        ("tag: one", ("one",)),
        ('tags:\n- a, b\n- "#c #d"\n- two words', ("a", "b", "c", "d", "two words")),
        ("tags: [a, b, a, [c]]", ("a", "b", "c")),
        ("tags:", ()),
        ("tags: []", ()),
        ("tags: {a: b}", ()),
        ("tags: 12", ("12",)),
    ],
)
def test_tags_are_recovered(frontmatter, expected):
    """Comments, booleans, numbers, several in one item: all become the tags that were meant."""
    assert tags(frontmatter) == expected


def test_a_tag_read_from_a_comment_is_reported():
    """The reader learns that other programs do not see this tag."""
    text = "---\ntags:\n- #x\n---\n"
    (finding,) = read_frontmatter(text).findings
    assert finding.code == "tag-comment"
    assert text[finding.offset :].startswith(" #x")
