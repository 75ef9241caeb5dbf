"""A screening goes on where it stopped, and says how far it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from made_library import CRITERIA, make_library
from noteweb.embed import open_embedder
from noteweb.errors import BadRequest
from noteweb.screening.criteria import read_criteria
from noteweb.screening.label import Answer
from noteweb.screening.meaning import Meaning
from noteweb.screening.session import Screening

LIBRARY, LABELS = make_library(160, share=0.3, seed=3)
TRUTH = {each.key: label for each, label in zip(LIBRARY, LABELS, strict=True)}


class Counting:
    """The hashing embedder, counting what it embeds."""

    def __init__(self):
        self._embedder = open_embedder("hashing")
        self.n_embedded = 0

    def __getattr__(self, name):
        return getattr(self._embedder, name)

    def encode(self, texts, *, on_done=None):
        """Encode and count."""
        self.n_embedded += len(texts)
        return self._embedder.encode(texts, on_done=on_done)


def start(tmp_path, references=LIBRARY, embedder=None):
    """Open a screening of the made library."""
    meaning = Meaning(embedder=embedder or open_embedder("hashing"), cache=tmp_path / "cache")
    labels = tmp_path / "answers.jsonl"
    return Screening.open(references, read_criteria(CRITERIA), labels=labels, meaning=meaning)


def read(screening, n_records):
    """Answer the next records truthfully."""
    for reference in screening.next(n_records):
        answer = Answer.RELEVANT if TRUTH[reference.key] else Answer.IRRELEVANT
        screening.label(reference.key, answer)


def test_a_screening_goes_on_where_it_stopped(tmp_path):
    """Opened anew it has the same ranking, embeds no record again, and offers nothing twice."""
    first = start(tmp_path)
    read(first, 10)
    read(first, 10)
    embedder = Counting()
    second = start(tmp_path, embedder=embedder)
    assert second.rank() == first.rank()
    assert second.progress() == first.progress()
    assert embedder.n_embedded == 2  # what is wanted and what is not
    assert not {each.reference.key for each in second.rank()} & set(first.answers)


def test_a_torn_last_answer_is_asked_again(tmp_path):
    """After a stop in the middle of a line the record is unread, and the rest stands."""
    screening = start(tmp_path)
    read(screening, 3)
    last = list(screening.answers)[-1]
    data = screening.labels.read_bytes()
    screening.labels.write_bytes(data[:-4])
    again = start(tmp_path)
    assert len(again.answers) == 2
    assert last in {each.reference.key for each in again.rank()}


def test_a_damaged_cache_is_made_anew(tmp_path):
    """Vectors that cannot be read are made again."""
    before = start(tmp_path).rank()
    (cache,) = (tmp_path / "cache").iterdir()
    cache.write_bytes(cache.read_bytes()[:100])
    assert start(tmp_path).rank() == before


def test_another_writers_answers_come_in(tmp_path):
    """Two screenings on one file see each other's answers when they answer."""
    one, two = start(tmp_path), start(tmp_path)
    one.label("r1", "relevant")
    two.label("r2", "irrelevant")
    one.refresh()
    assert one.answers == two.answers == {"r1": Answer.RELEVANT, "r2": Answer.IRRELEVANT}


def test_unsure_is_neither(tmp_path):
    """An unsure record is read, but counted neither in nor out, and may be decided later."""
    screening = start(tmp_path)
    (reference,) = screening.next()
    screening.label(reference.key, Answer.UNSURE)
    standing = screening.progress()
    assert (standing.n_read, standing.n_relevant, standing.n_unsure) == (1, 0, 1)
    assert standing.recall is None
    assert reference not in screening.next(160)
    assert standing.n_missing == 159
    screening.label(reference.key, Answer.RELEVANT)
    assert screening.progress().n_relevant == 1


def test_labels_of_the_library_count_as_read(tmp_path):
    """What came labelled teaches and is not offered; an answer goes before it."""
    known = [replace(each, included=label) for each, label in zip(LIBRARY, LABELS, strict=True)]
    screening = start(tmp_path, [*known[:60], *LIBRARY[60:]])
    assert {each.reference.key for each in screening.rank()} == {e.key for e in LIBRARY[60:]}
    n_relevant = sum(LABELS[:60])
    assert screening.progress().n_relevant == n_relevant
    assert screening.progress().recall.low == n_relevant / (n_relevant + 100)
    first = LABELS.index(True)
    screening.label(LIBRARY[first].key, Answer.IRRELEVANT)
    assert screening.progress().n_relevant == n_relevant - 1


def test_it_says_when_to_stop(tmp_path):
    """With the records that are in found and many others read, the rule says enough, truly."""
    screening = start(tmp_path)
    assert screening.progress().reason.kind == "nothing-found"
    for _ in range(16):
        if not screening.progress().is_enough:
            read(screening, 10)
    standing = screening.progress()
    assert standing.n_read < 160
    assert standing.recall.low >= 0.95
    assert standing.n_relevant >= 0.95 * sum(LABELS)


def test_words_alone_rank_too(tmp_path):
    """Without a model the ranking goes by words."""
    screening = Screening.open(LIBRARY, read_criteria(CRITERIA), labels=tmp_path / "a.jsonl")
    found = [TRUTH[each.key] for each in screening.next(10)]
    assert sum(found) >= 6
    read(screening, 10)
    assert screening.next()


def test_answers_on_other_libraries_are_left_alone(tmp_path):
    """A key that the library does not hold is no answer on it."""
    start(tmp_path).label("r1", "relevant")
    standing = start(tmp_path, LIBRARY[2:]).progress()
    assert (standing.n_read, standing.recall) == (0, None)


def test_wrong_requests_say_what_to_do(tmp_path):
    """An unknown key gets near ones, an unknown answer the known ones; keys must be unique."""
    screening = start(tmp_path)
    with pytest.raises(BadRequest) as caught:
        screening.label("r1000", "relevant")
    assert "r100" in caught.value.hint
    with pytest.raises(BadRequest, match="no answer 'perhaps'"):
        screening.label("r1", "perhaps")
    with pytest.raises(BadRequest, match="2 records have the key 'r0'"):
        start(tmp_path, [LIBRARY[0], LIBRARY[0]])
    with pytest.raises(BadRequest, match="no record"):
        start(tmp_path, [])
