"""Claims, verdicts and what stands behind them, for a person.

Text goes out without rich: these tables are short, and a second ``verify`` is to be quick.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import typer

from noteweb.look import show
from noteweb.model.verdict import VerdictKind
from noteweb.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.evidence.case import Case
    from noteweb.evidence.find import Found
    from noteweb.evidence.front import Account, ClaimRow, TrustRow
    from noteweb.evidence.plan import Step
    from noteweb.evidence.recheck import Comparison
    from noteweb.model.verdict import Verdict

_GOOD, _BAD, _OPEN = typer.colors.GREEN, typer.colors.RED, typer.colors.YELLOW
_COLOURS = {
    VerdictKind.SUPPORTED: _GOOD,
    VerdictKind.REFUTED: _BAD,
    VerdictKind.CONTESTED: _BAD,
    VerdictKind.INVALID: _BAD,
    VerdictKind.ERROR: _BAD,
    VerdictKind.NOT_TESTABLE: None,
}
_NO_VERDICT = {VerdictKind.BLOCKED, VerdictKind.INVALID, VerdictKind.ERROR}
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


class _Styled(str):
    """A text of ours with our colours in it; all other text is cleaned before it is shown."""

    __slots__ = ()


def show_claims(rows: Sequence[ClaimRow]) -> None:
    """Show claims as a table, and their counts on standard error."""
    now = datetime.now(UTC)
    reasons = [_doubt(row.verdict) for row in rows]
    _table(
        ("claim", "verdict", "evidence", "age", "note", *(["reason"] if any(reasons) else [])),
        [
            (
                row.claim.id,
                _kind(row.verdict),
                ", ".join(each.experiment for each in row.claim.evidence) or "-",
                _age(row.ended, now),
                row.claim.note_id,
                *([reason] if any(reasons) else []),
            )
            for row, reason in zip(rows, reasons, strict=True)
        ],
    )
    _count(row.verdict for row in rows)


def show_verdicts(found: Sequence[Verdict], *, quiet: bool) -> None:
    """Show verdicts, one a line with its reason, and their counts on standard error."""
    rows = [(_kind(each), each.claim, str(each.n_seeds or "-"), str(each.reason)) for each in found]
    _table(("verdict", "claim", "seeds", "reason"), rows)
    if not quiet:
        _count(found)


def show_steps(steps: Sequence[Step]) -> None:
    """Show what would run next, and why."""
    rows = [
        (
            str(step.n_runs) if step.is_allowed or not step.n_runs else "blocked",
            step.experiment or "-",
            step.claim,
            "; ".join(map(str, step.reasons)),
        )
        for step in steps
    ]
    _table(("runs", "experiment", "claim", "why"), rows)


def show_comparisons(found: Sequence[Comparison]) -> None:
    """Show which runs came out again as they are on record."""
    rows = [
        (each.experiment, str(each.seed), "; ".join(each.differences) or "the same")
        for each in found
    ]
    _table(("experiment", "seed", "now"), rows)
    n_same = sum(not each.differences for each in found)
    typer.echo(f"{n_same} of {len(found)} runs came out the same", err=True)


def show_trust(rows: Sequence[TrustRow]) -> None:
    """Show which experiments may run."""
    _table(
        ("experiment", "standing", "from", "file", "allowed"),
        [(row.name, row.standing.value, row.source, row.file, row.allowed or "-") for row in rows],
    )


def show_experiments(found: Sequence[Found]) -> None:
    """Show the experiments there are, with what they say of themselves."""
    _table(
        ("experiment", "from", "metrics", "summary"),
        [
            (
                each.place.name,
                each.place.source,
                ", ".join(each.experiment.metrics) if each.experiment else "-",
                each.experiment.summary if each.experiment else each.defect,
            )
            for each in found
        ],
    )


def show_account(found: Account) -> None:
    """Show all that a claim's verdict rests on."""
    _line(typer.style(_clean(found.claim.id), bold=True), f"({found.claim.kind})")
    _line(_clean(found.claim.statement))
    _line(f"{_clean(found.claim.path)}:{found.claim.line}")
    for case, verdict in found.cases:
        _line()
        _line(typer.style(_clean(verdict.experiment), bold=True), _kind(verdict))
        for reason in verdict.reasons:
            _line("  because", _clean(str(reason)))
        _show_case(case, verdict)
    if len(found.cases) != 1:
        _line()
        _line(_kind(found.verdict), _clean(str(found.verdict.reason)))


