"""Libraries of every format are read to the same references, broken records are told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.errors import DocumentUnreadable, Severity
from noteweb.library.latex import decode_latex
from noteweb.library.read import parse_library, read_library
from noteweb.library.record import clean
from noteweb.model.reference import Reference

BIBTEX = r"""This file was made by hand.
@string{jg = "Journal of " # {Glass}}
@comment{jabref-meta: x}
@article{mueller19,
  author   = {M{\"u}ller, J{\'o}zef and {Barnes and Noble} and de la Cruz, Ana},
  title    = "{On} Glass" # { and Its Memory},
  journal  = jg,
  year     = 2019,
  abstract = {We cool by 5\,K at 50\% \& find $\alpha$ -- nothing.},
  keywords = {glass, memory},
  doi      = {https://doi.org/10.1000/X_1},
}
@misc{pre, title={A Preprint}, archivePrefix={arXiv}, eprint={2101.01234}}
"""
CSL = """[
 {"id": "mueller19", "type": "article-journal",
  "author": [{"family": "Müller", "given": "Józef"}, {"literal": "Barnes and Noble"},
             {"non-dropping-particle": "de la", "family": "Cruz", "given": "Ana"}],
  "title": "On Glass and Its Memory", "container-title": "Journal of Glass",
  "issued": {"date-parts": [[2019, 5]]}, "keyword": "glass, memory",
  "abstract": "We cool by 5 K at 50% &amp; find <i>α</i> – nothing.", "DOI": "10.1000/X_1"},
 {"id": 7, "title": "A Preprint", "URL": "https://arxiv.org/abs/2101.01234"}
]"""
RIS = """TY  - JOUR
ID  - mueller19
AU  - Müller, Józef
AU  - Barnes and Noble
A1  - de la Cruz, Ana
TI  - On Glass
  and Its Memory
JO  - Journal of Glass
PY  - 2019/05/01/
KW  - glass
KW  - memory
N2  - We cool by 5 K at 50% & find α – nothing.
DO  - doi:10.1000/X_1
XX  - kept
N1  - ASReview_relevant
ER  -

TY  - GEN
TI  - A Preprint
UR  - https://arxiv.org/abs/2101.01234
"""
CSV = """Record_ID,Title,Authors,Publication Year,Journal,Abstract Note,Author Keywords,DOI,\
label_included
mueller19,On Glass and Its Memory,"Müller, Józef; Barnes and Noble; de la Cruz, Ana",2019,\
Journal of Glass,"We cool by 5 K
at 50% & find α – nothing.",glass; memory,10.1000/X_1,1
x,A Preprint,,,,,,,0
"""
FIRST = Reference(
    key="mueller19",
    title="On Glass and Its Memory",
    abstract="We cool by 5 K at 50% & find α – nothing.",
    authors=("Müller, Józef", "Barnes and Noble", "de la Cruz, Ana"),
    year=2019,
    journal="Journal of Glass",
    keywords=("glass", "memory"),
    doi="10.1000/X_1",
)


def read(text, suffix):
    """Read a library of that format."""
    return parse_library(text.encode(), f"lib{suffix}", suffix=suffix)


@pytest.mark.parametrize(
    ("text", "suffix", "line", "included"),
    [
        (BIBTEX, ".bib", 4, None),
        (CSL, ".json", 2, None),
        (RIS, ".ris", 1, True),
        (CSV, ".csv", 2, True),
    ],
)
def test_the_same_record_is_the_same_in_every_format(text, suffix, line, included):
    """Names, dates, macros, markup and labels are read as each format writes them."""
    library = read(text, suffix)
    first, second = library.references
    assert library.problems == ()
    assert (first.line, first.included) == (line, included)
    assert replace(first, source="", line=1, included=None) == FIRST
    assert second.title == "A Preprint"
    assert second.url in ("https://arxiv.org/abs/2101.01234", "")
    assert "mueller19" in first.source


@pytest.mark.parametrize("text", [BIBTEX.split("\n", 1)[1], CSL, RIS, CSV])
def test_a_library_is_known_by_what_it_holds(text):
    """Without a suffix the beginning tells the format."""
    assert read(text, "").references[0].title == FIRST.title


def test_a_file_is_read_by_its_path(tmp_path):
    """The door takes a path; problems name it."""
    path = tmp_path / "lib.ris"
    path.write_text(RIS.replace("TI  - A Preprint\n", ""))
    library = read_library(path)
    assert [reference.key for reference in library.references] == ["mueller19"]
    assert [(each.path, each.line, each.code) for each in library.problems] == [
        (str(path), 18, "reference-empty")
    ]


@pytest.mark.parametrize(
    ("text", "suffix", "keys", "problems"),
    [
        (
            (
                "@a{a, title={One}}\n@a{b, title={Two\n@a{c, title={Three}}\n"
                "@a{c, title={Four}}\n@a{d, title={Five}, title={x}}\n@a{, title={Six}}"
            ),
            ".bib",
            ["a", "c", "c-2", "d", "5"],
            [(2, "reference-broken"), (4, "reference-key-twice")],
        ),
        (
            (
                '[{"id": "a", "title": "One"},\n7,\n {"id": "b", "title": Two},\n'
                ' {"id": "c", "title": "Three"}\n'
            ),
            ".json",
            ["a", "c"],
            [(2, "reference-broken"), (3, "reference-broken")],
        ),
        (
            f'[{{"id": {"9" * 5_000}}},\n{{"id": "b", "title": "Two"}}]',
            ".json",
            ["b"],
            [(1, "reference-broken")],
        ),
        (
            "XX\nTY  - JOUR\nTI  - One\nTY  - JOUR\nID  - b\nTI  - Two\nER  - \nstray",
            ".ris",
            ["1", "b"],
            [(1, "reference-stray-line"), (8, "reference-stray-line")],
        ),
        (
            'id,title\na,One\nb,"Two\nc,' + "x" * 140_000 + "\nd,Four\n",
            ".csv",
            ["a", "d"],
            [(3, "reference-broken"), (4, "reference-broken")],
        ),
    ],
)
def test_a_broken_record_is_told_and_the_rest_is_kept(text, suffix, keys, problems):
    """The line of each is named, keys are unique, and reading goes on."""
    library = read(text, suffix)
    assert [reference.key for reference in library.references] == keys
    assert [(each.line, each.code) for each in library.problems] == problems


def test_only_a_doubled_key_is_no_loss():
    """A record that is read all the same is a warning, one that is lost an error."""
    library = read("@a{a, title={x}}\n@a{a, title={y}}\n@a{b, year=1}", ".bib")
    assert [each.severity for each in library.problems] == [Severity.WARNING, Severity.ERROR]


@pytest.mark.parametrize(
    ("text", "suffix", "message"),
    [
        ("@a{a, title={Two", ".bib", "holds no reference: line 1, the record cannot be read"),
        ("{}", ".json", "holds no reference"),
        ("<html><body>x", ".bib", "holds no reference"),
        ("<html><body>x", "", "is a web page"),
        ("%PDF-1.4 x", ".bib", "is a PDF"),
    ],
)
def test_a_file_without_references_is_refused(text, suffix, message):
    """One line says what is wrong."""
    with pytest.raises(DocumentUnreadable, match=message):
        read(text, suffix)


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ("1", True),
        ("1.0", True),
        ("yes", True),
        ("0", False),
        ("-1", None),
        ("", None),
        ("?", None),
    ],
)
@pytest.mark.parametrize("column", ["included", "label", "final_included", "Label_Included"])
def test_labels_are_asreviews(column, cell, label):
    """Its columns and its values, -1 for none."""
    (reference,) = read(f"title,{column}\nOn Glass,{cell}\n", ".csv").references
    assert reference.included is label


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Doe, J.; Roe, R.", ("Doe, J.", "Roe, R.")),
        ("John Doe, Richard Roe and Ann Poe", ("John Doe", "Richard Roe", "Ann Poe")),
        ("Doe, John and Roe, Richard", ("Doe, John", "Roe, Richard")),
        ("['Doe, J.', 'Roe, R.']", ("Doe, J.", "Roe, R.")),
        ("Doe, John", ("Doe, John",)),
        ("", ()),
    ],
)
@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_authors_are_told_apart_however_they_are_joined(cell, names, delimiter):
    """Semicolons, lists, "and" and commas between whole names; any delimiter of cells."""
    text = f'title{delimiter}authors\nx{delimiter}"{cell}"\n'
    (reference,) = read(text, ".tsv").references
    assert reference.authors == names


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"{\'E}tude of {\emph{E. coli}}", "Étude of E. coli"),
        (r"Erd{\H o}s, P\'{a}l; {\c c}a; \v{S}m\'\i d; \'{\i}", "Erdős, Pál; ça; Šmíd; í"),
        (r"{\ss}, \o{}re, {\L}\'od\'z, {\AA}s, \ae on", "ß, øre, Łódź, Ås, æon"),
        (r"$x_i^2 \leq \beta$ costs \$5 or \$6", "x_i^2 ≤ β costs $5 or $6"),
        (r"50\% A\&B \#1 \{x\} a~b --- ``q''", "50% A&B #1 {x} a b — “q”"),
        (r"{\em foo} \textbf{bar} \unknown{baz} \LaTeX{} is", "foo bar baz LaTeX is"),
        ("no latex here", "no latex here"),
        ("\\", "\\"),
    ],
)
def test_latex_becomes_text(latex, text):
    """Accents, symbols, escapes, mathematics and formatting, as bibliographies hold them."""
    assert decode_latex(latex) == text


@given(st.text(alphabet="\\{}$~'`\"^&-aAiou c%"))
def test_any_latex_becomes_text(value):
    """Nothing raises, and no brace is left that was not escaped."""
    decoded = decode_latex(value)
    assert "{" not in decoded or "\\{" in value


@given(st.text(alphabet="&;amplt<>/i b#x26é\u00c3\u00a9\x85\n") | st.text(max_size=30))
def test_a_clean_value_stays_as_it_is(value):
    """Cleaning twice changes nothing, so that what is written reads back the same."""
    assert clean(clean(value)) == clean(value)
    assert "\n" not in clean(value)


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("A &amp;lt; B &amp;amp;amp; C", "A < B & C"),
        ("<i>E.&nbsp;coli</i> <jats:p>grew</jats:p>", "E. coli grew"),
        ("â€œsoâ€\x9d", "“so”"),
        ("a\x00b\n c\u2028d", "a b c d"),
        ("1 < 2 > 0 & more", "1 < 2 > 0 & more"),
    ],
)
def test_what_exports_do_to_values_is_undone(value, cleaned):
    """Entities of entities, tags, encodings read wrongly, control characters."""
    assert clean(value) == cleaned


def test_macros_multiply_within_bounds():
    """Forty macros, each twice the one before, would hold a terabyte; one beyond is its name."""
    macros = "".join(f"@string{{a{k} = a{k - 1} # a{k - 1}}}\n" for k in range(1, 40))
    text = f"@string{{a0 = {{x}}}}\n{macros}@a{{b, title = a9 # {{ }} # a39}}\n"
    (reference,) = parse_library(text.encode(), "a.bib").references
    assert len(reference.title) < 200_000
    assert reference.title.endswith(" a39")


def test_a_thousand_broken_records_are_enough():
    """What a library holds after so many broken records is not looked for, and that is told."""
    text = "[" + '{"id":,},\n' * 1_001 + '{"id":"a","title":"b"}]'
    with pytest.raises(DocumentUnreadable, match="holds no reference"):
        parse_library(text.encode(), "a.json")
    fewer = parse_library(text.replace('{"id":,},\n', "", 2).encode(), "a.json")
    assert [reference.key for reference in fewer.references] == ["a"]
