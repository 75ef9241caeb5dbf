"""What the report says in words, the same on the page and in Markdown."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from noteweb.argument.impact import Effect
from noteweb.argument.label import GROUND_PHRASES
from noteweb.look import describe_statuses, show
from noteweb.model.claim import Citation, ClaimKind, Stance
from noteweb.model.verdict import ReasonKind, VerdictKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noteweb.argument.impact import Struck
    from noteweb.evidence.history import Batch
    from noteweb.model.claim import Claim, Source
    from noteweb.report.exhibit import Check, Exhibit, Finding
    from noteweb.report.figure import Figure
    from noteweb.report.front import Bond, Entry, Report

#: What each verdict says, and a sign for it that does not rest on colour.
VERDICTS: Mapping[VerdictKind, tuple[str, str]] = {
    VerdictKind.SUPPORTED: ("✓", "the interval over all seeds lies clear of what is expected"),
    VerdictKind.PARTLY: ("◐", "some of what is expected is met, some refuted"),
    VerdictKind.REFUTED: ("✗", "the interval lies clear on the wrong side"),
    VerdictKind.CONTESTED: ("⚡", "one experiment supports it, another refutes it"),
    VerdictKind.INCONCLUSIVE: ("?", "the interval decides nothing, or no guard checked the runs"),
    VerdictKind.STALE: ("↻", "something that the runs depend on has changed since"),
    VerdictKind.INVALID: ("!", "a guard failed, or a report or the evidence cannot be used"),
    VerdictKind.ERROR: ("!", "no run came to its end"),
    VerdictKind.BLOCKED: ("■", "nobody here has allowed the code to run"),
    VerdictKind.NOT_RUN: ("○", "no run yet, or too few"),
    VerdictKind.NOT_TESTABLE: ("–", "no experiment can decide it, or none is named"),
}
#: What each mark beside a verdict says.
MARKS: Mapping[str, str] = {
    "post-hoc": "something was expected only after the first run for the claim",
    "elsewhere": "runs were made on another machine or with other patch releases than here",
}
#: How much a reader may make of a figure.
PROVENANCES: Mapping[str, str] = {
    Citation.QUOTED: "read in the source or in a document that cites it, as the note says",
    Citation.RECALLED: "from memory; nobody has held it against the source",
    Citation.NAMED: "the source is named, and no figure or place is quoted",
    Citation.MEASURED: "computed from the runs on record",
}
_STANCES: Mapping[str, str] = {
    Stance.ASSERTS: "the source says so outright",
    Stance.HEDGES: "the source says so with a reservation, as a guess or a question",
    Stance.DISPUTES: "the source names it to speak against it",
    Stance.REPORTS: "the source tells it as what others say, or with both sides",
}
_EFFECTS = {
    Effect.FALLS: "would fall",
    Effect.WAVERS: "would be undecided",
    Effect.RISES: "would rise",
    Effect.WEAKENED: "would lose a support",
}


def show_number(value: float) -> str:
    """Give four digits of a number."""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.4g}"


def show_time(stamp: str) -> str:
    """Give a time to the minute, such as ``27 Nov 2026, 02:31 UTC``; what is none as it stands."""
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp or "unknown"
    return f"{found.day} {found:%b %Y, %H:%M} {found.tzname() or ''}".rstrip()


def show_span(start: str, end: str) -> str:
    """Give from when to when, the day once where it is one."""
    first, last = show_time(start), show_time(end)
    day, _, hour = last.rpartition(", ")
    if first == last or not day:
        return first
    head = first.removesuffix(" UTC")
    return f"{head} to {hour}" if first.startswith(f"{day}, ") else f"{head} to {last}"


def count(n: int, one: str, many: str = "") -> str:
    """Give a number with its noun."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def tell_expected(finding: Finding) -> str:
    """Give what is expected, with what is estimated of the metric."""
    asked = finding.expectation
    told = show(asked).removeprefix(f"{asked.metric} ")
    if asked.pass_share is None and finding.result and finding.result.estimand == "value":
        return f"{told}, in every run"
    return told if asked.pass_share is not None else f"{told}, for the {asked.estimand.value}"


