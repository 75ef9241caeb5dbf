"""The vault as something to tend: sentences that could be claims, and what may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.errors import NoteUnreadable, Problem
from noteweb.graphed_vault import GraphedVault
from noteweb.vault import read_file, scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noteweb.amendment import Amendment
    from noteweb.evidence.front import ClaimRow
    from noteweb.links.moved import Moved
    from noteweb.mend import Change, Repair
    from noteweb.model.document import Document
    from noteweb.model.suggestion import Suggestion
    from noteweb.stamp import Line
    from noteweb.vault import NoteFile


class TendedVault(GraphedVault):
    """A vault whose notes may change: everything here is shown first, and written on demand."""

    def suggest_claims(
        self, documents: Iterable[Document] | None = None, *, limit: int = 10
    ) -> tuple[Suggestion, ...]:
        """Give the sentences that read most like claims, with what of the vault is near to each.

        Parameters
        ----------
        documents : default: every note, without the sentences that a claim states already

        Raises
        ------
        NotewebError
            as `sync`
        """
        from noteweb.activation.ground import Tools
        from noteweb.activation.near import WordsAlone
        from noteweb.documents.markdown import compose_note
        from noteweb.suggestion import Known, suggest

        has_model = self.model != "none"
        self.refresh(with_vectors=has_model)
        embedder = self.bulk_embedder if has_model else WordsAlone()
        known = Known(
            claims=self.claims,
            experiments=self.evidence.workplace.finder.all(),
            notes={card.path: card.id for card in self.cards},
        )
        own = (compose_note(note, note.card.path) for note in self.notes())
        tools = Tools(index=self.index, embedder=embedder, progress=self.progress)
        return suggest(
            tools, known, own if documents is None else documents, limit, is_new=documents is None
        )

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

    def amendments(self) -> Iterator[Amendment]:
        """Give what can be put right without guessing, by path; nothing is written.

        See `noteweb.amendment` for what that is, and `noteweb.mend.write_change`.
        """
        from noteweb.amendment import amend_encoding, amend_links
        from noteweb.links.moved import find_moved
        from noteweb.links.resolve import resolve_links
        from noteweb.mend import find_repairs

        missing = resolve_links(self.cards, root=self.root).missing
        moved: dict[str, list[Moved]] = {}
        for each in find_moved(self.cards, missing):
            moved.setdefault(each.path, []).append(each)
        damaged = {card.path for card in self.cards if card.repaired}
        for file in scan(self.root, self.config).files:
            if file.path in damaged:
                yield from map(amend_encoding, find_repairs(self.root, [file]))
            elif file.path in moved:
                found = amend_links(self.root, file, moved[file.path])
                yield from [found] if found else []

    def stamp(self, name: str, *, is_removed: bool = False) -> Change | None:
        """Give what a note becomes with a block on the state of its claims, or without it.

        None where it states no claim, or has no block to remove. Nothing is written; see
        `noteweb.mend.write_change`.

        Raises
        ------
        NoteNotFound, NoteAmbiguous, NoteUnreadable
        WriteFailed
            where a block would change what the note says
        """
        from noteweb.mend import Change
        from noteweb.stamp import put_stamp, take_stamp

        file, before = self._read_file(name)
        rows = [row for row in self.evidence.rows() if row.claim.path == file.path]
        if is_removed:
            after = take_stamp(before, file.path)
        elif rows:
            after = put_stamp(before, file.path, [self._tell_claim(row) for row in rows])
        if not (rows or is_removed) or (is_removed and after == before):
            return None
        return Change(file=file, before=before, after=after)

    def _read_file(self, name: str) -> tuple[NoteFile, bytes]:
        self.refresh(with_vectors=False)
        wanted = self.find(name)
        path = next(card.path for card in self.cards if card.id == wanted)
        file = next((f for f in scan(self.root, self.config).files if f.path == path), None)
        if file is None:
            raise NoteUnreadable(path, "it is gone")
        data = read_file(self.root, file)
        if isinstance(data, Problem):
            raise NoteUnreadable(path, data.message)
        return file, data

    def _tell_claim(self, row: ClaimRow) -> Line:
        from noteweb.stamp import Line

        return Line(
            claim=row.claim.id,
            verdict=row.verdict.kind.value,
            previous=row.verdict.previous.value if row.verdict.previous else "",
            standing=self.argument.standings[row.claim.id].label.value,
            ended=row.ended,
        )
