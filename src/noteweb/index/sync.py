"""Bringing the index up to date with the notes: only what changed is read, cut and embedded.

Notes go in by batches, each committed whole: stopping in between leaves a usable index that the
next run completes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from noteweb.index.embedding import embed_waiting, make_vector_edges, phrase_vectors
from noteweb.errors import IndexMismatch, Problem
from noteweb.identity import settle_ids
from noteweb.feedback import resolve_feedback
from noteweb.links import resolve_links
from noteweb.index.lookup import count, find_files, find_numbered_cards
from noteweb.passage import WordTokenizer, content_key, cut_passages
from noteweb.vault import read_file, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from noteweb.config import Config
    from noteweb.embed import Embedder
    from noteweb.index.folder import Index
    from noteweb.model.note import Note
    from noteweb.model.progress import Progress
    from noteweb.passage import Tokenizer
    from noteweb.vault import NoteFile, Scan

#: Notes a commit: some seconds of work at most are lost when a run is stopped.
_BATCH = 256

#: The tokens of a passage where no model says how many it takes.
_TOKENS_WITHOUT_MODEL = 256


_WORDS = "words"  # the identity of the cutter that needs no model


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What an index is made of.

    Attributes
    ----------
    with_vectors : whether passages are embedded in this run
    model : opens the model, once; its tokenizer also cuts the passages of a run without vectors.
        None where the vault is lexical only
    bulk : opens the same model for many passages
    """

    root: Path
    config: Config
    with_vectors: bool
    model: Callable[[], Embedder | None]
    bulk: Callable[[], Embedder]

    @property
    def embedder(self) -> Embedder | None:
        """The model where this run embeds."""
        return self.model() if self.with_vectors else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a run did."""

    n_added: int = 0
    n_changed: int = 0
    n_removed: int = 0
    n_notes: int = 0
    n_passages: int = 0
    n_embedded: int = 0
    n_waiting: int = 0  # passages that still have no vector
    mended: bool = False  # the text index had to be made anew
    unread: tuple[Problem, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether the run changed anything."""
        return bool(
            self.n_added or self.n_changed or self.n_removed or self.n_embedded or self.mended
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How the vault differs from the catalogue."""

    fresh: tuple[NoteFile, ...]  # to read: new ones and those with other time or size
    gone: tuple[str, ...]
    recut: bool  # whether all are to be cut again, for a model that was not there before
    scan: Scan

    def __bool__(self) -> bool:
        return bool(self.fresh or self.gone)


def find_changes(index: Index, source: Source) -> Changes:
    """Compare the vault's files with the catalogue by path, size and time; no note is opened."""
    found = scan(source.root, source.config)
    known = find_files(index.catalogue)
    recut = bool(known) and _is_recut_needed(index, source.embedder)
    return Changes(
        fresh=tuple(f for f in found.files if recut or known.get(f.path, (None,))[0] != f),
        gone=tuple(sorted(known.keys() - {f.path for f in found.files})),
        recut=recut,
        scan=found,
    )


def is_current(index: Index, source: Source) -> bool:
    """Whether nothing is to do: no note changed, no passage waits, the halves fit together.

    Raises
    ------
    IndexMismatch
        where the index belongs to another model than the source's
    """
    check_space(index, source.embedder)
    return not find_changes(index, source) and _is_complete(index, source)


def check_space(index: Index, embedder: Embedder | None) -> None:
    """Refuse an embedder that did not make this index.

    Raises
    ------
    IndexMismatch
    """
    if embedder and index.space and index.space != embedder.identity:
        raise IndexMismatch(have=index.catalogue.meta("model"), want=embedder.name)


def sync(index: Index, source: Source, progress: Progress) -> SyncReport:
    """Bring the index up to date and say what was done.

    Raises
    ------
    IndexMismatch, IndexBusy, IndexDamaged, WriteFailed
    """
    if is_current(index, source):
        return _report(index, scan_problems=())
    with index.lock():
        check_space(index, source.embedder)
        mended = not index.is_text_current()
        if mended:
            index.mend_text()
        changes = find_changes(index, source)
        n_added, n_changed = _take_notes(index, source, changes, progress)
        _settle(index)
        n_embedded = 0
        if source.embedder:
            n_embedded = embed_waiting(index, source.bulk, progress)
            make_vector_edges(index, source.embedder, progress)
    unread = tuple(changes.scan.problems)
    report = _report(index, scan_problems=unread)
    return SyncReport(
        n_added=n_added,
        n_changed=n_changed,
        n_removed=len(changes.gone),
        n_notes=report.n_notes,
        n_passages=report.n_passages,
        n_embedded=n_embedded,
        n_waiting=report.n_waiting,
        mended=mended,
        unread=unread,
    )


def _take_notes(
    index: Index, source: Source, changes: Changes, progress: Progress
) -> tuple[int, int]:
    """Read what is fresh, forget what is gone; give how many were new and how many changed."""
    if not changes:
        return 0, 0
    known = find_files(index.catalogue)
    cutter = _choose_cutter(index, source, changes)
    n_added = n_changed = 0
    progress.begin("reading notes", len(changes.fresh))
    batches = [changes.fresh[i : i + _BATCH] for i in range(0, len(changes.fresh), _BATCH)]
    for number, files in enumerate(batches or [()]):
        gone = changes.gone if number == 0 else ()
        read, touched = _read_batch(source, files, {} if changes.recut else known)
        _commit_batch(index, read, (gone, touched), cutter)
        n_new = sum(file.path not in known for file, _, _ in read)
        n_added, n_changed = n_added + n_new, n_changed + len(read) - n_new
        progress.advance(len(files))
    with index.catalogue.transaction():
        index.catalogue.set_meta("cutter", cutter.identity)
    return n_added, n_changed


_Read = tuple["NoteFile", bytes, "Note"]


def _read_batch(
    source: Source,
    files: Sequence[NoteFile],
    known: dict[str, tuple[NoteFile, bytes]],
) -> tuple[list[_Read], list[NoteFile]]:
    """Parse the files whose bytes differ from the known ones; give the others apart."""
    from noteweb.parse.notes import parse_note

    read: list[_Read] = []
    touched: list[NoteFile] = []
    for file in files:
        data = read_file(source.root, file)
        if isinstance(data, Problem):
            continue  # the scan of this run reports it
        digest = blake2b(data, digest_size=16).digest()
        if file.path in known and known[file.path][1] == digest:
            touched.append(file)
        else:
            read.append((file, digest, parse_note(data, path=file.path)))
    return read, touched


def _commit_batch(
    index: Index,
    read: list[_Read],
    others: tuple[Sequence[str], Sequence[NoteFile]],
    cutter: _Cutter,
) -> None:
    """Put a batch into catalogue and text index, `others` being (gone paths, touched files)."""
    gone, touched = others
    if not (read or gone or touched):
        return
    catalogue, nids = index.catalogue, []
    with catalogue.transaction():
        removed = catalogue.remove([*gone, *(file.path for file, _, _ in read)])
        for file, digest, note in read:
            nid = catalogue.add(file, digest, note.card, note.problems)
            catalogue.add_passages(nid, cutter.cut(note))
            nids.append(nid)
        catalogue.touch(touched)
        if read or gone:
            catalogue.bump()
    if read or gone:
        index.text.replace(removed, index.text_rows(nids))
        index.write_manifest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cutter:
    """How notes are cut into passages, by a model's tokenizer or by words."""

    identity: str
    tokenizer: Tokenizer
    max_tokens: int

    @classmethod
    def of(cls, embedder: Embedder | None) -> _Cutter:
        if embedder is None:
            tokenizer = WordTokenizer()
            return cls(identity=_WORDS, tokenizer=tokenizer, max_tokens=_TOKENS_WITHOUT_MODEL)
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
    if index.catalogue.meta("cutter") == _WORDS and not changes.recut:
        return _Cutter.of(None)
    embedder = source.model()
    check_space(index, embedder)
    return _Cutter.of(embedder)


def _is_recut_needed(index: Index, embedder: Embedder | None) -> bool:
    """Whether the passages were cut for no model, and now there is one."""
    return embedder is not None and index.catalogue.meta("cutter") != embedder.identity


def _is_complete(index: Index, source: Source) -> bool:
    counted = count(index.catalogue)
    generation = str(index.catalogue.generation)
    steps = ["edges_of", "vector_edges_of"] if source.embedder else ["edges_of"]
    return (
        index.is_text_current()
        and all(index.catalogue.meta(step) == generation for step in steps)
        and not (source.embedder and counted.n_waiting)
    )


def _settle(index: Index) -> None:
    """Give every note its id, and find who its links and feedback names point to."""
    catalogue = index.catalogue
    generation = str(catalogue.generation)
    if catalogue.meta("edges_of") == generation:
        return
    rows = catalogue.rows("SELECT nid, path, own_id, id FROM notes")
    settled = settle_ids([(path, own) for _, path, own, _ in rows])
    with catalogue.transaction():
        catalogue.rename({nid: settled[path] for nid, path, _, now in rows if settled[path] != now})
    numbered = find_numbered_cards(catalogue)
    nids = {card.id: nid for nid, card in numbered}
    cards = [card for _, card in numbered]
    links = [
        (nids[found.source], nids[found.target], 1.0, found.link.line, found.link.relation)
        for found in resolve_links(cards).resolved
        if found.source != found.target
    ]
    feedback = [
        (nids[edge.source], nids[edge.target], edge.weight, edge.line, edge.name)
        for edge in resolve_feedback(cards)
        if edge.target is not None
    ]
    with catalogue.transaction():
        catalogue.set_edges("links_to", "explicit", links)
        catalogue.set_edges("feeds_back", "name", feedback)
        catalogue.set_meta("edges_of", generation)


def _report(index: Index, scan_problems: Sequence[Problem]) -> SyncReport:
    counted = count(index.catalogue)
    return SyncReport(
        n_notes=counted.n_notes,
        n_passages=counted.n_passages,
        n_waiting=counted.n_waiting,
        unread=tuple(scan_problems),
    )
