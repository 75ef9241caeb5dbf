"""Plain text and Markdown: paragraphs, headings and lists, each with its line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from noteweb.documents.markdown import read_markdown, strip_markup
from noteweb.documents.plain import read_text

LONG = (
    "Glass keeps a trace of the way it was cooled, and nobody knows for how long it does so. " * 2
)


def list_places(document):
    """Give line, section and text of each sentence."""
    return [(each.line, each.section, each.text) for each in document.sentences]


def test_hard_wrapped_text_is_joined():
    """Lines of a paragraph are one, words broken at a line end whole; headings stand alone."""
    text = """\
How Glass Remembers

Introduction
============
Glass keeps a trace of the way it was coo-
led. It fades.

We ask two things:
- why it fades
- when
  it does

References
[1] A. Author, Glass, 1999.

[2] B. Other
On Glass, 2001
"""
    document = read_text(text.encode(), "x.txt")
    assert document.title == "How Glass Remembers"
    assert list_places(document) == [
        (1, "", "How Glass Remembers"),
        (3, "Introduction", "Introduction"),
        (5, "Introduction", "Glass keeps a trace of the way it was cooled."),
        (6, "Introduction", "It fades."),
        (8, "Introduction", "We ask two things:"),
        (9, "Introduction", "why it fades"),
        (10, "Introduction", "when it does"),
    ]


def test_a_paragraph_on_each_line_is_kept_apart():
    """In text with long lines a short line before a long one is a heading, else a paragraph."""
    text = f"{LONG}\nWhat Is Left to Ask?\n{LONG}\nshort one\nshort two\n(Note this.)\n{LONG}\n"
    places = list_places(read_text(text.encode(), "x.txt"))
    assert (2, "What Is Left to Ask?", "What Is Left to Ask?") in places
    assert (4, "What Is Left to Ask?", "short one") in places
    assert (5, "What Is Left to Ask?", "short two") in places
    assert places[-1][1] == "What Is Left to Ask?"


def test_form_feeds_part_pages():
    """Text taken from a PDF by pdftotext keeps its pages."""
    document = read_text(b"One here.\nTwo.\n\fThree is\non page two.\n\f", "x.txt")
    assert document.n_pages == 2
    assert [(each.page, each.line, each.text) for each in document.sentences] == [
        (1, 1, "One here."),
        (1, 2, "Two."),
        (2, 1, "Three is on page two."),
    ]


def test_a_text_says_which_paper_it_is():
    """An id on a line of its own near the top is the document's."""
    document = read_text(b"On Glass\n\ndoi:10.1000/7\n\nText. See 10.1000/8.\n", "x.txt")
    assert document.identifiers == ("doi:10.1000/7",)


def test_damage_is_mended_where_it_is_sure():
    """Text read wrongly once before is brought back; a lost dash is guessed."""
    text = "Стекло помнит. ".encode().decode("mac_roman") * 3
    assert "Стекло помнит." in read_text(text.encode(), "x.txt").text
    assert "glass — it flows" in read_text("glass \u0e42 it flows".encode(), "x.txt").text


@given(st.text(alphabet="ab. -\n\r\f\t1#=\ud7ff•é") | st.text())
def test_any_text_becomes_a_document(text):
    """Spans point at the text they claim, in order, whatever the text."""
    document = read_text(text.encode(), "x.txt")
    at = 0
    for each in document.sentences:
        assert at <= each.start < each.end
        assert " ".join(document.text[each.start : each.end].split()) == each.text
        at = each.end


MARKDOWN = """\
---
title: How Glass Remembers
arxiv: 2101.01230
doi: "10.1000/GLASS"
---
# Of *glass*

A **bold** [link](http://a.b/c_(d)) to [[note|a note]][^1] with `code` and a_b_c.
It goes on.

```python
no = "text"
```

- one item
- another [[item]]
  goes on
1. a third

> [!note] A callout
> with *text*

| rate | volume |
|------|--------|
| 1    | 2.5    |

%% hidden %% shown ^block

## References

- A. Author, 1999

# Appendix

Proofs.

[^1]: A footnote.
"""


def test_markdown_is_read_without_its_marks():
    """Prose, items and tables come as words; code, comments and references are left out."""
    document = read_markdown(MARKDOWN.encode(), "x.md")
    assert document.title == "How Glass Remembers"
    assert document.identifiers == ("arxiv:2101.01230", "doi:10.1000/glass")
    assert list_places(document) == [
        (6, "Of glass", "Of glass"),
        (8, "Of glass", "A bold link to a note with code and a_b_c."),
        (9, "Of glass", "It goes on."),
        (15, "Of glass", "one item"),
        (16, "Of glass", "another item goes on"),
        (18, "Of glass", "1. a third"),
        (20, "Of glass", "A callout with text"),
        (23, "Of glass", "rate volume"),
        (25, "Of glass", "1 2.5"),
        (27, "Of glass", "shown"),
        (33, "Appendix", "Appendix"),
        (35, "Appendix", "Proofs."),
        (37, "Appendix", "A footnote."),
    ]


def test_a_file_without_a_title_has_none():
    """The name of the file is no title; the first heading is one."""
    assert read_markdown(b"just text", "my-file.md").title == ""
    assert read_markdown(b"# Of *glass*\n\ntext", "my-file.md").title == "Of glass"


def test_marks_that_are_no_markup_stay():
    """Stars of a product, underscores of a name and lone brackets are text."""
    assert strip_markup("2 * 3 * 4, a_b, [x] and <5 or >6") == "2 * 3 * 4, a_b, [x] and <5 or >6"


@given(st.text(alphabet="*_`[]()<>!#|-=%^\\ \nab1."))
def test_any_markdown_becomes_a_document(text):
    """Spans point at the text they claim, whatever the marks."""
    document = read_markdown(text.encode(), "x.md")
    for each in document.sentences:
        assert " ".join(document.text[each.start : each.end].split()) == each.text
