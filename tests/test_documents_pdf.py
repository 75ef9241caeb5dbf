"""A PDF is read as a person reads it, or refused in one clear line."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_pdf import HEIGHT, Text, make_pdf, set_lines, wrap
from noteweb.documents.pdf import is_truncated, read_pdf
from noteweb.errors import DocumentUnreadable, NotewebError

COLUMN = 220  # points wide
LEFT, RIGHT = 72, 330
TITLE = [Text(x=120, y=730, text="How Glass Remembers", size=17, font="F2")]
PROSE = (
    "Glass keeps a trace of the way it was cooled. When a melt is quenched, its atoms stop before"
    " they find their places. The slower the cooling, the deeper the state that is reached."
    " Measurements of volume show this plainly, and heat capacity agrees. No theory predicts the"
    " rate at which the trace fades, though several explain why it must."
)
OTHER = (
    "Spin glasses share the trait in another guise. A field that is switched off leaves a"
    " magnetisation that decays for days. Ageing is the name for it, and it restarts whenever the"
    " temperature is lowered. Rejuvenation and memory are seen in one and the same sample, which"
    " puzzled everyone who saw it first."
)


def read(pages, name="glass.pdf", **options):
    """Read a PDF made of these pages."""
    return read_pdf(make_pdf(pages, **options), name)


def list_texts(document):
    """Give the sentences alone."""
    return [sentence.text for sentence in document.sentences]


def sentences_of(text):
    """Cut made prose at its full stops."""
    return [f"{part}." for part in text.removesuffix(".").split(". ")]


def two_columns(top=700):
    """Set the two texts beside each other, long enough to be columns."""
    return (
        set_lines(wrap(PROSE, COLUMN), x=LEFT, top=top),
        set_lines(wrap(OTHER, COLUMN), x=RIGHT, top=top),
    )


def test_two_columns_are_read_one_after_the_other():
    """The left column is read to its end before the right one begins."""
    left, right = two_columns()
    assert list_texts(read([TITLE + left + right]))[1:] == sentences_of(PROSE) + sentences_of(OTHER)


def test_the_order_in_the_file_does_not_matter():
    """Columns are told by where they stand, also where the file holds line beside line."""
    left, right = two_columns()
    woven = [line for pair in zip(left, right, strict=False) for line in pair]
    woven += left[len(right) :] + right[len(left) :]
    assert list_texts(read([woven])) == sentences_of(PROSE) + sentences_of(OTHER)


def test_what_crosses_both_columns_parts_them():
    """A wide figure's caption is read between what stands above and below it."""
    above, below = two_columns(700), two_columns(400)
    caption = "Figure 1: Volume against temperature for three rates of cooling, the slowest lowest."
    lines = set_lines(wrap(caption, 460), x=LEFT, top=480)
    texts = list_texts(read([above[0] + above[1] + lines + below[0] + below[1]]))
    both = sentences_of(PROSE) + sentences_of(OTHER)
    assert texts == [*both, caption, *both]


def test_words_broken_at_a_line_end_are_whole_again():
    """A setter's hyphen goes, a compound's stays: as the paper writes it, or by its halves."""
    lines = [
        "The well-known relaxation of the glass is de-",
        "scribed by one exponent, and the long-stand-",
        "ing problem of its origin by a well-",
        "known theory. Self-",
        "averaging holds, as temperature-",
        "dependent fits of X-",
        "ray data show, and de-",
        "scribed they are.",
    ]
    assert list_texts(read([set_lines(lines)])) == [
        (
            "The well-known relaxation of the glass is described by one exponent, and the"
            " long-standing problem of its origin by a well-known theory."
        ),
        (
            "Self-averaging holds, as temperature-dependent fits of X-ray data show, and described"
            " they are."
        ),
    ]


def test_heads_feet_and_page_numbers_are_left_out():
    """What every page repeats at its edges, and its number, is no text; the title is."""
    pages = [
        [
            Text(x=200, y=765, text="How Glass Remembers", size=8),
            *(TITLE if number == 1 else []),
            *set_lines(wrap(f"{PROSE} Page {number} ends here.", 460)),
            Text(x=300, y=30, text=f"Page {number} of 4"),
        ]
        for number in (1, 2, 3, 4)
    ]
    document = read(pages)
    assert document.title == "How Glass Remembers"
    assert document.n_pages == 4
    assert list_texts(document).count("How Glass Remembers") == 1
    assert "of 4" not in document.text


