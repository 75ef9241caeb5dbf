"""Labels: what the reader said of a paper and a note, in a text file of the vault.

One JSON object a line, appended and never rewritten; of two lines on the same paper and note the
later counts. A label keeps the passages it was given on, so that it still teaches when the paper
is gone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity
from noteweb.journal import alone_in, append_lines, read_journal, refuse_newer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from noteweb.model.document import Document
    from noteweb.model.note import Json

#: The file's name in the vault's folder.
LABELS = "labels.jsonl"

_WORDS = ("document", "digest", "note", "written")


class Answer(StrEnum):
    """What a reader says: the note matters for the paper, it does not, or who knows."""

    FIRES = "fires"
    QUIET = "quiet"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One answer.

    Attributes
    ----------
    document : the paper's name when it was labelled, for a person
    digest : of its text, by which it is known again under any name
    note : the note's id
    passages : its windows nearest to the note's conditions, nearest first, at most a few
    rate : the note's false-fire rate on the paper when it was labelled
    written : ISO 8601
    """

    document: str
    digest: str
    note: str
    answer: Answer
    passages: tuple[str, ...]
    rate: float
    written: str = ""

    @property
    def fires(self) -> bool:
        """Whether the reader says so."""
        return self.answer is Answer.FIRES


def digest_of(document: Document) -> str:
    """Give what a document is known by again, under any name."""
    return blake2b(document.text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def read_labels(vault: Path) -> tuple[tuple[Label, ...], tuple[Problem, ...]]:
    """Give the vault's labels in the order written, the last word on each pair, and what is wrong.

    A last line that is not whole is passed over in silence: another process may be writing it.
    """
    try:
        lines = read_journal(vault / LABELS).split(b"\n")
    except FileNotFoundError:
        return (), ()
    except OSError as error:
        return (), (_problem(1, "labels-unreadable", str(error)),)
    found: dict[tuple[str, str], Label] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            label = _read(json.loads(line.decode()))
        except (ValueError, RecursionError) as error:
            if number < len(lines):
                problems.append(_problem(number, "label-line-invalid", str(error)))
            continue
        found.pop((label.digest, label.note), None)
        found[label.digest, label.note] = label
    return tuple(found.values()), tuple(problems)


def append_labels(vault: Path, labels: Iterable[Label]) -> None:
    """Write labels down, safe beside other writers.

    Raises
    ------
    WriteFailed
    """
    with alone_in(vault / ".noteweb"):
        append_lines(vault / LABELS, map(_write, labels))


def _write(label: Label) -> str:
    raw: Json = {
        "document": label.document,
        "digest": label.digest,
        "note": label.note,
        "label": label.answer.value,
        "passages": list(label.passages),
        "rate": label.rate,
        "written": label.written,
    }
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))


def _read(raw: Json) -> Label:
    if not isinstance(raw, dict):
        message = "not a map"
        raise ValueError(message)  # noqa: TRY004 - one kind of error for one kind of fault
    refuse_newer(raw)
    passages, rate = raw.get("passages"), raw.get("rate")
    words = {name: value for name in _WORDS if isinstance(value := raw.get(name), str)}
    if (
        len(words) < len(_WORDS)
        or not isinstance(passages, list)
        or not isinstance(rate, float | int)
        or not 0 <= rate <= 1
    ):
        message = "a field is absent or not of its kind"
        raise ValueError(message)
    return Label(
        **words,
        answer=Answer(str(raw.get("label"))),
        passages=tuple(str(passage) for passage in passages),
        rate=float(rate),
    )


def _problem(line: int, code: str, message: str) -> Problem:
    return Problem(
        path=LABELS, line=line, column=1, code=code, severity=Severity.WARNING, message=message
    )
