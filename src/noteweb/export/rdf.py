"""The graph as RDF statements: what `turtle` and `jsonld` write.

Nodes are ``urn:noteweb:KIND:NAME``, attributes and kinds of edges ``urn:noteweb:ns:NAME``, all
percent-encoded, so that every name reads back as it was. An edge is a statement of its own and,
with its weight, provenance and line, an rdf:Statement. Notes and claims are entities of PROV, runs
its activities.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from noteweb.model.record import encode
from noteweb.model.relation import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noteweb.export.material import KnownClaim, Material
    from noteweb.model.note import Json
    from noteweb.model.run import RunRecord

PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "nw": "urn:noteweb:ns:",
}

_CLASSES: Mapping[str, tuple[str, ...]] = {
    NodeKind.NOTE: ("prov:Entity",),
    NodeKind.TAG: ("skos:Concept",),
    NodeKind.DOMAIN: ("skos:Concept",),
    NodeKind.CLAIM: ("prov:Entity",),
    NodeKind.EXPERIMENT: ("prov:Entity", "prov:Plan"),
}

#: What other vocabularies have a word for, beside noteweb's own.
_WORDS = {
    "title": "dcterms:title",
    "description": "dcterms:description",
    "created": "dcterms:created",
    "updated": "dcterms:modified",
    "aliases": "skos:altLabel",
}
_PROV = {
    EdgeKind.STATED_IN: "prov:wasDerivedFrom",
    EdgeKind.PART_OF: "skos:broader",
}


@dataclass(frozen=True, slots=True)
class Iri:
    """A name; `text` is whole, not shortened by a prefix."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value, with the whole name of its type; empty for plain text."""

    text: str
    datatype: str = ""


#: A list keeps its order and its doubles.
Term = Iri | Literal | Sequence[Literal]


@dataclass(frozen=True, slots=True)
class Subject:
    """All that is said about one thing: predicates with their objects, in order."""

    name: Iri
    said: tuple[tuple[Iri, Term], ...]


def describe(material: Material) -> Iterator[Subject]:
    """Give everything of the graph and of the runs behind its claims, thing by thing."""
    graph = material.graph
    for node, about in graph.nodes(data=True):
        yield Subject(node_iri(node), tuple(_describe_node(about)))
    for number, (start, end, edge) in enumerate(graph.edges(data=True)):
        yield from _describe_edge(number, (start, end), edge)
    for known in material.evidence():
        yield from _describe_results(known)
        yield from _describe_runs(known)


def node_iri(node: str) -> Iri:
    """Give the name of a node, of any text, and no two nodes the same."""
    kind, _, name = node.partition(":")
    return Iri(f"urn:noteweb:{_encode(kind)}:{_encode(name)}")


def own_iri(name: str) -> Iri:
    """Give noteweb's own name for an attribute or a kind of edge."""
    return Iri(PREFIXES["nw"] + _encode(name))


def iri(short: str) -> Iri:
    """Give the whole name of one shortened by a prefix."""
    prefix, _, name = short.partition(":")
    return Iri(PREFIXES[prefix] + name)


