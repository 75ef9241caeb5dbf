"""Answers for a person at a terminal; the one module that knows rich.

Texts from notes are never read as markup. Standard output gets the answer, standard error the
counts.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from noteweb.text.visible import visible, visible_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from noteweb.errors import Problem
    from noteweb.graph.route import Route
    from noteweb.index.freshness import SyncReport
    from noteweb.mend import Repair
    from noteweb.model.hit import Hit
    from noteweb.model.note import Note
    from noteweb.status import Status

_MOST_OF_A_KIND = 10  # problems of one code in a note
_LONGEST = 420  # characters of a unit before it is cut
_PIPE_WIDTH = 100
_SEVERITY_STYLE = {"error": "bold red", "warning": "yellow", "info": "dim"}


def hits(found: Sequence[Hit], *, is_explained: bool) -> None:
    """Show hits, best first: title, field, place, and the unit or sentence that matched."""
    console = _console()
    for number, hit in enumerate(found, 1):
        head = _text(f"{number:>2}  ")
        head.append_text(_name(hit.title, "bold"))
        head.append_text(_text(f"  {hit.field or 'body'}", "cyan"))
        console.print(head, soft_wrap=True)
        _wrapped(console, _text("    "), _text(_shortened(hit.text)))
        place = _name(f"    {hit.path}:{hit.line}", "dim")
        console.print(place, soft_wrap=True)
        if is_explained:
            console.print(_explanation(hit), soft_wrap=True)


def report(found: SyncReport, *, is_lexical: bool = False) -> None:
    """Say on standard error what a look at the notes did; `is_lexical`: no vector is awaited."""
    console = _console(stderr=True)
    parts = [
        f"{n} {what}"
        for n, what in (
            (found.n_added, "new"),
            (found.n_changed, "changed"),
            (found.n_removed, "gone"),
            (found.n_embedded, "passages embedded"),
        )
        if n
    ]
    if found.mended:
        parts.append("text index made anew")
    if found.n_damaged:
        parts.append(f"{found.n_damaged} vectors were damaged")
    doing = ", ".join(parts) or "nothing changed"
    n_waiting = 0 if is_lexical else found.n_waiting
    waiting = f"; {n_waiting} passages wait for a vector" if n_waiting else ""
    console.print(
        f"index: {found.n_notes} notes, {found.n_passages} passages; {doing}{waiting}",
        highlight=False,
        soft_wrap=True,
    )
    for problem in found.unread:
        console.print(_problem_line(problem), soft_wrap=True)


def status(found: Status) -> None:
    """Show the state of a vault and its index."""
    is_lexical = found.wanted_model == "none"
    waiting = "" if is_lexical else f", {found.n_waiting} without a vector"
    model = found.model or f"none yet ({found.wanted_model} is set)"
    lag = [
        f"{n} {what}"
        for n, what in ((found.n_new, "new"), (found.n_changed, "changed"), (found.n_gone, "gone"))
        if n
    ]
    rows = (
        ("vault", str(found.root)),
        ("index", f"{found.folder} ({found.index_mb} MB)" if found.index_mb else "none yet"),
        ("notes", str(found.n_notes)),
        ("passages", f"{found.n_passages}{waiting}"),
        ("model", "none: words alone" if is_lexical else model),
        ("since then", ", ".join(lag) or "nothing changed"),
        ("unreadable", ", ".join(found.unreadable)),
        ("damaged", " and ".join(found.damaged) + "; noteweb index mends it" * bool(found.damaged)),
    )
    _pairs(_console(), rows)


def problems(found: Sequence[Problem]) -> None:
    """Show problems, one a line, and their number on standard error.

    Of many that a note has of one code the first are shown, and how many there are more.
    """
    console = _console()
    of_a_kind = Counter((problem.path, problem.code) for problem in found)
    shown: Counter[tuple[str, str]] = Counter()
    for problem in found:
        kind = (problem.path, problem.code)
        shown[kind] += 1
        if of_a_kind[kind] <= _MOST_OF_A_KIND or shown[kind] < _MOST_OF_A_KIND:
            console.print(_problem_line(problem), soft_wrap=True)
        elif shown[kind] == _MOST_OF_A_KIND:
            n_more = of_a_kind[kind] - _MOST_OF_A_KIND + 1
            rest = _name(f"{problem.path}  ")
            rest.append_text(_text(problem.code, _SEVERITY_STYLE[problem.severity.value]))
            rest.append_text(_text(f"  {n_more} more; all of them: noteweb check --format csv"))
            console.print(rest, soft_wrap=True)
    counts = {
        name: sum(problem.severity.value == name for problem in found) for name in _SEVERITY_STYLE
    }
    told = ", ".join(f"{n} {name}" for name, n in counts.items() if n)
    _console(stderr=True).print(told or "no problems", highlight=False)


def repair(found: Repair, *, is_written: bool) -> None:
    """Show what a repair changes: the first line that differs, before and after."""
    console = _console()
    head = _name(found.file.path, "bold")
    head.append_text(_text(f"  UTF-8 had been read as {found.encoding}", "yellow"))
    head.append_text(_text("  restored" if is_written else "", "green"))
    console.print(head, soft_wrap=True)
    before, after = found.original.split("\n"), found.text.split("\n")
    changed = next(((a, b) for a, b in zip(before, after, strict=False) if a != b), ("", ""))
    for mark, line, style in (("-", changed[0], "red"), ("+", changed[1], "green")):
        console.print(_text(f"  {mark} {line.strip()[:_PIPE_WIDTH]}", style), soft_wrap=True)


def note(found: Note) -> None:
    """Show a note: what it is, its fields in units, what it names, where it points."""
    console, card = _console(), found.card
    head = _name(card.title, "bold")
    head.append_text(_name(f"  {card.path}", "dim"))
    console.print(head, soft_wrap=True)
    scores = card.scores
    told = {
        "about": card.description,
        "aliases": ", ".join(card.aliases),
        "tags": " ".join(f"#{tag}" for tag in card.tags),
        "category": card.category,
        "dates": ", ".join(date for date in (card.created, card.updated) if date),
        "tools": ", ".join(m.name for m in card.tools),
        "domains": ", ".join(m.name for m in card.domains),
        "scores": ", ".join(
            f"{name} {value:g}"
            for name, value in (
                ("novelty", scores.novelty),
                ("value", scores.value),
                ("feasibility", scores.feasibility),
            )
            if value is not None
        ),
        "feedback": "; ".join(m.name for m in card.feedback),
        "links": ", ".join(dict.fromkeys(link.target for link in card.links if link.target)),
        "repaired": f"from {card.repaired}" if card.repaired else "",
    }
    _pairs(console, told.items())
    _fields(console, found)
    for problem in found.problems:
        console.print(_problem_line(problem), soft_wrap=True)


def route(found: Route, labels: Mapping[str, str]) -> None:
    """Show a way between two notes, a step a line with what makes it."""
    console = _console()
    for number, step in enumerate(found.steps):
        if number == 0:
            console.print(_name(labels[step.start], "bold"), soft_wrap=True)
        line = _text(f"  {step.text}", "dim")
        line.append_text(_text(f"  ({step.provenance})  ", "cyan"))
        line.append_text(_name(labels[step.end], "bold"))
        console.print(line, soft_wrap=True)


def summary(found: Mapping[str, Any]) -> None:
    """Show what a graph holds."""
    edges: dict[str, list[str]] = {}
    for edge in found["n_edges"]:
        edges.setdefault(edge["provenance"], []).append(f"{edge['n_edges']} {edge['kind']}")
    rows = [
        ("nodes", ", ".join(f"{n} {kind}" for kind, n in found["n_nodes"].items())),
        *((provenance, ", ".join(counts)) for provenance, counts in edges.items()),
        ("parts", f"{found['n_components']}, the largest of {found['n_in_largest']} notes"),
        ("orphans", str(found["n_orphans"])),
        ("dead ends", str(found["n_dead_ends"])),
        ("bridges", str(found["n_bridges"])),
        ("hubs", "; ".join(_name_of(hub["node"]) for hub in found["hubs"][:5])),
        ("wanted", "; ".join(ghost["label"] for ghost in found["ghosts"][:5])),
    ]
    _pairs(_console(), rows)


def ranked(rows: Iterable[Mapping[str, Any]]) -> None:
    """Show a list of nodes, each with its figures."""
    console = _console()
    for row in rows:
        figures = [
            f"{key.removeprefix('n_').replace('_', ' ')} {_figure(value)}"
            for key, value in row.items()
            if key not in {"label", "node", "nodes"} and value
        ]
        if row.get("distance") == 1:
            figures = [figure for figure in figures if not figure.startswith("previous ")]
        line = _text(row["label"], "bold")
        line.append_text(_text(f"  {', '.join(figures)}" if figures else "", "cyan"))
        console.print(line, soft_wrap=True)


def _name_of(node: str) -> str:
    return node.partition(":")[2].rpartition("/")[2]


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _text(value: str, style: str = "") -> Text:
    return Text(visible(value), style)


def _name(value: str, style: str = "") -> Text:
    """Give what stands on one line, whatever a file's name or a title holds."""
    return Text(visible_line(value), style)


