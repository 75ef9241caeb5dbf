"""The index follows the notes: only what changed is read and embedded, and stopping is safe."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import noteweb.index.folder
import noteweb.index.likeness
import noteweb.index.relation
import noteweb.index.sync
from noteweb.embed.hashing import HashingEmbedder
from noteweb.errors import (
    IndexDamaged,
    IndexMismatch,
    ModelUnavailable,
    Problem,
    Severity,
    WriteFailed,
)
from noteweb.index.lookup import count, find_edges
from noteweb.index.nearest import nearest_rows
from noteweb.index.textindex import TextWriter
from noteweb.web import NoteWeb

SMALL = Path(__file__).parent / "vaults" / "small"


@pytest.fixture
def vault(tmp_path):
    """Give a copy of the small vault."""
    return Path(shutil.copytree(SMALL, tmp_path / "vault"))


class Counting(HashingEmbedder):
    """The hashing embedder, counting what it is asked to encode."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def encode(self, texts, *, on_done=None):
        """Remember and encode."""
        self.texts += texts
        return super().encode(texts, on_done=on_done)


@pytest.fixture
def counting(monkeypatch):
    """Have every vault embedded by one counting embedder."""
    made = Counting()
    monkeypatch.setattr(NoteWeb, "_open", lambda *_: made)
    return made


def sync(vault, **options):
    """Bring a vault's index up to date in a process of its own, so to say."""
    with NoteWeb.open(vault) as web:
        return web.sync(**options)


def answers(vault, *queries):
    """Give what a vault answers, scores included."""
    with NoteWeb.open(vault) as web:
        return [web.search(query) for query in queries]


def test_a_second_run_reads_and_embeds_nothing(vault, counting):
    """Nothing changed means nothing done."""
    assert sync(vault).n_added == 4
    counting.texts.clear()
    report = sync(vault)
    assert not report.is_changed
    assert counting.texts == []


def test_an_edit_embeds_only_the_passages_it_touched(vault, counting):
    """One changed sentence of a note costs its passage, not the note."""
    sync(vault)
    counting.texts.clear()
    note = vault / "field" / "Waggle dance.md"
    text = note.read_text(encoding="utf-8")
    note.write_text(text + "\n## More\n\nRain keeps the dancers in.\n", encoding="utf-8")
    assert sync(vault).n_changed == 1
    passages = [text for text in counting.texts if len(text.split()) > 4]
    assert len(passages) == 1
    assert "Rain keeps the dancers in." in passages[0]


def test_a_new_time_stamp_alone_changes_nothing(vault, counting):
    """A file written again with the same bytes is not parsed, and is known from then on."""
    sync(vault)
    os.utime(vault / "field" / "Waggle dance.md", ns=(1, 1))
    counting.texts.clear()
    assert not sync(vault).is_changed
    assert not sync(vault).is_changed
    assert counting.texts == []


def test_a_note_that_goes_takes_its_answers_along(vault):
    """A removed note is found no more, and what pointed to it points nowhere."""
    sync(vault)
    (vault / "field" / "Waggle dance.md").unlink()
    assert sync(vault).n_removed == 1
    with NoteWeb.open(vault) as web:
        assert all(hit.note_id != "field/Waggle dance" for hit in web.search("dance distance"))
        assert "note:field/Waggle dance" not in web.graph


def test_a_moved_note_keeps_its_vectors(vault, counting):
    """The same text under another path is not embedded again, save its unchanged title."""
    sync(vault)
    counting.texts.clear()
    (vault / "field" / "Waggle dance.md").rename(vault / "Waggle dance.md")
    report = sync(vault)
    assert (report.n_added, report.n_removed) == (1, 1)
    assert counting.texts == []


def test_stopping_while_embedding_keeps_what_is_done(vault, counting, monkeypatch):
    """After Ctrl-C the words answer, and the next run embeds only the rest."""
    monkeypatch.setattr("noteweb.index.embedding._SHARD", 5)
    whole = Counting.encode

    def stop_after_two(self, texts, *, on_done=None):
        if len(self.texts) >= 10:
            raise KeyboardInterrupt
        return whole(self, texts, on_done=on_done)

    with monkeypatch.context() as patch:
        patch.setattr(Counting, "encode", stop_after_two)
        with pytest.raises(KeyboardInterrupt):
            sync(vault)
    with NoteWeb.open(vault) as web:
        assert count(web.index.catalogue).n_waiting > 0
        assert web.search("swarm preparation", mode="text")
    done = len(counting.texts)
    report = sync(vault)
    assert report.n_waiting == 0
    assert done == 10
    again = set(counting.texts[:done]) & set(counting.texts[done:])
    assert not {text for text in again if ": " in text}  # titles are phrases as well


