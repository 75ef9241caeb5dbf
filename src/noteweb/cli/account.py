"""Claims, verdicts and what stands behind them, for a person.

Text goes out without rich: these tables are short, and a second ``verify`` is to be quick.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from noteweb.cli.layout import Painted, clean, write_line, write_table
from noteweb.cli.standing import paint_label, show_standing, show_strength
from noteweb.look import describe_statuses, show
from noteweb.model.verdict import ReasonKind, VerdictKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.argument.front import Argument
    from noteweb.evidence.case import Case
    from noteweb.evidence.find import Found
    from noteweb.evidence.front import Account, ClaimRow, TrustRow
    from noteweb.evidence.plan import Step
    from noteweb.evidence.recheck import Comparison
    from noteweb.model.claim import Source
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


def show_claims(rows: Sequence[ClaimRow], argument: Argument | None = None, *, quiet: bool) -> None:
    """Show claims as a table, with their standing where an argument is given, and their counts."""
    now = datetime.now(UTC)
    reasons = [_doubt(row.verdict) for row in rows]
    standing = ("standing", "strength") if argument else ()
    doubt = ("reason",) if any(reasons) else ()
    write_table(
        (
            "claim",
            "verdict",
            *standing,
            "evidence",
            "age",
            "note",
            *(["reason"] if any(reasons) else []),
        ),
        [
            (
                row.claim.id,
                _kind(row.verdict),
                *(_standing(argument, row.claim.id) if argument else ()),
                ", ".join(each.experiment for each in row.claim.evidence) or "-",
                _age(row.ended, now),
                row.claim.note_id,
                *((reason,) if doubt else ()),
            )
            for row, reason in zip(rows, reasons, strict=True)
        ],
    )
    if not quiet:
        _count(row.verdict for row in rows)


def show_verdicts(found: Sequence[Verdict], *, quiet: bool) -> None:
    """Show verdicts, one a line with its reason, and their counts on standard error."""
    rows = [(_kind(each), each.claim, str(each.n_seeds or "-"), _tell(each)) for each in found]
    write_table(("verdict", "claim", "seeds", "reason"), rows)
    if not quiet:
        _count(found)


def show_steps(steps: Sequence[Step]) -> None:
    """Show what would run next, and why."""
    rows = [
        (
            _tell_runs(step) if step.is_allowed or not step.n_runs else "blocked",
            step.experiment or "-",
            step.claim,
            "; ".join(map(str, step.reasons)),
        )
        for step in steps
    ]
    write_table(("runs", "experiment", "claim", "why"), rows)


def _tell_runs(step: Step) -> str:
    more = f" (up to {step.n_most})" if step.n_most > step.n_runs else ""
    return f"{step.n_runs}{more}"


def show_comparisons(found: Sequence[Comparison], *, quiet: bool) -> None:
    """Show which runs came out again as they are on record."""
    rows = [
        (each.experiment, str(each.seed), "; ".join(each.differences) or "the same")
        for each in found
    ]
    write_table(("experiment", "seed", "now"), rows)
    n_same = sum(not each.differences for each in found)
    if not quiet:
        typer.echo(f"{n_same} of {len(found)} runs came out the same", err=True)


def show_trust(rows: Sequence[TrustRow]) -> None:
    """Show which experiments may run."""
    write_table(
        ("experiment", "standing", "from", "file", "allowed"),
        [(row.name, row.standing.value, row.source, row.file, row.allowed or "-") for row in rows],
    )


def show_experiments(found: Sequence[Found]) -> None:
    """Show the experiments there are, with what they say of themselves."""
    write_table(
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


def show_account(found: Account, argument: Argument) -> None:
    """Show all that a claim's verdict rests on, and whether it stands among the others."""
    write_line(Painted(clean(found.claim.id), bold=True), f"({found.claim.kind})")
    write_line(clean(found.claim.statement))
    write_line(f"{clean(found.claim.path)}:{found.claim.line}")
    if found.claim.needs:
        write_line("it would need:", clean(found.claim.needs))
    _show_source(found.claim.source)
    for kind, ids in found.claim.related.items():
        write_line(f"{clean(kind.replace('_', ' '))}:", clean(", ".join(ids)))
    for case, verdict in found.cases:
        write_line("")
        write_line(Painted(clean(verdict.experiment), bold=True), _kind(verdict))
        for reason in verdict.reasons:
            word = "also" if reason in verdict.remarks else "because"
            write_line(f"  {word}", clean(str(reason)))
        _show_case(case, verdict)
    if len(found.cases) != 1:
        write_line("")
        write_line(_kind(found.verdict), clean(_tell(found.verdict)))
    write_line("")
    write_line(Painted("among the other claims", bold=True))
    show_standing(argument, found.claim.id)


