"""Made claims with all that a report tells of them, for the tests of its two forms."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

from noteweb.argument.label import Because, Ground, Label, Standing
from noteweb.evidence.history import Batch
from noteweb.model.claim import Claim, EvidenceRef, Expectation, Op, Source
from noteweb.model.run import GuardKind, GuardResult
from noteweb.model.verdict import (
    ExpectationResult,
    Outcome,
    Reason,
    ReasonKind,
    Verdict,
    VerdictKind,
)
from noteweb.report.exhibit import Check, Exhibit, Finding
from noteweb.report.figure import Figure
from noteweb.report.front import Bond, Entry, Origin, Report
from noteweb.report.prose import Prose
from records import make_records

PLOT = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="520" height="400">'
    b'<rect width="520" height="400" fill="#fff"/><path d="M0 400L520 0" stroke="#0072B2"/></svg>'
)
NOTE = """\
---
claims:
  - id: up
    statement: It goes up.
    source:
      {title: On going up, locator: page 3, verified: false, doi: 10.1000/182, stance: disputes}
    supports: [ought]
    evidence: {experiment: toy, expect: {metric: gap, op: gt, threshold: 0}}
  - id: down
    statement: It goes down.
    source: {title: On going down, quote: It sank by 4.}
    evidence: {experiment: toy, expect: {metric: gap, op: lt, threshold: 0}}
  - id: ought
    kind: normative
    statement: It ought to.
    source: {title: A sermon, citation: quoted, verified: false, stance: hedges}
    needs: a vote
---
Text.
"""
DOCSTRING = """Made of nothing.

What it re-runs: a difference.

Simplified: there is no
weather.

Published and measured: 4 in the book, 1 here.
"""


def write_toy(root, before="pass"):
    """Write an experiment of two runs with a docstring, guards that say something, and a plot."""
    folder = root / "experiments"
    folder.mkdir(exist_ok=True)
    (folder / "toy.py").write_text(
        f'"""{DOCSTRING}"""\n'
        "from noteweb.lab import Context, Experiment, Guard, Metric, Parameter\n"
        "experiment = Experiment(\n"
        '    summary="made", source="The book of going (1901)", is_deterministic=True,\n'
        '    parameters={"shift": Parameter(default=1.0)},\n'
        '    metrics={"gap": Metric(summary="how far it goes", unit="mm")},\n'
        '    guards={"scales": Guard(kind="known-answer")},\n'
        ")\n\n\n"
        "def run(ctx, params, seed):\n"
        f"    {before}\n"
        '    ctx.guard("scales", ok=True, detail="off by 0.1 %")\n'
        '    ctx.metric("gap", params["shift"])\n'
        f'    ctx.plot("gap.svg").write_bytes({PLOT!r})\n',
        encoding="utf-8",
    )


def make_finding(low=0.7, high=0.9, outcome=Outcome.SUPPORTED, **more):
    """Give an expectation above one half with an interval."""
    result = ExpectationResult(
        metric="gap",
        op=Op.GT,
        estimand="mean",
        estimate=(low + high) / 2,
        interval=(low, high),
        alpha=0.021,
        n_seeds=20,
        outcome=outcome,
        reason=Reason(kind=ReasonKind.DECIDED, detail="clear"),
    )
    expectation = Expectation(metric="gap", op=Op.GT, threshold=0.5)
    values = (0.6, 0.7, 0.8, 0.9, 1.0)
    return Finding(expectation=expectation, result=result, values=values, **more)


def make_entry(name="c", kind=VerdictKind.SUPPORTED, text="It goes up.", **more):
    """Give a claim with one experiment, a plot, a guard, a history; `text` stands everywhere."""
    records = tuple(make_records([0.8, 0.9]))
    reason = Reason(kind=ReasonKind.DECIDED, detail=text)
    verdict = Verdict(claim=name, experiment="toy", kind=kind, reasons=(reason,), n_seeds=20)
    claim = Claim(
        id=name,
        statement=text,
        source=Source(title=text, quote=text, doi="10.1000/182", locator=text, is_verified=False),
        evidence=(EvidenceRef(experiment="toy"),),
        note_id=text,
        path=f"{text}.md",
        line=3,
    )
    exhibit = Exhibit(
        experiment="toy",
        verdict=verdict,
        file=text,
        source=text,
        prose=Prose(headline=text, parts=(("Simplified", text), ("Published and measured", text))),
        params={text: text},
        profile="quick",
        files=(text,),
        findings=(make_finding(meaning=text, registered="2026-11-27T02:30:00+00:00"),),
        checks=(
            Check(
                name=text,
                kind=GuardKind.CONVERGENCE.value,
                meaning=text,
                is_ok=True,
                detail=text,
                n_failed=0,
                n_runs=20,
            ),
        ),
        records=tuple(
            replace(record, detail=text, guards=(GuardResult(name=text, ok=True),))
            for record in records
        ),
        figures=(
            Figure(
                name="gap.svg",
                path="artifacts/gap.svg",
                seed=7,
                data=PLOT,
                sha256=hashlib.sha256(PLOT).hexdigest(),
            ),
            Figure(name="lost.png", path="artifacts/lost.png", seed=7, sha256="0"),
        ),
        history=(Batch(records=records, verdict=verdict, changes=(reason,)),),
    )
    made = Entry(
        claim=claim,
        verdict=verdict,
        exhibits=(exhibit,),
        standing=Standing(label=Label.IN, because=(Because(Ground.RESTS, text),), order=0),
        strength=0.9,
        bonds=(Bond(kind="supports", other=text, is_outgoing=True),),
    )
    return replace(made, **more)


def make_report(*entries, title="notes"):
    """Give a report of these entries."""
    return Report(
        title=title,
        profile="quick",
        made=datetime(2026, 11, 27, 8, 0, tzinfo=UTC),
        entries=entries,
        n_claims=len(entries),
        verdicts={entry.claim.id: entry.verdict.kind for entry in entries},
        origin=Origin(
            n_runs=2,
            cpu_s=1.0,
            first="2026-11-27T02:30:00+00:00",
            last="2026-11-27T02:31:00+00:00",
            machines={title: 2},
            versions={"python 3.11.7": 2, "numpy 2.4.6": 1},
            sandboxes={"bwrap": 2},
            profiles={"quick": 2},
        ),
    )


def read_ledger_lines(root):
    """Give the run records of the toy as JSON."""
    lines = (root / "runs" / "toy.jsonl").read_text(encoding="utf-8").splitlines()
    return [raw for raw in map(json.loads, lines) if "key" in raw]
