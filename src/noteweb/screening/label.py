"""What the reader answered about each record, in an append-only text file.

One JSON object a line; of two on the same record the later counts, in the earlier one's place:
a correction does not change when the record was read.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity
from noteweb.journal import alone_in, append_lines

if TYPE_CHECKING:
    from pathlib import Path


class Answer(StrEnum):
    """What a reader says of a record; one that is unsure is neither in nor out."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    UNSURE = "unsure"


def read_answers(path: Path) -> tuple[dict[str, Answer], tuple[Problem, ...]]:
    """Give each record's last answer by key, in the order first read, and what is wrong.

    A last line that is not whole is passed over in silence: another process may be writing it.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}, ()
    except OSError as error:
        return {}, (_problem(path, 1, "labels-unreadable", str(error)),)
    answers: dict[str, Answer] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            key, answer = _read(line)
        except (ValueError, RecursionError) as error:
            if number < len(lines):
                problems.append(_problem(path, number, "label-line-invalid", str(error)))
            continue
        answers[key] = answer
    return answers, tuple(problems)


def append_answer(path: Path, key: str, answer: Answer, written: str) -> None:
    """Write an answer down, safe beside other writers; `written` is ISO 8601.

    Raises
    ------
    WriteFailed
    """
    raw = {"key": key, "answer": answer.value, "written": written}
    with alone_in(path.parent):
        append_lines(path, [json.dumps(raw, ensure_ascii=True, separators=(",", ":"))])


def _read(line: bytes) -> tuple[str, Answer]:
    raw = json.loads(line.decode())
    if not isinstance(raw, dict) or not isinstance(raw.get("key"), str):
        message = "no map with a key"
        raise ValueError(message)  # noqa: TRY004 - one kind of error for one kind of fault
    return raw["key"], Answer(str(raw.get("answer")))


def _problem(path: Path, line: int, code: str, message: str) -> Problem:
    return Problem(
        path=path.name, line=line, column=1, code=code, severity=Severity.WARNING, message=message
    )
