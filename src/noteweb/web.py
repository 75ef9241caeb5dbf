"""`NoteWeb`: a vault, opened. Everything a command or a program asks for goes through here.

Nothing is opened before it is needed: a text query loads no model, a graph no vectors.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, cast

from noteweb.config import read_config
from noteweb.errors import BadRequest, ModelUnavailable, Problem
from noteweb.model.hit import Hit, Mode, Only
from noteweb.model.progress import Silent
from noteweb.vault import cache_folder, check_root, find_root, read_note, scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noteweb.claimset import ClaimSet
    from noteweb.config import Config
    from noteweb.embed import Embedder
    from noteweb.embed.opening import Device
    from noteweb.evidence.front import Evidence
    from noteweb.evidence.run import Options
    from noteweb.graph.build import Graph
    from noteweb.graph.route import Route
    from noteweb.index.folder import Index
    from noteweb.index.freshness import Source, SyncReport
    from noteweb.links.names import NameTable
    from noteweb.mend import Repair
    from noteweb.model.claim import Claim
    from noteweb.model.note import Card, Note
    from noteweb.model.progress import Progress
    from noteweb.model.verdict import Verdict
    from noteweb.status import Status


class NoteWeb:
    """A vault of notes with its index.

    Use it as a context manager, or `close` it. Questions bring the index up to date first, once,
    which embeds what changed; `progress` hears of it.

    Examples
    --------
    >>> with NoteWeb.open("notes") as web:  # doctest: +SKIP
    ...     for hit in web.search("why do wide networks generalise", limit=3):
    ...         print(hit.note_id, hit.field, hit.text)
    """

    def __init__(self, root: Path, config: Config, progress: Progress) -> None:
        self.root = root
        self.config = config
        self.progress = progress
        self.report: SyncReport | None = None  # of this object's last look at the notes
        self._is_fresh = {"text": False, "vectors": False}

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
        from dataclasses import replace

        if path is None:
            root = find_root(Path.cwd(), os.environ.get("NOTEWEB_VAULT"))
        else:
            root = check_root(Path(path).expanduser())
        config = read_config(root)
        config = replace(config, model=model or config.model, device=device or config.device)
        return cls(root, config, progress or Silent())

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
        """Where the index lies: in the vault, or in the user's cache where that is read-only."""
        return cache_folder(self.root)

    @cached_property
    def index(self) -> Index:
        """The index, opened.

        Raises
        ------
        WriteFailed, IndexDamaged, IndexMismatch
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
        """Bring the index up to date with the notes.

        Raises
        ------
        IndexMismatch, IndexBusy, IndexDamaged, WriteFailed, ModelUnavailable
        """
        from noteweb.index.freshness import look

        source = self._source(with_vectors=with_vectors)
        self.report = look(self.index, source)
        if self.report is None:
            from noteweb.index.sync import sync

            self.report = sync(self.index, source, self.progress)
        self._is_fresh["text"] = True
        self._is_fresh["vectors"] |= with_vectors
        return self.report

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

    def search(
        self,
        text: str,
        *,
        limit: int = 10,
        mode: Mode | str = Mode.HYBRID,
        only: Only | None = None,
    ) -> tuple[Hit, ...]:
        """Find the notes that answer `text`, best first; empty where nothing matches.

        Raises
        ------
        BadRequest
            for an empty query, an unknown mode or a limit below 1
        NotewebError
            as `sync`
        """
        from noteweb.search.query import Request, search

        if not text.strip():
            raise BadRequest("the query is empty", "say what you look for")
        wanted = _mode(mode)
        if limit < 1:
            raise BadRequest(f"a limit of {limit} gives nothing", "ask for at least 1")
        needs_model = wanted is not Mode.TEXT
        self._refresh(with_vectors=needs_model)
        request = Request(text=text, limit=limit, mode=wanted, only=only or Only())
        embedder = self.embedder if needs_model else None
        if wanted is Mode.SEMANTIC and embedder is None:
            raise BadRequest("this vault has no model to search by meaning", "use --mode text")
        with self.index.catalogue.snapshot():
            return search(self.index, embedder, request)

    def related(self, name: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Find the notes nearest to a note in text and links, best first.

        Raises
        ------
        NoteNotFound, NoteAmbiguous, NotewebError
        """
        from noteweb.search.related import find_related

        self._refresh(with_vectors=True)
        note = self.find(name)
        with self.index.catalogue.snapshot():
            nid = self.index.catalogue.rows("SELECT nid FROM notes WHERE id = ?", (note,))[0][0]
            return find_related(self.index, nid, limit)

    def field_names(self, names: Sequence[str]) -> tuple[str, ...]:
        """Give the fields' own spelling for names in any case; "body" is the body.

        Raises
        ------
        BadRequest
            for a name that is no field
        """
        from noteweb.index.catalogue import BODY
        from noteweb.model.note import Field

        known = {field.value.casefold(): field.value for field in Field} | {BODY: BODY}
        folded = [name.casefold().replace("_", "").replace("-", "") for name in names]
        for name, key in zip(names, folded, strict=True):
            if key not in known:
                raise BadRequest(f"no field {name!r}", f"there are: {', '.join(known.values())}")
        return tuple(known[key] for key in folded)

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
        NoteNotFound, NoteAmbiguous
        WriteFailed
            where the index cannot be made
        """
        from dataclasses import replace

        self._refresh(with_vectors=False)
        wanted = self.find(name)
        path = self.index.catalogue.rows("SELECT path FROM notes WHERE id = ?", (wanted,))[0][0]
        file = next(f for f in scan(self.root, self.config).files if f.path == path)
        read = read_note(self.root, file)
        if isinstance(read, Problem):
            raise BadRequest(f"{path}: {read.message}")
        return replace(read, card=replace(read.card, id=wanted))

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """Every note's card, in the order of the paths."""
        from noteweb.index.lookup import find_cards

        self._refresh(with_vectors=False)
        return find_cards(self.index.catalogue)

    @cached_property
    def graph(self) -> Graph:
        """The graph of notes, ghosts, tags, domains and tools; see `noteweb.graph.build`."""
        from noteweb.graph.assembly import assemble_graph

        return assemble_graph(self.index, self.cards)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim of the notes, in the order of the paths."""
        return self._claim_set.claims

    @cached_property
    def evidence(self) -> Evidence:
        """The experiments behind the claims: records, runs, permissions."""
        from noteweb.evidence.front import Evidence

        return Evidence(self.root, self.folder, lambda: self.claims)

    def verify(self, *claims: str, options: Options | None = None) -> list[Verdict]:
        """Make the runs that the claims' experiments still need, and judge; all claims by default.

        Raises
        ------
        ClaimNotFound
            with near ids
        WriteFailed, SandboxUnavailable, ExecutorUnavailable
        """
        return self.evidence.verify(claims, options, self.progress)

    def route(self, start: str, end: str) -> Route | None:
        """Find the shortest explained way between two notes; None where there is none.

        Raises
        ------
        NoteNotFound, NoteAmbiguous
        """
        from noteweb.graph.route import shortest_route

        ends = [f"note:{self.find(name)}" for name in (start, end)]
        return shortest_route(self.graph, *ends)

    def export(self, form: str) -> bytes:
        """Write the graph in a format, "json" or "graphml".

        Raises
        ------
        BadRequest
            for an unknown format
        """
        from noteweb.export import export_graph

        return export_graph(self.graph, form)

    def repairs(self, names: Sequence[str] = ()) -> Iterator[Repair]:
        """Find the notes whose encoding is damaged and can be restored exactly, by path.

        Raises
        ------
        NoteNotFound, NoteAmbiguous
            for a name among `names` that is no note
        """
        from noteweb.mend import find_repairs

        wanted = {self.find(name) for name in names}
        paths = [card.path for card in self.cards if not wanted or card.id in wanted]
        files = {file.path: file for file in scan(self.root, self.config).files}
        return find_repairs(self.root, [files[path] for path in paths if path in files])

    def problems(self) -> tuple[Problem, ...]:
        """Everything wrong in the vault: files, frontmatter, bodies, links, ids."""
        from noteweb.index.lookup import find_problems
        from noteweb.links.identity import find_double_ids
        from noteweb.links.resolve import resolve_links

        links = resolve_links(self.cards).problems
        own = self.index.catalogue.rows("SELECT path, own_id FROM notes")
        seen = scan(self.root, self.config)
        files = {file.path for file in seen.files}
        told = (p for p in find_problems(self.index.catalogue) if p.path in files)
        wrong = [*self._claim_set.problems, *self.evidence.problems()]
        found = [*seen.problems, *told, *links, *find_double_ids(own), *wrong]
        return tuple(sorted(found, key=lambda p: (p.path, p.line, p.column, p.code)))

    @cached_property
    def _claim_set(self) -> ClaimSet:
        from noteweb.claimset import read_claim_set
        from noteweb.index.lookup import find_cards_with

        self._refresh(with_vectors=False)
        return read_claim_set(find_cards_with(self.index.catalogue, "claims"))

    @cached_property
    def _names(self) -> NameTable:
        from noteweb.links.names import build_names

        return build_names(self.cards)

    def _refresh(self, *, with_vectors: bool) -> None:
        if not self._is_fresh["vectors" if with_vectors else "text"]:
            self.sync(with_vectors=with_vectors)

    def _source(self, *, with_vectors: bool) -> Source:
        from noteweb.index.freshness import Source

        return Source(
            root=self.root,
            config=self.config,
            with_vectors=with_vectors,
            model=lambda: self.embedder if with_vectors else self._embedder_if_any(),
            bulk=lambda: self._open("bulk"),
        )

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


def _mode(mode: Mode | str) -> Mode:
    try:
        return Mode(mode)
    except ValueError:
        known = ", ".join(Mode)
        raise BadRequest(f"no search mode {str(mode)!r}", f"there are: {known}") from None
