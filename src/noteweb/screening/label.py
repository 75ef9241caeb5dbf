"""What the reader answered about each record, in an append-only text file.

One JSON object a line; of two on the same record the later counts, in the earlier one's place:
a correction does not change when the record was read. An answer of null takes the record's answers
back.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

from noteweb.errors import DocumentUnreadable, Problem, Severity
from noteweb.intake import show_path
from noteweb.journal import alone_in, append_lines, read_journal, refuse_newer

if TYPE_CHECKING:
    from pathlib import Path


class Answer(StrEnum):
    """What a reader says of a record; one that is unsure is neither in nor out."""

    RELEVANT = "relevant"
    IRRELEVANT = "irrelevant"
    UNSURE = "unsure"


def read_answers(path: Path) -> tuple[dict[str, Answer], tuple[Problem, ...]]:
    """Give each record's last answer by key, in the order first read, and what is wrong.

    A last line that is not whole is passed over in silence: another process may be writing it.

    Raises
    ------
    DocumentUnreadable : going on without the answers would ask them all again
    """
    try:
        lines = read_journal(path).split(b"\n")
    except FileNotFoundError:
        return {}, ()
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        raise DocumentUnreadable(show_path(path), reason, "name another file: --labels") from error
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
        if answer is None:
            answers.pop(key, None)
        else:
            answers[key] = answer
    return answers, tuple(problems)


def append_answer(path: Path, key: str, answer: Answer | None, written: str) -> None:
    """Write an answer down, safe beside other writers; None takes what was answered back.

    Parameters
    ----------
    written : ISO 8601

    Raises
    ------
    WriteFailed
    """
    raw = {"key": key, "answer": answer and answer.value, "written": written}
    with alone_in(path.parent):
        append_lines(path, [json.dumps(raw, ensure_ascii=True, separators=(",", ":"))])


def _read(line: bytes) -> tuple[str, Answer | None]:
    raw = json.loads(line.decode())
    if not isinstance(raw, dict) or not isinstance(raw.get("key"), str):
        message = "no map with a key"
        raise ValueError(message)  # noqa: TRY004 - one kind of error for one kind of fault
    refuse_newer(raw)
    answer = raw.get("answer", "")
    return raw["key"], None if answer is None else Answer(str(answer))


def _problem(path: Path, line: int, code: str, message: str) -> Problem:
    return Problem(
        path=path.name, line=line, column=1, code=code, severity=Severity.WARNING, message=message
    )