def test_references_are_cut_off_and_the_appendix_is_kept():
    """The list of references is left out, what follows it under a heading of its rank is not."""
    entries = [
        f"[{n}] A. Author and B. Other. Title {n}. J. Glass {n}, {1980 + n}." for n in range(9)
    ]
    page = [
        *TITLE,
        Text(x=72, y=690, text="1 Introduction", font="F2", size=12),
        *set_lines(wrap(PROSE, 460), top=670),
        Text(x=72, y=590, text="References", font="F2", size=12),
        *set_lines(entries, top=570),
        Text(x=72, y=430, text="A Proofs", font="F2", size=12),
        *set_lines(wrap(OTHER, 460), top=410),
    ]
    document = read([page])
    assert "J. Glass" not in document.text
    assert list_texts(document)[-len(sentences_of(OTHER)) :] == sentences_of(OTHER)
    sections = {sentence.text: sentence.section for sentence in document.sentences}
    assert sections[sentences_of(PROSE)[0]] == "1 Introduction"
    assert sections[sentences_of(OTHER)[0]] == "A Proofs"


def test_a_sentence_knows_its_page_and_line():
    """Page and line are those a person would point at, lines counted on each page anew."""
    pages = [
        set_lines(["One is here.", "Two runs over", "a line. Three."]),
        set_lines(["Four stands", "on two lines. Five."]),
    ]
    places = [(each.text, each.page, each.line) for each in read(pages).sentences]
    assert places == [
        ("One is here.", 1, 1),
        ("Two runs over a line.", 1, 2),
        ("Three.", 1, 3),
        ("Four stands on two lines.", 2, 1),
        ("Five.", 2, 2),
    ]


def test_a_paragraph_goes_on_over_the_page():
    """A sentence that a page breaks is whole; the footnote between stands after it."""
    first = wrap(PROSE, 460)
    pages = [
        [*set_lines(first[:-1]), Text(x=80, y=90, text="1 See the tables.", size=7)],
        set_lines(first[-1:]),
    ]
    texts = list_texts(read(pages))
    assert texts == [*sentences_of(PROSE), "1 See the tables."]


def test_the_numbers_of_a_manuscripts_lines_are_left_out():
    """Numbers that count lines in the margin are no text."""
    lines = wrap(PROSE, 400)
    numbers = [Text(x=40, y=700 - 12 * at, text=f"{at + 1:03}", size=6) for at in range(len(lines))]
    assert list_texts(read([numbers + set_lines(lines, x=100)])) == sentences_of(PROSE)


def test_arxivs_stamp_names_the_paper_and_is_no_text():
    """The stamp that runs up the margin gives the id, with and without its version, first."""
    stamp = Text(x=30, y=200, text="arXiv:2101.01234v2 [cond-mat] 5 Jan 2021", size=20, turn=90)
    doi = Text(x=72, y=80, text="https://doi.org/10.1000/Glass.7", size=8)
    document = read([[*TITLE, *set_lines(wrap(PROSE, 460)), stamp, doi]])
    assert document.identifiers == ("arxiv:2101.01234", "arxiv:2101.01234v2", "doi:10.1000/glass.7")
    assert "arXiv" not in document.text
    assert document.title == "How Glass Remembers"


def test_a_file_named_by_its_arxiv_id_has_it():
    """The names that arXiv gives to files are ids."""
    assert read([TITLE], name="papers/1611.03530v1.pdf").identifiers[0] == "arxiv:1611.03530"


def test_raised_marks_of_notes_are_left_out_and_exponents_kept():
    """The number of a footnote or citation is no part of a word; a power is part of a quantity."""
    page = [
        Text(x=72, y=700, text="Glass flows"),
        Text(x=138, y=704, text="3,4", size=6),
        Text(x=152, y=700, text="slowly."),
        Text(x=194, y=704, text="12", size=6),
        Text(x=210, y=700, text="It takes 10"),
        Text(x=276, y=704, text="6", size=6),
        Text(x=284, y=700, text="years."),
    ]
    assert list_texts(read([page])) == ["Glass flows slowly.", "It takes 106 years."]


@pytest.mark.parametrize(("turn", "rotate"), [(90, 90), (270, 270), (180, 180), (90, 0)])
def test_a_turned_page_is_read_upright(turn, rotate):
    """A page set sideways, with or without the viewer turning it, reads as any other."""
    lines = wrap(PROSE, 300)
    places = {
        90: lambda at: (100 + 12 * at, 72),
        270: lambda at: (500 - 12 * at, 700),
        180: lambda at: (500, 100 + 12 * at),
    }
    page = [
        Text(x=places[turn](at)[0], y=places[turn](at)[1], text=line, turn=turn)
        for at, line in enumerate(lines)
    ]
    assert list_texts(read([page], rotate=rotate)) == sentences_of(PROSE)


