"""Windows are read by a model that can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from made_garden import make_garden
from noteweb.activation.background import read_background
from noteweb.activation.gloss import Gloss
from noteweb.activation.ground import Tools, find_parts, make_ground
from noteweb.activation.likeness import normalise
from noteweb.activation.prepare import cannot_read, prepare
from noteweb.embed.hashing import HashingEmbedder
from noteweb.embed.multilingual import MultilingualEmbedder
from noteweb.model.note import TermPair
from noteweb.web import NoteWeb

ENGLISH = [
    "The cat sleeps on the warm stove.",
    "The parliament passed a law on taxes.",
    "The network learned random labels by heart.",
]
RUSSIAN = [
    "Кошка спит на тёплой печи.",
    "Парламент принял закон о налогах.",
    "Сеть заучила случайные метки наизусть.",
]


class Heard:
    """Keeps what it is told of progress."""

    def __init__(self):
        self.n_steps = self.n_done = 0

    def begin(self, what, n_steps):
        """Hear of the work."""
        self.n_steps = n_steps

    def advance(self, n=1):
        """Hear of a part of it."""
        self.n_done += n


@pytest.fixture(scope="module")
def garden(tmp_path_factory):
    """Open an index of the made vault."""
    with NoteWeb.open(make_garden(tmp_path_factory.mktemp("garden"))) as web:
        web.refresh(with_vectors=True)
        yield web.index


@pytest.fixture
def tools(garden):
    """Give what grounds are made with; it hears of progress."""
    return Tools(index=garden, embedder=HashingEmbedder(), progress=Heard())


def test_only_the_default_model_cannot_read_other_scripts():
    """A Russian window is foreign to it, an English one is not; any other model reads both."""
    windows = [ENGLISH[0], RUSSIAN[0]]
    for name in ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"):
        assert cannot_read(name, windows) == [False, True]
    assert cannot_read("hashing", windows) == [False, False]
    assert cannot_read("all-MiniLM-L6-v2", []) == []


def test_windows_are_encoded_and_counted_in_order(tools):
    """A vector and a row of words for each, and progress hears of every one."""
    texts = prepare(tools, ENGLISH)
    assert np.array_equal(texts.vectors, HashingEmbedder().encode(ENGLISH))
    assert texts.words.shape[0] == 3
    assert (tools.progress.n_steps, tools.progress.n_done) == (3, 3)
    none = prepare(tools, [])
    assert none.vectors.shape == (0, 256)
    assert none.words.shape[0] == 0


def test_a_gloss_adds_words_and_no_meaning(tools):
    """What the vault's terms tell is counted; the vector is of the window's own text."""
    gloss = Gloss([TermPair(source="печь", target="stove")], tools.index.text.sequence)
    window = ["Кошка спит у печи."]
    plain, told = prepare(tools, window), prepare(tools, window, gloss)
    assert np.array_equal(plain.vectors, told.vectors)
    assert told.words.sum() == plain.words.sum() + 1


def test_parts_are_the_same_in_any_chunks(tools, monkeypatch):
    """A document's scores do not hang on how many windows are scored at once."""
    ground = make_ground(tools)
    texts = prepare(tools, [*ENGLISH, "A sourdough starter in a cold kitchen.", "Owls hear mice."])
    whole = find_parts(ground.holdings, texts)
    monkeypatch.setattr("noteweb.activation.ground._CHUNK", 2)
    assert whole.shape == (4, 5, len(ground.holdings.conditions.nids))
    assert np.allclose(find_parts(ground.holdings, texts), whole, atol=1e-4)


def test_across_languages_the_best_few_conditions_count_and_the_gap_does_not(tools):
    """A window drawn nearer to every condition alike scores no better; one condition is not all."""
    ground = make_ground(tools)
    across = replace(ground.holdings, is_across=True)
    texts = prepare(tools, ["An owl finds a mouse in full darkness by hearing.", *ENGLISH])
    alone, together = find_parts(ground.holdings, texts)[0], find_parts(across, texts)[0]
    assert not np.allclose(alone, together)
    conditions = ground.holdings.conditions
    meaning = normalise(texts.vectors @ across.vectors.T, across.cohort)
    meaning -= meaning.mean(axis=1, keepdims=True)
    for owner in range(len(conditions.nids)):
        own = np.sort(meaning[:, np.flatnonzero(conditions.owners == owner)], axis=1)[:, -5:]
        if not conditions.joint[conditions.owners[: conditions.n_own] == owner].any():
            assert np.allclose(together[:, owner], own.mean(axis=1))


def test_the_background_of_a_small_vault_is_all_its_windows(garden, monkeypatch, tmp_path):
    """Few notes give more windows each than many; many give six."""
    text = "\n\n".join(f"The comb number {i} holds honey for the winter. " * 12 for i in range(30))
    (tmp_path / "a.md").write_text(f"# Bees\n\n{text}", encoding="utf-8")
    (tmp_path / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    with NoteWeb.open(tmp_path) as web:
        web.refresh(with_vectors=True)
        assert len(read_background(web.index)[1]) > 20
        monkeypatch.setattr("noteweb.activation.background._N_SOURCES", 1)
        assert len(read_background(web.index)[1]) == 6


def test_a_joint_condition_is_met_within_one_document(tools):
    """Windows of two documents never meet it together; those of one do, however far apart."""
    halves = ["The flood tide fills the pond of the mill.", "The miller grinds barley at night."]
    holdings, texts = make_ground(tools).holdings, prepare(tools, halves)
    one, two = (find_parts(holdings, texts, np.array(n))[0].max(axis=0) for n in ([0, 0], [0, 1]))
    assert (one >= two).all()
    assert (one > two + 1).sum() == 1


def test_the_background_is_many_documents(tools, monkeypatch):
    """Each note and general passage of the background meets a joint condition by itself."""
    heard = []

    def find(holdings, texts, documents=None):
        heard.append(documents)
        return find_parts(holdings, texts, documents)

    monkeypatch.setattr("noteweb.activation.ground.find_parts", find)
    make_ground(tools)
    assert len(np.unique(heard[0])) > 60


def test_scores_are_deviations_of_quiet_pairs(tools):
    """A window on a note's condition lies far out; nothing else of the vault does."""
    ground = make_ground(tools)
    scores = ground.score(prepare(tools, ["An owl finds a mouse in full darkness by hearing."]))
    names = [
        tools.index.catalogue.rows("SELECT id FROM notes WHERE nid = ?", (int(nid),))[0][0]
        for nid in ground.holdings.conditions.nids
    ]
    by_name = dict(zip(names, scores[0].tolist(), strict=True))
    assert by_name.pop("Owls") > 6
    assert max(by_name.values()) < 3


@pytest.mark.model
def test_a_russian_sentence_is_nearest_to_its_translation():
    """The multilingual model puts the same said in two languages together, in unit rows."""
    heard = []
    embedder = MultilingualEmbedder()
    english, russian = embedder.encode(ENGLISH), embedder.encode(RUSSIAN, on_done=heard.append)
    near = russian @ english.T
    assert near.argmax(axis=1).tolist() == near.argmax(axis=0).tolist() == [0, 1, 2]
    assert np.allclose(np.linalg.norm(russian, axis=1), 1, atol=1e-3)
    assert sum(heard) == 3
    assert embedder.encode([]).shape == (0, 512)
    assert np.allclose(embedder.encode_query(ENGLISH[0]), english[0], atol=1e-4)
