"""Claims in the graph: what states them, what they bear on, what would test them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from noteweb.graph.build import note_key
from noteweb.model.relation import EdgeKind, NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from noteweb.graph.build import Graph
    from noteweb.model.claim import Claim
    from noteweb.model.note import Json


#: What is found out about a claim, as its node calls it.
FINDINGS = ("verdict", "reason", "n_seeds", "previous", "standing", "strength")


def claim_key(claim_id: str) -> str:
    """Give the node of a claim; ids are told apart by case, as verdicts do."""
    return f"{NodeKind.CLAIM.value}:{claim_id}"


def experiment_key(name: str) -> str:
    """Give the node of an experiment, by the name that a claim calls it."""
    return f"{NodeKind.EXPERIMENT.value}:{name}"


def add_claims(graph: Graph, claims: Iterable[Claim]) -> None:
    """Add the claims with their notes, experiments and relations, all as written.

    A relation to a claim that does not exist is a problem of the vault and no edge.
    """
    known = tuple(claims)
    for claim in known:
        graph.add_node(claim_key(claim.id), **_describe(claim))
        for name in dict.fromkeys(each.experiment for each in claim.evidence if each.experiment):
            graph.add_node(experiment_key(name), kind=NodeKind.EXPERIMENT.value, label=name)
    for claim in known:
        for end, kind in _ends(claim):
            if end in graph and end != claim_key(claim.id):
                _add_edge(graph, claim_key(claim.id), end, kind, claim.line)


def _describe(claim: Claim) -> dict[str, Json]:
    """Give what a claim says of itself; other keys than noteweb's own never hide them."""
    words = asdict(claim.source)
    del words["stated_citation"]
    told = {"citation": claim.source.citation, "stance": claim.source.stance}
    words.update((name, word and word.value) for name, word in told.items())
    source = {f"source_{name}": value for name, value in words.items() if value}
    own: dict[str, Json] = {
        "kind": NodeKind.CLAIM.value,
        "label": claim.statement or claim.id,
        "claim": claim.id,
        "claim_kind": claim.kind.value,
        "note": claim.note_id,
        "path": claim.path,
        "line": claim.line,
        **(source if claim.source else {}),
        **({"needs": claim.needs} if claim.needs else {}),
    }
    taken = {*own, *FINDINGS, "id"}
    for name, value in claim.attributes.items():
        own[f"frontmatter_{name}" if name in taken else name] = value
    return own


def add_findings(graph: Graph, findings: Mapping[str, Mapping[str, Json]]) -> None:
    """Add to the claims in a graph what is known of each (`verdict`, `standing`), by its id."""
    for claim, known in findings.items():
        if claim_key(claim) in graph:
            graph.nodes[claim_key(claim)].update(known)


def _ends(claim: Claim) -> Iterator[tuple[str, str]]:
    yield note_key(claim.note_id), EdgeKind.STATED_IN.value
    for evidence in claim.evidence:
        if evidence.experiment:
            yield experiment_key(evidence.experiment), EdgeKind.EVIDENCE.value
    for relation in claim.relations:
        yield claim_key(relation.target), relation.kind


def _add_edge(graph: Graph, start: str, end: str, kind: str, line: int) -> None:
    provenance = Provenance.EXPLICIT.value
    attributes: dict[str, Any] = {
        "kind": kind,
        "provenance": provenance,
        "weight": 1.0,
        "line": line,
    }
    graph.add_edge(start, end, key=f"{kind}/{provenance}", **attributes)