@pytest.mark.parametrize(
    ("metadata", "title"),
    [
        ("How glass remembers", "How glass remembers"),  # shown on the page: as the file says it
        ("Microsoft Word - draft3.docx", "How Glass Remembers"),
        ("Something Else Entirely", "How Glass Remembers"),
        ("", "How Glass Remembers"),
    ],
)
def test_the_title_is_the_one_that_is_shown(metadata, title):
    """Metadata names the title only where the first page shows it too."""
    page = TITLE + set_lines(wrap(PROSE, 460))
    assert read([page], metadata={"Title": metadata}).title == title


def test_metadata_names_a_paper_whose_page_does_not():
    """Where nothing on the page is larger than the text, the metadata's title stands."""
    page = set_lines(wrap(PROSE, 460))
    document = read([page], metadata={"Title": "On Glass", "Subject": "doi:10.1000/182"})
    assert (document.title, document.identifiers) == ("On Glass", ("doi:10.1000/182",))


def test_bold_words_that_begin_a_paragraph_stand_alone():
    """A run-in heading is a sentence of its own, bold words within one are not."""
    page = [
        Text(x=72, y=700, text="Cooling rates", font="F2"),
        Text(x=162, y=700, text="They span ten decades of time."),
        Text(x=72, y=670, text="Glass", font="F2"),
        Text(x=108, y=670, text="is not a crystal, as everyone knows."),
    ]
    texts = list_texts(read([page]))
    assert texts == [
        "Cooling rates",
        "They span ten decades of time.",
        "Glass is not a crystal, as everyone knows.",
    ]


SCAN = make_pdf([[], []], picture=True)
SMALL = make_pdf([set_lines(wrap(PROSE, 460))])


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        (SCAN, "holds pictures of its pages, and no text to read", "ocrmypdf"),
        (make_pdf([[]]), "holds no text", "ocrmypdf"),
        (make_pdf([TITLE], encrypt=True), "is encrypted", "qpdf"),
        (SMALL[: len(SMALL) // 2], "is truncated", "download it again"),
        (
            SMALL.replace(b"/Catalog", b"/Dogalog").replace(b"/Pages", b"/Sages"),
            "is damaged",
            "again",
        ),
        (b"%PDF-1.4\n%%EOF\n", "is damaged", "download it again"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(data, message, hint):
    """The refusal says what the file is and what to do next."""
    with pytest.raises(DocumentUnreadable, match=re.escape(f"glass.pdf {message}")) as caught:
        read_pdf(data, "glass.pdf")
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message


def test_a_stamp_on_every_page_makes_no_text_of_a_scan():
    """A library's line on each scanned page does not pass for its text."""
    stamp = [Text(x=72, y=20, text="From the library of X", size=6)]
    with pytest.raises(DocumentUnreadable, match="pictures of its pages"):
        read([stamp] * 5, picture=True)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_download_that_broke_off_is_told(share):
    """Wherever a file breaks off, also where a reader could still open it."""
    data = SMALL[: int(share * len(SMALL))]
    assert is_truncated(data)
    with pytest.raises(DocumentUnreadable, match="truncated"):
        read_pdf(data, "x.pdf")


def test_a_linearised_file_says_how_long_it_is():
    """A file made for the web is truncated where it is shorter than it says."""
    data = b"%PDF-1.4\n1 0 obj << /Linearized 1 /L 90000 /H [1 2] >> endobj\n%%EOF\n" + SMALL
    assert is_truncated(data)
    assert not is_truncated(data.replace(b"90000", b"00090"))


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_of_any_kind_raises_nothing_else(data):
    """Bytes changed, cut out or doubled give a document or a refusal."""
    damaged = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        patch = data.draw(
            st.sampled_from([b"", b"0", b"-1e39", b"<<", b">>", b"/Rotate 90", b"\xff"])
        )
        damaged[at : at + data.draw(st.integers(0, 40))] = patch
    try:
        document = read_pdf(bytes(damaged), "x.pdf")
    except NotewebError:
        return
    for sentence in document.sentences:
        assert " ".join(document.text[sentence.start : sentence.end].split()) == sentence.text


def test_a_page_far_beyond_any_page_stays_within_bounds():
    """Text at absurd places is read without a number running over."""
    page = [
        *set_lines(wrap(PROSE, 460)),
        Text(x=1e30, y=-1e30, text="far"),
        Text(x=5, y=HEIGHT, text="x"),
    ]
    assert "Glass keeps a trace" in read([page]).text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1e30, 1e30])
def test_damaged_numbers_are_tamed(number):
    """A place that is no place is the page's corner, so that nothing after reckons with it."""
    from noteweb.documents.pdfium import _tame

    assert _tame(number) == 0.0
    assert _tame(72.04) == 72.0