def test_stopping_after_a_note_went_leaves_no_edge_to_it(vault, counting, monkeypatch):
    """A run that ends before likeness is found anew leaves a graph that can be asked."""
    sync(vault)
    with NoteWeb.open(vault) as web:
        edges = find_edges(web.index.catalogue, "similar")
        paths = dict(web.index.catalogue.rows("SELECT nid, path FROM notes"))
    assert edges
    gone = paths[edges[0].source]
    (vault / gone).unlink()
    (vault / "new.md").write_text("Something to embed.\n", encoding="utf-8")

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(counting, "encode", stop)
    with NoteWeb.open(vault) as web, pytest.raises(KeyboardInterrupt):
        web.sync()
    with NoteWeb.open(vault) as web:
        known = {nid for (nid,) in web.index.catalogue.rows("SELECT nid FROM notes")}
        left = find_edges(web.index.catalogue)
        assert {end for edge in left for end in (edge.source, edge.target)} <= known
        assert gone not in {path for (path,) in web.index.catalogue.rows("SELECT path FROM notes")}
        assert len(web.graph)


def test_words_that_a_stopped_run_left_dead_are_taken_out_later(vault, counting, monkeypatch):
    """What a run took out before it was stopped shifts no score of the one that goes on."""
    sync(vault)
    for number in range(30):
        (vault / f"{number}.md").write_text(f"# Bees {number}\n\nHoney.\n", encoding="utf-8")
    sync(vault)
    for number in range(10):
        (vault / f"{number}.md").write_text(f"# Wasps {number}\n\nNone.\n", encoding="utf-8")

    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, NoteWeb.open(vault) as web:
        patch.setattr(counting, "encode", stop)
        with pytest.raises(KeyboardInterrupt):
            web.sync()
    sync(vault)
    (vault / ".noteweb" / "background.json").unlink()  # it is kept while the vault grows little
    gone_on = answers(vault, "bees", "honey")
    shutil.rmtree(vault / ".noteweb")
    assert answers(vault, "bees", "honey") == gone_on