def _pairs(console: Console, rows: Iterable[tuple[str, str]]) -> None:
    """Show names and values in two columns; a pair without a value is left out."""
    told = [(name, value) for name, value in rows if value]
    width = max((len(name) for name, _ in told), default=0)
    for name, value in told:
        _wrapped(console, _text(f"{name:<{width}}  ", "cyan"), _text(value))


def _wrapped(console: Console, lead: Text, body: Text) -> None:
    """Print `body` wrapped behind `lead`, with no blanks at the ends of lines."""
    for number, line in enumerate(body.wrap(console, max(20, console.width - len(lead)))):
        line.rstrip()
        front = lead if number == 0 else _text(" " * len(lead))
        console.print(front + line, soft_wrap=True)


def _fields(console: Console, found: Note) -> None:
    last = None
    for unit in found.units:
        if unit.field is not last:
            console.print(_text(unit.field.value, "bold cyan"))
            last = unit.field
        line = _text(_shortened(unit.text))
        line.append_text(_text(f"  :{unit.line}", "dim"))
        _wrapped(console, _text(f"{unit.ordinal + 1:>3}  "), line)


def _explanation(hit: Hit) -> Text:
    parts = [
        f"{r.kind} {r.value:+.2f}" + (f" ({r.detail})" if r.detail else "") for r in hit.reasons
    ]
    return _text(f"    {hit.score:.2f} = " + "  ".join(parts), "green")


def _problem_line(problem: Problem) -> Text:
    line = _name(f"{problem.path}:{problem.line}:{problem.column}  ")
    line.append_text(_text(problem.code, _SEVERITY_STYLE[problem.severity.value]))
    line.append_text(_name(f"  {problem.message}"))
    return line


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST].rpartition(" ")[0] + " ..."


def _console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPE_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
