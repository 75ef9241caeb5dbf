"""Scores: what they are made of, what they are measured in, and when nothing matches."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteweb import NoteWeb
from noteweb.embed.hashing import HashingEmbedder
from noteweb.index.folder import Index
from noteweb.model.hit import Mode, Only
from noteweb.search.background import find_background
from noteweb.search.candidate import Sought, gather
from noteweb.search.cohort import COHORTS, encode_cohort, find_script
from noteweb.search.mix import SHIPPED, find_pull
from noteweb.search.query import Request, rank

SUBJECTS = (
    ("glacier", "ice melts at the front of a tidewater glacier in a warm fjord"),
    ("owl", "an owl hears the mouse in full darkness and turns its face"),
    ("bridge", "a suspension bridge sheds vortices from its deck in steady wind"),
)
WORDS = "glacier ice fjord owl mouse darkness bridge deck wind vortices".split()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Make a vault of thirty notes on three subjects."""
    folder = tmp_path_factory.mktemp("scores")
    for name, text in SUBJECTS:
        for n in range(10):
            (folder / f"{name} {n}.md").write_text(f"{text}, seen {n} times.\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def web(root):
    """Open it with the model that needs no weights."""
    with NoteWeb.open(root, model="hashing") as opened:
        yield opened


@pytest.fixture(scope="module")
def diaries(tmp_path_factory):
    """Open a vault of notes of several passages, of which some say the same."""
    folder = tmp_path_factory.mktemp("diaries")
    drawn = random.Random(0)
    for n in range(24):
        days = [f"# A day\n\n{' '.join(drawn.choices(WORDS, k=3))}.\n" for _ in range(4)]
        for name in (f"a{n}.md", f"b{n}.md")[: 1 + n % 2]:
            (folder / name).write_text("\n".join(days), encoding="utf-8")
    with NoteWeb.open(folder, model="hashing") as opened:
        opened.sync()
        yield opened


@settings(max_examples=25, deadline=None)
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=5),
    mode=st.sampled_from(list(Mode)),
)
def test_the_parts_are_the_whole_score(web, words, mode):
    """Whatever is asked in whatever mode, the reasons add up to the score; hybrid has all three."""
    for hit in web.search(" ".join(words), mode=mode, min_score=-99):
        assert hit.score == pytest.approx(sum(reason.value for reason in hit.reasons), abs=1e-3)
        kinds = {"hybrid": {"words", "meaning", "neighbours"}, "text": {"words"}}
        assert {reason.kind for reason in hit.reasons} <= kinds.get(mode, {"meaning"})


@settings(max_examples=25, deadline=None)
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=5),
    mode=st.sampled_from(list(Mode)),
)
def test_notes_are_ranked_as_by_hand(diaries, words, mode):
    """A note stands where its best passage and its neighbours put it, and equals by path."""
    index, embedder = diaries.index, None if mode is Mode.TEXT else diaries.embedder
    request = Request(text=" ".join(words), mode=mode, limit=99)
    vector = None if embedder is None else embedder.encode_query(request.text)
    found = gather(
        index,
        Sought(text=request.text, mode=mode, only=Only(), vector=vector, n_candidates=1_000),
    )
    usual = find_background(index, embedder, mode, request.text, SHIPPED)
    notes = {nid: (path, []) for nid, path in index.catalogue.rows("SELECT nid, path FROM notes")}
    for pid, nid in found.owners.items():
        by_words = round(usual.words(SHIPPED, found.coverage.get(pid, 0.0)), 5)
        cosine = found.cosines.get(pid, min(found.cosines.values(), default=usual.mean))
        score = round(by_words + round(usual.meaning(SHIPPED, cosine), 5), 5)
        notes[nid][1].append((-score, pid))
    ordered = sorted((min(its), path, nid) for nid, (path, its) in notes.items() if its)
    ordered.sort(key=lambda note: (note[0][0], note[1]))
    pulls = np.zeros(len(ordered))
    if mode is Mode.HYBRID:
        vectors = index.vectors()[[found.rows[best] for (_, best), _, _ in ordered]]
        scores = np.array([-score for (score, _), _, _ in ordered])
        pulls = find_pull(scores, vectors, SHIPPED.neighbours).round(5)
    by_hand = sorted(
        (round(score - pull, 5), path, [pid for _, pid in sorted(notes[nid][1])])
        for ((score, _), path, nid), pull in zip(ordered, pulls.tolist(), strict=True)
    )
    ranked = rank(index, embedder, request)
    assert by_hand == [
        (-note.score, note.path, [pid for pid, _ in note.candidates]) for note in ranked
    ]


@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_answers_what_the_vault_does_not_speak_of(web, mode):
    """Questions about other things match nothing in any mode; those about the notes do."""
    for other in ("qzxv wplk jjrt", "recipe for a cake with cherries", "как испечь хлеб"):
        assert web.search(other, mode=mode) == ()
    assert web.search("an owl that hears a mouse", mode=mode)[0].title.startswith("owl")


def test_a_least_score_is_what_each_hit_has(web):
    """--min-score keeps the hits that score as much, and none other."""
    every = web.search("ice in the fjord", min_score=-99, limit=30)
    least = every[4].score
    assert web.search("ice in the fjord", min_score=least, limit=30) == tuple(
        hit for hit in every if hit.score >= least
    )


