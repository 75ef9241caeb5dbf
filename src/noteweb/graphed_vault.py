"""The vault as a graph with what is known of its claims: verdicts, argument, map, material."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from noteweb.indexed_vault import IndexedVault
from noteweb.model.note import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from noteweb.argument.front import Argument
    from noteweb.claimset import ClaimSet
    from noteweb.evidence.front import Evidence
    from noteweb.export.material import KnownClaim, Material
    from noteweb.graph.build import Graph
    from noteweb.model.claim import Claim
    from noteweb.model.layout import Layout
    from noteweb.model.note import Json
    from noteweb.report.front import Report


class GraphedVault(IndexedVault):
    """A vault with its index, its graph and its claims, each made when a question needs it."""

    @cached_property
    def graph(self) -> Graph:
        """The graph of notes, ghosts, tags, domains and tools; see `noteweb.graph.build`."""
        from noteweb.graph.assembly import assemble_graph, link_graph

        if not self.has_index:
            return link_graph(self.cards, self.root)
        return assemble_graph(self.index, self.cards, self.root)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim of the notes, in the order of the paths."""
        return self.claim_set.claims

    @cached_property
    def claim_set(self) -> ClaimSet:
        """The claims of all notes, and what is wrong with them together."""
        from noteweb.claimset import read_claim_set
        from noteweb.index.lookup import find_cards_with

        if not self.has_index:
            return read_claim_set(self.cards)
        self.refresh(with_vectors=False)
        return read_claim_set(find_cards_with(self.index.catalogue, CLAIMS))

    @cached_property
    def evidence(self) -> Evidence:
        """The experiments behind the claims: records, runs, permissions."""
        from noteweb.evidence.front import Evidence

        return Evidence(self.root, self.folder, lambda: self.claims)

    @cached_property
    def argument(self) -> Argument:
        """What the claims make of one another, on top of the verdicts that records give."""
        from noteweb.argument.front import argue

        return argue(self.evidence.rows())

    @cached_property
    def findings(self) -> dict[str, dict[str, Json]]:
        """What is known of each claim, for its node."""
        if not self.claims:
            return {}  # without opening any experiment
        return {
            row.claim.id: row.verdict.summary() | self.argument.summary(row.claim.id)
            for row in self.evidence.rows()
        }

    def find_standing(self, names: Collection[str]) -> frozenset[str]:
        """Give the ids of the notes that state a claim of one of these verdicts or standings."""
        findings = self.findings
        told = ((claim, findings[claim.id]) for claim in self.claims if claim.id in findings)
        return frozenset(
            claim.note_id
            for claim, found in told
            if found["verdict"] in names or found["standing"] in names
        )

    def add_verdicts(self, graph: Graph) -> None:
        """Add to the claims in a part of the graph their verdicts and standings, as known now."""
        from noteweb.graph.claims import add_findings

        add_findings(graph, self.findings)

    def layout(self, graph: Graph | None = None) -> Layout:
        """Give the map of the graph, or of a part of it; the whole one is kept with the index.

        When a note comes or goes the kept map changes little; see `noteweb.graph.layout`.

        Raises
        ------
        NotewebError
            as `sync`
        """
        from noteweb.graph.layout import lay_out
        from noteweb.model.layout import read_layout

        if not self.has_index or (graph is not None and graph is not self.graph):
            return lay_out(self.graph if graph is None else graph)
        old = read_layout(self.index.read_layout())
        found = lay_out(self.graph, old)
        if found is not old:
            self.index.keep_layout(found.to_json())
        return found

    def material(self, graph: Graph, *, has_fields: bool = False) -> Material:
        """Give what exporters write from: a part of the graph, its claims now with verdicts.

        With `has_fields` its notes have their seven fields too, each a list of what it states.
        """
        from noteweb.export.material import Material
        from noteweb.graph.build import note_key

        self.add_verdicts(graph)
        return Material(
            graph=self._add_fields(graph) if has_fields else graph,
            title=self.root.resolve().name,
            layout=lambda: self.layout(graph),
            notes=lambda: (note for note in self.notes() if note_key(note.card.id) in graph),
            evidence=lambda: self._known_claims(graph),
            code=self._experiment_file,
            runs=self.evidence.workplace.runs,
        )

    def evidence_report(self, *claims: str, profile: str = "quick") -> Report:
        """Give what the records say of the claims, all by default; nothing is run.

        Raises
        ------
        ClaimNotFound
            with near ids
        """
        from noteweb.report.front import Options, gather_report

        title = self.root.resolve().name
        return gather_report(self.evidence, Options(names=claims, profile=profile, title=title))

    def renew(self) -> None:
        """Look at the notes and records again with the next question; see `IndexedVault.renew`."""
        super().renew()
        for name in ("evidence", "argument", "findings"):
            self.__dict__.pop(name, None)

    def _add_fields(self, graph: Graph) -> Graph:
        from noteweb.graph.build import note_key
        from noteweb.graph.view import pick

        told = pick(graph, graph)
        for note in self.notes():
            about = told.nodes.get(note_key(note.card.id), {})
            for unit in note.units if about else ():
                about.setdefault(unit.field.value, []).append(unit.text)
        return told

    def _known_claims(self, graph: Graph) -> list[KnownClaim]:
        from noteweb.export.material import KnownClaim
        from noteweb.graph.claims import claim_key

        asked = [claim.id for claim in self.claims if claim_key(claim.id) in graph]
        return [
            KnownClaim(claim=account.claim, verdict=account.verdict, records=account.records())
            for account in map(self.evidence.why, asked)
        ]

    def _experiment_file(self, name: str) -> Path | None:
        found = self.evidence.workplace.finder.find(name)
        return found.place.path if found else None

    def _forget(self) -> None:
        super()._forget()
        for name in ("graph", "evidence", "argument", "claim_set", "findings"):
            self.__dict__.pop(name, None)
