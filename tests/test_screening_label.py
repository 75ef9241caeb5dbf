"""Answers survive what happens to their file."""

from __future__ import annotations

import subprocess
import sys

import pytest

from noteweb.errors import DocumentUnreadable
from noteweb.screening.label import Answer, append_answer, read_answers

GIVEN = [("a", Answer.RELEVANT), ("ключ\u2028", Answer.IRRELEVANT), ("\ud800", Answer.UNSURE)]


def write(path, given=GIVEN):
    """Append the answers given."""
    for key, answer in given:
        append_answer(path, key, answer, "2026-01-02T03:04:05+00:00")


def test_answers_come_back_in_order(tmp_path):
    """What is written is read, any key included, the last word on a record in its first place."""
    path = tmp_path / "new" / "answers.jsonl"
    assert read_answers(path) == ({}, ())
    write(path, [*GIVEN, ("a", Answer.UNSURE)])
    answers, problems = read_answers(path)
    assert list(answers.items()) == [("a", Answer.UNSURE), *GIVEN[1:]]
    assert problems == ()


def test_a_cut_anywhere_loses_only_what_was_cut(tmp_path):
    """Whatever byte a file ends at, the whole lines before are read, and the next one too."""
    path = tmp_path / "answers.jsonl"
    write(path)
    whole = path.read_bytes()
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        n_whole = whole[: end + 1].count(b"\n")
        answers, problems = read_answers(path)
        assert list(answers.items()) == GIVEN[:n_whole]
        assert problems == ()
    path.write_bytes(whole[:-5])
    write(path, [("b", Answer.IRRELEVANT)])
    answers, problems = read_answers(path)
    assert list(answers) == ["a", "ключ\u2028", "b"]
    assert [problem.line for problem in problems] == [3]


@pytest.mark.parametrize("line", ['{"key": 1}', "[]", '{"key": "a", "answer": "perhaps"}', "\xff"])
def test_a_line_that_is_no_answer_is_a_problem(tmp_path, line):
    """A line spoilt by hand is reported with its number, and the others are read."""
    path = tmp_path / "answers.jsonl"
    path.write_bytes(line.encode("latin-1") + b"\n")
    write(path)
    answers, (problem,) = read_answers(path)
    assert list(answers.items()) == GIVEN
    assert (problem.line, problem.code) == (1, "label-line-invalid")


def test_what_cannot_be_read_is_refused(tmp_path):
    """A folder or a link in the file's place is an error: all answers would be asked again."""
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path, tmp_path / "link"):
        with pytest.raises(DocumentUnreadable, match="cannot be read"):
            read_answers(path)


def test_an_answer_taken_back_is_none(tmp_path):
    """After null the record is unread, and answered anew it stands at the end."""
    path = tmp_path / "answers.jsonl"
    write(path, [*GIVEN, ("a", None)])
    assert list(read_answers(path)[0]) == [key for key, _ in GIVEN[1:]]
    write(path, [("a", Answer.UNSURE)])
    answers, problems = read_answers(path)
    assert list(answers.items()) == [*GIVEN[1:], ("a", Answer.UNSURE)]
    assert problems == ()


def test_two_writers_lose_nothing(tmp_path):
    """Two processes that answer at once leave every answer whole."""
    path = tmp_path / "answers.jsonl"
    code = (
        "import sys; from pathlib import Path; from noteweb.screening.label import *\n"
        "for n in range(20):\n"
        "    append_answer(Path(sys.argv[1]), sys.argv[2] + str(n), Answer.IRRELEVANT, '')\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in "ab"]
    assert [each.wait() for each in both] == [0, 0]
    answers, problems = read_answers(path)
    assert len(answers) == 40
    assert problems == ()
