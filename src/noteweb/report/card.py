"""A claim on the page: one article with everything that it rests on."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

from noteweb.model.claim import Citation
from noteweb.model.verdict import VerdictKind
from noteweb.report import wording
from noteweb.report.drawing import draw
from noteweb.report.element import Markup, join, link_source, make
from noteweb.report.prose import COMPARED, EXPECTED, RERUNS, SIMPLIFIED
from noteweb.report.scale import measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noteweb.model.claim import Source
    from noteweb.report.exhibit import Exhibit, Finding
    from noteweb.report.figure import Figure
    from noteweb.report.front import Bond, Entry, Report

_TONES = {
    VerdictKind.SUPPORTED: "yes",
    VerdictKind.REFUTED: "no",
    VerdictKind.CONTESTED: "no",
    VerdictKind.INVALID: "no",
    VerdictKind.ERROR: "no",
    VerdictKind.NOT_TESTABLE: "none",
}
_MOST_NAMED = 12  # claims that depend on one; the others are counted


def name_anchor(claim: str) -> str:
    """Give the anchor of a claim's article, of any id, and no two the same."""
    return f"claim-{quote(claim.encode('utf-8', 'surrogatepass'), safe='')}"


def refer(claim: str, report: Report) -> Markup:
    """Give a claim's id, as a link where the report tells of it."""
    is_there = any(entry.claim.id == claim for entry in report.entries)
    text = make("bdi", claim)
    return make("a", text, href=f"#{name_anchor(claim)}") if is_there else text


def mark_verdict(kind: VerdictKind, *marks: str) -> Markup:
    """Give a verdict with its sign and the marks that belong beside it."""
    sign = wording.VERDICTS[kind][0]
    told = [make("span", mark, class_="mark", title=wording.MARKS.get(mark)) for mark in marks]
    words = f"{sign} {kind.value.replace('-', ' ')}"
    return make("span", words, told, class_=f"verdict {_TONES.get(kind, 'open')}")


def write_card(entry: Entry, report: Report) -> Markup:
    """Give a claim's article."""
    claim = entry.claim
    about = [make("code", make("bdi", claim.id)), f" · {claim.kind} claim · "]
    place = make("bdi", f"{claim.path}:{claim.line}")
    return make(
        "article",
        make("p", mark_verdict(entry.verdict.kind, *entry.marks), class_="state"),
        make("h3", make("bdi", claim.statement or "(nothing is stated)")),
        make("p", about, place, class_="quiet"),
        _write_reasons(entry),
        _write_needs(entry),
        _write_source(claim.source),
        [_write_exhibit(exhibit, entry) for exhibit in entry.exhibits],
        _write_argument(entry, report),
        id=name_anchor(claim.id),
    )


def _part(heading: str, *children: str | Iterable[str] | None) -> Markup:
    return make("section", make("h4", heading), *children)


def _write_reasons(entry: Entry) -> Markup:
    verdict = entry.verdict
    was = f" Before that it was {verdict.previous}." if verdict.previous else ""
    told = [make("li", make("bdi", str(reason))) for reason in verdict.reasons]
    told[-1] = make("li", make("bdi", str(verdict.reasons[-1])), was)
    return _part("Why", make("ul", told, class_="plain"))


def _write_needs(entry: Entry) -> Markup | None:
    needs = [make("li", make("bdi", line)) for line in wording.tell_needs(entry)]
    return (
        _part("What evidence it would need", make("ul", needs, class_="plain")) if needs else None
    )


def _write_source(source: Source) -> Markup:
    provenance = source.citation
    if provenance is None:
        return _part("Source", make("p", "No source is named: the statement is the note's own."))
    link = link_source(source.doi, source.url)
    bare = "" if link else ", ".join(filter(None, (source.doi, source.url)))
    name = wording.tell_source(source)
    told = [make("bdi", each) for each in (name, bare) if each]
    between = ". " if told and link else ""
    stance = wording.tell_stance(source)
    return _part(
        "Source",
        make("p", [*told, between], link),
        make("blockquote", make("p", make("bdi", source.quote))) if source.quote else None,
        _tag(provenance, wording.tell_citation(source)),
        make("p", stance, class_="quiet") if stance else None,
    )


def _tag(provenance: str, told: str) -> Markup:
    name = make("b", provenance, class_=f"tag {provenance}")
    return make("p", name, f" {told}", class_="quiet")


def _write_exhibit(exhibit: Exhibit, entry: Entry) -> Markup:
    prose = exhibit.prose
    state = mark_verdict(exhibit.verdict.kind, *exhibit.verdict.marks)
    is_one_of_many = len(entry.exhibits) > 1
    return make(
        "div",
        make(
            "h4",
            "Experiment ",
            make("code", exhibit.experiment or "(none is named)"),
            join(" ", state) if is_one_of_many else None,
        ),
        make("p", prose.headline) if prose.headline else None,
        _write_prose(prose.find(RERUNS), "It re-runs"),
        [make("p", make("bdi", str(each)), class_="quiet") for each in exhibit.verdict.reasons]
        if is_one_of_many
        else None,
        _part("Expected and measured", [_write_finding(each, exhibit) for each in exhibit.findings])
        if exhibit.findings
        else None,
        _write_comparison(exhibit),
        _write_prose(prose.find(SIMPLIFIED), "Simplified"),
        _write_checks(exhibit),
        _write_figures(exhibit, entry),
        _write_history(exhibit),
        _write_runs(exhibit),
        class_="exhibit",
    )


def _write_prose(text: str, heading: str) -> Markup | None:
    return make("p", make("b", f"{heading}: "), text) if text else None


