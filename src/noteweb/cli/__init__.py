"""The command line: thin commands over `NoteWeb`, and the one place where errors become words."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

#: Exit codes, as README lists them.
ANSWER_IS_NO = 1
USAGE = 2
FAILED = 3
STOPPED = 130  # 128 + SIGINT, as shells report it
UNREAD = 141  # 128 + SIGPIPE: whoever read the answer has gone


_NO_OUTPUT = "standard output cannot be written"


def main() -> None:
    """Run the command and exit with its code."""
    if not sys.warnoptions:
        import warnings

        warnings.simplefilter("ignore")  # they are for developers: python -W default -m noteweb
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code; every expected failure is one line on stderr."""
    if sys.stderr is None:
        sys.stderr = _nowhere()
    if sys.stdout is None:  # closed by the shell: >&-
        return _fail(_NO_OUTPUT, "", FAILED)
    for stream in (sys.stdout, sys.stderr):
        # Names and texts may hold bytes that are no Unicode; they are shown, never a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code = _run_command(arguments)
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        # Closed or full: say it once, and keep Python from trying again when it ends.
        sys.stdout = _nowhere()
        return code if isinstance(error, BrokenPipeError) else _fail(_NO_OUTPUT, "", FAILED)
    return code


def _run_command(arguments: list[str]) -> int:
    from noteweb.errors import BadRequest, NotewebError

    try:
        from noteweb.cli.app import build_app

        # https://no-color.org: whatever it is set to, but for nothing.
        color = False if os.environ.get("NO_COLOR") else None
        app = build_app(arguments)
        app(arguments, prog_name="noteweb", color=color)
    except KeyboardInterrupt:
        return _stopped()
    except SystemExit as done:
        return _read_exit(done)
    except NotewebError as error:
        return _fail(error.message, error.hint, USAGE if isinstance(error, BadRequest) else FAILED)
    except OSError as error:
        is_gone = isinstance(error, BrokenPipeError)
        return UNREAD if is_gone else _fail(f"{_NO_OUTPUT}: {error.strerror}", "", FAILED)
    except MemoryError:
        return _fail("out of memory", "close other programs, or split the vault", FAILED)
    return 0


def _read_exit(done: SystemExit) -> int:
    if isinstance(done.__context__, BrokenPipeError):  # click makes an exit with 1 of it
        return UNREAD
    code = done.code if isinstance(done.code, int) else 0
    return _stopped() if code == STOPPED else code


def _stopped() -> int:
    return _fail("stopped", "what was done is kept; the next run goes on from there", STOPPED)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123


def _fail(message: str, hint: str, code: int) -> int:
    from noteweb.text.visible import visible

    with suppress(BrokenPipeError):
        sys.stderr.write(f"noteweb: {visible(message)}\n")
        if hint:
            sys.stderr.write(f"  {visible(hint)}\n")
    return code