def tell_found(finding: Finding) -> str:
    """Give the estimate with its interval and how that was allowed to err."""
    result = finding.result
    if result is None or result.estimate is None:
        return "no estimate"
    estimate, unit = show_number(result.estimate), f" {finding.unit}" if finding.unit else ""
    if result.estimand == "value":
        return f"{estimate}{unit} in every run: the seed changes nothing"
    what = "share of seeds that pass" if result.estimand == "share" else result.estimand
    told = f"{what} {estimate}{'' if result.estimand == 'share' else unit}"
    if result.interval is not None:
        low, high = map(show_number, result.interval)
        told += f", interval {low} to {high}"
        if result.alpha:
            told += f" (may miss with a chance of {100 * result.alpha:.2g} % on each side)"
    n_more = len(finding.values) - result.n_seeds
    if n_more > 0:
        return f"{told}; decided after the first {result.n_seeds} of {len(finding.values)} seeds"
    return f"{told}; {count(result.n_seeds, 'seed')}"


def tell_registered(finding: Finding, exhibit: Exhibit) -> str:
    """Tell what came first, the expectation or the runs."""
    first = min((each.started for each in exhibit.history), default="")
    is_late = finding.result is not None and finding.result.is_post_hoc
    runs = f"; first run {show_time(first)}" if first else ""
    if is_late:
        return f"POST-HOC: written after the first run{runs}"
    if finding.registered:
        return f"written down {show_time(finding.registered)}{runs}"
    return f"not written down on record yet{runs}"


def tell_measured(finding: Finding) -> str:
    """Give the spread of single seeds; empty where none ended well."""
    if not finding.values:
        return ""
    low, middle, high = map(show_number, finding.spread)
    unit = f" {finding.unit}" if finding.unit else ""
    if low == high:
        return f"{low}{unit} in each of {_seeds(finding)}"
    return f"{middle}{unit} in the median of {_seeds(finding)}, {low} to {high}"


def _seeds(finding: Finding) -> str:
    return count(len(finding.values), "seed")


def tell_check(check: Check) -> str:
    """Tell in how many runs a guard was met, and what one of them said."""
    if check.n_failed:
        met = f"FAILED in {check.n_failed} of {count(check.n_runs, 'run')}"
    else:
        met = f"met in {count(check.n_runs, 'run')}"
    return f"{met}; one run said: {check.detail}" if check.detail else met


def tell_runs(exhibit: Exhibit) -> str:
    """Tell of the runs that the verdict rests on."""
    records = exhibit.records
    if not records:
        return "none on record"
    cpu_s = sum(record.cpu_s for record in records)
    levels = sorted({record.sandbox for record in records if record.sandbox})
    sandbox = f"; sandbox: {', '.join(levels)}" if levels else ""
    return f"{describe_statuses(records)}; {cpu_s:.1f} CPU s{sandbox}"


def tell_params(exhibit: Exhibit) -> str:
    """Give the parameters in full."""
    told = ", ".join(f"{name} = {value}" for name, value in exhibit.params.items())
    profile = f"; profile {exhibit.profile}" if exhibit.profile else ""
    return f"{told or 'no parameters'}{profile}"


def tell_batch(batch: Batch) -> str:
    """Tell what became of runs on record, by what is expected today."""
    kind, n_seeds = batch.verdict.kind, len({record.seed for record in batch.records})
    told = [f"{count(n_seeds, 'seed')}, profile {batch.profile}"]
    if batch.attempt > 1:
        told.append(f"attempt {batch.attempt} of the same seeds")
    too_few = kind is VerdictKind.NOT_RUN
    told.append("too few for a verdict" if too_few else f"{kind} by what is expected today")
    changes = "; ".join(map(str, batch.changes))
    told.append(f"since then {changes}" if changes else "nothing has changed since")
    return "; ".join(told)


def tell_figure(figure: Figure) -> str:
    """Tell whose picture it is."""
    again = f", attempt {figure.attempt}" if figure.attempt > 1 else ""
    return f"{figure.name}, seed {figure.seed}{again}: the first planned one, picked by nobody"


