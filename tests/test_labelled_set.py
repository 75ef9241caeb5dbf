"""The labelled passages for activation are whole, balanced and about notes that exist."""

import json
import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "data" / "activation"
LINES = (FOLDER / "passages.jsonl").read_text(encoding="utf-8").splitlines()
PASSAGES = [json.loads(line) for line in LINES]
NOTES = {
    path.relative_to(ROOT / "notes").with_suffix("").as_posix()
    for path in (ROOT / "notes").rglob("*.md")
}
FIELDS = ["id", "half", "lang", "kind", "difficulty", "text", "fires", "maybe"]
UNLABELLED = {"language/Russian and English terms of machine learning"}  # came after the labels
ARTICLES = ("cooking", "football", "tax-law")
BORROWED_WORDS = 7  # shorter runs are shared by chance: "by a factor of two in"


def find_runs(text):
    """Give every run of `BORROWED_WORDS` words of the text."""
    words = re.findall(r"\w+", text.lower())
    starts = range(len(words) - BORROWED_WORDS + 1)
    return {" ".join(words[start : start + BORROWED_WORDS]) for start in starts}


def test_every_line_is_a_passage():
    """Each line has the promised fields in their order, with values of the promised kinds."""
    for passage in PASSAGES:
        assert list(passage) == FIELDS
        assert passage["half"] in {"tune", "test"}
        assert passage["lang"] in {"en", "ru"}
        assert passage["kind"] in {"on", "off"}
        assert passage["difficulty"] in {"easy", "hard"}


def test_no_passage_stands_twice():
    """No id and no text occurs twice."""
    for field in ("id", "text"):
        assert [name for name, n in Counter(p[field] for p in PASSAGES).items() if n > 1] == []


def test_labels_name_shipped_notes():
    """Each label is a note of `notes/`, once, and never both sure and doubtful."""
    for passage in PASSAGES:
        labels = [*passage["fires"], *passage["maybe"]]
        assert set(labels) <= NOTES, passage["id"]
        assert len(labels) == len(set(labels)), passage["id"]


def test_passages_off_the_subjects_fire_nothing():
    """A passage off the vault's subjects has no sure label."""
    assert [p["id"] for p in PASSAGES if p["kind"] == "off" and p["fires"]] == []


def test_every_note_fires_in_both_halves():
    """Each note that was labelled fires in the half for tuning and in the half for measuring."""
    for half in ("tune", "test"):
        fired = {note for p in PASSAGES if p["half"] == half for note in p["fires"]}
        assert NOTES - fired == UNLABELLED


def test_halves_alternate_within_strata():
    """In the order of the file, each kind, language and difficulty alternates, `tune` first."""
    strata = defaultdict(list)
    for passage in PASSAGES:
        strata[passage["kind"], passage["lang"], passage["difficulty"]].append(passage["half"])
    assert len(strata) == 8
    for halves in strata.values():
        assert halves[0] == "tune"
        assert all(one != other for one, other in pairwise(halves))


def test_the_set_is_as_large_as_promised():
    """There are at least 60 passages: 12 in Russian, 40 hard, 20 that fire several notes."""
    counts = Counter((p["kind"], p["difficulty"]) for p in PASSAGES)
    assert len(PASSAGES) >= 60
    assert sum(p["lang"] == "ru" for p in PASSAGES) >= 12
    assert counts["on", "hard"] + counts["off", "hard"] >= 40
    assert sum(len(p["fires"]) > 1 for p in PASSAGES) >= 20


def test_passages_are_as_long_as_an_abstract():
    """Each passage has 80 to 160 words, on one line."""
    for passage in PASSAGES:
        assert 80 <= len(passage["text"].split()) <= 160, passage["id"]
        assert "\n" not in passage["text"]


def test_the_language_is_the_one_stated():
    """Russian passages are in Cyrillic, English ones are not."""
    for passage in PASSAGES:
        cyrillic = len(re.findall(r"[а-яё]", passage["text"].lower()))
        assert (cyrillic > len(passage["text"]) / 2) == (passage["lang"] == "ru"), passage["id"]


def test_nothing_is_borrowed_from_the_notes():
    """No passage and no article shares seven words in a row with a note."""
    notes = set().union(*(find_runs(p.read_text("utf-8")) for p in (ROOT / "notes").rglob("*.md")))
    for passage in PASSAGES:
        assert find_runs(passage["text"]) & notes == set(), passage["id"]
    for name in ARTICLES:
        article = (FOLDER / "unrelated" / f"{name}.txt").read_text(encoding="utf-8")
        assert find_runs(article) & notes == set(), name


@pytest.mark.parametrize("name", ARTICLES)
def test_articles_are_whole(name):
    """Each unrelated article has 600 to 900 words."""
    text = (FOLDER / "unrelated" / f"{name}.txt").read_text(encoding="utf-8")
    assert 600 <= len(text.split()) <= 900


def test_the_readme_counts_right():
    """The README's number of passages and its table are those of the file."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"\n{len(PASSAGES)} passages" in readme
    counts = Counter((p["kind"], p["lang"], p["difficulty"]) for p in PASSAGES)
    for kind, lang in {(p["kind"], p["lang"]) for p in PASSAGES}:
        easy, hard = counts[kind, lang, "easy"], counts[kind, lang, "hard"]
        assert f"| {kind} | {lang} | {easy} | {hard} | {easy + hard} |" in readme
