"""A vault with its index: finds it, keeps it up to date, knows its notes by every name.

Nothing is opened before it is needed: a text query loads no model, a graph no vectors.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, cast

from noteweb.config import read_config
from noteweb.errors import IndexBusy, ModelUnavailable, NoteUnreadable, Problem
from noteweb.model.progress import Silent
from noteweb.vault import CACHE_NAME, cache_folder, check_root, find_root, read_note, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from noteweb.config import Config
    from noteweb.embed import Embedder
    from noteweb.embed.opening import Device
    from noteweb.index.folder import Index
    from noteweb.index.freshness import Source, SyncReport
    from noteweb.links.names import NameTable
    from noteweb.model.note import Card, Note
    from noteweb.model.progress import Progress
    from noteweb.status import Status


class IndexedVault:
    """A vault and its index, opened.

    Use it as a context manager, or `close` it. What reads notes brings the index up to date first,
    once, which embeds what changed; `progress` hears of it.
    """

    def __init__(self, root: Path, config: Config, progress: Progress) -> None:
        self.root = root
        self.config = config
        self.progress = progress
        self.report: SyncReport | None = None  # of this object's last look at the notes
        self.notice: Callable[[str], None] = lambda _: None  # hears what a person should know
        self.scheduler = ""  # of the Dask cluster that embeds passages; empty: this machine
        self.has_index = True  # False: questions that can do without read the notes themselves
        self._is_fresh = {"text": False, "vectors": False}
        self._mark: object = None  # of the index that was read from
        self._given = ("", "")  # model and device that go before those of noteweb.toml

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        model: str | None = None,
        device: str | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Open the vault at `path`, or the one a command would find from the current folder.

        `model` and `device` go before those of noteweb.toml.

        Raises
        ------
        VaultNotFound, ConfigInvalid
        """
        if path is None:
            root = find_root(Path.cwd(), os.environ.get("NOTEWEB_VAULT"))
        else:
            root = check_root(Path(path).expanduser())
        given = model or "", device or ""
        vault = cls(root, _overruled(read_config(root), given), progress or Silent())
        vault._given = given
        return vault

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index, where it was opened."""
        opened = self.__dict__.pop("index", None)
        if opened is not None:
            opened.close()

    @cached_property
    def folder(self) -> Path:
        """Where the index lies: in the vault, or in the user's cache where that is read-only.

        An index that a read-only vault has is copied there, and `notice` hears of it.
        """
        folder, inside = cache_folder(self.root), self.root / CACHE_NAME
        if folder != inside:
            from noteweb.index.adoption import adopt_index

            is_new = not folder.exists()
            if adopt_index(inside, folder):
                self.notice(f"the vault cannot be written; its index was copied to {folder}")
            elif is_new:
                self.notice(f"the vault cannot be written; its index is kept in {folder}")
        return folder

    @cached_property
    def index(self) -> Index:
        """The index, opened.

        Raises
        ------
        WriteFailed, IndexDamaged, IndexNewer
        """
        from noteweb.index.folder import Index

        return Index(self.folder)

    @cached_property
    def embedder(self) -> Embedder | None:
        """The model for queries and few passages; None where the vault is lexical only.

        Raises
        ------
        ModelUnavailable
        """
        return None if self.model == "none" else self._open("query")

    @property
    def model(self) -> str:
        """The model's name: the one asked for, else the one that made the index."""
        return self.config.model or self.index.catalogue.meta("model") or "default"

    def sync(self, *, with_vectors: bool = True) -> SyncReport:
        """Bring the index up to date with the notes, and mend what is damaged of it.

        Raises
        ------
        IndexMismatch, IndexNewer, IndexBusy, IndexDamaged, WriteFailed, ModelUnavailable
        """
        return self._sync(self._source(with_vectors=with_vectors, is_thorough=True))

    def _sync(self, source: Source) -> SyncReport:
        from noteweb.index.freshness import look

        seen = look(self.index, source)
        self.report = seen.report
        if self.report is None:
            from noteweb.index.sync import sync

            self.report = sync(self.index, source, self.progress, seen)
            self._prepare(source.embedder)
        self._take_over(with_vectors=source.with_vectors)
        return self.report

    def _prepare(self, embedder: Embedder | None) -> None:
        """Measure once what every query is held against, so that none has to."""
        from noteweb.search.background import prepare

        with self.index.snapshot():
            prepare(self.index, embedder)

    def _take_over(self, *, with_vectors: bool) -> None:
        """Go by the index as it is, and forget what was read of another."""
        if self._mark != (mark := self.index.mark()):
            self._forget()
            self._mark = mark
        self._is_fresh["text"] = True
        self._is_fresh["vectors"] |= with_vectors

    def renew(self) -> None:
        """Look at the notes again with the next question; for a process that lives on.

        What was read is kept as long as nobody has changed the notes or the index; the model stays.
        """
        self._is_fresh = dict.fromkeys(self._is_fresh, False)
        if "index" in self.__dict__ and self.index.mark() != self._mark:
            self.close()

    def catch_up(self, *, with_vectors: bool = True) -> SyncReport:
        """Bring the index up to date again; what was not touched is not read for damage.

        Raises
        ------
        as `sync`
        """
        self.renew()
        return self._sync(self._source(with_vectors=with_vectors, is_thorough=False))

    def read_config_again(self) -> None:
        """Go by what noteweb.toml says by now.

        Raises
        ------
        ConfigInvalid
        """
        config = _overruled(read_config(self.root), self._given)
        if (config.model, config.device) != (self.config.model, self.config.device):
            for name in ("embedder", "bulk_embedder"):
                self.__dict__.pop(name, None)
        self.config = config

    def _forget(self) -> None:
        """Forget what was read of the notes."""
        for name in ("cards", "_names"):
            self.__dict__.pop(name, None)

    def refresh(self, *, with_vectors: bool) -> None:
        """Bring the index up to date, where this object has not done so yet; see `sync`.

        While another process writes it, what it holds so far is good enough, and `notice` hears so.
        """
        if self._is_fresh["vectors" if with_vectors else "text"]:
            return
        source = self._source(with_vectors=with_vectors, is_thorough=False)
        if self.is_empty:
            self._sync(source)  # of no use to a reader: whoever writes it is waited for
            return
        from noteweb.index.folder import READER_WAIT_S

        try:
            self._sync(replace(source, patience_s=READER_WAIT_S))
        except IndexBusy:
            self.notice("the index is being written; this is from what it holds so far")
            self._take_over(with_vectors=with_vectors)

    def rebuild(self, *, with_vectors: bool = True) -> SyncReport:
        """Delete the index and make it anew; the notes are only read.

        Raises
        ------
        WriteFailed, ModelUnavailable
        """
        from noteweb.index.folder import remove_index

        if with_vectors and self.config.model != "none":
            # A model that cannot be had must not cost the index that is there.
            self._open_for_rebuild()
        self.close()
        remove_index(self.folder)
        return self.sync(with_vectors=with_vectors)

    def status(self) -> Status:
        """Say what the index holds and what has changed since, without changing anything."""
        from noteweb.status import read_status

        return read_status(self.root, self.folder, self.config)

    @property
    def is_empty(self) -> bool:
        """Whether the vault holds no note at all."""
        return not self.index.catalogue.rows("SELECT 1 FROM notes LIMIT 1")

    def find(self, name: str) -> str:
        """Give the id of the note that `name` (an id, path, title or alias) means.

        Raises
        ------
        NoteNotFound
            with near names
        NoteAmbiguous
        """
        from noteweb.links.names import find_note

        return find_note(self._names, name)

    def note(self, name: str) -> Note:
        """Read a note from its file.

        Raises
        ------
        NoteNotFound, NoteAmbiguous, NoteUnreadable
        WriteFailed
            where the index cannot be made
        """
        self.refresh(with_vectors=False)
        wanted = self.find(name)
        path = self.index.catalogue.rows("SELECT path FROM notes WHERE id = ?", (wanted,))[0][0]
        file = next(f for f in scan(self.root, self.config).files if f.path == path)
        read = read_note(self.root, file)
        if isinstance(read, Problem):
            raise NoteUnreadable(path, read.message)
        return replace(read, card=replace(read.card, id=wanted))

    def notes(self) -> Iterator[Note]:
        """Read every note from its file, in the order of the paths; leave out the unreadable."""
        ids = {card.path: card.id for card in self.cards}
        for file in scan(self.root, self.config).files:
            read = read_note(self.root, file) if file.path in ids else None
            if read is not None and not isinstance(read, Problem):
                yield replace(read, card=replace(read.card, id=ids[file.path]))

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """Every note's card, in the order of the paths."""
        if not self.has_index:
            return self._read_cards()
        from noteweb.index.lookup import find_cards

        self.refresh(with_vectors=False)
        return find_cards(self.index.catalogue)

    def _read_cards(self) -> tuple[Card, ...]:
        from noteweb.links.identity import settle_ids
        from noteweb.vault import read_cards

        cards, _ = read_cards(self.root, self.config)
        settled = settle_ids([(card.path, card.id) for card in cards])
        return tuple(
            card if settled[card.path] == card.id else replace(card, id=settled[card.path])
            for card in sorted(cards, key=lambda card: card.path)
        )

    @cached_property
    def _names(self) -> NameTable:
        from noteweb.links.names import build_names

        return build_names(self.cards)

    def _source(self, *, with_vectors: bool, is_thorough: bool) -> Source:
        from noteweb.index.freshness import Source

        return Source(
            root=self.root,
            config=self.config,
            with_vectors=with_vectors,
            model=lambda: self.embedder if with_vectors else self._embedder_if_any(),
            bulk=lambda: self.bulk_embedder,
            is_thorough=is_thorough,
        )

    @cached_property
    def bulk_embedder(self) -> Embedder:
        """The model for many passages at once, here or on the cluster."""
        opened = self._open("bulk")
        if not self.scheduler:
            return opened
        from noteweb.embed.spread import SpreadEmbedder

        return SpreadEmbedder(opened, self.scheduler)

    def _open(self, purpose: Literal["query", "bulk"]) -> Embedder:
        from noteweb.embed import open_embedder

        device = cast("Device", self.config.device)  # read_config has checked it
        memory = self.folder / "weights.json"
        return open_embedder(self.model, device=device, purpose=purpose, memory=memory)

    def _open_for_rebuild(self) -> None:
        from noteweb.embed import open_embedder

        name = self.config.model or "default"
        open_embedder(name, device=cast("Device", self.config.device))

    def _embedder_if_any(self) -> Embedder | None:
        """Give the model to cut by, where it can be had: words do without."""
        try:
            return self.embedder
        except ModelUnavailable:
            return None


def _overruled(config: Config, given: tuple[str, str]) -> Config:
    model, device = given
    return replace(config, model=model or config.model, device=device or config.device)
