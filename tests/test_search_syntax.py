"""The language of a query: what is a word, a phrase, an operator, and where a fault is."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from noteweb.errors import QueryInvalid
from noteweb.model.hit import Demand, Key
from noteweb.search.syntax import escape, quote, read_query, write_demands
from noteweb.text.width import measure

#: What queries are made of, wild on purpose.
PIECES = st.sampled_from(
    [
        *(f"{key.value}:" for key in Key),
        *('"', "\\", "-", ",", ":", "#", "/", " ", "\t", "\n", "“", "”", "«", "»", "\ud800", "\0"),
        *(
            "feild:",
            "http://",
            "12:30",
            "信号",
            "word",
            "receptor",
            "2025-01",
            "claims",
            "ru",
            "a b",
        ),
    ]
)
QUERIES = st.one_of(st.text(), st.lists(PIECES).map("".join))


def demand(key, *values, no=False):
    """Give a demand in few words."""
    return Demand(key=Key(key), values=values, is_excluded=no)


@pytest.mark.parametrize(
    ("query", "words", "demands"),
    [
        ("label noise", "label noise", ()),
        ('peak "label noise"', "peak label noise", (demand("text", "label noise"),)),
        ("«двойной спуск» “a b”", "двойной спуск a b", (
            demand("text", "двойной спуск"), demand("text", "a b"),
        )),
        ("bees -wasps", "bees", (demand("text", "wasps", no=True),)),
        ('-"old queen" bees', "bees", (demand("text", "old queen", no=True),)),
        ("field:receptor field:signal_transduction x", "x", (
            demand("field", "Receptor", "SignalTransduction"),
        )),
        ("tag:#a/b tag:c -tag:d", "", (
            demand("tag", "a/b"), demand("tag", "c"), demand("tag", "d", no=True),
        )),
        ("lang:ru,en Lang:de", "", (demand("lang", "ru", "en", "de"),)),
        ('path:"a, \\"b\\"",c', "", (demand("path", 'a, "b"', "c"),)),
        ("path:/x category:method", "", (demand("path", "/x"), demand("category", "method"))),
        ("after:2025-01 before:2026", "", (demand("after", "2025-01"), demand("before", "2026"))),
        ("has:claims has:receptor", "", (demand("has", "claims"), demand("has", "Receptor"))),
        ("standing:refuted,out", "", (demand("standing", "refuted", "out"),)),
        ("\\tag:x \\-y \\\\alpha", "tag:x -y \\alpha", ()),
        ('"tag:x"', "tag:x", (demand("text", "tag:x"),)),
    ],
)  # fmt: skip
def test_what_a_query_asks_for(query, words, demands):
    """Words and phrases are looked for; the rest a note has to meet."""
    found = read_query(query)
    assert (found.text, found.demands) == (words, demands)


@pytest.mark.parametrize(
    "word",
    ["http://a.b/c", "12:30", "doi:10.1/2", "tag::x", "was:x", "gas:x", "hash:a", "file:x", "->",
     "-", "--", "--mode", "\\alpha", 'say"so"', "a-b", "lang", "C:\\x", "re:view"],
)  # fmt: skip
def test_what_only_looks_like_an_operator_is_a_word(word):
    """Addresses, times, arrows and words with a colon are looked for as they stand."""
    found = read_query(f"{word} x")
    assert found.demands == ()
    assert found.text == f"{word.removeprefix(chr(92))} x"


@pytest.mark.parametrize(
    ("query", "pointed", "told"),
    [
        ("feild:x", "feild", "did you mean: field"),
        ("信号 -tags:x", "tags", "did you mean: tag"),
        ("catgory:x", "catgory", "did you mean: category"),
        ('bees "old queen', '"', "close it"),
        ("field:recptor", "recptor", "did you mean: Receptor"),
        ("x has:claimz", "claimz", "did you mean: claims"),
        ("after:yesterday", "yesterday", "2025-03"),
        ("after:2025-02-30", "2025-02-30", "2025-03"),
        ("lang:klingon", "klingon", "there are: de, en"),
        ("standing:refuted,supportd", "supportd", "did you mean: supported"),
        ("bees tag: x", "tag:", "write"),
        ("tag:#", "#", "tag:theory"),
        ("path:", "path:", "write"),
    ],
)
def test_a_fault_is_pointed_at(query, pointed, told):
    """The query comes back with carets under what is wrong, wide letters counted, and a hint."""
    with pytest.raises(QueryInvalid) as caught:
        read_query(query)
    line, carets, hint = caught.value.hint.split("\n  ")
    assert line == query
    at = query.index(pointed)
    assert carets == " " * measure(query[:at]) + "^" * measure(pointed)
    assert told in hint


def test_a_long_query_is_cut_around_its_fault():
    """The line that shows the fault stays short, and the caret under it."""
    with pytest.raises(QueryInvalid) as caught:
        read_query("字" * 200 + " feild:x " + "y\n" * 200)
    line, carets, _ = caught.value.hint.split("\n  ")
    assert measure(line) <= 72
    place = measure(line[: line.index("feild")])
    assert carets == " " * place + "^^^^^"


@given(QUERIES)
@example('"')
@example("-")
@example('tag:"')
def test_any_text_is_read_or_refused(query):
    """No text raises anything but the error that points into it, in two lines of the same text."""
    try:
        read_query(query)
    except QueryInvalid as error:
        line, carets, _ = error.hint.split("\n  ")
        assert carets.strip(" ").strip("^") == ""
        assert carets.endswith("^")
        assert len(line) <= max(len(query), 80)


@given(st.text(min_size=1))
def test_a_quoted_value_is_read_as_it_was(value):
    """Whatever a path or phrase holds, in quotes it comes back."""
    assert read_query(f"path:{quote(value)}").demands == (demand("path", value),)
    phrase = read_query(f"-{quote('a' + value)} x")
    assert phrase.demands == (demand("text", "a" + value, no=True),)


@given(QUERIES)
def test_escaped_words_are_words(query):
    """Any text can be made plain words, so that programs can search for it."""
    found = read_query(escape(query))
    assert (found.text, found.demands) == (" ".join(query.split()), ())


@given(QUERIES)
def test_demands_are_written_as_they_are_read(query):
    """What a query demands reads back from the operators that say it."""
    try:
        demands = read_query(query).demands
    except QueryInvalid:
        return
    assert read_query(write_demands(demands)).demands == demands
