"""The report as Markdown that reads as plain text too; no name in it becomes markup."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING

from noteweb.errors import WriteFailed
from noteweb.mend import replace_bytes
from noteweb.report import wording
from noteweb.report.drawing import draw_line
from noteweb.report.front import SETTLED
from noteweb.report.prose import COMPARED, RERUNS, SIMPLIFIED
from noteweb.report.scale import measure
from noteweb.text.visible import visible
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from noteweb.model.verdict import VerdictKind
    from noteweb.report.exhibit import Exhibit, Finding
    from noteweb.report.figure import Figure
    from noteweb.report.front import Entry, Report

#: How a report begins, so that one may be written over by the next.
MARK = b"<!-- noteweb report"
#: What Markdown, with what GitHub and Obsidian add to it, takes for more than itself: code, stress,
#: ends of links, links to notes, footnotes, HTML and entities, formulas, names that are notified.
_SPECIAL = re.compile(
    r"[\\`*$]|~(?=~)|(?<![^\W_])_|_(?![^\W_])|\](?=[(\[:])|\[(?=[\[^!])|<(?=[\w/!?])"
    r"|&(?=#|\w+;)|(?<!\w)@(?=\w)|=(?==)"
)
#: What a line must not begin with, or it would be a heading, a list, a quote, a link's address.
_FIRST = re.compile(r"^(?=[#+=\-\[>|:!~])|^(\d+)(?=[.)](?:\s|$))")
#: A command to copy, whose words belong on one line.
_COMMAND = re.compile(r"noteweb (?:verify --force \S+|experiment new NAME)")
#: Stands for a space where no line may break.
_JOIN = "\0"
_HALF = re.compile("[\ud800-\udfff]")
_MOST_NAMED = 12
_WIDTH = 100


def write(report: Report, stream: BinaryIO, plots: str = "") -> None:
    """Write the report; the same report gives the same bytes.

    Parameters
    ----------
    plots : the folder beside the file that plots lie in by `name_plot`; empty where none are kept
    """
    lines = [*_write_head(report), *_write_summary(report)]
    for kind in report.counts:
        entries = report.of_kind(kind)
        lines += [f"## {_name(kind)} ({len(entries):,})", ""]
        for entry in entries:
            lines += _write_entry(entry, report, plots)
    stream.write("\n".join(lines).encode("utf-8", "replace"))


def write_plots(report: Report, folder: Path) -> None:
    """Write the plots that the report shows, each file in one step; the folder is made.

    Raises
    ------
    WriteFailed
    """
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise WriteFailed(folder, error.strerror or str(error)) from error
    exhibits = (exhibit for entry in report.entries for exhibit in entry.exhibits)
    for figure in (figure for exhibit in exhibits for figure in exhibit.figures):
        if figure.data:
            replace_bytes(folder / name_plot(figure), figure.data)


def name_plot(figure: Figure) -> str:
    """Give the name of a plot's file beside a report: its content's hash, and what it is."""
    return f"{figure.sha256[:16]}{figure.name[figure.name.rfind('.') :].lower()}"


def escape(text: str) -> str:
    r"""Give any text as a part of one line of Markdown that shows it and does nothing.

    Examples
    --------
    >>> escape("a *b* in c_d, [1, 2]")
    'a \\*b\\* in c_d, [1, 2]'
    """
    line = _HALF.sub("\ufffd", visible(" ".join(text.split())))
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", line)


def fill(text: str, first: str = "", later: str = "") -> list[str]:
    r"""Give any text as lines of some hundred characters; `first` and `later` stand before them.

    Examples
    --------
    >>> fill("# 1", "- ")
    ['- \\# 1']
    """
    whole = " ".join(text.replace(_JOIN, "␀").split())
    joined = _COMMAND.sub(lambda found: found[0].replace(" ", _JOIN), whole)
    lines = wrap(joined, _WIDTH, break_long_words=False, break_on_hyphens=False)
    told = (" ".join(map(_escape_word, line.split(" "))) for line in lines)
    escaped = (_FIRST.sub(lambda found: f"{found[1] or ''}\\", line) for line in told)
    return [f"{later if n else first}{line}" for n, line in enumerate(escaped)]


def _escape_word(word: str) -> str:
    if _JOIN not in word:
        return escape(word)
    start = word.index("noteweb" + _JOIN)
    return escape(word[:start]) + code(word[start:].replace(_JOIN, " "))


def code(text: str) -> str:
    """Give any text as a code span on one line."""
    line = _HALF.sub("\ufffd", visible(" ".join(text.split()))) or " "
    longest = max(map(len, re.findall("`+", line)), default=0)
    mark = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{mark}{pad}{line}{pad}{mark}"


def _item(text: str) -> list[str]:
    return fill(text, "- ", "  ")


def _name(kind: VerdictKind) -> str:
    return kind.value.replace("-", " ").capitalize()


def _state(entry: Entry) -> str:
    marks = "".join(f" ({mark})" for mark in entry.marks)
    return f"{wording.VERDICTS[entry.verdict.kind][0]} {entry.verdict.kind.value}{marks}"


def _write_head(report: Report) -> Iterator[str]:
    n_told = len(report.entries)
    told = wording.count(n_told, "claim")
    if n_told < report.n_claims:
        told = f"{n_told:,} of {wording.count(report.n_claims, 'claim')}"
    yield f"{MARK.decode()} {__version__} -->"
    yield ""
    yield f"# What the claims of {escape(report.title)} rest on"
    yield ""
    made = wording.show_time(report.made.isoformat())
    yield f"{told}, profile {report.profile}. Written {made} by noteweb {__version__}"
    yield "from the records alone; nothing was run for it."
    yield ""


def _write_summary(report: Report) -> Iterator[str]:
    yield from (f"- {n:,} {kind}" for kind, n in report.counts.items())
    yield from (f"- {n:,} {mark}: {wording.MARKS[mark]}" for mark, n in report.marks.items())
    yield ""
    first = [entry for entry in report.entries if entry.verdict.kind not in SETTLED]
    if first:
        yield from ("## Look at these first", "")
    for entry in first:
        yield f"- {_state(entry)}: {code(entry.claim.id)}"
        yield from fill(entry.claim.statement, "  ", "  ")
        yield from fill(f"({entry.verdict.reason})", "  ", "  ")
    yield from ("", "## Where the runs were made", "")
    for heading, told in wording.tell_origin(report):
        yield from _item(f"{heading}: {told}")
    yield from ("", "## How to read this", "")
    yield "In each drawing = is what is expected, - is not, | its bounds, [ ] the interval, o the"
    yield "estimate. A claim is supported only where all of [ ] lies on = after all planned seeds."
    yield ""
    yield from (f"- {name}: {words}" for name, words in wording.PROVENANCES.items())
    yield ""


def _write_entry(entry: Entry, report: Report, plots: str) -> Iterator[str]:
    claim, verdict = entry.claim, entry.verdict
    yield f"### {escape(claim.id)}"
    yield ""
    yield from fill(claim.statement or "(nothing is stated)", "> ", "> ")
    yield ""
    yield f"**{_state(entry)}** · {claim.kind} claim · {code(f'{claim.path}:{claim.line}')}"
    yield ""
    for reason in verdict.reasons:
        yield from _item(f"why: {reason}")
    if verdict.previous:
        yield f"- before that: {verdict.previous}"
    for need in wording.tell_needs(entry):
        yield from _item(f"what it would need: {need}")
    yield from _write_source(entry)
    yield ""
    for exhibit in entry.exhibits:
        yield from _write_exhibit(exhibit, entry, plots)
    yield from ("Among the other claims:", "")
    yield from _item(wording.tell_standing(entry))
    for bond in entry.bonds:
        yield from _item(wording.tell_bond(bond, report))
    struck = [wording.tell_struck(each) for each in entry.struck[:_MOST_NAMED]]
    n_more = len(entry.struck) - len(struck)
    more = f"; and {n_more} more" if n_more else ""
    yield from _item(f"if it fell: {'; '.join(struck) or 'nothing depends on it'}{more}")
    yield ""


def _write_source(entry: Entry) -> Iterator[str]:
    source = entry.claim.source
    provenance = source.citation
    if provenance is None:
        yield "- published: no source is named; the statement is the note's own"
        return
    named = ", ".join(filter(None, (wording.tell_source(source), source.doi, source.url)))
    yield from _item(f"published: {named}")
    if source.quote:
        yield from _item(f"in its words: “{source.quote}”")
    yield f"- {provenance}: {wording.tell_citation(source)}"
    if told := wording.tell_stance(source):
        yield from _item(told)


def _write_exhibit(exhibit: Exhibit, entry: Entry, plots: str) -> Iterator[str]:
    prose = exhibit.prose
    yield f"#### Experiment {code(exhibit.experiment)}"
    yield ""
    if len(entry.exhibits) > 1:
        yield from fill(f"Alone it says: {exhibit.verdict.kind} ({exhibit.verdict.reason}).")
        yield ""
    for heading, text in (
        ("", prose.headline),
        ("It re-runs: ", prose.find(RERUNS)),
        ("Simplified: ", prose.find(SIMPLIFIED)),
        ("Published and measured, in its author's words: ", prose.find(COMPARED)),
    ):
        if text:
            yield from (*fill(f"{heading}{text}"), "")
    for finding in exhibit.findings:
        yield from _write_finding(finding, exhibit)
    yield from (
        f"- guard {code(check.name)} ({check.kind}): {escape(wording.tell_check(check))}"
        for check in exhibit.checks
    )
    for batch in exhibit.history:
        span = wording.show_span(batch.started, batch.ended)
        yield from _item(f"history, {span}: {wording.tell_batch(batch)}")
    yield from _item(f"runs: {wording.tell_runs(exhibit)}")
    yield from _item(f"with: {wording.tell_params(exhibit)}")
    yield from _write_figures(exhibit, entry, plots)
    yield ""


def _write_finding(finding: Finding, exhibit: Exhibit) -> Iterator[str]:
    result, scale = finding.result, measure(finding)
    outcome = result.outcome.value if result else "not judged"
    expected = escape(wording.tell_expected(finding))
    yield f"{code(finding.expectation.metric)} expected {expected}: **{outcome}**"
    yield ""
    if finding.meaning:
        yield from (*fill(finding.meaning), "")
    if scale:
        yield from (f"    {draw_line(scale)}", "")
    yield from _item(f"found: {wording.tell_found(finding)}")
    if measured := wording.tell_measured(finding):
        yield from _item(f"measured, seed by seed: {measured}")
    yield from _item(f"the expectation: {wording.tell_registered(finding, exhibit)}")
    yield ""


def _write_figures(exhibit: Exhibit, entry: Entry, plots: str) -> Iterator[str]:
    for figure in exhibit.figures:
        told = escape(wording.tell_figure(figure))
        if not figure.data:
            yield from _item(wording.tell_absent(figure, entry.claim))
        elif plots:
            yield from ("", f"![{told}]({plots}/{name_plot(figure)})")
        else:
            yield f"- plot left out ({told}); `noteweb report --plots` writes it beside the report"