def tell_absent(figure: Figure, claim: Claim) -> str:
    """Tell of a file that cannot be shown how to get it."""
    if not figure.media:
        return f"{figure.name}: a file that is no picture, at runs/{figure.path} once made"
    return (
        f"{figure.name} is not here (plots are not kept with the notes); made again by:"
        f" noteweb verify --force {claim.id}"
    )


def tell_bond(bond: Bond, report: Report) -> str:
    """Give a relation from this claim's side, with the verdict of the other."""
    verb = bond.kind.replace("_", " ")
    other = report.verdicts.get(bond.other)
    state = f" ({other})" if other else " (no claim of this vault)"
    return (
        f"it {verb} {bond.other}{state}" if bond.is_outgoing else f"{bond.other}{state} {verb} it"
    )


def tell_struck(struck: Struck) -> str:
    """Tell what this claim's fall would do to another."""
    return f"{struck.claim.id} {_EFFECTS[struck.effect]}"


def tell_standing(entry: Entry) -> str:
    """Tell whether the claim stands among the others, why, and how strong it is."""
    why = "; ".join(
        f"{GROUND_PHRASES[each.ground]} {each.claim}".strip() for each in entry.standing.because
    )
    mark = ", which did not come to rest" if entry.is_unsettled else ""
    strength = f"strength {entry.strength:.2f}{mark}"
    return f"{entry.standing.label}{f': {why}' if why else ''}; {strength}"


def tell_needs(entry: Entry) -> Iterator[str]:
    """Tell what evidence the note asks for, and what would decide a claim that no run has."""
    if entry.claim.needs:
        yield f"The note names it: {entry.claim.needs.removesuffix('.')}."
    if entry.verdict.kind is not VerdictKind.NOT_TESTABLE:
        return
    claim, kind = entry.claim, entry.claim.kind
    if kind is ClaimKind.NORMATIVE:
        yield (
            "It says what ought to be, which no run decides; what runs can decide are claims about"
            " consequences that support or contradict it."
        )
    elif kind is ClaimKind.REPORTED:
        yield (
            "It says what somebody saw or said: the passage itself, read and quoted (quote,"
            " locator, verified: true), or the data behind it."
        )
    elif entry.verdict.reason.kind is ReasonKind.NO_EXPECTATION:
        yield "Its evidence names an experiment and expects nothing of it: it has no expect."
    elif not claim.evidence:
        yield (
            "No experiment is named: one whose metric would come out otherwise if the claim were"
            " false, with guards (noteweb experiment new NAME writes one to start from)."
        )


def tell_citation(source: Source) -> str:
    """Tell how much a reader may make of what is cited; nothing without a source."""
    if source.citation is Citation.QUOTED:
        if source.is_verified:
            return "held against the source, as the note says"
        return "read in the document that is named; not held against what that document cites"
    return PROVENANCES[source.citation] if source.citation else ""


def tell_stance(source: Source) -> str:
    """Tell what the source makes of the statement; nothing where the note does not say."""
    return f"{source.stance}: {_STANCES[source.stance]}" if source.stance else ""


def tell_source(source: Source) -> str:
    """Give what names the source, without its address."""
    note = f"the note {source.note}" if source.note else ""
    return ", ".join(filter(None, (source.title, note, source.locator)))


def tell_origin(report: Report) -> Iterator[tuple[str, str]]:
    """Give where and with what the runs were made, by headings."""
    origin = report.origin
    if not origin.n_runs:
        yield "runs", "none on record"
        return
    span = show_span(origin.first, origin.last)
    yield "runs", f"{origin.n_runs:,} ({span}), {origin.cpu_s:,.0f} CPU s"
    for heading, found in (
        ("machines", origin.machines),
        ("versions", origin.versions),
        ("sandbox", origin.sandboxes),
        ("profile", origin.profiles),
    ):
        is_one = len(found) == 1
        told = (
            name if is_one or n == origin.n_runs else f"{name} ({n:,})" for name, n in found.items()
        )
        yield heading, ", ".join(told) or "not told"
