"""What a view means in a graph: its names, words and documents become nodes."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from noteweb.errors import NotInGraph
from noteweb.graph import view as parts
from noteweb.graph.build import node_key, note_key
from noteweb.graph.community import communities
from noteweb.model.relation import EdgeKind, NodeKind, Provenance
from noteweb.model.verdict import VerdictKind
from noteweb.model.view import LAYERS, Filter, View, ViewKind, require_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from noteweb.graph.build import Graph
    from noteweb.model.note import Json

    #: Notes that answer a question, by id, with what the answer says of each.
    Found = Mapping[str, Mapping[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a view may have to ask beyond the graph.

    Attributes
    ----------
    find : gives the id of the note that a name means
    search, activate : give the notes that words find, that a document sets off
    """

    find: Callable[[str], str]
    search: Callable[[str], Found]
    activate: Callable[[str], Found]


def select(graph: Graph, view: View, only: Filter, answers: Answers) -> Graph:
    """Give the part of the graph that a view means, of what a filter leaves.

    The filter cuts first, so an ego view walks over what is left; its own note always stays.
    Communities are those of the whole graph, numbered from 1 as `noteweb.graph.community` gives
    them. The notes of a query and of an activation carry what the answer says of them, such as
    their `score`.

    Raises
    ------
    NotInGraph
        for a tag that no note has, for a number that no community has
    BadRequest
        for a kind or verdict that no vault has
    NotewebError
        as the answers do
    """
    check_filter(graph, only)
    centre = [note_key(answers.find(view.name))] if view.kind is ViewKind.EGO else []
    left = parts.cut(graph, only, centre)
    match view.kind:
        case ViewKind.WHOLE:
            return left
        case ViewKind.CLAIMS:
            return parts.claims(left)
        case ViewKind.LAYER:
            return parts.layer(left, LAYERS[view.name])
        case ViewKind.EGO:
            return parts.ego(left, centre[0], view.depth)
        case ViewKind.COMMUNITY:
            return _around(left, {node: {} for node in _community(graph, int(view.name))})
        case ViewKind.QUERY:
            found = answers.search(view.name)
        case ViewKind.ACTIVATION:
            found = answers.activate(view.name)
    return _around(left, {note_key(note): told for note, told in found.items()})


def check_filter(graph: Graph, only: Filter) -> None:
    """Check the names of a filter; see `select` for what is raised."""
    require_known("kind of node", only.kinds, NodeKind)
    require_known("provenance", only.provenances, Provenance)
    require_known("verdict", only.verdicts, VerdictKind)
    own = {edge["kind"] for *_, edge in graph.edges(data=True)} if only.relations else ()
    require_known("kind of edge", only.relations, dict.fromkeys([*EdgeKind, *sorted(own)]))
    for tag in only.tags:
        if node_key(NodeKind.TAG, tag.lstrip("#")) not in graph:
            raise NotInGraph("tag", tag, _near(tag, _labels(graph, NodeKind.TAG)))


def _around(left: Graph, found: Found) -> Graph:
    part = parts.surroundings(left, [note for note in found if note in left])
    for note in found:
        if note in part:
            part.nodes[note].update(found[note])
    return part


def _community(graph: Graph, number: int) -> tuple[str, ...]:
    there = communities(graph)
    if number > len(there):
        hint = f"there are {len(there)}, see: noteweb graph communities"
        raise NotInGraph("community", str(number), hint=hint)
    return there[number - 1].nodes


def _labels(graph: Graph, kind: NodeKind) -> list[str]:
    return [str(about["label"]) for _, about in graph.nodes(data=True) if about["kind"] == kind]


def _near(name: str, names: Iterable[str]) -> list[str]:
    return get_close_matches(name.lstrip("#"), list(names), n=3)
