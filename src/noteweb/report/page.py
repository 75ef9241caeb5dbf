"""The report as one HTML page: no script, no network, light and dark, fit for paper."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.report import wording
from noteweb.report.card import mark_verdict, name_anchor, refer, write_card
from noteweb.report.element import Markup, make
from noteweb.report.front import SETTLED
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from noteweb.model.verdict import VerdictKind
    from noteweb.report.front import Entry, Report

_STYLE = Path(__file__).parent / "style.css"


def write(report: Report, stream: BinaryIO) -> None:
    """Write the page; the same report gives the same bytes."""
    style = _STYLE.read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    title = f"What the claims of {report.title} rest on"
    head = make(
        "head",
        make("meta", charset="utf-8"),
        make("meta", http_equiv="Content-Security-Policy", content=policy),
        make("meta", name="viewport", content="width=device-width, initial-scale=1"),
        make("meta", name="color-scheme", content="light dark"),
        make("meta", name="generator", content=f"noteweb {__version__}"),
        make("title", title),
        make("style", Markup(style)),
    )
    main = make(
        "main",
        make("header", make("h1", title), _write_provenance(report)),
        _write_summary(report),
        _write_key(),
        [_write_group(kind, report) for kind in report.counts],
    )
    body = make("body", _write_contents(report), main)
    page = f"<!DOCTYPE html>\n{make('html', head, body, lang='en')}\n"
    stream.write(page.encode("utf-8", "replace"))


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _write_provenance(report: Report) -> Markup:
    n_told = len(report.entries)
    told = wording.count(n_told, "claim")
    if n_told < report.n_claims:
        told = f"{n_told:,} of {wording.count(report.n_claims, 'claim')}"
    made = wording.show_time(report.made.isoformat())
    return make(
        "p",
        f"{told}. Written {made} by noteweb {__version__} from the records alone;"
        f" nothing was run for it. Profile {report.profile}.",
        class_="quiet",
    )


def _write_summary(report: Report) -> Markup:
    counts = [
        make("li", make("a", mark_verdict(kind), make("b", f" {n:,}"), href=f"#{_anchor(kind)}"))
        for kind, n in report.counts.items()
    ]
    marks = [
        make("li", make("b", f"{n:,} {mark}"), f": {wording.MARKS[mark]}")
        for mark, n in report.marks.items()
    ]
    first = [entry for entry in report.entries if entry.verdict.kind not in SETTLED]
    origin = [
        make("div", make("dt", heading), make("dd", make("bdi", told)))
        for heading, told in wording.tell_origin(report)
    ]
    return make(
        "section",
        make("ul", counts, class_="counts"),
        make("ul", marks, class_="plain") if marks else None,
        make("h2", "Look at these first") if first else None,
        make("ul", [_write_line(entry, report) for entry in first], class_="first")
        if first
        else make("p", "No claim is refuted, contested, stale or undecided.", class_="quiet"),
        make("h2", "Where the runs were made"),
        make("dl", origin),
        id="summary",
    )


def _write_line(entry: Entry, report: Report) -> Markup:
    return make(
        "li",
        mark_verdict(entry.verdict.kind, *entry.marks),
        " ",
        refer(entry.claim.id, report),
        make("p", make("bdi", entry.claim.statement)),
        make("p", make("bdi", str(entry.verdict.reason)), class_="quiet"),
    )


def _write_key() -> Markup:
    """Tell how to read the report; folded, since a second reader knows."""
    verdicts = [
        make("div", make("dt", mark_verdict(kind)), make("dd", told))
        for kind, (_, told) in wording.VERDICTS.items()
    ]
    sources = [
        make("div", make("dt", make("b", name, class_=f"tag {name}")), make("dd", told))
        for name, told in wording.PROVENANCES.items()
    ]
    return make(
        "details",
        make("summary", "How to read this"),
        make(
            "p",
            "In each drawing the shaded stretch is what is expected, with its bounds below; the bar"
            " is the interval, the disc the estimate above it, each small stroke one seed. A claim"
            " is supported only where the whole bar lies in the shaded stretch after all planned"
            " seeds. Seeds follow from the experiment's name, so that nobody picks them.",
        ),
        make("dl", verdicts, sources),
    )


def _anchor(kind: VerdictKind) -> str:
    return f"verdict-{kind.value}"


def _write_group(kind: VerdictKind, report: Report) -> Markup:
    entries = report.of_kind(kind)
    name = kind.value.replace("-", " ").capitalize()
    return make(
        "section",
        make("h2", f"{name} · {len(entries):,}"),
        [write_card(entry, report) for entry in entries],
        id=_anchor(kind),
        class_="group",
    )


def _write_contents(report: Report) -> Markup:
    return make(
        "nav",
        make("h2", "Contents"),
        make("p", make("a", "Summary", href="#summary")),
        list(_list_groups(report)),
        aria_label="Contents",
    )


def _list_groups(report: Report) -> Iterator[Markup]:
    for kind in report.counts:
        yield make("p", make("a", mark_verdict(kind), href=f"#{_anchor(kind)}"))
        yield make(
            "ol",
            [
                make(
                    "li",
                    make("a", make("bdi", one.claim.id), href=f"#{name_anchor(one.claim.id)}"),
                    [make("span", mark, class_="mark") for mark in one.marks],
                )
                for one in report.of_kind(kind)
            ],
        )
