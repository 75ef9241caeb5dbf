"""What documents set off, for a person in ten seconds.

Text goes out without rich, as in `noteweb.cli.account`.
"""

from __future__ import annotations

import re
import sys
from textwrap import wrap
from typing import TYPE_CHECKING

import typer

from noteweb.cli.layout import find_width
from noteweb.text.visible import visible, visible_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.activation.calibrate import Bin
    from noteweb.model.firing import Firing, FoundPassage, Gap, Report, SecondHand, SpokenOf

_PIPE_WIDTH = 100
_WIDEST = 110
_NARROWEST = 24  # less room beside a lead is none: the text goes below it
_HANG = 7
_RAREST = 1e-4
_ALWAYS_SHOWN = 3  # ranks
_TELLING = 0.005  # less is 0.00
_MOST_SECOND_HAND = 5
_TRIMMED = 26  # words of a condition or passage that are shown
_WORD = re.compile(r"\w+")
_ARROWS = {"links_to": "links", "feeds_back": "feedback", "similar": "likeness"}


def show_report(report: Report) -> None:
    """Show which notes a document fires, surest first, and what else it wakes.

    Those of the strongest three that stay quiet stand in a block of their own below.
    """
    _show_head(report)
    among = [f for f in report.near if report.fired and f.rank <= _ALWAYS_SHOWN]
    for number, firing in enumerate(sorted(report.fired, key=_by_rate), 1):
        _show_firing(number, firing, is_quiet=False)
    if among:
        typer.echo("  strong, but quiet:")
    for number, firing in enumerate(sorted(among, key=_by_rate), len(report.fired) + 1):
        _show_firing(number, firing, is_quiet=True)
    if not report.fired:
        why = "" if report.near else ": no note has an Activation or Receptor field"
        typer.echo(f"  nothing fires{why}")
    rest = [f for f in report.near if f not in among]
    if rest:
        names = "; ".join(f"{f.title} ({show_rate(f)})" for f in rest)
        say("  quiet, but nearest: ", names, dim=True)
    if report.fired:
        _show_second_hand(report.second_hand[:_MOST_SECOND_HAND])
    _show_gaps(report.gaps)
    _show_claims(report.claims)


def show_why(report: Report, note: str) -> bool:
    """Show one note's passages in full; False where it has no conditions."""
    firing = next((f for f in (*report.fired, *report.near) if f.note == note), None)
    if firing is None:
        return False
    does = "fires" if firing in report.fired else "does not fire"
    title, told = visible_line(firing.title), f"{does}: {show_rate(firing)}"
    if len(title) + len(told) < _width():
        typer.echo(f"{typer.style(title, bold=True)} {told}")
    else:
        say("", f"{title} {told}")
    for match in firing.matches:
        typer.echo("")
        say(f"  {match.condition.field}:{match.condition.line}  ", match.condition.text)
        say(f"  {_place(match.passage)}  ", match.passage.window)
        shared = ", ".join(match.words) or "none"
        say("  ", f"{match.score:+.1f} deviations; words in common: {shared}", dim=True)
    typer.echo("")
    rest = f"without its best window {firing.score_without:.2f}, {show_odds(firing.rate_without)}"
    of_many = f" over {report.n_windows} windows; {rest}" if report.n_windows > 1 else ""
    say("  ", f"score {firing.score:.2f}{of_many}")
    if abs(firing.learned) >= _TELLING:
        say("  ", f"of it {firing.learned:+.2f} by your labels on other papers")
    return True


def show_bins(bins: Sequence[Bin], n_labels: int) -> None:
    """Draw the reliability curve: what was said against what was so."""
    typer.echo(f"{n_labels} labels, each judged by a curve that has not seen it")
    typer.echo("  said    so      labels")
    for each in bins:
        bar = "#" * round(20 * each.observed)
        mark = round(20 * each.predicted)
        line = bar.ljust(20)
        line = line[:mark] + "|" + line[mark + 1 :]
        typer.echo(f"  {each.predicted:.2f}    {each.observed:.2f}   {each.n_labels:>4}   {line}")
    error = sum(b.n_labels * abs(b.predicted - b.observed) for b in bins) / max(n_labels, 1)
    typer.echo(f"expected calibration error {error:.3f}; | is where a calibrated bar would end")


def show_rate(firing: Firing) -> str:
    """Say how sure a firing is: a probability where labels give one, else the odds of chance."""
    if firing.probability is not None:
        return f"probability {firing.probability:.2f}, by your labels"
    return show_odds(firing.false_fire_rate)


def show_odds(rate: float) -> str:
    """Say a rate; below one in ten thousand the tail is too far extrapolated for a number."""
    if rate >= 1 / 2:
        return "no more than chance"
    if rate < _RAREST:
        return "by chance less than 1 in 10,000"
    n = 1 / rate
    return f"by chance 1 in {n:.0f}" if n < 10 else f"by chance 1 in {float(f'{n:.1g}'):,.0f}"  # noqa: PLR2004


def _by_rate(firing: Firing) -> tuple[float, float, int]:
    """Order firings by what is shown of them, the surest first; ties by strength."""
    return -(firing.probability or 0.0), max(firing.false_fire_rate, _RAREST), firing.rank


