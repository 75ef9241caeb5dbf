"""Run records on disk: one file of JSON lines per experiment, appended to and never rewritten.

A file per experiment and not per claim, since a record knows nothing of claims: two claims that
rest on the same runs share them, and no run needs to stand twice to be found.  What is claimed
stands in the file as lines of its own: `Registration` says which expectations a claim had, and its
place before or after the runs says which came first.

A file may end anywhere, for a machine may stop anywhere: a line that is not whole is passed over,
and the next line starts on a fresh one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity, WriteFailed
from noteweb.journal import alone_in, append_lines, read_journal, refuse_newer
from noteweb.model.record import RecordInvalid, read_record, write_record
from noteweb.model.run import RunRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from noteweb.model.claim import EvidenceRef, Expectation
    from noteweb.model.note import Json

    Resolve = Callable[[Mapping[str, Json], str], Mapping[str, Json]]

_HALF = re.compile("[\ud800-\udfff]")
_UNREADABLE = "ledger-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """That a claim expected this of the experiment, written down before its runs."""

    claim: str
    params: str  # the evidence's parameters as written, as JSON
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
        if path.parent.is_symlink():
            raise OSError(errno.ELOOP, "its folder is a symbolic link")  # noqa: TRY301
        data = read_journal(path)
    except FileNotFoundError:
        return Ledger()
    except OSError as error:
        reason = error.strerror or str(error)
        return Ledger(problems=(_problem(name or path.name, 1, _UNREADABLE, reason),))
    return _read(name or path.name, data)


def append_entries(path: Path, entries: Iterable[Entry]) -> int:
    """Append what the file does not hold yet, and give how many entries that were.

    Safe beside other writers: one at a time, each in one write, on the disk before this returns.

    Raises
    ------
    WriteFailed : the disk is full, the folder may not be written, another writer holds the lock, or
        what stands there cannot be read
    """
    with alone_in(path.parent):
        held = read_ledger(path)
        for problem in held.problems:
            if problem.code == _UNREADABLE:
                raise WriteFailed(path, problem.message)
        fresh = _without(entries, held.entries)
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


def find_post_hoc(
    ledger: Ledger, claim: str, evidence: EvidenceRef, resolve: Resolve | None = None
) -> tuple[Expectation, ...]:
    """Give the expectations that were not written down before the experiment first ran.

    First ran for this claim: with these parameters, or with any that the claim had on record
    before; else another number of a parameter that changes nothing would wash the mark off, for
    seeds follow from the experiment alone. Before that run nothing is post-hoc; after it, whatever
    is not registered above its line with these parameters is. Runs that other claims had made with
    other parameters count for nothing.

    `resolve` gives the full parameters of a profile, empty for the one in use, from those that are
    given, so that a default is the same whether written or left out.
    """
    full = resolve or _leave
    own = full(evidence.params, "")
    mine: list[Mapping[str, Json]] = []
    registered: set[str] = set()
    for entry in ledger.entries:
        if isinstance(entry, RunRecord):
            profile = entry.parts.profile
            # A parameter that the code has got since had its default.
            held = {**full({}, profile), **entry.parts.params}
            if any(_covers(held, each) for each in (full(evidence.params, profile), *mine)):
                break
        elif entry.claim == claim:
            params = json.loads(entry.params)
            # Without the defaults: they belong to the code, and may have been others then.
            mine.append(params)
            if full(params, "") == own:
                registered.add(entry.expectation)
    else:
        return ()
    return tuple(each for each in evidence.expect if each.digest() not in registered)


def _leave(given: Mapping[str, Json], _profile: str) -> Mapping[str, Json]:
    return given


def _covers(held: Mapping[str, Json], params: Mapping[str, Json]) -> bool:
    """Tell whether a run that held these has those parameters; one not named may have any value."""
    return all(name in held and held[name] == value for name, value in params.items())


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
    refuse_newer(raw)
    words = {name: value for name in names if isinstance(value := raw.get(name), str)}
    if len(words) < len(names):
        message = "registration: a field is absent or no text"
        raise RecordInvalid(message)
    if not isinstance(json.loads(words["params"]), dict):
        message = "registration: its parameters are no map"
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
    text = json.dumps(raw, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Half a character has no UTF-8, but JSON has a way to write it.
    is_whole = text.isascii() or not _HALF.search(text)
    return text if is_whole else json.dumps(raw, allow_nan=False, separators=(",", ":"))


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
