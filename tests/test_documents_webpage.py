"""A web page gives its text, without what surrounds it, on any input in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.documents.markup import Data, Tag, cut_markup, read_attributes
from noteweb.documents.webpage import read_page

PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Glass | The Site</title>
<meta name="citation_title" content="How Glass Remembers">
<meta name="citation_doi" content="10.1000/GLASS">
<link rel="canonical" href="https://arxiv.org/abs/2101.01234v2">
<script>var text = "<p>no text</p>";</script><style>p { color: red }</style></head>
<body class="has-sidebar">
<nav><ul><li><a href="/">Home</a></li><li>Contact</li></ul></nav>
<div class="sidebar"><div>Buy our mugs</div>Now!</div>
<main><h1>How Glass Remembers</h1>
<p>Glass keeps a trace<sup><a href="#r1">[1]</a></sup> of the way
it was <b>coo</b>led &amp; why. It takes 10<sup>6</sup> years.
<p>Another one.
<h2>Methods</h2>
<ul><li>weigh it<li>heat it</ul>
<pre>code()</pre>
<table><tr><th>rate</th><th>volume</th></tr><tr><td>1</td><td>2.5</td></tr></table>
One line<br>goes on.<br><br>A new one.
<figure><img alt="no"><figcaption>Figure 1: Volumes.</figcaption></figure>
<h2>References</h2><ol><li>A. Author, 1999.</li></ol>
<h2>Appendix</h2><p>Proofs.</p></main>
<footer>All rights reserved.</footer></body></html>
"""


def test_the_main_text_is_read_and_nothing_else():
    """Navigation, scripts, code, marks of citations and references are left out."""
    document = read_page(PAGE.encode(), "glass.html")
    assert [(each.line, each.section, each.text) for each in document.sentences] == [
        (10, "How Glass Remembers", "How Glass Remembers"),
        (11, "How Glass Remembers", "Glass keeps a trace of the way it was cooled & why."),
        (12, "How Glass Remembers", "It takes 106 years."),
        (13, "How Glass Remembers", "Another one."),
        (14, "Methods", "Methods"),
        (15, "Methods", "weigh it"),
        (15, "Methods", "heat it"),
        (17, "Methods", "rate volume"),
        (17, "Methods", "1 2.5"),
        (18, "Methods", "One line goes on."),
        (18, "Methods", "A new one."),
        (19, "Methods", "Figure 1: Volumes."),
        (21, "Appendix", "Appendix"),
        (21, "Appendix", "Proofs."),
    ]
    assert document.title == "How Glass Remembers"
    assert document.identifiers == (
        "doi:10.1000/glass",
        "arxiv:2101.01234",
        "arxiv:2101.01234v2",
    )


def test_a_page_without_marked_text_is_read_too():
    """Without a main element everything but navigation is the text."""
    page = "<title>T</title><p>" + "Glass flows. " * 20 + "<div role=navigation>Home</div>"
    document = read_page(page.encode(), "x.html")
    assert {each.text for each in document.sentences} == {"Glass flows."}
    assert document.title == "T"


def test_text_that_is_all_set_as_code_is_read():
    """Where leaving out leaves nothing, what was left out is the text."""
    page = f"<pre>{'It is said that glass flows, which it does not. ' * 9}</pre>"
    assert "glass flows" in read_page(page.encode(), "x.html").text


def test_an_element_that_never_ends_takes_no_text_away():
    """A menu left open hides the rest of the page only as long as there is another text."""
    page = f"<nav><a href=/>Home</a><p>{'Glass keeps a trace of its making. ' * 9}"
    assert "Glass keeps" in read_page(page.encode(), "x.html").text


def test_what_is_named_as_no_text_is_left_out():
    """Classes and ids hide by their whole name only, with everything in them."""
    text = "Glass keeps a trace of its making. " * 9
    page = f"<div class='wide sidebar'><div>in</div>Mugs</div><p class=has-sidebar>{text}</p>"
    document = read_page(f"{page}<div id=comments>First!</div>".encode(), "x.html")
    assert {each.text for each in document.sentences} == {"Glass keeps a trace of its making."}


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "utf-16", "utf-8-sig"])
def test_encodings_are_told(encoding):
    """A page is read in the encoding it declares, or that its bytes show."""
    text = f"<meta charset={encoding.removesuffix('-sig')}><p>Стекло помнит, как его охладили."
    assert "Стекло помнит" in read_page(text.encode(encoding), "x.html").text


MARKS = ["<", "</", "<!--", "-->", "<![", "<?", ">", '"', "'", "=", "&", "&amp;", "&#x", "\n", "\r"]
NAMES = ["p", "a", "div", "sup", "script", "title", "td", "h1", "br", "main", "nav", "meta", "x-y"]
pages = st.lists(
    st.sampled_from([*MARKS, *NAMES, "<p>", "</p>", "<br>", "<nav>", "<a b='c'>", "word ", "1. "]),
    max_size=40,
).map("".join)


@given(pages)
def test_any_markup_becomes_a_document(page):
    """Whatever stands in a page, spans point at the text they claim."""
    document = read_page(page.encode(), "x.html")
    for sentence in document.sentences:
        assert " ".join(document.text[sentence.start : sentence.end].split()) == sentence.text


@given(st.text(alphabet="<>/!-ab \"'="))
def test_text_and_tags_come_in_order(page):
    """What is cut is in the page's order, tags by small names."""
    at = -1
    for token in cut_markup(page):
        if isinstance(token, Data):
            assert token.start > at
            at = token.start
        else:
            assert token.name == token.name.lower()
            read_attributes(token)


def test_attributes_are_read_as_browsers_do():
    """Quotes of either kind or none, entities, the first of equal names."""
    tag = Tag(
        "a", is_end=False, attributes=" HREF='x&amp;y' title=\"a>b\" hidden class=c class=d /"
    )
    assert read_attributes(tag) == {"href": "x&y", "title": "a>b", "hidden": "", "class": "c"}


@pytest.mark.parametrize(
    "piece",
    [
        *MARKS,
        *(f"<{name}>" for name in NAMES),
        *(f"<{name} " for name in NAMES),
        "<a b='",
        "<div class=nav>",
    ],
)
def test_no_page_takes_more_than_linear_time(piece):
    """Eight times the page takes at most some twenty times as long, for every mark."""

    def measure(n):
        begun = time.process_time()
        read_page((piece * n).encode(), "x.html")
        return time.process_time() - begun

    # A busy machine can slow any one reading down, but not the best of five.
    bound = 20 * max(measure(2_000), 0.01)
    assert any(measure(16_000) < bound for _ in range(5))
