"""Bringing the index up to date with the notes: only what changed is read, cut and embedded.

Notes go in by batches, each committed whole: stopping in between leaves a usable index that the
next run completes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from noteweb.errors import Problem
from noteweb.index.compaction import compact, drop_damaged, remove_stale_vectors
from noteweb.index.embedding import embed_waiting
from noteweb.index.freshness import (
    WORDS,
    SyncReport,
    check_space,
    find_changes,
    report,
)
from noteweb.index.lookup import find_files, find_names, find_pids_at
from noteweb.index.relation import Stir, relate
from noteweb.links.identity import settle_ids
from noteweb.passage import WordTokenizer, content_key, cut_passages
from noteweb.vault import paused_collector, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noteweb.embed import Embedder
    from noteweb.index.catalogue import Catalogue
    from noteweb.index.folder import Index
    from noteweb.index.freshness import Changes, Look, Source
    from noteweb.model.note import Note
    from noteweb.model.progress import Progress
    from noteweb.passage import Passage, Tokenizer
    from noteweb.vault import NoteFile

#: Notes a commit: some seconds of work at most are lost when a run is stopped.
_BATCH = 256

#: The tokens of a passage where no model says how many it takes.
_TOKENS_WITHOUT_MODEL = 256


def sync(index: Index, source: Source, progress: Progress, seen: Look | None = None) -> SyncReport:
    """Bring the index up to date, whatever it takes, and say what was done.

    Ask `noteweb.index.freshness.look` first: it is much cheaper where nothing changed. What it has
    `seen` of the vault is not looked for again, unless somebody has written the index since.

    Raises
    ------
    IndexMismatch, IndexBusy, IndexDamaged, WriteFailed
    """
    check_space(index, source.embedder)
    with index.lock(source.patience_s):
        remove_stale_vectors(index)
        # What a process has once read is not read again with each edit that it follows.
        is_current = index.is_text_current(is_thorough=not index.has_read_text)
        mended = not is_current and index.catalogue.generation > 0
        if mended:
            index.mend_text()
        n_damaged = drop_damaged(index) if source.is_thorough else 0
        is_seen = seen is not None and seen.generation == index.catalogue.generation
        changes = seen.changes if seen and is_seen else find_changes(index, source)
        taken, stir = SyncReport(), Stir(since=index.catalogue.generation)
        if changes:
            taken, stir = _take_notes(index, source, changes, progress)
        # What a query needs comes first, then what notes are to one another.
        _settle_ids(index)
        n_embedded = embed_waiting(index, source.bulk, progress) if source.embedder else 0
        with paused_collector():
            relate(index, source, stir, progress)
        compact(index)
    return report(
        index,
        replace(
            taken,
            n_removed=len(changes.gone),
            n_embedded=n_embedded,
            mended=mended,
            n_damaged=n_damaged,
            unread=_each_once((*changes.scan.problems, *taken.unread)),
        ),
    )


def _take_notes(
    index: Index, source: Source, changes: Changes, progress: Progress
) -> tuple[SyncReport, Stir]:
    """Read what is fresh, forget what is gone; tell what was new, changed and unreadable."""
    stir = Stir(since=index.catalogue.generation)
    known = find_files(index.catalogue)
    cutter = _choose_cutter(index, source, changes)
    n_added = n_changed = 0
    unread: list[Problem] = []
    progress.begin("reading notes", len(changes.fresh))
    batches = [changes.fresh[i : i + _BATCH] for i in range(0, len(changes.fresh), _BATCH)]
    for number, files in enumerate(batches or [()]):
        gone = changes.gone if number == 0 else ()
        batch = _read_batch(source, files, {} if changes.recut else known)
        stir = stir.joined(_commit_batch(index, batch, gone, cutter))
        n_new = sum(file.path not in known for file, _, _ in batch.read)
        n_added, n_changed = n_added + n_new, n_changed + len(batch.read) - n_new
        unread += batch.unread
        progress.advance(len(files))
    with index.catalogue.transaction():
        index.catalogue.set_meta("cutter", cutter.identity)
        index.catalogue.set_unread(unread)
    taken = SyncReport(n_added=n_added, n_changed=n_changed, unread=tuple(unread))
    return taken, stir


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Files looked at together: parsed, touched with the same bytes in them, or unreadable."""

    read: list[tuple[NoteFile, bytes, Note]] = field(default_factory=list)
    touched: list[NoteFile] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)


