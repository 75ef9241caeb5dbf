"""Links and tags, wherever and however they are written, and nowhere else."""

import pytest

from noteweb.model.note import LinkKind
from noteweb.parse.notes import parse_note


def links(text: str):
    """Give the links of a note."""
    return parse_note(text.encode(), path="n.md").card.links


def brief(text: str) -> list[tuple[str, str, str, str]]:
    """Give target, heading, block and label of each link."""
    return [(link.target, link.heading, link.block, link.label) for link in links(text)]


def tags(text: str) -> tuple[str, ...]:
    """Give the tags of a note."""
    return parse_note(text.encode(), path="n.md").card.tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[A]]", ("A", "", "", "")),
        ("[[A|b c]]", ("A", "", "", "b c")),
        ("| x |\n|---|\n| [[A\\|b]] |", ("A", "", "", "b")),
        ("[[A#H]]", ("A", "H", "", "")),
        ("[[A#H|b]]", ("A", "H", "", "b")),
        ("[[A#H1#H2]]", ("A", "H1#H2", "", "")),
        ("[[A#^id]]", ("A", "", "id", "")),
        ("[[#H]]", ("", "H", "", "")),
        ("[[#^id]]", ("", "", "id", "")),
        ("[[ A ]]", ("A", "", "", "")),
        ("[[A.md]]", ("A.md", "", "", "")),
        ("[[dir/A]]", ("dir/A", "", "", "")),
        ("[[«Заметка» 笔记]]", ("«Заметка» 笔记", "", "", "")),
        ("[[[A]]]", ("A", "", "", "")),
        ('[["A"]]', ('"A"', "", "", "")),
        ("**[[A]]**, _[[A_b]]_"[:9], ("A", "", "", "")),
        ("[b](a.md)", ("a.md", "", "", "b")),
        ("[b](dir/a%20b.md#H%20x)", ("dir/a b.md", "H x", "", "b")),
        ("[b](<a b.md>)", ("a b.md", "", "", "b")),
        ('[b](a.md "T (x)")', ("a.md", "", "", "b")),
        ("[b [c] d](a.md)", ("a.md", "", "", "b [c] d")),
        ("[b](a(1).md)", ("a(1).md", "", "", "b")),
        ("[b](a\\(1.md)", ("a(1.md", "", "", "b")),
        ("[b](#H)", ("", "H", "", "b")),
        ("[b](a.md#^id)", ("a.md", "", "id", "b")),
        ("[b](a%E4%BD.md)", ("a%E4%BD.md", "", "", "b")),
        ("[b](a%zz.md)", ("a%zz.md", "", "", "b")),
        ("[b](file:///home/x/a%20b.md#L36-L36)", ("file:///home/x/a b.md", "L36-L36", "", "b")),
        ("[b][r]\n\n[r]: a.md", ("a.md", "", "", "b")),
        ("[r][]\n\n[R]: a.md 'T'", ("a.md", "", "", "r")),
        ("[r]\n\n[r]: <a b.md>", ("a b.md", "", "", "r")),
        ("<a class='x' href=\"a.md#H\">t</a>", ("a.md", "H", "", "")),
        ("[Note: b](Note:%20b.md)", ("Note: b.md", "", "", "Note: b")),
    ],
)
def test_forms_of_links(text, expected):
    """Each form gives the file part, the heading or block, and the label."""
    assert brief(text) == [expected]


def test_a_label_is_no_longer_than_commonmark_lets_it_be():
    """Links in links would else hold the text once for each of them."""
    within, beyond = (links(f"[{'x' * n}](a.md)")[0].label for n in (1_000, 1_001))
    assert within == beyond == "x" * 1_000
    assert not links(f"[{'x' * 1_001}]\n\n[{'x' * 1_001}]: a.md")


