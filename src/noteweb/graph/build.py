"""The graph of a vault: notes, what they name, and every relation with where it comes from.

Nodes are strings: ``note:ID``, ``ghost:NAME``, ``tag:NAME``, ``domain:NAME``, ``tool:NAME``, the
name folded. Each has `kind` and `label`; a note also its path, title and frontmatter attributes.
Edges have `kind`, `provenance`, `weight` and, where it is known, `line`; two nodes have at most one
edge of one kind and provenance, its key ``kind/provenance``.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx

from noteweb.links.feedback import Method
from noteweb.links.names import fold_name
from noteweb.model.note import LinkKind
from noteweb.model.relation import EdgeKind, NodeKind, Provenance
from noteweb.vault import paused_collector

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from noteweb.links.feedback import FeedbackEdge
    from noteweb.links.resolve import Resolution
    from noteweb.model.note import Card, Json, Link, Mention

    Graph = nx.MultiDiGraph[str]
    Edge = tuple[str, str, dict[str, Any]]


_EXPLICIT = Provenance.EXPLICIT.value  # plain strings: an enum's value costs a call per edge
_INFERRED = Provenance.INFERRED.value
_SIMILARITY = Provenance.SIMILARITY.value


@dataclass(frozen=True, slots=True)
class _Source:
    """A field whose mentions become nodes."""

    node: NodeKind
    edge: EdgeKind
    mentions: Callable[[Card], tuple[Mention, ...]]


_TOOLS = _Source(NodeKind.TOOL, EdgeKind.DOCKS_TO, lambda card: card.tools)
_DOMAINS = _Source(NodeKind.DOMAIN, EdgeKind.SPEAKS_TO, lambda card: card.domains)


def build_graph(
    cards: Iterable[Card],
    resolution: Resolution,
    feedback: Iterable[FeedbackEdge],
    similar: Iterable[tuple[str, str, float]] = (),
) -> Graph:
    """Give the graph of the notes.

    Parameters
    ----------
    similar : two note ids and their cosine, each pair once; the edge goes from the lesser id

    Notes
    -----
    The same arguments give the same graph, in the same order. A link written n times is one edge
    of weight n at its first line. A note's link to itself is no edge.

    Examples
    --------
    >>> from noteweb.links.resolve import resolve_links
    >>> from noteweb.model.note import Card
    >>> cards = (Card(id="a", path="a.md", title="A", tags=("Deep/Learning",)),)
    >>> graph = build_graph(cards, resolve_links(cards), ())
    >>> sorted(graph)
    ['note:a', 'tag:deep', 'tag:deep/learning']
    """
    notes = tuple(cards)
    graph: Graph = nx.MultiDiGraph()
    with paused_collector():
        graph.add_nodes_from((note_key(card.id), _describe(card)) for card in notes)
        _write_edges(graph, _links(graph, resolution))
        _write_edges(graph, _tags(graph, notes))
        _write_edges(graph, _mentions(graph, notes, _TOOLS))
        _write_edges(graph, _mentions(graph, notes, _DOMAINS))
        _write_edges(graph, _feedback(graph, feedback))
        _write_edges(graph, _similar(similar))
    return graph


def note_key(note_id: str) -> str:
    """Give the node of a note."""
    return f"note:{note_id}"


def node_key(kind: NodeKind, name: str) -> str:
    """Give the node of a ghost, tag, domain or tool by its name in any spelling."""
    return f"{kind.value}:{fold_name(name)}"


def _describe(card: Card) -> dict[str, Json]:
    own: dict[str, Json] = {
        "kind": NodeKind.NOTE.value,
        "label": card.title or card.id,
        "note": card.id,
        "path": card.path,
        "title": card.title,
        "aliases": list(card.aliases),
        "tags": list(card.tags),
        "category": card.category,
        "description": card.description,
        "created": card.created,
        "updated": card.updated,
        "novelty": card.scores.novelty,
        "value": card.scores.value,
        "feasibility": card.scores.feasibility,
        "language": card.language,
        "repaired": card.repaired,
    }
    about: dict[str, Json] = {
        key: value for key, value in own.items() if value not in (None, "", [])
    }
    for key, value in card.attributes.items():
        if value not in (None, "", []):
            about[_rename(key, own)] = _copy(value)
    return about


def _rename(key: str, own: Collection[str]) -> str:
    """Keep a frontmatter key off the graph's own words, and off the `id` of exported nodes."""
    renamed = key == "id" or key.startswith("frontmatter_") or key in own
    return f"frontmatter_{key}" if renamed else key


def _copy(value: Json) -> Json:
    return deepcopy(value) if isinstance(value, list | dict) else value


def _write_edges(graph: Graph, edges: Iterable[Edge]) -> None:
    """Add edges whose ends are there, no loops.

    This is `add_edge` without its checks, on a graph that nobody else has seen yet: 0.1 s where
    80,000 calls take 0.25.
    """
    inner: Any = graph
    succ, pred = inner._succ, inner._pred  # noqa: SLF001 - a test compares with add_edge
    for start, end, edge in edges:
        if start == end or start not in succ or end not in succ:
            continue
        key = f"{edge['kind']}/{edge['provenance']}"
        row = succ[start]
        if end in row:
            row[end][key] = edge
        else:
            row[end] = pred[end][start] = {key: edge}


