"""A note and what stands around it, drawn with letters: a tree by kind of tie, as wide as fits."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from noteweb.cli.layout import Painted, clean, cut, find_height, find_width, paint
from noteweb.graph.walk import Direction
from noteweb.model.relation import NodeKind, Provenance
from noteweb.model.verdict import VerdictKind
from noteweb.text.width import measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noteweb.graph.build import Graph
    from noteweb.graph.outline import Branch, Group

_GOOD, _BAD, _OPEN = typer.colors.GREEN, typer.colors.RED, typer.colors.YELLOW
#: The page's signs, those of ASCII, and the colour.
_SIGNS: Mapping[str, tuple[str, str, str]] = {
    VerdictKind.SUPPORTED: ("✓", "+", _GOOD),
    VerdictKind.PARTLY: ("◐", "%", _OPEN),
    VerdictKind.REFUTED: ("✗", "x", _BAD),
    VerdictKind.INCONCLUSIVE: ("?", "?", _OPEN),
    VerdictKind.CONTESTED: ("⇄", "#", _BAD),
    VerdictKind.STALE: ("↻", "~", _OPEN),
    VerdictKind.INVALID: ("!", "!", _BAD),
    VerdictKind.ERROR: ("!", "!", _BAD),
    VerdictKind.BLOCKED: ("▫", "=", _OPEN),
    VerdictKind.NOT_RUN: ("○", "o", _OPEN),
    VerdictKind.NOT_TESTABLE: ("–", "-", _OPEN),
}
_MOST = 12  # of a group, where no screen sets a bound
_MOST_BELOW = 3  # of what stands on one node further out
_MOST_JOINED = 5  # numbers behind a node
_LEAST = 24  # cells of a title before what stands behind it is left out
_NARROWEST = 8  # cells of a title, whatever the screen
_TALLEST = 1000  # lines of a screen; what has more is none
_NAMES = frozenset({NodeKind.TAG, NodeKind.DOMAIN, NodeKind.TOOL})
_HEAD = typer.colors.CYAN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pens:
    """What a picture is drawn with."""

    fork: str
    last: str
    bar: str
    mark: str
    ways: Mapping[Direction, str]
    is_ascii: bool


_BOXES = _Pens(
    fork="├─ ",
    last="└─ ",
    bar="│  ",
    mark="…",
    ways={Direction.OUT: "→", Direction.IN: "←", Direction.BOTH: "↔"},
    is_ascii=False,
)
_ASCII = _Pens(
    fork="|- ",
    last="`- ",
    bar="|  ",
    mark="...",
    ways={Direction.OUT: "->", Direction.IN: "<-", Direction.BOTH: "<>"},
    is_ascii=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """The graph that is drawn, the numbers of its nodes, and what they are drawn with."""

    graph: Graph
    numbers: Mapping[str, int]
    pens: _Pens


def show_plot(graph: Graph, node: str, groups: Sequence[Group]) -> None:
    """Draw a node with its groups; on a terminal as many of each as fit on the screen."""
    limits = _find_limits(groups)
    shown = [
        branch
        for group, limit in zip(groups, limits, strict=True)
        if not _is_list(group)
        for branch in _walk(group.branches[:limit], limit)
    ]
    numbers = {branch.node: number for number, branch in enumerate(shown, 1)}
    sheet = _Sheet(graph=graph, numbers=numbers, pens=_choose_pens())
    n_near = sum(len(group.branches) for group in groups)
    told = f"  {n_near or 'no'} neighbour{'' if n_near == 1 else 's'}"
    label = clean(str(graph.nodes[node]["label"]))
    title = cut(label, find_width() - measure(told), sheet.pens.mark)
    _write(Painted(title, bold=True), _dim(told))
    for number, (group, limit) in enumerate(zip(groups, limits, strict=True), 1):
        _draw_group(sheet, group, limit, is_last=number == len(groups))
    listed = [branch for group in groups if _is_list(group) for branch in group.branches]
    if any(other in numbers for branch in [*shown, *listed] for other in branch.joined):
        _write(_dim("& 3: tied to number 3 as well"))


def _draw_group(sheet: _Sheet, group: Group, limit: int, *, is_last: bool) -> None:
    pens, kept = sheet.pens, group.branches[:limit]
    lead = pens.last if is_last else pens.fork
    head = f"{pens.ways[group.way]} {clean(group.text)}"
    sure = "" if group.provenance == Provenance.EXPLICIT else f"  ({group.provenance})"
    room = find_width() - measure(lead + sure)
    if _is_list(group):
        head = f"{cut(head, max(room // 2, _LEAST), pens.mark)}: "
        told = _list(sheet, group, limit, room - measure(head))
        _write(_dim(lead), Painted(head, fg=_HEAD), told, _dim(sure))
        return
    n_more = len(group.branches) - len(kept)
    more = f", {len(kept)} here and {n_more} more" if n_more else ""
    head = cut(head, room - measure(more), pens.mark)
    _write(_dim(lead), Painted(head, fg=_HEAD), _dim(more + sure))
    for branch in kept:
        stem = "   " if is_last else pens.bar
        _draw_branch(sheet, branch, (stem, limit), is_last=branch is kept[-1])


def _list(sheet: _Sheet, group: Group, limit: int, room: int) -> str:
    """Give the names of a group on one line, those that find room, and how many more there are."""
    told, n_all = "", len(group.branches)
    names = [
        "  ".join([clean(_name(sheet.graph.nodes[each.node])), *_tell_joined(sheet, each)])
        for each in group.branches[:limit]
    ]
    for number, name in enumerate(names):
        more = f"; and {n_all - number - 1} more" if number + 1 < n_all else ""
        longer = f"{told}; {name}" if told else name
        if told and measure(longer + more) > room:
            return f"{told}; and {n_all - number} more"
        told = longer if number else cut(name, room - measure(more), sheet.pens.mark)
    return told if n_all == len(names) else f"{told}; and {n_all - len(names)} more"


def _draw_branch(
    sheet: _Sheet, branch: Branch, place: tuple[str, int], *, is_last: bool, tie: str = ""
) -> None:
    """Draw a node and, set in, what stands on it; one further out has its tie on its own line."""
    (stem, limit), pens, about = place, sheet.pens, sheet.graph.nodes[branch.node]
    lead = f"{stem}{pens.last if is_last else pens.fork}{sheet.numbers[branch.node]:>2} {tie}"
    sign = _sign(about, pens)
    label = clean(_name(about))
    room = find_width() - measure(lead + sign)
    tail = ""
    for part in [*_tell_joined(sheet, branch), *(f"(also {clean(text)})" for text in branch.also)]:
        if measure(f"{tail}  {part}") <= room - min(measure(label), _LEAST):
            tail = f"{tail}  {part}"
    title = cut(label, max(room - measure(tail), _NARROWEST), pens.mark)
    _write(_dim(lead), _paint_sign(about, sign), title, _dim(tail))
    kept = branch.branches[: _below(limit)]
    n_more = len(branch.branches) - len(kept)
    deeper = stem + ("   " if is_last else pens.bar)
    for each in kept:
        head = f"{pens.ways[each.way]} {clean(each.text)}: "
        is_end = each is kept[-1] and not n_more
        _draw_branch(sheet, each, (deeper, limit), is_last=is_end, tie=head)
    if n_more:
        _write(_dim(f"{deeper}{pens.last}and {n_more} more"))


def _name(about: Mapping[str, Any]) -> str:
    """Give a node's name; a claim has its id before what it states."""
    if about["kind"] == NodeKind.CLAIM and about["claim"] != about["label"]:
        return f"{about['claim']}: {about['label']}"
    return f"{about['label']} (unwritten)" if about["kind"] == NodeKind.GHOST else about["label"]