def _show_source(source: Source) -> None:
    if source.citation is None:
        return
    words = (source.title, source.note, source.locator, source.doi, source.url)
    stance = f"; it {source.stance} this" if source.stance else ""
    write_line("source:", clean(", ".join(filter(None, words))), f"({source.citation}{stance})")
    if source.quote:
        write_line("in its words:", clean(source.quote))


def _standing(argument: Argument, claim: str) -> tuple[str, str]:
    return paint_label(argument.standings[claim].label), show_strength(argument, claim)


def _show_case(case: Case, verdict: Verdict) -> None:
    for expectation, result in zip(case.evidence.expect, verdict.expectations, strict=False):
        estimate = "no estimate" if result.estimate is None else f"{result.estimate:.4g}"
        ends = "" if result.interval is None else " in [{:.4g}, {:.4g}]".format(*result.interval)
        remark = "; post-hoc: written after the first run" if result.is_post_hoc else ""
        write_line(f"  {clean(show(expectation))}: {result.outcome}, {estimate}{ends}{remark}")
    records = case.known_records()
    for guard in verdict.guards:
        n_failed = sum(
            each.name == guard.name and not each.ok for record in records for each in record.guards
        )
        told = "met" if guard.ok else f"FAILED in {n_failed} of {len(records)} runs"
        write_line(f"  guard {told}: {clean(guard.name)}", clean(guard.detail))
    told = describe_statuses(records) or "none"
    cpu_s = sum(record.cpu_s for record in records)
    levels = ", ".join(sorted({record.sandbox for record in records if record.sandbox})) or "-"
    write_line(f"  runs: {clean(told)}; {cpu_s:.1f} CPU s; sandbox {clean(levels)}")
    if case.key is not None:
        params = ", ".join(f"{name} = {value}" for name, value in case.key.params.items())
        write_line(f"  with {clean(params) or 'no parameters'}; profile {case.key.profile}")
        write_line("  files:", clean(", ".join(case.key.code)))


def _kind(verdict: Verdict) -> Painted:
    remarks = [] if verdict.previous is None else [f"was {verdict.previous.value}"]
    remarks += verdict.marks
    tail = f" ({', '.join(remarks)})" if remarks else ""
    return Painted(verdict.kind.value + tail, fg=_COLOURS.get(verdict.kind, _OPEN))


def _tell(verdict: Verdict) -> str:
    """Give the deciding reason, and what else a reader must know."""
    return "; ".join(map(str, (verdict.reason, *verdict.remarks)))


def _doubt(verdict: Verdict) -> str:
    """Give why there is no valid verdict: what has changed, what is wrong, which runs failed."""
    if verdict.kind is VerdictKind.STALE:
        changes = [each for each in verdict.reasons if each.kind.is_change]
        return "; ".join(map(str, changes or verdict.reasons[:1]))
    if verdict.kind in _NO_VERDICT:
        return str(verdict.reason)
    return "; ".join(str(each) for each in verdict.reasons if each.kind is ReasonKind.FAILED_SEEDS)


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
