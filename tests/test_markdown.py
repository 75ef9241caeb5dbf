"""The body's blocks: headings and code as CommonMark has them, the rest as Obsidian does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from noteweb.parse.markdown import scan_body
from noteweb.parse.notes import parse_note

COMMONMARK = MarkdownIt("commonmark")
LINES = st.sampled_from(
    [
        *("", "a", "b c", "  a", "    b", "\ty", "===", "---", "--", "=", "***", "- - -"),
        *("# H", "## H two ##", "####### no", "#no", "   # i", "    # code", "#", "# #", "  # in"),
        *("```", "````", "``` py", "``` a`b", "~~~", "~~~~ x", "  ```", "    ```"),
        *("- x", "* a", "  y", "1. z", "2. w", "- # in a list", "- ```"),
    ]
)


def kinds(text: str) -> list[tuple[str, str]]:
    """Give kind and text of each part."""
    parts = scan_body(text, 0, 1).parts
    return [(part.kind.value, text[part.start : part.end]) for part in parts]


def heads(text: str) -> list[tuple[int, str]]:
    """Give level and title of each heading."""
    return [(s.level, s.title) for s in scan_body(text, 0, 1).sections if s.level]


def codes(text: str) -> list[str]:
    """Give the codes of what is wrong."""
    return [finding.code for finding in scan_body(text, 0, 1).findings]


@settings(max_examples=400)
@given(st.lists(LINES, max_size=9))
def test_headings_and_fences_agree_with_commonmark(lines):
    """markdown-it-py, slower by far, finds the same headings and the same code, fenced and not."""
    text = "\n".join(lines) + "\n"
    tokens = COMMONMARK.parse(text)
    headings = [(int(t.tag[1]), t.map[0] + 1) for t in tokens if t.type == "heading_open"]
    fenced = {line for t in tokens if t.type == "fence" for line in range(*t.map)}
    indented = {
        line
        for t in tokens
        if t.type == "code_block" and not t.level
        for line in range(*t.map)
        if text.split("\n")[line].strip()
    }
    body = scan_body(text, 0, 1)
    assert [(s.level, s.line) for s in body.sections if s.level] == headings
    spans = [(text.count("\n", 0, start), text.count("\n", 0, end)) for start, end in body.holes]
    assert sorted(line for span in spans for line in range(*span)) == sorted(fenced | indented)


def test_titles_are_what_the_author_wrote():
    """Closing hashes and blanks go, markup stays, a setext title may have several lines."""
    assert heads("# A *b* #\n##   c  ##\ntwo\nlines\n===\n") == [
        (1, "A *b*"),
        (2, "c"),
        (1, "two lines"),
    ]


def test_sections_reach_to_the_next_heading():
    """What stands before the first heading is a section of level 0."""
    text = "intro\n# A\nx\n## B\ny"
    sections = scan_body(text, 0, 5).sections
    assert [(s.level, s.line, text[s.body_start : s.end]) for s in sections] == [
        (0, 5, "intro\n"),
        (1, 6, "x\n"),
        (2, 8, "y"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n", [("text", "a\nb\n")]),
        ("# H\na", [("heading", "# H\n"), ("text", "a")]),
        ("```\nx\n```\na", [("code", "```\nx\n```\n"), ("text", "a")]),
        ("~~~ py\n```\n~~~\n", [("code", "~~~ py\n```\n~~~\n")]),
        ("%% a %%\nb", [("comment", "%% a %%\n"), ("text", "b")]),
        ("%%\na\n\n[[b]]\n%%\nc", [("comment", "%%\na\n\n[[b]]\n%%\n"), ("text", "c")]),
        ("<!--\na\n-->\nb", [("comment", "<!--\na\n-->\n"), ("text", "b")]),
        ("$$\nx\n$$\nb", [("math", "$$\nx\n$$\n"), ("text", "b")]),
        ("$$x$$\n", [("math", "$$x$$\n")]),
        ("> [!tip]- T\n> a\nb", [("callout", "> [!tip]- T\n> a\n"), ("text", "b")]),
        ("> quote\n", [("text", "> quote\n")]),
        ("[^1]: a\n  b\n\n  c\nd", [("footnote", "[^1]: a\n  b\n\n  c\n"), ("text", "d")]),
        ("|a|b|\n|-|:-:|\n|c|d|\ne", [("table", "|a|b|\n|-|:-:|\n|c|d|\n"), ("text", "e")]),
        ("a|b\n", [("text", "a|b\n")]),
        ("", []),
        ("\n\n", [("text", "\n\n")]),
        ("# A\r\rtext\r\n", [("heading", "# A\r"), ("text", "\rtext\r\n")]),
    ],
)
def test_parts(text, expected):
    """Every stretch of the body is one part, and together they are the body."""
    assert kinds(text) == expected


def test_an_unclosed_fence_swallows_nothing_in_silence():
    """The rest counts as code, and the fence is named."""
    body = scan_body("a\n```py\n[[b]]\n", 0, 1)
    assert body.holes == [(2, 14)]
    (finding,) = body.findings
    assert (finding.code, finding.offset) == ("code-unclosed", 2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("%%\na [[b]]\n", "comment-unclosed"),
        ("<!-- a\n", "comment-unclosed"),
        ("$$\na\n", "math-unclosed"),
    ],
)
def test_other_unclosed_marks_swallow_nothing_at_all(text, code):
    """An unclosed comment or formula is text, and is named."""
    assert kinds(text) == [("text", text)]
    assert codes(text) == [code]


def test_code_in_a_list_item_ends_with_the_item():
    """Logseq's bullets hold fenced code; an unclosed one ends where the item does."""
    text = "- a\n\t- ```clojure\n\t  x\n\t  ```\n- b\n"
    assert ("code", "\t- ```clojure\n\t  x\n\t  ```\n") in kinds(text)
    assert ("text", "out\n") in kinds("- ```\n  x\nout\n")


def test_callouts_and_their_code():
    """Kind in lower case, title, nested callouts; fenced code inside is a hole."""
    text = "> [!Warning]+ Mind this\n> ```\n> [[no]]\n> ```\n> > [!note]\n> > x\n"
    body = scan_body(text, 0, 3)
    assert [(c.kind, c.title, c.line) for c in body.callouts] == [
        ("warning", "Mind this", 3),
        ("note", "", 7),
    ]
    assert [text[start:end] for start, end in body.holes] == ["> ```\n> [[no]]\n> ```\n"]


def test_footnotes_and_definitions():
    """Footnotes are anchors, definitions lead reference links; neither is the other."""
    body = scan_body("[^n]: see\n[Ref  A]: <b c.md> 'T'\n[x]: y.md\n", 0, 1)
    assert [(f.name, f.line) for f in body.footnotes] == [("n", 1)]
    assert body.definitions == {"ref a": "b c.md", "x": "y.md"}


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        ("a\n\n    [[b]]\n", True),
        ("# a\n\t[[b]]\n", True),
        ("    x\n\n    [[b]]\n", True),
        ("a\n    [[b]]\n", False),
        ("- a\n\n    [[b]]\n", False),
        ("> a\n    c\n    [[b]]\n", False),
        ("> a\n\n    [[b]]\n", True),
        ("[^1]: a\n\n    [[b]]\n", False),
    ],
)
def test_no_link_stands_in_indented_code(text, is_code):
    """Four columns after a blank line are code, but not in a list, a quotation or a footnote."""
    note = parse_note(text.encode(), path="n.md")
    assert [link.target for link in note.card.links] == ([] if is_code else ["b"])
    assert "".join(text[part.start : part.end] for part in note.parts) == text