def _links(graph: Graph, resolution: Resolution) -> Iterator[Edge]:
    _add_ghosts(graph, resolution)
    found: dict[tuple[str, str, str], list[int]] = {}
    for one in resolution.resolved:
        ends = note_key(one.source), note_key(one.target), _relation(one.link)
        found.setdefault(ends, []).append(one.link.line)
    for gap in resolution.missing:
        ends = note_key(gap.source), f"ghost:{gap.ghost}", _relation(gap.link)
        found.setdefault(ends, []).append(gap.link.line)
    for (start, end, kind), lines in found.items():
        weight = float(len(lines))
        yield (
            start,
            end,
            {"kind": kind, "provenance": _EXPLICIT, "weight": weight, "line": min(lines)},
        )


def _add_ghosts(graph: Graph, resolution: Resolution) -> None:
    spellings: dict[str, Counter[str]] = {}
    for gap in resolution.missing:
        ghost = f"ghost:{gap.ghost}"
        spellings.setdefault(ghost, Counter())[gap.link.target or gap.link.block] += 1
    for ghost, seen in spellings.items():
        label = seen.most_common(1)[0][0]
        graph.add_node(ghost, kind=NodeKind.GHOST.value, label=label)


def _relation(link: Link) -> str:
    if link.relation:
        return link.relation
    return "embeds" if link.kind is LinkKind.EMBED else "links_to"


def _add_named(graph: Graph, kind: NodeKind, names: Iterable[str]) -> dict[str, str]:
    """Add a node for each name, its label the most frequent spelling; give each name's node."""
    nodes: dict[str, str] = {}
    labels: dict[str, tuple[int, str]] = {}
    for name, n_times in Counter(names).items():
        node = nodes[name] = node_key(kind, name)
        if node not in labels or n_times > labels[node][0]:
            labels[node] = n_times, name.strip()
    for node, (_, label) in labels.items():
        if node not in graph:  # the ghost of a link keeps the link's spelling
            graph.add_node(node, kind=kind.value, label=label)
    return nodes


def _tags(graph: Graph, notes: Sequence[Card]) -> Iterator[Edge]:
    nodes = _add_named(graph, NodeKind.TAG, (tag for card in notes for tag in card.tags))
    for tag in nodes:
        yield from _tag_parents(graph, tag)
    for card in notes:
        note = note_key(card.id)
        for tag in card.tags:
            yield note, nodes[tag], {"kind": "tagged", "provenance": _EXPLICIT, "weight": 1.0}


def _tag_parents(graph: Graph, tag: str) -> Iterator[Edge]:
    child = tag
    while parent := child.rpartition("/")[0]:
        start, end = node_key(NodeKind.TAG, child), node_key(NodeKind.TAG, parent)
        if end not in graph:
            graph.add_node(end, kind=NodeKind.TAG.value, label=parent)
        yield start, end, {"kind": "part_of", "provenance": _EXPLICIT, "weight": 1.0}
        child = parent


def _mentions(graph: Graph, notes: Sequence[Card], source: _Source) -> Iterator[Edge]:
    named = [(card, source.mentions(card)) for card in notes]
    names = (mention.name for _, mentions in named for mention in mentions)
    nodes = _add_named(graph, source.node, names)
    kind = source.edge.value
    for card, mentions in named:
        note = note_key(card.id)
        lines: dict[str, int] = {}
        for mention in mentions:
            lines.setdefault(nodes[mention.name], mention.line)
        for node, line in lines.items():
            edge = {"kind": kind, "provenance": _INFERRED, "weight": 1.0, "line": line}
            yield note, node, edge


def _feedback(graph: Graph, feedback: Iterable[FeedbackEdge]) -> Iterator[Edge]:
    found = [edge for edge in feedback if edge.method is not Method.AMBIGUOUS]
    wanted = [edge.name for edge in found if edge.target is None]
    ghosts = _add_named(graph, NodeKind.GHOST, wanted)
    best: dict[tuple[str, str], FeedbackEdge] = {}
    for edge in found:
        end = ghosts[edge.name] if edge.target is None else note_key(edge.target)
        ends = note_key(edge.source), end
        if ends not in best or edge.weight > best[ends].weight:
            best[ends] = edge
    for (start, end), edge in best.items():
        yield (
            start,
            end,
            {
                "kind": "feeds_back",
                "provenance": _INFERRED,
                "weight": edge.weight,
                "line": edge.line,
                "method": edge.method.value,
                "name": edge.name,
            },
        )


def _similar(similar: Iterable[tuple[str, str, float]]) -> Iterator[Edge]:
    for one, other, cosine in similar:
        start, end = note_key(min(one, other)), note_key(max(one, other))
        edge = {"kind": "similar", "provenance": _SIMILARITY, "weight": float(cosine)}
        yield start, end, edge