def _write_finding(finding: Finding, exhibit: Exhibit) -> Markup:
    expected, found = wording.tell_expected(finding), wording.tell_found(finding)
    metric = make("code", make("bdi", finding.expectation.metric))
    result, scale = finding.result, measure(finding)
    state = mark_verdict(VerdictKind(result.outcome.value)) if result else None
    label = f"{finding.expectation.metric}: expected {expected}; {found}"
    beyond = scale.n_beyond if scale else 0
    outside = (
        f" {wording.count(beyond, 'seed lies', 'seeds lie')} outside the drawing." if beyond else ""
    )
    return make(
        "div",
        make("p", metric, f" expected {expected} ", state),
        make("p", make("bdi", finding.meaning), class_="quiet") if finding.meaning else None,
        draw(scale, label, result.estimate or 0.0) if scale and result else None,
        make("p", f"{found[:1].upper()}{found[1:]}.{outside}"),
        make("p", f"The expectation: {wording.tell_registered(finding, exhibit)}.", class_="quiet"),
        class_="finding",
    )


def _write_comparison(exhibit: Exhibit) -> Markup | None:
    """Put what was measured beside what the experiment's author says was published."""
    said, expected = exhibit.prose.find(COMPARED), exhibit.prose.find(EXPECTED)
    words = said or expected or "It says nothing of published figures."
    rows = [
        make("li", make("code", make("bdi", each.expectation.metric)), f": {told}")
        for each in exhibit.findings
        if (told := wording.tell_measured(each))
    ]
    if not rows and not said:
        return None
    measured = (
        [
            make("ul", rows, class_="plain"),
            _tag(Citation.MEASURED, wording.PROVENANCES[Citation.MEASURED]),
        ]
        if rows
        else None
    )
    return make(
        "div",
        make(
            "section",
            make("h4", "Published and measured, in its author's words"),
            make("p", words[:1].upper() + words[1:]),
            make("p", "Re-runs: ", make("bdi", exhibit.source), class_="quiet")
            if exhibit.source
            else None,
        ),
        make(
            "section",
            make("h4", "Measured, from the records"),
            measured or make("p", "Nothing yet."),
        ),
        class_="beside",
    )


def _write_checks(exhibit: Exhibit) -> Markup | None:
    if not exhibit.checks:
        return None
    rows = [
        make(
            "li",
            make("b", "✓ " if check.is_ok else "✗ ", class_="yes" if check.is_ok else "no"),
            make("bdi", check.name),
            make("span", f" ({check.kind.replace('-', ' ')}): ", class_="quiet"),
            make("bdi", wording.tell_check(check)),
        )
        for check in exhibit.checks
    ]
    return _part("Guards: does the experiment itself work?", make("ul", rows, class_="plain"))


def _write_figures(exhibit: Exhibit, entry: Entry) -> Iterator[Markup]:
    for figure in exhibit.figures:
        if figure.data:
            yield make(
                "figure",
                make("img", src=_inline(figure), alt=f"plot {figure.name} of {exhibit.experiment}"),
                make("figcaption", make("bdi", wording.tell_figure(figure))),
            )
        else:
            told = wording.tell_absent(figure, entry.claim)
            yield make("p", make("bdi", told), class_="quiet absent")


def _inline(figure: Figure) -> str:
    return f"data:{figure.media};base64,{b64encode(figure.data).decode()}"


def _write_history(exhibit: Exhibit) -> Markup | None:
    if not exhibit.history:
        return None
    rows = [
        make(
            "li",
            make("b", wording.show_span(batch.started, batch.ended)),
            ": ",
            make("bdi", wording.tell_batch(batch)),
        )
        for batch in exhibit.history
    ]
    return _part("History", make("ul", rows, class_="plain"))


def _write_runs(exhibit: Exhibit) -> Markup:
    metrics = list(dict.fromkeys(each.expectation.metric for each in exhibit.findings))
    head = ["seed", "attempt", "ended", *metrics]
    rows = [
        [
            str(record.seed),
            str(record.attempt),
            record.status.value,
            *(
                f"{value:.6g}" if (value := record.metrics.get(each)) is not None else "–"
                for each in metrics
            ),
        ]
        for record in exhibit.records
    ]
    table = make(
        "table",
        make("thead", make("tr", [make("th", make("bdi", each), scope="col") for each in head])),
        make("tbody", [make("tr", [make("td", cell) for cell in row]) for row in rows]),
    )
    return make(
        "section",
        make("h4", "Runs"),
        make("p", make("bdi", wording.tell_runs(exhibit))),
        make("p", "With ", make("bdi", wording.tell_params(exhibit)), class_="quiet"),
        make("p", "Files: ", make("bdi", ", ".join(exhibit.files)), class_="quiet")
        if exhibit.files
        else None,
        make("details", make("summary", "Each run"), make("div", table, class_="wide"))
        if rows
        else None,
    )


def _write_argument(entry: Entry, report: Report) -> Markup:
    struck = entry.struck
    reached = [
        make(
            "li",
            refer(each.claim.id, report),
            wording.tell_struck(each).removeprefix(each.claim.id),
        )
        for each in struck[:_MOST_NAMED]
    ]
    n_more = len(struck) - len(reached)
    if n_more:
        reached.append(make("li", f"and {n_more} more"))
    bonds = [make("li", _write_bond(each, report)) for each in entry.bonds]
    return _part(
        "Among the other claims",
        make("p", make("bdi", wording.tell_standing(entry))),
        make("ul", bonds, class_="plain") if bonds else None,
        make("p", "If it fell:")
        if reached
        else make("p", "Nothing depends on it.", class_="quiet"),
        make("ul", reached, class_="plain") if reached else None,
    )


def _write_bond(bond: Bond, report: Report) -> Markup:
    before, _, after = wording.tell_bond(bond, report).partition(bond.other)
    return join(before, refer(bond.other, report), after)
