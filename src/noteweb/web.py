"""`NoteWeb`: a vault that answers. Everything a command or a program asks for goes through here."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from math import inf
from typing import TYPE_CHECKING

from noteweb.errors import BadRequest, ModelUnavailable, Problem
from noteweb.kin_vault import KinVault
from noteweb.model.hit import MIN_SCORE, Demand, Hit, Key, Mode, Only
from noteweb.model.view import Filter, View, ViewKind, require_known
from noteweb.vault import read_note, scan

#: How many notes a view of a question shows at most.
_N_FOUND = 20

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from noteweb.activation.front import Activation
    from noteweb.activation.front import Options as ActivationOptions
    from noteweb.argument.impact import Struck
    from noteweb.evidence.run import Options
    from noteweb.graph.build import Graph
    from noteweb.graph.route import Route
    from noteweb.graph.selection import Found
    from noteweb.graph.walk import Direction, Neighbour
    from noteweb.model.document import Document
    from noteweb.model.firing import Report
    from noteweb.model.note import Note
    from noteweb.model.verdict import Verdict
    from noteweb.vault import NoteFile
    from noteweb.watch.keep import Update


class NoteWeb(KinVault):
    """A vault of notes with its index, and the questions it answers.

    Use it as a context manager, or `close` it. Questions bring the index up to date first, once,
    which embeds what changed; `progress` hears of it.

    Examples
    --------
    >>> with NoteWeb.open("notes") as web:  # doctest: +SKIP
    ...     for hit in web.search("why do wide networks generalise", limit=3):
    ...         print(hit.note_id, hit.field, hit.text)
    """

    def search(
        self,
        text: str,
        *,
        limit: int = 10,
        mode: Mode | str = Mode.HYBRID,
        only: Only | None = None,
        min_score: float | None = None,
    ) -> tuple[Hit, ...]:
        """Find the notes that answer `text`, best first; empty where nothing matches.

        A note matches that scores at least `min_score`; 1 is what an unrelated question finds at
        best, nine times in ten, in any vault, mode and model. By default that is 1.1, and nothing
        where a phrase is asked for: what holds it matches.

        The text may hold phrases and operators, see `noteweb.search.syntax`, whose `escape` makes
        plain words of any text. Where it says what notes must meet and nothing to look for, those
        notes are listed, newest first.

        Raises
        ------
        QueryInvalid
            for text that cannot be read, with the place
        BadRequest
            for an empty query, an unknown mode or a limit below 1
        NotewebError
            as `sync`
        """
        from noteweb.search.listing import list_notes
        from noteweb.search.query import Request, search
        from noteweb.search.syntax import read_query

        asked = read_query(text)
        if not asked.text and not asked.demands:
            raise BadRequest("the query is empty", "say what you look for")
        wanted = _mode(mode)
        if limit < 1:
            raise BadRequest(f"a limit of {limit} gives nothing", "ask for at least 1")
        needs_model = wanted is not Mode.TEXT and bool(asked.text)
        self.refresh(with_vectors=needs_model)
        narrowed = self._narrow(only or Only(), asked.demands)
        if min_score is None:
            min_score = -inf if any(map(_is_phrase, narrowed.demands)) else MIN_SCORE
        request = Request(
            text=asked.text, limit=limit, mode=wanted, only=narrowed, min_score=min_score
        )
        if not asked.text:
            with self.index.catalogue.snapshot():
                return list_notes(self.index, request)
        embedder = self.embedder if needs_model else None
        if wanted is Mode.SEMANTIC and embedder is None:
            raise ModelUnavailable("none", "this vault is searched by words alone")
        with self.index.snapshot():
            return search(self.index, embedder, request)

    def keep_current(self, *, with_vectors: bool = True) -> Iterator[Update]:
        """Follow the notes without end; give what was done, each time that something was.

        Examples
        --------
        >>> with NoteWeb.open("notes") as web:  # doctest: +SKIP
        ...     for update in web.keep_current():
        ...         print(update.report or update.failure)
        """
        from noteweb.watch.keep import keep_current

        return keep_current(self, with_vectors=with_vectors)

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

    @cached_property
    def activation(self) -> Activation:
        """The notes' conditions, ready to be held against documents.

        Raises
        ------
        ModelUnavailable
            where the vault is searched by words alone
        """
        from noteweb.activation.front import Activation, Sources
        from noteweb.activation.ground import Tools

        self.refresh(with_vectors=True)
        if self.model == "none":
            raise ModelUnavailable("none", "this vault is searched by words alone")
        sources = Sources(
            root=self.root, claims=lambda: self.claims, findings=lambda: self.findings
        )
        tools = Tools(index=self.index, embedder=self.bulk_embedder, progress=self.progress)
        return Activation(sources, tools)

    def activate(
        self, document: Document | str | os.PathLike[str], options: ActivationOptions | None = None
    ) -> Report:
        """Tell which notes a document sets off, by which condition, on which passage.

        Parameters
        ----------
        document : read already, or the path of one

        Raises
        ------
        DocumentUnreadable, NotewebError
        """
        from noteweb.activation.front import Options
        from noteweb.documents.read import open_document
        from noteweb.model.document import Document

        read = document if isinstance(document, Document) else open_document(document)
        return self.activation.report(read, options or Options())

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

    def neighbours(
        self,
        name: str,
        depth: int = 1,
        kinds: Collection[str] | None = None,
        direction: Direction | None = None,
    ) -> tuple[Neighbour, ...]:
        """Give what stands within `depth` steps of a note, in either direction by default.

        Raises
        ------
        NoteNotFound, NoteAmbiguous
        """
        from noteweb.graph.build import note_key
        from noteweb.graph.walk import Direction, neighbours

        start = note_key(self.find(name))
        return neighbours(self.graph, start, depth, kinds, direction or Direction.BOTH)

    def view(self, view: View | None = None, only: Filter | None = None) -> Graph:
        """Give the part of the graph that a view means; empty where nothing is in it.

        Raises
        ------
        NoteNotFound, NoteAmbiguous, NotInGraph
        BadRequest
            for names that mean nothing in any vault, and where the view needs the index
        NotewebError
            as `search` and `activate`
        """
        from noteweb.argument.label import Label
        from noteweb.graph.selection import Answers, select

        if only is not None and only.is_about_claims:
            require_known("standing", only.standings, Label)
            self.add_verdicts(self.graph)
        answers = Answers(find=self.find, search=self._find_hits, activate=self._find_fired)
        return select(self.graph, view or View(), only or Filter(), answers)

    def export(self, form: str, view: View | None = None, only: Filter | None = None) -> bytes:
        """Write a view of the graph in a format, by the names in `noteweb.export.EXPORTERS`.

        Raises
        ------
        BadRequest
            for an unknown format
        NotewebError
            as `view`
        """
        from io import BytesIO

        from noteweb.export import find_exporter, write_export

        has_fields = find_exporter(form).has_fields
        stream = BytesIO()
        write_export(self.material(self.view(view, only), has_fields=has_fields), form, stream)
        return stream.getvalue()

    def impact(self, claim: str) -> tuple[Struck, ...]:
        """Give the claims that the fall of one reaches; see `noteweb.argument.impact`.

        Raises
        ------
        ClaimNotFound
        """
        self.evidence.pick([claim])
        return self.argument.impact(claim)

    def problems(self) -> tuple[Problem, ...]:
        """Everything wrong in the vault: files, frontmatter, links, ids, records, labels."""
        from noteweb.activation.label import read_labels
        from noteweb.index.lookup import find_problems
        from noteweb.links.anchor import find_dead_anchors
        from noteweb.links.identity import find_double_ids
        from noteweb.links.names import find_twins
        from noteweb.links.resolve import resolve_links

        resolved = resolve_links(self.cards, root=self.root)
        own = self.index.catalogue.rows("SELECT path, own_id FROM notes")
        seen = scan(self.root, self.config, is_thorough=True)
        files = {file.path: file for file in seen.files}
        dead = find_dead_anchors(self.cards, resolved.resolved, partial(_read, self.root, files))
        links = [*resolved.problems, *dead]
        known = {(p.path, p.code) for p in seen.problems}
        told = (
            p
            for p in find_problems(self.index.catalogue)
            if p.path in files and (p.path, p.code) not in known
        )
        wrong = [*self.claim_set.problems, *self.evidence.problems(), *read_labels(self.root)[1]]
        names = [*find_double_ids(own), *find_twins(files)]
        found = [*seen.problems, *told, *links, *names, *wrong]
        return tuple(sorted(found, key=lambda p: (p.path, p.line, p.column, p.code)))

    def _narrow(self, only: Only, demands: Iterable[Demand]) -> Only:
        """Add demands; a standing becomes the notes whose claims have it."""
        found = tuple(
            replace(demand, key=Key.NOTE, values=tuple(self.find_standing(demand.values)))
            if demand.key is Key.STANDING
            else demand
            for demand in (*only.demands, *demands)
        )
        return replace(only, demands=found)

    def _find_hits(self, words: str) -> Found:
        self._require_index(ViewKind.QUERY)
        return {hit.note_id: {"score": hit.score} for hit in self.search(words, limit=_N_FOUND)}

    def _find_fired(self, document: str) -> Found:
        self._require_index(ViewKind.ACTIVATION)
        report = self.activate(document)
        later = {one.note: {"score": one.score, "fired": False} for one in report.second_hand}
        return later | {
            one.note: {
                "score": one.score,
                "fired": True,
                "false_fire_rate": one.false_fire_rate,
                "probability": one.probability,
            }
            for one in report.fired
        }

    def _require_index(self, view: ViewKind) -> None:
        if not self.has_index:
            raise BadRequest(f"the view {view} needs the index", "leave --no-index away")

    def _forget(self) -> None:
        super()._forget()
        self.__dict__.pop("activation", None)


def _read(root: Path, files: Mapping[str, NoteFile], path: str) -> Note | None:
    """Read a note; None where it cannot be, which is told by itself."""
    read = read_note(root, files[path]) if path in files else None
    return None if isinstance(read, Problem) else read


def _is_phrase(demand: Demand) -> bool:
    return demand.key is Key.TEXT and not demand.is_excluded


def _mode(mode: Mode | str) -> Mode:
    try:
        return Mode(mode)
    except ValueError:
        known = ", ".join(Mode)
        raise BadRequest(f"no search mode {str(mode)!r}", f"there are: {known}") from None
