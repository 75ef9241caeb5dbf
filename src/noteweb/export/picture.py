"""What a picture for a paper shows, and where: places on the paper, lines, labels, legend.

`svg` writes it. Lengths are CSS pixels, 96 to the inch; fonts keep their size on any paper.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from noteweb.export.lettering import Box, Placer, break_label, clean, measure
from noteweb.model.relation import NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from noteweb.export.material import Material
    from noteweb.graph.build import Graph
    from noteweb.model.layout import Area, Layout

    _Lines = dict[tuple[str, bool], list[tuple[float, float, float, float]]]

_PX_PER_MM = 96 / 25.4
_MARGIN = 10.0
_TALLEST = 1.25  # of the map, by its width: a legend and a caption fit on the same page
_LARGEST_SCALE = 4.2  # px of a layout's unit, for nodes: in a small view they stand apart instead
_SMALLEST = 1.1  # px, a radius that can still be seen
#: 7 points, the least that journals take, and 6.5 for what is named besides.
NOTE_SIZE, NODE_SIZE = 9.4, 8.7
_AREA_SIZES = (10.0, 13.5)
_MAIN = frozenset({NodeKind.NOTE, NodeKind.CLAIM, NodeKind.EXPERIMENT})
_FEW = 120  # nodes; of more, labels are short
_LABELLED = 2.6  # px, the radius from which a node of many can have a label
_FEW_SIMILAR = 60  # nodes; of more, likeness would fill the picture
_LINE = 1.18  # of the font size
_LEGEND_ROW = 15.0

KIND_NAMES: Mapping[str, str] = {
    NodeKind.NOTE: "note",
    NodeKind.CLAIM: "claim",
    NodeKind.EXPERIMENT: "experiment",
    NodeKind.DOMAIN: "discipline",
    NodeKind.TOOL: "tool",
    NodeKind.TAG: "tag",
    NodeKind.GHOST: "unwritten note",
}
EDGE_NAMES: Mapping[str, str] = {
    Provenance.EXPLICIT: "written",
    Provenance.INFERRED: "read out of prose",
    Provenance.MEASURED: "measured",
    Provenance.SIMILARITY: "alike in meaning",
}


class Dot(NamedTuple):
    """A node on the paper."""

    x: float
    y: float
    radius: float
    kind: str
    verdict: str
    title: str


class Disc(NamedTuple):
    """A community on the paper."""

    x: float
    y: float
    radius: float


class Label(NamedTuple):
    """Lines of text, centred on `x`, the first with its middle at `y`."""

    x: float
    y: float
    lines: tuple[str, ...]
    size: float
    look: str  # area, note or node


class Entry(NamedTuple):
    """One entry of the legend: where it begins, what it explains, and the words for it."""

    x: float
    y: float
    sort: str  # kind, verdict or edge
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that is drawn, from the back to the front.

    Attributes
    ----------
    lines : ends by provenance and whether they cross from one community to another
    """

    title: str
    width: float
    height: float
    discs: tuple[Disc, ...]
    lines: _Lines
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]
    legend: tuple[Entry, ...]


def draw(material: Material) -> Picture:
    """Give the picture of a material's graph on paper of its width; always the same."""
    graph, layout = material.graph, material.layout()
    frame = _Frame(layout, material.paper.width_mm * _PX_PER_MM)
    dots = {node: frame.dot(graph, node) for node in _in_order(graph, layout)}
    lines = _draw_lines(graph, layout, dots)
    bottom = frame.bottom + _MARGIN
    legend, height = _write_legend(graph, lines, bottom, frame.width)
    return Picture(
        title=clean(material.title),
        width=frame.width,
        height=height,
        discs=tuple(frame.disc(area.x, area.y, area.radius) for area in layout.areas),
        lines=lines,
        dots=tuple(dots.values())[::-1],  # the most important ones in front
        labels=tuple(_write_labels(frame, layout, dots)),
        legend=legend,
    )