@pytest.mark.parametrize(
    "text",
    [
        "[[]]",
        "[[ ]]",
        "[[# |x]]",
        "[[A]",
        "[A]]",
        "[[A\nB]]",
        "[[1, 2], [3]]",
        "\\[[A]]",
        "[b]",
        "[b]()",
        "[b](a b.md)",
        "[b](https://x.org/a.md)",
        "[b](//x.org/a)",
        "[b](mailto:a@b.c)",
        "[b](obsidian://open?vault=v)",
        "[b](file:///home/x/a.py#L3)",
        "<a href='https://x.org'>t</a>",
        "[b][no]",
        "`[[A]]`",
        "`` ` [[A]] ``",
        "``[[A]]\n``",
        "```\n[[A]]\n```",
        "~~~\n[[A]]\n~~~",
        "%% [[A]] %%",
        "x %% [[A]] %% y",
        "%%\n[[A]]\n\n%%",
        "<!-- [[A]] -->",
        "x <!-- [[A]] --> y",
        "$[[A]]$",
        "$$\n[[A]]\n$$",
        "x $$[[A]]$$ y",
        "> ```\n> [[A]]\n> ```",
    ],
)
def test_what_is_no_link(text):
    """Code, comments, formulas, addresses outside and broken forms give no link."""
    assert links(text) == ()


@pytest.mark.parametrize(
    ("text", "n_links"),
    [
        ("`a [[A]]", 1),
        ("`a` [[A]] `b`", 1),
        ("%%a%% [[A]] %%b%%", 1),
        ("- `a\n- b` [[A]]", 1),
        ("a ` b\n\nc ` [[A]]", 1),
        ("costs $5 and [[A]] costs $6", 1),
        ("$a [[A]] b", 1),
        ("50%% of [[A]]", 1),
        ("x <!-- [[A]]", 1),
        ("[a](b.md) [[C]] ![[D]]", 3),
        ("[![i](i.png)](a.md)", 2),
        ("[a] (b) [[C]]", 1),
    ],
)
def test_half_a_mark_hides_nothing(text, n_links):
    """An odd backtick, dollar or percent sign swallows no link, nor does one in another block."""
    assert len(links(text)) == n_links


def test_kinds_of_links():
    """Links, embeds, Logseq's embeds and block references are told apart."""
    uuid = "61506710-484c-46d5-9983-3d1651ec02c8"
    text = f"[[A]] ![[B]] ![c](c.png) {{{{embed [[D]]}}}} (({uuid})) [e](e.md)"
    assert [(link.kind, link.target, link.block) for link in links(text)] == [
        (LinkKind.WIKILINK, "A", ""),
        (LinkKind.EMBED, "B", ""),
        (LinkKind.EMBED, "c.png", ""),
        (LinkKind.EMBED, "D", ""),
        (LinkKind.BLOCK_REF, "", uuid),
        (LinkKind.MARKDOWN, "e.md", ""),
    ]


def test_links_know_their_place():
    """A link's span is the link as written, its line counts from the file's first."""
    text = "---\na: 1\n---\nx\r\ny ![[A]] [b](c.md)"
    found = links(text)
    assert [text[link.start : link.end] for link in found] == ["![[A]]", "[b](c.md)"]
    assert {link.line for link in found} == {5}


def test_a_link_repeated_in_a_footnote_counts_once():
    """A footnote's definition repeats what the text links; two links in the text are two."""
    text = "[[A]] [[A]] [[A#H]]\n\n[^1]: see [[A]] and [[B]]\n[^2]: [[B]]"
    assert [(link.target, link.heading) for link in links(text)] == [
        ("A", ""),
        ("A", ""),
        ("A", "H"),
        ("B", ""),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#a #b/c #d-e_f", ("a", "b/c", "d-e_f")),
        ("#слово #标签 #ü #💡idea", ("слово", "标签", "ü", "💡idea")),
        ("#[[two words]] x", ("two words",)),
        ("(#a) [#b] **#c** #d, #e.", ("a", "c", "d", "e")),
        ("## Title #a\n> #b\n- #c", ("a", "b", "c")),
        ("#A #a", ("A",)),
        ("#a/ #b", ("a", "b")),
        ("#1 #2024 # x #", ()),
        ("x#a https://x.org/#a [y](z.md#a) [[b#a]]", ()),
        ("\\#a `#b` %%#c%% $#d$", ()),
        ("```\n#a\n```", ()),
    ],
)
def test_tags(text, expected):
    """Tags begin a word, hold a letter, and stand in no code, address or link."""
    assert tags(text) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x [[A]]", (1, 3)),
        ("one\r\ntwo ![[A]]", (2, 5)),
        ("[b](a.md)", (1, 1)),
        ("é\n\n- é <a href='a.md'>", (3, 5)),
    ],
)
def test_a_link_has_line_and_column(text, place):
    """The column counts characters from 1 to where the link begins, an embed's mark included."""
    (link,) = links(text)
    assert (link.line, link.column) == place