def test_stopping_while_reading_keeps_whole_batches(vault, monkeypatch):
    """A run that dies in its second batch leaves the first, and the next run completes it."""
    monkeypatch.setattr(noteweb.index.sync, "_BATCH", 2)
    whole, calls = noteweb.index.sync._read_batch, []

    def stop(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(noteweb.index.sync, "_read_batch", stop)
        with pytest.raises(KeyboardInterrupt):
            sync(vault)
    with NoteWeb.open(vault) as web:
        assert count(web.index.catalogue).n_notes == 2
    assert sync(vault).n_notes == 4


def test_a_crash_between_catalogue_and_words_is_mended(vault, monkeypatch):
    """A text index that lags behind the catalogue is made anew, and answers as a fresh one."""
    sync(vault)
    note = vault / "field" / "Waggle dance.md"
    note.write_text("Honey flows in June.\n", encoding="utf-8")

    def crash(*_):
        raise WriteFailed(vault, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("noteweb.index.textindex.TextWriter.remove", crash)
        with pytest.raises(WriteFailed, match="no space"):
            sync(vault)
    assert sync(vault).mended
    (hits,) = answers(vault, "honey june")
    assert hits[0].note_id == "field/Waggle dance"


def test_an_unreadable_note_is_told_until_it_can_be_read(vault, monkeypatch):
    """One file without permission costs that file, is listed, and heals."""
    whole = noteweb.index.sync.read_file

    def deny(root, file):
        if "Waggle" not in file.path:
            return whole(root, file)
        return Problem(
            path=file.path,
            line=1,
            column=1,
            code="unreadable-file",
            severity=Severity.ERROR,
            message="cannot be read: Permission denied",
        )

    with monkeypatch.context() as patch:
        patch.setattr(noteweb.index.sync, "read_file", deny)
        report = sync(vault)
        assert (report.n_notes, [p.path for p in report.unread]) == (3, ["field/Waggle dance.md"])
        with NoteWeb.open(vault) as web:
            assert "unreadable-file" in {problem.code for problem in web.problems()}
    assert sync(vault).n_notes == 4
    with NoteWeb.open(vault) as web:
        assert "unreadable-file" not in {problem.code for problem in web.problems()}


def test_a_text_only_index_is_cut_again_for_a_model(vault):
    """Passages that were cut by words are cut by the model's tokens once there is one."""
    (vault / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    assert sync(vault).n_waiting > 0
    (vault / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    assert sync(vault).n_waiting == 0
    assert not sync(vault).is_changed


def test_two_models_never_mix(vault):
    """An index refuses another model's vectors, and a rebuild takes them."""
    sync(vault)
    with NoteWeb.open(vault) as web:
        catalogue = web.index.catalogue
        with catalogue.transaction():
            catalogue.set_meta("space", "another model")
            catalogue.set_meta("model", "another")
    with pytest.raises(IndexMismatch, match="made by another"):
        sync(vault)
    with NoteWeb.open(vault) as web:
        assert web.rebuild().n_embedded > 0


def test_edges_tell_how_they_were_found(vault):
    """Links are explicit; names in FeedbackLoop point to the note they mean."""
    sync(vault)
    with NoteWeb.open(vault) as web:
        kinds = {(edge.kind, edge.how) for edge in find_edges(web.index.catalogue)}
        steps = web.graph["note:Queen pheromone and swarming"]["note:field/Winter cluster"]
    assert ("links_to", "explicit") in kinds
    assert ("feeds_back", "name") in kinds
    assert {(e["kind"], e["provenance"]) for e in steps.values()} >= {
        ("links_to", "explicit"),
        ("supports", "explicit"),
        ("feeds_back", "inferred"),
    }


WORDS = st.sampled_from(
    ["comb", "honey", "queen", "улей", "dance", "[[a]]", "#bees", "\n\n## H\n\n"]
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)
EDITS = st.lists(st.tuples(st.sampled_from("abc"), st.none() | TEXTS), max_size=5)


@settings(max_examples=15, deadline=None)
@given(st.lists(EDITS, min_size=1, max_size=3))
def test_any_history_ends_as_a_fresh_index(tmp_path_factory, history):
    """Whatever is written, changed and removed on the way, the answers are a fresh index's."""
    vault = tmp_path_factory.mktemp("vault")
    (vault / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    for edits in history:
        for name, text in edits:
            path = vault / f"{name}.md"
            path.unlink(missing_ok=True) if text is None else path.write_text(text, "utf-8")
        sync(vault)
    queries = ("honey comb", "улья", "queen dance")
    (vault / ".noteweb" / "background.json").unlink(missing_ok=True)
    followed = answers(vault, *queries)
    with NoteWeb.open(vault) as web:
        web.rebuild()
    fresh = answers(vault, *queries)
    assert [[h.note_id for h in hits] for hits in followed] == [
        [h.note_id for h in hits] for hits in fresh
    ]
    for one, other in zip(followed, fresh, strict=True):
        assert np.allclose([h.score for h in one], [h.score for h in other], atol=1e-4)


@given(
    history=st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["a", "b", "c", "d", "e"]),
                st.one_of(
                    st.none(),
                    st.tuples(
                        st.sampled_from(["A", "Bees in winter", "Comb"]),
                        st.sampled_from(["[[b]]", "[[Comb]] [[e]]", "honey", ""]),
                        st.sampled_from(["the note on bees in winter", "the comb note", ""]),
                    ),
                ),
            ),
            max_size=3,
        ),
        max_size=5,
    )
)
@settings(max_examples=25, deadline=None)
def test_any_history_ends_with_the_edges_of_a_fresh_index(tmp_path_factory, history):
    """Links, feedback and likeness that were kept up edit by edit are those of all found anew."""
    vault = tmp_path_factory.mktemp("vault")
    (vault / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    with NoteWeb.open(vault) as web:
        for edits in history:
            for name, told in edits:
                path = vault / f"{name}.md"
                path.unlink(missing_ok=True)
                if told is not None:
                    title, body, feedback = told
                    path.write_text(
                        f"---\ntitle: {title}\nFeedbackLoop: First, {feedback} shows {name}.\n"
                        f"---\nOf {name} and {body}.\n",
                        encoding="utf-8",
                    )
            web.catch_up()
        followed = edges_by_path(web)
        web.rebuild()
        assert followed == edges_by_path(web)


def test_likeness_follows_edits(tmp_path, monkeypatch):
    """After edits, a new note and one that went, each has the nearest notes of a fresh index."""
    rng = np.random.default_rng(0)
    words = [f"{a}{b}" for a in "bdfgklmn" for b in ("ara", "elo", "imu", "osti")]

    def write(number):
        chosen = rng.choice(words, 12, p=rng.dirichlet(np.full(len(words), 0.3)))
        (tmp_path / f"{number}.md").write_text(" ".join(chosen), encoding="utf-8")

    for number in range(60):
        write(number)
    made = []
    monkeypatch.setattr(
        noteweb.index.likeness,
        "nearest_rows",
        lambda vectors, rows, n: made.append(len(rows)) or nearest_rows(vectors, rows, n),
    )
    with NoteWeb.open(tmp_path, model="hashing") as web:
        web.sync()
        for number in (3, 17, 60):
            write(number)
            web.catch_up()
        (tmp_path / "5.md").unlink()
        web.catch_up()
        followed = edges_by_path(web)
        web.rebuild()
        assert followed
        assert followed == edges_by_path(web)
    assert made[0] == made[-1] == 60
    assert max(made[1:-1]) < 60 * 0.5


def edges_by_path(web):
    """Give every edge by the paths of its notes, ends of likeness in either order."""
    paths = dict(web.index.catalogue.rows("SELECT nid, path FROM notes"))
    found = []
    for edge in find_edges(web.index.catalogue):
        ends = paths[edge.source], paths[edge.target]
        ends = tuple(sorted(ends)) if edge.kind == "similar" else ends
        found.append((*ends, edge.kind, edge.how, edge.line, edge.name, round(edge.weight, 3)))
    return sorted(found)


def test_an_edit_leaves_the_links_of_other_notes(vault, monkeypatch):
    """Where no name changed, only the edited note's links are found anew, and all are there."""
    with NoteWeb.open(vault, model="hashing") as web:
        web.sync()
        before = edges_by_path(web)
        note = min(vault.rglob("*.md"))
        note.write_text(note.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
        monkeypatch.setattr(noteweb.index.relation, "find_numbered_cards", None)
        web.catch_up()
        assert [edge[:6] for edge in edges_by_path(web) if edge[2] != "similar"] == [
            edge[:6] for edge in before if edge[2] != "similar"
        ]


def test_a_reader_does_not_wait_for_a_writer(vault):
    """While the index is written, questions are answered from what it holds, and that is said."""
    sync(vault)
    told = []
    with NoteWeb.open(vault) as writer, NoteWeb.open(vault) as web:
        web.notice = told.append
        (vault / "New.md").write_text("The zyzzyva rests.", encoding="utf-8")
        with writer.index.lock():
            assert web.search("swarm preparation", mode="text")
            assert not web.search("zyzzyva", mode="text")
        assert len(told) == 1
        assert "being written" in told[0]
        web.renew()
        assert [hit.note_id for hit in web.search("zyzzyva", mode="text")] == ["New"]


@pytest.mark.parametrize("step", ["add", "remove"])
def test_no_reader_misses_a_note_that_is_being_saved(vault, monkeypatch, step):
    """Before and after each commit of an edit, a note that was there and stays is found."""
    sync(vault)
    note, seen = vault / "field" / "Waggle dance.md", []
    note.write_text("The zyzzyva rests.\n", encoding="utf-8")
    sync(vault)
    inner = getattr(TextWriter, step)

    def watched(*given):
        seen.append(found_as_it_is(vault, "zyzzyva"))
        inner(*given)
        seen.append(found_as_it_is(vault, "zyzzyva"))

    note.write_text("The zyzzyva has rested.\n", encoding="utf-8")
    monkeypatch.setattr(TextWriter, step, watched)
    sync(vault)
    assert seen == [["field/Waggle dance"]] * 2


def found_as_it_is(vault, words):
    """Give the ids of the notes that another process finds, whatever is being written."""
    with NoteWeb.open(vault) as web:
        web.refresh = lambda **_: None
        return [hit.note_id for hit in web.search(words, mode="text")]


def test_a_reader_takes_words_and_notes_of_one_moment(vault, monkeypatch):
    """A save between a reader's look at the words and at the notes has it look again."""
    sync(vault)
    note = vault / "field" / "Waggle dance.md"
    with NoteWeb.open(vault) as web:
        web.refresh = lambda **_: None
        inner = web.index.text.reload

        def overtaken():
            inner()
            if "zyzzyva" not in note.read_text(encoding="utf-8"):
                note.write_text("The zyzzyva rests.\n", encoding="utf-8")
                sync(vault)

        monkeypatch.setattr(web.index.text, "reload", overtaken)
        assert [hit.note_id for hit in web.search("zyzzyva", mode="text")] == ["field/Waggle dance"]


def test_lists_of_vectors_belong_to_one_vector_file(vault):
    """Lists from before a compaction are not asked after it, and are gone with the next run."""
    sync(vault)
    folder = vault / ".noteweb"
    for name in ("ann.faiss", "ann-0.faiss"):
        (folder / name).touch()
    (vault / "field" / "Waggle dance.md").unlink()
    sync(vault)
    with NoteWeb.open(vault) as web:
        assert not web.index.ann_path.exists()
    assert [path.name for path in folder.glob("ann*")] == ["ann-0.faiss"]
    (vault / "New.md").write_text("The zyzzyva rests.\n", encoding="utf-8")
    sync(vault)
    assert not list(folder.glob("ann*"))


def test_vectors_of_titles_that_are_gone_do_not_pile_up(vault):
    """Each rename leaves the vector of a title; a few stay, hundreds for a few notes do not."""
    sync(vault)

    def add(n_titles):
        with NoteWeb.open(vault) as web:
            with web.index.catalogue.transaction():
                web.index.catalogue.add_phrases({b"title %d" % n: b"" for n in range(n_titles)})
            (vault / "New.md").write_text(f"The zyzzyva rests {n_titles} times.\n")
            web.sync()
            return len(web.index.catalogue.rows("SELECT key FROM phrases WHERE vector = x''"))

    assert add(50) == 50
    assert add(5000) == 0


def test_words_are_compacted_in_one_step(vault, monkeypatch):
    """A text index that is made anew without damage can be read all the while."""
    sync(vault)
    with NoteWeb.open(vault) as web, NoteWeb.open(vault) as reader:
        before = reader.search("swarm preparation", mode="text")
        monkeypatch.setattr(noteweb.index.folder.shutil, "rmtree", None)
        web.index.mend_text()
        reader.index.text.reload()
        assert reader.search("swarm preparation", mode="text") == before


def test_a_text_index_that_is_gone_is_made_anew(vault):
    """Without its folder the words would find nothing for ever; it is mended instead."""
    sync(vault)
    before = answers(vault, "swarm preparation")
    shutil.rmtree(vault / ".noteweb" / "text")
    assert sync(vault).mended
    assert answers(vault, "swarm preparation") == before


def test_an_overwritten_vector_file_is_told(vault):
    """Numbers that can be no cosines are damage, not scores."""
    sync(vault)
    path = vault / ".noteweb" / "vectors-0.f32"
    size = path.stat().st_size
    for damage in (b"\xff" * size, bytes(range(1, 256)) * (size // 255 + 1)):
        path.write_bytes(damage[:size])
        with pytest.raises(IndexDamaged, match="no unit vectors"), np.errstate(all="ignore"):
            answers(vault, "swarm")


def test_a_model_that_cannot_be_had_costs_no_index(vault):
    """A typo in the name of a model is told before the index that is there is touched."""
    sync(vault)
    missing = str(vault / "no-such-model")
    with NoteWeb.open(vault, model=missing) as web, pytest.raises(ModelUnavailable):
        web.rebuild()
    assert not sync(vault).is_changed


def test_the_model_that_made_an_index_goes_on(vault):
    """Whoever embeds with --model need not name it again."""
    (vault / "noteweb.toml").unlink()
    with NoteWeb.open(vault, model="hashing") as web:
        web.sync()
    with NoteWeb.open(vault) as web:
        assert web.model == "hashing"
        assert web.search("swarm")