class _Frame:
    """From the map's lengths to those of the paper."""

    def __init__(self, layout: Layout, width: float) -> None:
        rims = [(spot.x, spot.y, spot.radius) for spot in layout.spots.values()]
        rims += [(area.x, area.y, area.radius) for area in layout.areas]
        self._left = min((x - r for x, _, r in rims), default=0.0)
        self._top = min((y - r for _, y, r in rims), default=0.0)
        across = max((x + r for x, _, r in rims), default=1.0) - self._left
        down = max((y + r for _, y, r in rims), default=1.0) - self._top
        room = width - 2 * _MARGIN
        self.width, self.layout = width, layout
        self.scale = min(room / max(across, 1e-9), _TALLEST * room / max(down, 1e-9))
        self._left -= (room / self.scale - across) / 2
        self.bottom = 2 * _MARGIN + down * self.scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Give a place on the paper."""
        return _MARGIN + (x - self._left) * self.scale, _MARGIN + (y - self._top) * self.scale

    def disc(self, x: float, y: float, radius: float) -> Disc:
        """Give a community's disc on the paper."""
        return Disc(*self.at(x, y), radius * self.scale)

    def dot(self, graph: Graph, node: str) -> Dot:
        """Give a node on the paper."""
        about = graph.nodes[node]
        spot = self.layout.spots[node]
        radius = max(spot.radius * min(self.scale, _LARGEST_SCALE), _SMALLEST)
        told = str(about.get("verdict", "")), clean(str(about["label"]))
        return Dot(*self.at(spot.x, spot.y), radius, str(about["kind"]), *told)


def _in_order(graph: Graph, layout: Layout) -> list[str]:
    """Give the nodes by importance, as the page does: notes before the rest of their size."""

    def rank(node: str) -> tuple[float, str]:
        is_note = graph.nodes[node]["kind"] == NodeKind.NOTE
        return -layout.spots[node].radius - 0.5 * is_note, node

    return sorted(graph, key=rank)


def _draw_lines(graph: Graph, layout: Layout, dots: Mapping[str, Dot]) -> _Lines:
    """Give one line for each two nodes and provenance, the likenesses of few nodes alone."""
    lines: _Lines = {}
    seen = set()
    for start, end, edge in graph.edges(data=True):
        provenance = str(edge["provenance"])
        pair = (min(start, end), max(start, end), provenance)
        if pair in seen or start == end:
            continue
        seen.add(pair)
        if provenance == Provenance.SIMILARITY and len(dots) > _FEW_SIMILAR:
            lines.setdefault((provenance, False), [])
            continue
        is_far = layout.spots[start].area != layout.spots[end].area
        one, other = dots[start], dots[end]
        lines.setdefault((provenance, is_far), []).append((one.x, one.y, other.x, other.y))
    return lines


def _write_labels(frame: _Frame, layout: Layout, dots: Mapping[str, Dot]) -> Iterator[Label]:
    """Give the names of communities, then the labels of nodes while they find room."""
    placer = Placer(Box(2.0, 2.0, frame.width - 2.0, frame.bottom))
    is_small = len(dots) <= _FEW
    kinds = _MAIN if is_small else {NodeKind.NOTE}
    large = [dot for dot in dots.values() if is_small or dot.radius >= _LABELLED]
    main = [dot for dot in large if dot.kind in kinds]
    rest = [dot for dot in large if dot.kind not in kinds]
    _block(placer, (dot for dot in large if dot.kind in _MAIN))
    for area in sorted(layout.areas, key=lambda each: -each.n_nodes):
        if len(layout.areas) > 1 and not (is_small and area.hub in dots and _names_hub(area, dots)):
            disc = frame.disc(area.x, area.y, area.radius)
            size = min(max(disc.radius / 6, _AREA_SIZES[0]), _AREA_SIZES[1])
            lines = break_label(clean(area.name), size, max(2 * disc.radius, 70.0), 2)
            yield from _first(placer, _area_places(disc, size, len(lines)), lines, (size, "area"))
    # A note's title may cover a tag: that there are many can be seen without each of them.
    for dots_of_rank, room in ((main, (3, 110.0) if is_small else (2, 92.0)), (rest, (1, 125.0))):
        if dots_of_rank is rest:
            _block(placer, (dot for dot in rest if dot.kind not in _MAIN))
        for dot in dots_of_rank:
            look = "note" if dot.kind == NodeKind.NOTE else "node"
            size = NOTE_SIZE if look == "note" else NODE_SIZE
            n_lines, width = room
            lines = break_label(dot.title, size, width, n_lines)
            yield from _first(placer, _dot_places(dot, size, lines), lines, (size, look))