def _sign(about: Mapping[str, Any], pens: _Pens) -> str:
    """Give a claim's verdict behind its sign."""
    if not (verdict := str(about.get("verdict", ""))) or about["kind"] != NodeKind.CLAIM:
        return ""
    sign = _SIGNS[VerdictKind(verdict)][1 if pens.is_ascii else 0]
    return f"{sign} {verdict} "


def _paint_sign(about: Mapping[str, Any], sign: str) -> Painted:
    return Painted(sign, fg=_SIGNS[VerdictKind(about["verdict"])][2]) if sign else Painted("")


def _tell_joined(sheet: _Sheet, branch: Branch) -> Iterator[str]:
    """Give the numbers of the nodes that one is joined to; of those not shown, how many."""
    known = sorted(sheet.numbers[node] for node in branch.joined if node in sheet.numbers)
    n_more = len(branch.joined) - len(known[:_MOST_JOINED])
    told = " ".join(map(str, known[:_MOST_JOINED]))
    if told:
        yield f"& {told}{f' +{n_more}' if n_more else ''}"


def _walk(branches: Sequence[Branch], limit: int) -> Iterator[Branch]:
    """Give branches with what is shown of theirs, in the order of the lines."""
    for branch in branches:
        yield branch
        yield from _walk(branch.branches[: _below(limit)], limit)


def _below(limit: int) -> int:
    return min(limit, _MOST_BELOW)


def _is_list(group: Group) -> bool:
    """Tell whether a group is for one line: tags, tools, domains, from which nothing goes on."""
    return all(each.kind in _NAMES and not each.branches for each in group.branches)


def _find_limits(groups: Sequence[Group]) -> list[int]:
    """Give how many of each group are drawn: at least one, and as many as the screen has lines."""
    n_lines = find_height() - 3  # the title, the line below, and the next prompt
    if n_lines > _TALLEST:
        return [_MOST for _ in groups]
    limits = [_MOST if _is_list(group) else 1 for group in groups]
    n_lines -= sum(map(_count, groups, limits))
    is_full = False
    while not is_full:
        is_full = True
        for number, group in enumerate(groups):
            longer = _count(group, limits[number] + 1) - _count(group, limits[number])
            if 0 < longer <= n_lines:
                limits[number] += 1
                n_lines -= longer
                is_full = False
    return limits


def _count(group: Group, limit: int) -> int:
    """Give how many lines a group takes."""
    if _is_list(group):
        return 1
    return 1 + sum(_count_branch(branch, limit) for branch in group.branches[:limit])


def _count_branch(branch: Branch, limit: int) -> int:
    n_below = _below(limit)
    deeper = sum(_count_branch(each, limit) for each in branch.branches[:n_below])
    return 1 + deeper + (len(branch.branches) > n_below)


def _choose_pens() -> _Pens:
    """Give box characters, or ASCII where standard output cannot write them."""
    signs = "".join(sign for sign, *_ in _SIGNS.values())
    try:
        f"├└│─…→←↔{signs}".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _ASCII
    return _BOXES


def _dim(text: str) -> Painted:
    return Painted(text, dim=True)


def _write(*parts: str) -> None:
    typer.echo("".join(map(paint, parts)).rstrip(), file=sys.stdout)
