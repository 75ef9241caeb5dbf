"""`NoteWeb` for programs: opening, searching, relating, what is asked wrongly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from noteweb import NoteWeb
from noteweb.errors import (
    BadRequest,
    ModelUnavailable,
    NoteAmbiguous,
    NoteNotFound,
    NoteUnreadable,
    Problem,
    Severity,
)
from noteweb.index.folder import remove_index
from noteweb.model.hit import Only
from noteweb.search.snippet import best_sentence

SMALL = Path(__file__).parent / "vaults" / "small"


@pytest.fixture
def web(tmp_path):
    """Open a copy of the small vault."""
    with NoteWeb.open(Path(shutil.copytree(SMALL, tmp_path / "vault"))) as opened:
        yield opened


def test_hits_have_the_promised_attributes(web):
    """A program gets id, score, field and text, best first."""
    hits = web.search("pheromone per worker", limit=3, mode="hybrid")
    assert hits[0].note_id == "Queen pheromone and swarming"
    assert hits[0].field == "Activation"
    assert hits[0].text == "The pheromone per worker falls while the colony grows."
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_an_index_made_anew_by_another_is_opened_anew(web):
    """A process that lives on does not go on with a file that is no longer there."""
    web.search("queen")
    web.renew()
    assert "index" in vars(web)
    remove_index(web.folder)
    with NoteWeb.open(web.root) as other:
        other.search("queen")
    web.renew()
    assert "index" not in vars(web)
    assert web.search("pheromone per worker")


@pytest.mark.parametrize("mode", ["hybrid", "text", "semantic"])
def test_a_score_is_the_sum_of_its_reasons(web, mode):
    """Nothing enters a score that --explain does not show."""
    for hit in web.search("queen cells in the colony", mode=mode):
        assert hit.score == pytest.approx(sum(reason.value for reason in hit.reasons), abs=1e-3)


def test_a_condition_is_shown_before_a_body_that_matches_as_well(tmp_path):
    """Of passages nearly as good the trigger says why the note matters; a far better body wins."""
    (tmp_path / "a.md").write_text(
        "---\nActivation:\n- A hive loses its queen in winter.\n- The scale stands still.\n---\n"
        "The hive of a keeper lost its queen in a mild winter.\n\n## Other\n\nSugar syrup.\n",
        encoding="utf-8",
    )
    for i in range(12):
        (tmp_path / f"{i}.md").write_text(f"Filler about topic {i}.\n", encoding="utf-8")
    with NoteWeb.open(tmp_path, model="hashing") as web:
        assert web.search("a hive that lost its queen in winter")[0].field == "Activation"
        assert web.search("sugar syrup")[0].field is None


def test_what_one_half_finds_has_the_other_halfs_score(web):
    """No candidate is dropped before fusion: every hit has both parts."""
    for hit in web.search("treadmill stripes colony", limit=10):
        assert {reason.kind for reason in hit.reasons} == {"words", "meaning"}


def test_a_note_is_not_related_to_itself(web):
    """Related notes are other notes, with the links between told."""
    hits = web.related("QMP")
    assert "Queen pheromone and swarming" not in {hit.note_id for hit in hits}
    graph = {r.kind: r for r in hits[0].reasons}["graph"]
    assert hits[0].note_id == "field/Winter cluster"
    assert "link from here" in graph.detail
    assert "feedback from here" in graph.detail


def test_related_does_without_vectors(tmp_path):
    """A lexical vault relates notes by their words and links."""
    vault = Path(shutil.copytree(SMALL, tmp_path / "vault"))
    (vault / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    with NoteWeb.open(vault) as web:
        assert web.related("Waggle dance")[0].note_id == "Queen pheromone and swarming"


def test_a_lone_note_is_related_to_nothing(tmp_path):
    """One note has no neighbours, and that is no error."""
    (tmp_path / "a.md").write_text("alone", encoding="utf-8")
    with NoteWeb.open(tmp_path, model="hashing") as web:
        assert web.related("a") == ()


def test_the_body_hit_is_the_sentence_with_its_line(web):
    """Of a body the sentence that matches is given, at its own line."""
    (hit,) = web.search("treadmill of moving stripes", limit=1)
    assert hit.field is None
    assert hit.text.startswith("A dancer that was fed on a treadmill")
    text = (web.root / hit.path).read_text(encoding="utf-8").split("\n")
    assert text[hit.line - 1].startswith("A dancer")


def test_what_is_asked_wrongly_is_refused(web):
    """Empty queries, unknown modes, limits and fields are told, with what there is."""
    with pytest.raises(BadRequest, match="empty"):
        web.search("  ")
    with pytest.raises(BadRequest, match="no search mode 'telepathy'"):
        web.search("x", mode="telepathy")
    with pytest.raises(BadRequest, match="limit of 0"):
        web.search("x", limit=0)
    with pytest.raises(BadRequest, match="no field"):
        web.field_names(["Recepter"])
    assert web.field_names(["feedback-loop", "signal_transduction", "BODY"]) == (
        "FeedbackLoop",
        "SignalTransduction",
        "body",
    )


def test_notes_are_found_by_any_of_their_names(web):
    """Id, path, title and alias mean the note; a wrong name has near ones."""
    for name in ("QMP", "Queen pheromone and swarming.md", "queen pheromone and swarming"):
        assert web.find(name) == "Queen pheromone and swarming"
    with pytest.raises(NoteNotFound) as caught:
        web.note("Wagle dance")
    assert "Waggle dance" in caught.value.hint


def test_an_ambiguous_name_is_told(tmp_path):
    """Two notes of one title are not chosen between."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.md").write_text("---\ntitle: Same\n---\n", encoding="utf-8")
    with NoteWeb.open(tmp_path, model="none") as web, pytest.raises(NoteAmbiguous) as caught:
        web.find("Same")
    assert caught.value.ids == ("a/x", "b/x")