def _show_case(case: Case, verdict: Verdict) -> None:
    for expectation, result in zip(case.evidence.expect, verdict.expectations, strict=False):
        estimate = "no estimate" if result.estimate is None else f"{result.estimate:.4g}"
        ends = "" if result.interval is None else "in [{:.4g}, {:.4g}]".format(*result.interval)
        remark = ", written after the first run" if result.is_post_hoc else ""
        _line(f"  {_clean(show(expectation))}: {result.outcome}, {estimate} {ends}{remark}")
    for guard in verdict.guards:
        _line(
            f"  guard {'met' if guard.ok else 'FAILED'}: {_clean(guard.name)}", _clean(guard.detail)
        )
    records = case.records()
    counts = Counter(record.status.value for record in records)
    told = ", ".join(f"{n} {status}" for status, n in counts.items()) or "none"
    cpu_s = sum(record.cpu_s for record in records)
    levels = ", ".join(sorted({record.sandbox for record in records if record.sandbox})) or "-"
    _line(f"  runs: {told}; {cpu_s:.1f} CPU s; sandbox {_clean(levels)}")
    if case.key is not None:
        params = ", ".join(f"{name} = {value}" for name, value in case.key.params.items())
        _line(f"  with {_clean(params) or 'no parameters'}; profile {case.key.profile}")
        _line("  files:", _clean(", ".join(case.key.code)))


def _kind(verdict: Verdict) -> _Styled:
    text = verdict.kind.value
    if verdict.previous is not None:
        text += f" (was {verdict.previous.value})"
    return _Styled(typer.style(text, fg=_COLOURS.get(verdict.kind, _OPEN)))


def _doubt(verdict: Verdict) -> str:
    """Give why there is no valid verdict: what has changed, what is wrong; else nothing."""
    if verdict.kind is VerdictKind.STALE:
        changes = [each for each in verdict.reasons if each.kind.is_change]
        return "; ".join(map(str, changes or verdict.reasons[:1]))
    return str(verdict.reason) if verdict.kind in _NO_VERDICT else ""


def _count(found: Iterable[Verdict]) -> None:
    counts = Counter(verdict.kind.value for verdict in found)
    told = ", ".join(f"{n} {kind}" for kind, n in counts.most_common())
    typer.echo(told or "no note has a claim: put `claims:` into its frontmatter", err=True)


def _age(ended: str, now: datetime) -> str:
    try:
        seconds = (now - datetime.fromisoformat(ended)).total_seconds()
    except (ValueError, TypeError):
        return "-"
    return next((f"{seconds / n:.0f} {unit}" for n, unit in _UNITS if seconds >= n), "now")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write columns as wide as they need to be; the last is not padded."""
    if not rows:
        return
    cells = [[c if isinstance(c, _Styled) else _clean(c) for c in row] for row in rows]
    plain = [[click.unstyle(cell) for cell in row] for row in [head, *cells]]
    widths = [max(map(len, column)) for column in zip(*plain, strict=True)]
    widths[-1] = 0
    for row in [[typer.style(name, dim=True) for name in head], *cells]:
        padded = [
            cell + " " * (width - len(click.unstyle(cell)))
            for cell, width in zip(row, widths, strict=True)
        ]
        _line("  ".join(padded).rstrip())


def _line(*words: str) -> None:
    typer.echo(" ".join(word for word in words if word), file=sys.stdout)


def _clean(text: str) -> str:
    """Give what notes, experiments and records say on one line, without sway over a terminal."""
    return visible(" ".join(text.split()))
