"""Run records on disk: one file of JSON lines per experiment, appended to and never rewritten.

A file per experiment and not per claim, since a record knows nothing of claims: two claims that
rest on the same runs share them, and no run needs to stand twice to be found.  What is claimed
stands in the file as lines of its own: `Registration` says which expectations a claim had, and its
place before or after the runs says which came first.

A file may end anywhere, for a machine may stop anywhere: a line that is not whole is passed over,
and the next line starts on a fresh one.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity
from noteweb.journal import alone_in, append_lines
from noteweb.model.record import RecordInvalid, read_record, write_record
from noteweb.model.run import RunRecord

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from noteweb.model.claim import EvidenceRef, Expectation
    from noteweb.model.note import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """That a claim expected this of the experiment, written down before its runs."""

    claim: str
    params: str  # digest of the evidence's parameters
    expectation: str  # `Expectation.digest`
    written: str = ""  # ISO 8601; for the reader, the place in the file decides

    def same_as(self, other: Registration) -> bool:
        """Tell whether both say the same, whenever they were written."""
        mine, theirs = ((each.claim, each.params, each.expectation) for each in (self, other))
        return mine == theirs


Entry = RunRecord | Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What a file holds, in its order, nothing twice."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def records(self) -> tuple[RunRecord, ...]:
        """The run records, in the order written."""
        return tuple(entry for entry in self.entries if isinstance(entry, RunRecord))

    def latest(self) -> dict[str, RunRecord]:
        """Give the last attempt of every run, by run key."""
        found: dict[str, RunRecord] = {}
        for record in self.records:
            key = record.key
            if key not in found or found[key].attempt < record.attempt:
                found[key] = record
        return found


def name_ledger(folder: Path, experiment: str) -> Path:
    """Give the path of an experiment's ledger.

    A name that no file should have is written with _ and a hash, so that no two share a file.
    """
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", experiment)[:100]
    if plain != experiment:
        plain += f"-{hashlib.sha256(experiment.encode()).hexdigest()[:8]}"
    return folder / f"{plain}.jsonl"


def read_ledger(path: Path, name: str = "") -> Ledger:
    """Give what the file holds; a file that is not there holds nothing.

    `name` is what problems call the file: its path in the vault.

    The last line, if not whole, is passed over in silence: another process may be writing it.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Ledger()
    except OSError as error:
        return Ledger(problems=(_problem(name or path.name, 1, "ledger-unreadable", str(error)),))
    return _read(name or path.name, data)


def append_entries(path: Path, entries: Iterable[Entry]) -> int:
    """Append what the file does not hold yet, and give how many entries that were.

    Safe beside other writers: one at a time, each in one write, on the disk before this returns.

    Raises
    ------
    WriteFailed : the disk is full, the folder may not be written, or another writer holds the lock
    """
    with alone_in(path.parent):
        fresh = _without(entries, read_ledger(path).entries)
        append_lines(path, map(_line, fresh))
        return len(fresh)


def register(claim: str, evidence: EvidenceRef, written: str = "") -> tuple[Registration, ...]:
    """Give the entries to append before the first run for a claim."""
    return tuple(
        Registration(
            claim=claim,
            params=_digest_params(evidence),
            expectation=expectation.digest(),
            written=written,
        )
        for expectation in evidence.expect
    )


def find_post_hoc(ledger: Ledger, claim: str, evidence: EvidenceRef) -> tuple[Expectation, ...]:
    """Give the expectations that were not written down before the experiment first ran.

    Before its first run with these parameters nothing is post-hoc; after it, whatever is not
    registered above that run's line is.
    """
    registered: list[Registration] = []
    for entry in ledger.entries:
        if isinstance(entry, Registration):
            registered.append(entry)
        elif _covers(entry, evidence):
            break
    else:
        return ()
    return tuple(
        expectation
        for expectation, wanted in zip(evidence.expect, register(claim, evidence), strict=True)
        if not any(wanted.same_as(entry) for entry in registered)
    )


def _covers(record: RunRecord, evidence: EvidenceRef) -> bool:
    """Tell whether the run is one of the evidence's; a parameter not given may have any value."""
    params = record.parts.params
    return all(name in params and params[name] == evidence.params[name] for name in evidence.params)


def _digest_params(evidence: EvidenceRef) -> str:
    return json.dumps(dict(evidence.params), sort_keys=True, separators=(",", ":"))


def _read(name: str, data: bytes) -> Ledger:
    lines = data.split(b"\n")
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entries.append(_entry(line))
        except (ValueError, RecursionError) as error:
            if number < len(lines):
                problems.append(_problem(name, number, "ledger-line-invalid", str(error)))
    return Ledger(entries=_without(entries, ()), problems=tuple(problems))


def _entry(line: bytes) -> Entry:
    raw: Json = json.loads(line.decode())
    if isinstance(raw, dict) and "registration" in raw:
        return _read_registration(raw["registration"])
    return read_record(raw)


def _read_registration(raw: Json) -> Registration:
    names = ("claim", "params", "expectation", "written")
    if not isinstance(raw, dict):
        message = "registration: not a map"
        raise RecordInvalid(message)
    words = {name: value for name in names if isinstance(value := raw.get(name), str)}
    if len(words) < len(names):
        message = "registration: a field is absent or no text"
        raise RecordInvalid(message)
    return Registration(**words)


def _line(entry: Entry) -> str:
    if isinstance(entry, RunRecord):
        raw: Json = write_record(entry)
    else:
        raw = {
            "registration": {
                "claim": entry.claim,
                "params": entry.params,
                "expectation": entry.expectation,
                "written": entry.written,
            }
        }
    return json.dumps(raw, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _without(entries: Iterable[Entry], held: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give the entries that are neither held nor given before."""
    seen = {_identity(entry) for entry in held}
    fresh = []
    for entry in entries:
        identity = _identity(entry)
        if identity not in seen:
            seen.add(identity)
            fresh.append(entry)
    return tuple(fresh)


def _identity(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, RunRecord):
        return entry.key, str(entry.attempt)
    return entry.claim, entry.params, entry.expectation


def _problem(name: str, line: int, code: str, message: str) -> Problem:
    return Problem(
        path=name,
        line=line,
        column=1,
        code=code,
        severity=Severity.WARNING,
        message=message,
    )
