"""Names in prose find the note they mean, once, and never their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card, make_mention, make_vault
from noteweb.links.feedback import FeedbackEdge, Method, resolve_by_meaning, resolve_feedback

TITLES = (
    "Mechanistic Interpretability",
    "Information Theory of Learning Systems",
    "Entropy",
    "T Cell",
    "Deep Learning",
    "Deep Learning Blindness",
    "Границы масштабирования моделей",
    "知识管理方法",
    "Learning",
)


def resolve(name, *titles):
    """Resolve one name, told by a note of its own, among notes with these titles."""
    cards = [make_card(title, title=title) for title in titles or TITLES]
    teller = make_card("teller", title="Zzz", feedback=(make_mention(name, line=4),))
    (edge,) = resolve_feedback([*cards, teller])
    return edge


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Mechanistic Interpretability", "Mechanistic Interpretability"),
        ("[[mechanistic interpretability]]", "Mechanistic Interpretability"),
        ("mechanistic interpretability provides a basis", "Mechanistic Interpretability"),
        ("the note on “Mechanistic-Interpretability”", "Mechanistic Interpretability"),
        ("Entropy shows how order is lost", "Entropy"),
        ("t cell", "T Cell"),
        ("deep learning blindness and its causes", "Deep Learning Blindness"),
        ("the deep learning note", "Deep Learning"),
        ("关于知识管理方法的笔记", "知识管理方法"),
    ],
)
def test_a_title_within_a_name_is_exact(name, title):
    """A title or alias that stands in the name as a whole is found; of several the longest."""
    edge = resolve(name)
    assert (edge.target, edge.method, edge.weight) == (title, Method.EXACT, 1.0)
    assert (edge.source, edge.name, edge.line) == ("teller", name, 4)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("mechanistic interpretabilty research", "Mechanistic Interpretability"),
        ("information theories of learning system", "Information Theory of Learning Systems"),
        ("learning systems' information theory", "Information Theory of Learning Systems"),
        ("граница масштабирования модели", "Границы масштабирования моделей"),
    ],
)
def test_a_bent_title_is_close(name, title):
    """A title misspelt, inflected or reordered is found with its likeness as weight."""
    edge = resolve(name)
    assert (edge.target, edge.method) == (title, Method.CLOSE)
    assert 0.82 <= edge.weight <= 1.0


@pytest.mark.parametrize(
    "name",
    [
        "an unwritten idea about cooking",
        "maximum entropy reinforcement",  # a one-word title amid other words names nothing
        "a theory of systems",
        "interpretability",
        "the role of T cell receptors",
        "",
        "...",
    ],
)
def test_what_names_no_note_stays_unresolved(name):
    """A name that shares only words with a title is left to meaning or to a ghost."""
    edge = resolve(name)
    assert (edge.target, edge.method, edge.weight) == (None, Method.UNRESOLVED, 0.0)


def test_a_common_word_as_title_needs_the_whole_name():
    """A title of one word that many titles share is found only where it stands alone."""
    titles = ("Learning", "Learning Rates", "Learning Curves", "Learning Theory")
    assert resolve("learning shapes the brain", *titles).target is None
    assert resolve("Learning.", *titles).target == "Learning"


def test_a_title_of_two_notes_is_ambiguous():
    """A name that two notes bear chooses neither."""
    cards = [make_card("a", title="Same Title"), make_card("b", aliases=("same title",))]
    teller = make_card("t", feedback=(make_mention("same title"),))
    (edge,) = resolve_feedback([*cards, teller])
    assert (edge.target, edge.method) == (None, Method.AMBIGUOUS)


def test_a_note_never_feeds_itself():
    """A name that means its own note, exactly or closely, is left out."""
    names = make_mention("Deep Learning Blindness"), make_mention("deep learning blindnesses")
    card = make_card("a", title="Deep Learning Blindness", feedback=names)
    assert resolve_feedback([card, make_card("b", title="Deep Learning")]) == ()


def test_a_far_mention_in_a_long_sentence_is_no_name():
    """Only the head of a name counts; what follows tells about it."""
    assert resolve(f"{'some words about cooking ' * 5} deep learning blindness").target is None


words = st.sampled_from(["deep", "learning", "entropy", "of", "flows", "грань", "知", "x"])
phrases = st.lists(words, max_size=5).map(" ".join)


@given(st.lists(phrases, max_size=6), st.lists(phrases, max_size=4))
def test_every_name_has_one_fate(titles, names):
    """Each name gives one edge or means its own note; a target is another note of the vault."""
    mentions = tuple(make_mention(name) for name in names)
    cards = [make_card(f"n{i}", title=t, feedback=mentions) for i, t in enumerate(titles)]
    edges = resolve_feedback(cards)
    ids = {card.id for card in cards}
    assert len(edges) <= len(cards) * len(names)
    for edge in edges:
        assert edge.target != edge.source
        assert (edge.target is None) == (edge.method in {Method.UNRESOLVED, Method.AMBIGUOUS})
        assert edge.target is None or (edge.target in ids and 0 < edge.weight <= 1)


def test_a_made_vault_finds_its_titles():
    """Nearly all quoted titles are found, and one invented name in twenty at most."""
    edges = resolve_feedback(make_vault(300))
    exact = [edge for edge in edges if edge.method is Method.EXACT]
    assert 570 <= len(exact) <= 610  # two of five names quote a title
    invented = [edge for edge in edges if edge.name.startswith("an unwritten idea")]
    assert sum(edge.target is not None for edge in invented) <= 18  # of 300


def unresolved(source, name="x"):
    """Give an edge that no title answered."""
    return FeedbackEdge(
        source=source, target=None, name=name, method=Method.UNRESOLVED, weight=0.0, line=1
    )


def test_meaning_finds_the_nearest_title_above_the_threshold():
    """The nearest title counts with its cosine; a name too far from all stays as it was."""
    edges = [unresolved("a", "near b"), unresolved("a", "far from all")]
    titles = np.eye(3, dtype=np.float32)
    names = np.array([[0.0, 0.8, 0.6], [-1.0, 0.0, 0.0]], dtype=np.float32)
    found, left = resolve_by_meaning(edges, names, ["a", "b", "c"], titles, threshold=0.7)
    assert (found.target, found.method) == ("b", Method.MEANING)
    assert found.weight == pytest.approx(0.8)
    assert left is edges[1]


def test_meaning_never_answers_with_the_note_itself():
    """Where its own title is nearest, the next counts."""
    vectors = np.array([[1.0, 0.0], [0.6, 0.8]], dtype=np.float32)
    (edge,) = resolve_by_meaning([unresolved("a")], vectors[:1], ["a", "b"], vectors, threshold=0.5)
    assert edge.target == "b"
    assert (
        resolve_by_meaning([unresolved("a")], vectors[:1], ["a"], vectors[:1], threshold=-1)[
            0
        ].target
        is None
    )


def test_meaning_without_names_or_notes_changes_nothing():
    """Nothing to match gives back what came."""
    empty = np.zeros((0, 4), dtype=np.float32)
    edge = unresolved("a")
    assert resolve_by_meaning([], empty, ["a"], np.ones((1, 4), np.float32), threshold=0.5) == ()
    assert resolve_by_meaning([edge], np.ones((1, 4), np.float32), [], empty, threshold=0) == (
        edge,
    )


def test_meaning_answers_in_order_across_chunks():
    """More names than one multiplication holds are answered each with its own title."""
    n_names = 2100
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 8, n_names)
    titles = np.eye(8, dtype=np.float32)
    edges = [unresolved("teller") for _ in range(n_names)]
    ids = [f"n{number}" for number in range(8)]
    found = resolve_by_meaning(edges, titles[rows], ids, titles, threshold=0.9)
    assert [edge.target for edge in found] == [f"n{row}" for row in rows]
