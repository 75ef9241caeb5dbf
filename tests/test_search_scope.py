"""What a query's demands leave: held against the notes one by one."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteweb import NoteWeb
from noteweb.errors import BadRequest
from noteweb.model.hit import Demand, Key, Only
from noteweb.search.syntax import quote

LANGUAGES = {
    "en": "The colony is not what it was for a year and that is with the queen.",
    "ru": "Колония не та, что была на прошлой неделе, и это видно как на ладони.",
    "de": "Die Kolonie ist nicht mit der alten zu vergleichen und das ist von dem Volk.",
    "": "",
}
DAYS = ("2024-12-31", "2025-01-15", "2025-02", "2026", "soon", "")
TAGS = ("bees", "bees/wild", "Method", "method/field work", "")
WORDS = ("amber", "comb", "drone", "amber comb", "comb drone", "drone comb amber")


def write_notes(root):
    """Write notes that differ in all that a query can demand."""
    for i in range(24):
        lines = [f"created: {DAYS[i % 6]}", f"updated: {DAYS[(i // 4) % 6]}"]
        lines += [f"tags: [{TAGS[i % 5]}]"] if TAGS[i % 5] else []
        lines += [f"category: {'Method' if i % 3 else 'essay'}"]
        lines += [f"claims: [{{id: c{i}, statement: Wax melts.}}]"] if i % 7 == 0 else []
        lines += [f"aliases: [other{i}]"] if i % 4 == 1 else []
        lines += [f"Receptor: When a {WORDS[i % 6]} is seen."] if i % 3 != 1 else []
        text = list(LANGUAGES.values())[i % 4]
        link = " [[note 1]]" if i % 5 == 2 else ""
        body = (
            f"# H\n\n{text}\n\n# {WORDS[(i // 3) % 6]}\n\nA {WORDS[(i // 2) % 6]} lies here.{link}"
        )
        path = root / ("field" if i % 2 else "lab [x]") / f"note {i}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(["---", *lines, "---", body]) + "\n", encoding="utf-8")
    (root / "empty.md").write_text("", encoding="utf-8")


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Open the made vault, without a model."""
    root = tmp_path_factory.mktemp("vault")
    write_notes(root)
    with NoteWeb.open(root, model="none") as opened:
        yield opened


def passages(web, card):
    """Give (field, words) of a note's passages."""
    return [
        (row[1], tuple(re.findall(r"\w+", row[2].lower())))
        for row in _all_passages(web)
        if row[0] == card.path
    ]


@cache
def _all_passages(web):
    return web.index.catalogue.rows(
        "SELECT path, field, prefix || text FROM passages JOIN notes USING (nid)"
    )


def holds(words, phrase):
    """Whether the words of a phrase stand side by side."""
    wanted = tuple(phrase.split())
    return any(words[i : i + len(wanted)] == wanted for i in range(len(words)))


def day(card):
    """Give the day by which a note counts."""
    return next((d for d in (card.created, card.updated) if d[:4].isdigit()), "")


def meets(web, card, key, value):  # noqa: PLR0911 - a table
    """Whether a note meets one value, as a reader would say it."""
    match key:
        case Key.TAG:
            return any(f"{tag}/".casefold().startswith(f"{value}/".casefold()) for tag in card.tags)
        case Key.CATEGORY:
            return card.category.casefold() == value.casefold()
        case Key.PATH:
            path, wanted = card.path.casefold(), value.casefold()
            return wanted in path or fnmatchcase(path, wanted)
        case Key.LANG:
            return card.language == value
        case Key.AFTER:
            return bool(day(card)) and day(card)[: len(value)] >= value
        case Key.BEFORE:
            return bool(day(card)) and day(card)[: len(value)] < value
        case Key.HAS if value == "claims":
            return card.claims_at is not None
        case Key.HAS if value == "Receptor":
            return any(field == "Receptor" for field, _ in passages(web, card))
        case Key.HAS:
            return bool(getattr(card, value))
    return any(holds(words, value) for _, words in passages(web, card))


def is_left(web, card, demands):
    """Whether a note is left by demands; fields and phrases must meet in some passage."""
    for demand in demands:
        found = any(meets(web, card, demand.key, value) for value in demand.values)
        if demand.key is not Key.FIELD and found == demand.is_excluded:
            return False
    of_fields = [d for d in demands if d.key is Key.FIELD]
    phrases = [d for d in demands if d.key is Key.TEXT and not d.is_excluded]
    kept = [
        words
        for field, words in passages(web, card)
        if all((field in d.values) != d.is_excluded for d in of_fields)
    ]
    held = all(any(holds(words, v) for words in kept for v in d.values) for d in phrases)
    return held and (bool(kept) or not of_fields)