def write_text(text: str) -> Literal:
    """Give plain text; half a character, which no text in UTF-8 holds, is shown as U+FFFD."""
    return Literal(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _encode(name: str) -> str:
    return quote(name.encode("utf-8", "surrogatepass"), safe="")


def _describe_node(about: Mapping[str, Json]) -> Iterator[tuple[Iri, Term]]:
    kind = str(about["kind"])
    yield iri("rdf:type"), own_iri(kind.title())
    for name in _CLASSES.get(kind, ()):
        yield iri("rdf:type"), iri(name)
    yield iri("rdfs:label"), write_text(str(about["label"]))
    for name, value in about.items():
        for term in _terms(value):
            yield own_iri(name), term
        if name in _WORDS:
            for item in value if isinstance(value, list) else [value]:
                yield iri(_WORDS[name]), write_text(str(item))


def _describe_edge(
    number: int, ends: tuple[str, str], edge: Mapping[str, Json]
) -> Iterator[Subject]:
    start, end = map(node_iri, ends)
    predicate = own_iri(str(edge["kind"]))
    said: list[tuple[Iri, Term]] = [(predicate, end)]
    if edge["kind"] in _PROV:
        said.append((iri(_PROV[EdgeKind(str(edge["kind"]))]), end))
    yield Subject(start, tuple(said))
    about: list[tuple[Iri, Term]] = [
        (iri("rdf:type"), iri("rdf:Statement")),
        (iri("rdf:subject"), start),
        (iri("rdf:predicate"), predicate),
        (iri("rdf:object"), end),
    ]
    about += [(own_iri(name), term) for name, value in edge.items() for term in _terms(value)]
    yield Subject(Iri(f"urn:noteweb:edge:{number}"), tuple(about))


def _describe_results(known: KnownClaim) -> Iterator[Subject]:
    """Tell of the figures and guards behind a claim's verdict, each as an entity of its own."""
    claim, name = node_iri(f"{NodeKind.CLAIM}:{known.claim.id}"), _encode(known.claim.id)
    if doi := known.claim.source.doi:
        work = Iri(f"https://doi.org/{quote(doi.encode('utf-8', 'surrogatepass'), safe='/')}")
        yield Subject(claim, ((iri("prov:hadPrimarySource"), work),))
    told = {
        **{f"result:{name}:{n}": one.to_json() for n, one in enumerate(known.verdict.expectations)},
        **{f"guard:{name}:{n}": encode(one) for n, one in enumerate(known.verdict.guards)},
    }
    for entity, about in told.items():
        own = Iri(f"urn:noteweb:{entity}")
        said = [
            (own_iri(key), term)
            for key, value in (about.items() if isinstance(about, dict) else ())
            for term in _terms(value)
        ]
        yield Subject(own, ((iri("rdf:type"), iri("prov:Entity")), *said))
        yield Subject(claim, ((own_iri(entity.partition(":")[0]), own),))


def _describe_runs(known: KnownClaim) -> Iterator[Subject]:
    claim = node_iri(f"{NodeKind.CLAIM}:{known.claim.id}")
    for record in known.records:
        run = Iri(f"urn:noteweb:run:{record.key}:{record.attempt}")
        yield Subject(run, tuple(_describe_run(record)))
        yield Subject(claim, ((iri("prov:wasInfluencedBy"), run),))
        for artifact in record.artifacts:
            yield Subject(
                Iri(f"urn:noteweb:file:{_encode(artifact.path)}"),
                (
                    (iri("rdf:type"), iri("prov:Entity")),
                    (iri("prov:wasGeneratedBy"), run),
                    (iri("rdfs:label"), write_text(artifact.name)),
                    (own_iri("path"), write_text(artifact.path)),
                    (own_iri("sha256"), write_text(artifact.sha256)),
                ),
            )


def _describe_run(record: RunRecord) -> Iterator[tuple[Iri, Term]]:
    yield iri("rdf:type"), iri("prov:Activity")
    for name, when in (("prov:startedAtTime", record.started), ("prov:endedAtTime", record.ended)):
        if when:
            yield iri(name), Literal(when, PREFIXES["xsd"] + "dateTime")
    yield iri("prov:used"), node_iri(f"{NodeKind.EXPERIMENT}:{record.parts.experiment}")
    told: dict[str, Json] = {
        "seed": record.seed,
        "profile": record.parts.profile,
        "status": record.status.value,
        "params": dict(record.parts.params),
        "metrics": dict(record.metrics),
        "guards": {guard.name: guard.ok for guard in record.guards},
    }
    for name, value in told.items():
        for term in _terms(value):
            yield own_iri(name), term


def _terms(value: Json) -> Iterator[Term]:
    """Give a value as a term, nothing for None."""
    xsd = PREFIXES["xsd"]
    match value:
        case None:
            return
        case bool():
            yield Literal(str(value).lower(), xsd + "boolean")
        case int():
            yield Literal(str(value), xsd + "integer")
        case float():
            yield Literal(_write_double(value), xsd + "double")
        case str():
            yield write_text(value)
        case list() if not any(isinstance(item, list | dict | None) for item in value):
            yield tuple(
                term for item in value for term in _terms(item) if isinstance(term, Literal)
            )
        case _:
            text = json.dumps(value, ensure_ascii=False)
            yield Literal(write_text(text).text, PREFIXES["rdf"] + "JSON")


def _write_double(value: float) -> str:
    """Give a number as XML Schema writes it, INF and NaN included."""
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(str(value), repr(value))