def _names_hub(area: Area, dots: Mapping[str, Dot]) -> bool:
    return clean(area.name) == dots[area.hub].title


def _block(placer: Placer, dots: Iterable[Dot]) -> None:
    for dot in dots:
        reach = dot.radius + (3.0 if dot.verdict else 0.5)
        placer.block(Box(dot.x - reach, dot.y - reach, dot.x + reach, dot.y + reach))


def _first(
    placer: Placer,
    places: Iterator[tuple[float, float]],
    lines: tuple[str, ...],
    font: tuple[float, str],
) -> Iterator[Label]:
    """Give the label at the first place that is free; none where none is."""
    size, look = font
    if not any(lines):
        return
    half = max(measure(line, size) for line in lines) / 2 + 1.5
    down = (len(lines) - 1) * size * _LINE
    for x, y in places:
        if placer.place(Box(x - half, y - size * 0.6, x + half, y + down + size * 0.6)):
            yield Label(x, y, lines, size, look)
            return


def _area_places(disc: Disc, size: float, n_lines: int) -> Iterator[tuple[float, float]]:
    down = (n_lines - 1) * size * _LINE
    yield disc.x, disc.y - disc.radius - size * 0.4 - down
    yield disc.x, disc.y + disc.radius + size * 0.7
    yield disc.x, disc.y - disc.radius + size
    yield disc.x, disc.y + disc.radius - size - down
    yield disc.x, disc.y - down / 2


def _dot_places(dot: Dot, size: float, lines: tuple[str, ...]) -> Iterator[tuple[float, float]]:
    """Give the places below and above a node, beside it, and at its corners, in this order."""
    gap = dot.radius * (1.3 if dot.kind == NodeKind.CLAIM else 1.0) + (3.5 if dot.verdict else 0.5)
    down = (len(lines) - 1) * size * _LINE
    half = max(measure(line, size) for line in lines) / 2
    below, above = dot.y + gap + size * 0.65, dot.y - gap - size * 0.65 - down
    aside = gap + half + 2.5
    yield dot.x, below
    yield dot.x, above
    yield dot.x + aside, dot.y - down / 2
    yield dot.x - aside, dot.y - down / 2
    for shift in (0.5 * half, -0.5 * half, 0.9 * half, -0.9 * half):
        yield dot.x + shift, below
        yield dot.x + shift, above


def _write_legend(
    graph: Graph, lines: _Lines, top: float, width: float
) -> tuple[tuple[Entry, ...], float]:
    """Give the legend in rows, and where it ends."""
    entries = []
    x, y = _MARGIN, top
    for sort, name, text in _explain(graph, lines):
        across = 24.0 + measure(text, NODE_SIZE) + 12.0
        if x > _MARGIN and x + across > width - _MARGIN:
            x, y = _MARGIN, y + _LEGEND_ROW
        entries.append(Entry(x, y, sort, name, text))
        x += across
    return tuple(entries), y + _MARGIN + (_LEGEND_ROW / 2 if entries else 0)


def _explain(graph: Graph, lines: _Lines) -> Iterator[tuple[str, str, str]]:
    """Give what is in the picture: its sort, its name, and how many there are of it."""
    kinds = Counter(str(kind) for _, kind in graph.nodes(data="kind"))
    verdicts = Counter(str(verdict) for _, verdict in graph.nodes(data="verdict") if verdict)
    edges = Counter(str(edge["provenance"]) for _, _, edge in graph.edges(data=True))
    for kind, name in KIND_NAMES.items():
        if kinds[kind]:
            yield "kind", kind, f"{kinds[kind]} {name}{'' if kinds[kind] == 1 else 's'}"
    for verdict, n in verdicts.most_common():
        yield "verdict", verdict, f"{n} {verdict.replace('-', ' ')}"
    for provenance, name in EDGE_NAMES.items():
        is_drawn = any(lines.get((provenance, is_far)) for is_far in (False, True))
        if edges[provenance]:
            rest = "" if is_drawn else ", not drawn"
            yield "edge", provenance, f"{edges[provenance]} {name}{rest}"