def test_a_route_is_explained(web):
    """The way between two notes tells each step's relation and line."""
    route = web.route("Waggle dance", "Winter cluster")
    assert route is not None
    assert [(step.kind, step.provenance) for step in route.steps] == [
        ("links_to", "explicit"),
        ("links_to", "explicit"),
    ]


def test_an_unknown_model_is_told_and_words_still_answer(tmp_path):
    """A model that cannot be had stops the search by meaning, not the search by words."""
    (tmp_path / "a.md").write_text("honey", encoding="utf-8")
    missing = str(tmp_path / "no-such-model")
    with NoteWeb.open(tmp_path, model=missing) as web:
        assert web.search("honey", mode="text")
        with pytest.raises(ModelUnavailable):
            web.search("honey")


def test_a_vault_of_words_alone_has_no_meaning_to_search(tmp_path):
    """Where the vault has no model, a search by meaning alone is told what to do instead."""
    (tmp_path / "a.md").write_text("honey", encoding="utf-8")
    with NoteWeb.open(tmp_path, model="none") as web:
        assert web.search("honey")
        with pytest.raises(ModelUnavailable, match="words alone") as caught:
            web.search("honey", mode="semantic")
    assert "--mode text" in caught.value.hint


def test_a_note_that_cannot_be_read_is_told(web, monkeypatch):
    """A file lost between the look and the reading is one line, with what was wrong."""
    wrong = Problem(
        path="field/Waggle dance.md",
        line=1,
        column=1,
        code="unreadable-file",
        severity=Severity.ERROR,
        message="Input/output error",
    )
    monkeypatch.setattr("noteweb.indexed_vault.read_note", lambda *_: wrong)
    with pytest.raises(NoteUnreadable, match=r"field/Waggle dance\.md: Input/output error"):
        web.note("Waggle dance")


def test_no_filter_leaves_everything(web):
    """An empty filter restricts nothing; one that nothing passes finds nothing."""
    assert web.search("colony", only=Only()) == web.search("colony")
    assert web.search("colony", only=Only(tags=("none",))) == ()


def test_the_best_sentence_is_the_one_that_shares_most():
    """Ties and texts that share nothing give the first sentence."""
    text = "One two. Three two one. Four."

    def stems(part):
        return frozenset(part.lower().replace(".", "").split())

    assert text[slice(*best_sentence(text, frozenset({"three", "one"}), stems))] == "Three two one."
    assert text[slice(*best_sentence(text, frozenset({"five"}), stems))] == "One two."
    assert best_sentence("", frozenset(), stems) == (0, 0)


def test_each_passage_is_stemmed_by_its_own_language(tmp_path):
    """Fields in English over a body in German: an inflected form finds either."""
    (tmp_path / "a.md").write_text(
        "---\nReceptor: When networks are trained and this is what the paper is for.\n---\n\n"
        "Die Häuser sind nicht mit den alten zu vergleichen, und das ist auch auf dem Land so.\n",
        encoding="utf-8",
    )
    (tmp_path / "b.md").write_text("Comb.\n", encoding="utf-8")
    with NoteWeb.open(tmp_path, model="none") as web:
        hits = web.search("training a network", mode="text")
        assert [(hit.note_id, hit.field) for hit in hits] == [("a", "Receptor")]
        hits = web.search("ein Haus", mode="text")
        assert [(hit.note_id, hit.field) for hit in hits] == [("a", None)]
        assert hits[0].reasons[0].detail


def test_a_text_index_of_an_earlier_layout_is_made_anew(web):
    """An index that another version made is mended out of its catalogue; nothing is embedded."""
    before = web.search("pheromone per worker")
    manifest = web.folder / "manifest.json"
    told = json.loads(manifest.read_text())
    del told["text_layout"]
    manifest.write_text(json.dumps(told))
    with NoteWeb.open(web.root) as later:
        assert later.search("pheromone per worker") == before
        assert (later.report.mended, later.report.n_embedded) == (True, 0)