def _read_batch(
    source: Source, files: Sequence[NoteFile], known: dict[str, tuple[NoteFile, bytes]]
) -> _Batch:
    from noteweb.parse.notes import parse_note

    batch = _Batch()
    for file in files:
        data = read_file(source.root, file)
        if isinstance(data, Problem):
            batch.unread.append(data)
            continue
        digest = blake2b(data, digest_size=16).digest()
        if file.path in known and known[file.path][1] == digest:
            batch.touched.append(file)
        else:
            batch.read.append((file, digest, parse_note(data, path=file.path)))
    return batch


def _commit_batch(index: Index, batch: _Batch, gone: Sequence[str], cutter: _Cutter) -> Stir:
    """Put a batch into catalogue and text index."""
    paths = [*gone, *(file.path for file, _, _ in batch.read)]
    if not paths:
        with index.catalogue.transaction():
            index.catalogue.touch(batch.touched)
        return Stir(since=index.catalogue.generation)
    # Words come before the commit that counts them and go after it: no reader misses any.
    dead = find_pids_at(index.catalogue, paths)
    with index.text.writing() as writer:
        with index.catalogue.transaction():
            stir = _store_batch(index.catalogue, batch, gone, cutter)
            writer.add(index.text_rows(sorted(stir.nids)))
        writer.remove(dead)
    index.write_manifest()
    return stir


def _store_batch(catalogue: Catalogue, batch: _Batch, gone: Sequence[str], cutter: _Cutter) -> Stir:
    nids = []
    paths = [*gone, *(file.path for file, _, _ in batch.read)]
    since, names = catalogue.generation, find_names(catalogue, paths)
    catalogue.remove(gone)
    for file, digest, note in batch.read:
        nid = catalogue.add(file, digest, note.card, note.problems)
        catalogue.add_passages(nid, cutter.cut(note))
        nids.append(nid)
    catalogue.touch(batch.touched)
    catalogue.bump()
    is_renamed = find_names(catalogue, paths) != names
    return Stir(since=since, nids=frozenset(nids), is_renamed=is_renamed)


def _each_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple({(p.path, p.code): p for p in problems}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cutter:
    """How notes are cut into passages, by a model's tokenizer or by words."""

    identity: str
    tokenizer: Tokenizer
    max_tokens: int

    @classmethod
    def of(cls, embedder: Embedder | None) -> _Cutter:
        if embedder is None:
            return cls(identity=WORDS, tokenizer=WordTokenizer(), max_tokens=_TOKENS_WITHOUT_MODEL)
        return cls(
            identity=embedder.identity,
            tokenizer=embedder.tokenizer,
            max_tokens=embedder.max_tokens,
        )

    def cut(self, note: Note) -> Iterator[tuple[Passage, bytes]]:
        for passage in cut_passages(note, self.tokenizer, max_tokens=self.max_tokens):
            key = content_key(passage)
            if passage.field is None and passage.ordinal:
                # Line ends are kept: a hit in the body names the line of its sentence.
                raw = note.text[passage.start : passage.end]
                yield replace(passage, text=raw), key
            else:
                yield passage, key


def _choose_cutter(index: Index, source: Source, changes: Changes) -> _Cutter:
    """Cut as the rest of the index is cut; a run that embeds has all of it cut for its model."""
    if index.catalogue.meta("cutter") == WORDS and not changes.recut:
        return _Cutter.of(None)
    embedder = source.model()
    check_space(index, embedder)
    return _Cutter.of(embedder)


def _settle_ids(index: Index) -> None:
    """Give every note an id of its own."""
    catalogue = index.catalogue
    rows = catalogue.rows("SELECT nid, path, own_id, id FROM notes")
    settled = settle_ids([(path, own) for _, path, own, _ in rows])
    with catalogue.transaction():
        catalogue.rename({nid: settled[path] for nid, path, _, now in rows if settled[path] != now})