def test_a_phrase_that_is_held_matches(web):
    """What holds a demanded phrase is an answer, however little else of the query it has."""
    other = "recipe for a cake with cherries and cream and sugar"
    assert web.search(f'{other} "steady wind"')[0].title.startswith("bridge")


def test_the_background_is_measured_once(root, web):
    """What unrelated questions find is kept beside the index, and measured again where it broke."""
    first = web.search("ice in the fjord")
    path = web.folder / "background.json"
    known = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({key: [*n[:2], 0.0, 1.0, 7.0] for key, n in known.items()}))
    assert web.search("ice in the fjord", min_score=-99)[0].score != first[0].score
    path.write_text("{broken", encoding="utf-8")
    assert web.search("ice in the fjord") == first


def test_no_query_pays_for_the_background(root):
    """The index has it for each mode and its own script; a query in another adds that one."""
    with NoteWeb.open(root, model="hashing") as web:
        web.rebuild()
        path = web.folder / "background.json"
        made = path.read_bytes()
        for mode in Mode:
            assert web.search("ice in the fjord", mode=mode)
        assert path.read_bytes() == made
        web.search("как испечь хлеб")
        added = json.loads(path.read_bytes()).keys() - json.loads(made).keys()
    assert [json.loads(key)[1:3] for key in added] == [["hybrid", "cyrillic"]]


def test_the_background_follows_the_vault(tmp_path):
    """One edit among many notes leaves it as it is, many edits or a tenth more of them do not."""
    for n in range(20):
        (tmp_path / f"{n}.md").write_text(f"Glacier {n} melts in May.\n", encoding="utf-8")
    with NoteWeb.open(tmp_path, model="hashing") as web:
        web.sync()
        path = web.folder / "background.json"
        made = path.read_bytes()
        (tmp_path / "0.md").write_text("Glacier 0 melts in June.\n", encoding="utf-8")
        web.catch_up()
        assert path.read_bytes() == made
        for n in range(20, 24):
            (tmp_path / f"{n}.md").write_text(f"An owl, {n} times.\n", encoding="utf-8")
        web.catch_up()
        grown = path.read_bytes()
        assert grown != made
        for n in range(12):
            (tmp_path / f"{n}.md").write_text(f"An eel, {n} times.\n", encoding="utf-8")
        web.catch_up()
        assert path.read_bytes() != grown


def test_a_model_encodes_unrelated_questions_once(tmp_path):
    """Their vectors are kept by model, are those of queries, and are made anew where broken."""

    class Prompted(HashingEmbedder):
        def encode(self, texts, *, on_done=None):
            return super().encode([f"passage: {text}" for text in texts], on_done=on_done)

    model = Prompted()
    with Index(tmp_path) as index:
        made = encode_cohort(index, model, "cyrillic")
        for vector, question in zip(made, COHORTS["cyrillic"], strict=True):
            assert np.array_equal(vector, model.encode_query(question))
        model.encode = model.encode_query = None
        assert np.array_equal(encode_cohort(index, model, "cyrillic"), made)
        (kept,) = tmp_path.glob("background.*")
        kept.write_bytes(kept.read_bytes()[:200])
        assert np.array_equal(encode_cohort(index, Prompted(), "cyrillic"), made)


def test_a_title_alone_does_not_stand_for_its_note(tmp_path):
    """A note is found by its passages, and by its bare title only where it has nothing else."""
    (tmp_path / "a.md").write_text("---\ntitle: Bees\n---\nThe colony winters.\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("---\ntitle: Bees in winter\n---\n", encoding="utf-8")
    with NoteWeb.open(tmp_path, model="hashing") as web:
        found = {hit.note_id: hit.text for hit in web.search("bees", min_score=-99)}
    assert found == {"a": "The colony winters.", "b": "Bees in winter"}


@given(
    scores=st.lists(st.floats(-5, 20), min_size=10, max_size=60),
    share=st.floats(0.1, 0.9),
    seed=st.integers(0, 99),
)
def test_neighbours_pull_towards_their_mean(scores, share, seed):
    """A pull is the share of the way to the mean of some others, so no score leaves their range."""
    ordered = np.sort(np.array(scores))[::-1]
    vectors = np.random.default_rng(seed).normal(size=(len(ordered), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pulled = ordered + find_pull(ordered, vectors, share)
    assert pulled.max() <= ordered.max() + 1e-9
    assert pulled.min() >= ordered.min() - 1e-9
    assert not find_pull(ordered, vectors, 0.0).any()
    assert not find_pull(ordered[:9], vectors[:9], share).any()


def test_what_has_no_neighbours_stays_below():
    """Notes beyond those that are compared never overtake them."""
    scores = np.linspace(10, 1, 400)
    vectors = np.eye(400, dtype=np.float32)
    pulled = scores + find_pull(scores, vectors, 0.9)
    assert pulled[300:].max() <= pulled[:300].min() + 1e-9


def test_a_query_is_held_against_its_own_script():
    """Latin, Cyrillic and other letters have questions of their own, mixed ones by the most."""
    names = [find_script(text) for text in ("owl", "сова", "鸟 owls 的", "梟の耳", "42")]
    assert names == ["latin", "cyrillic", "latin", "other", "latin"]