def trim(text: str, stems: Iterable[str]) -> str:
    """Give the stretch of a text that holds most of the words in common, at most 26 words."""
    words = text.split()
    if len(words) <= _TRIMMED:
        return text
    hits = [any(_is_of(part, stems) for part in _WORD.findall(word)) for word in words]
    starts = range(len(words) - _TRIMMED + 1)
    best = max(starts, key=lambda start: (sum(hits[start : start + _TRIMMED]), -start))
    shown = " ".join(words[best : best + _TRIMMED])
    front = "… " if best else ""
    back = " …" if best + _TRIMMED < len(words) else ""
    return f"{front}{shown}{back}"


def _show_head(report: Report) -> None:
    """Show the title and, where there is room beside it, the file; else the file below."""
    head, name = visible_line(report.title or report.document), visible_line(report.document)
    where = typer.style(name, dim=True) if report.title else ""
    fits = len(head) + len(name) + 2 <= _width()
    gap = "" if not where else "  " if fits else "\n  "
    lines = wrap(head, _width()) or [""]
    typer.echo("\n".join(typer.style(line, bold=True) for line in lines) + gap + where)


def _show_second_hand(found: Sequence[SecondHand]) -> None:
    """Show what is woken, notes that come by one way from one note together."""
    ways: dict[tuple[str, str], list[str]] = {}
    for each in found:
        way = ", ".join(_ARROWS.get(via.kind, via.kind) for via in each.via)
        ways.setdefault((way, each.via[0].title), []).append(each.title)
    for (way, first), titles in ways.items():
        say("  second-hand: ", f"{'; '.join(titles)}, by {way} from {first}", dim=True)


def _show_firing(number: int, firing: Firing, *, is_quiet: bool) -> None:
    best = firing.matches[0]
    quiet = "quiet, " if is_quiet else ""
    title, rate = visible_line(firing.title), f"{quiet}{show_rate(firing)}"
    lead, room = f"{number:>3}  ", max(1, _width() - 5)
    is_one_line = len(title) + 2 + len(rate) <= room
    for line in [title] if is_one_line else wrap(title, room) or [""]:
        typer.echo(lead + typer.style(line, bold=not is_quiet), nl=not is_one_line)
        lead = " " * len(lead)
    gap = "  " if is_one_line else lead
    for line in wrap(rate, room):
        typer.echo(gap + typer.style(line, fg=typer.colors.CYAN))
    lead = f"     {best.condition.field}:{best.condition.line}  "
    say(lead, trim(best.condition.text, best.words), stems=best.words)
    lead = f"     {_place(best.passage)}  "
    say(lead, f"“{trim(best.passage.text, best.words)}”", stems=best.words)


def _show_gaps(gaps: Sequence[Gap]) -> None:
    for number, gap in enumerate(gaps, 1):
        tags = " ".join(f"#{tag}" for tag in gap.tags)
        head = typer.style(visible_line(gap.title), bold=True)
        typer.echo(f"  gap {number}: {head}  {typer.style(visible(tags), dim=True)}")
        for passage in gap.passages[:2]:
            say(f"     {_place(passage)}  ", f"“{trim(passage.text, ())}”")


def _show_claims(claims: Sequence[SpokenOf]) -> None:
    for each in claims:
        verdict = f" [{each.verdict}, standing: {each.standing}]" if each.verdict else ""
        say("  claim: ", f"{each.claim}{verdict}  {trim(each.statement, ())}")
        say(f"     {_place(each.passage)}  ", f"“{trim(each.passage.text, ())}”")


def _place(passage: FoundPassage) -> str:
    return f"p. {passage.page}, l. {passage.line}" if passage.page else f"l. {passage.line}"


def say(lead: str, text: str, *, stems: Iterable[str] = (), dim: bool = False) -> None:
    """Write a text wrapped behind its lead, words in common stressed."""
    if _width() - len(lead) < _NARROWEST and lead.strip():
        typer.echo(typer.style(lead.rstrip(), dim=True))
        lead = " " * min(len(lead), _HANG)
    lines = wrap(visible(" ".join(text.split())), max(1, _width() - len(lead))) or [""]
    for number, line in enumerate(lines):
        front = lead if number == 0 else " " * len(lead)
        body = typer.style(line, dim=True) if dim else _stress(line, stems)
        typer.echo(typer.style(front, dim=True) + body)


def _width() -> int:
    found = find_width()
    return _PIPE_WIDTH if found == sys.maxsize else min(found, _WIDEST)


def _stress(line: str, stems: Iterable[str]) -> str:
    return _WORD.sub(
        lambda m: typer.style(m[0], fg=typer.colors.GREEN) if _is_of(m[0], stems) else m[0], line
    )


def _is_of(word: str, stems: Iterable[str]) -> bool:
    """Tell whether a word has one of the stems; as a reader would see it, not as the index does."""
    word = word.lower()
    return any(word.startswith(stem[: max(4, len(stem) - 1)]) for stem in stems if len(stem) > 2)  # noqa: PLR2004