VALUES = {
    Key.FIELD: st.sampled_from(["Receptor", "body", "Activation"]),
    Key.TAG: st.sampled_from(["bees", "Bees/Wild", "method", "method/field work", "bee"]),
    Key.PATH: st.sampled_from(["field", "LAB*", "*1?.md", "lab [x]", "note 1", "*[3-5].md"]),
    Key.CATEGORY: st.sampled_from(["method", "Essay", "no"]),
    Key.LANG: st.sampled_from(["en", "ru", "de"]),
    Key.AFTER: st.sampled_from(["2025", "2025-01", "2025-01-15", "2026-01"]),
    Key.BEFORE: st.sampled_from(["2025", "2025-01-16", "2025-02", "2026"]),
    Key.HAS: st.sampled_from(["claims", "tags", "aliases", "links", "Receptor"]),
    Key.TEXT: st.sampled_from(WORDS),
}


@st.composite
def queries(draw):
    """Draw up to four demands and the query that writes them."""
    demands = []
    for key in draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=4, unique=True)):
        several = st.lists(VALUES[key], min_size=1, max_size=1 if key is Key.TEXT else 2)
        demands.append(
            Demand(key=key, values=tuple(draw(several)), is_excluded=draw(st.booleans()))
        )
    parts = [
        f"{'-' * d.is_excluded}{'' if d.key is Key.TEXT else d.key + ':'}"
        + ",".join(map(quote, d.values))
        for d in demands
    ]
    return demands, " ".join(parts)


@settings(max_examples=100)
@given(queries())
def test_what_is_left_is_what_meets_every_demand(web, drawn):
    """Filters, phrases and what they exclude leave just the notes that a look at each would."""
    demands, query = drawn
    expected = {card.id for card in web.cards if is_left(web, card, demands)}
    assert {hit.note_id for hit in web.search(query, limit=100, mode="text")} == expected


def test_filters_alone_list_the_newest_first(web):
    """Notes without words to look for come by their day, then by path, the undated last."""
    hits = web.search("path:field", limit=100)
    cards = {card.id: card for card in web.cards}
    days = [day(cards[hit.note_id]) for hit in hits]
    assert days == sorted(days, reverse=True)
    assert {hit.score for hit in hits} == {0.0}
    assert [h.path for h in hits if not day(cards[h.note_id])] == sorted(
        h.path for h in hits if not day(cards[h.note_id])
    )
    assert len(web.search("path:field", limit=3)) == 3
    assert web.search("path:empty")[0].title == "empty"


def test_what_is_shown_holds_a_phrase(web):
    """A note found by a phrase is shown where the phrase stands, in the fields that count."""
    for hit in web.search('"amber comb" field:receptor', limit=100):
        assert (hit.field, "amber comb" in hit.text) == ("Receptor", True)
    found = web.search('here "drone lies"', limit=100)
    assert found
    assert all("drone lies" in hit.text for hit in found)


def test_options_and_operators_say_the_same(web):
    """`only` narrows what the text says, in the same way."""
    options = Only(fields=("body",), tags=("bees",), category="METHOD", path="field/*")
    by_text = web.search("drone field:body tag:bees category:method path:field/*", limit=50)
    assert by_text == web.search("drone", limit=50, only=options)
    assert by_text
    assert web.search("drone tag:method", only=options) == ()


def test_a_meaning_is_asked_for_without_the_operators(tmp_path):
    """By meaning the words alone are embedded, and filters, phrases and exclusions still hold."""
    write_notes(tmp_path)
    with NoteWeb.open(tmp_path, model="hashing") as web:
        plain = [
            hit.note_id for hit in web.search("drone", limit=50, mode="semantic", min_score=-99)
        ]
        tagged = web.search("drone tag:bees -essay", limit=50, mode="semantic", min_score=-99)
        assert {hit.note_id for hit in tagged} == {
            card.id for card in web.cards if meets(web, card, Key.TAG, "bees")
        }
        kept = {hit.note_id for hit in tagged}
        assert [hit.note_id for hit in tagged] == [note for note in plain if note in kept]
        without = web.search("drone -amber", limit=50, mode="semantic", min_score=-99)
        assert 0 < len(without) < len(plain)
        assert not any("amber" in hit.text for hit in without)


def test_a_standing_finds_the_notes_of_its_claims(web):
    """A verdict or a label of a claim finds the note that states it."""
    with_claims = {card.id for card in web.cards if card.claims_at}
    assert {h.note_id for h in web.search("standing:not-testable,not-run")} == with_claims
    assert web.search("standing:refuted") == ()
    assert len(web.search("-standing:refuted", limit=50)) == len(web.cards)


def test_nothing_to_look_for_is_refused(web):
    """A query of blanks, or of marks that mean nothing, asks for nothing."""
    for query in ("", " ", '""', "\\"):
        with pytest.raises(BadRequest):
            web.search(query)
