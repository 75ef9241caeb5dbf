"""The command line: thin commands over `NoteWeb`, and the one place where errors become words."""

from __future__ import annotations

import os
import sys

#: Exit codes, as README lists them.
ANSWER_IS_NO = 1
USAGE = 2
FAILED = 3
STOPPED = 130  # 128 + SIGINT, as shells report it


_NO_OUTPUT = "standard output cannot be written"


def main() -> None:
    """Run the command and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code; every expected failure is one line on stderr."""
    from noteweb.errors import NotewebError

    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stdout is None:  # closed by the shell: >&-
        return _fail(_NO_OUTPUT, "", FAILED)
    for stream in (sys.stdout, sys.stderr):
        # Names and texts may hold bytes that are no Unicode; they are shown, never a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        from noteweb.cli.app import app

        app(arguments, prog_name="noteweb")
    except KeyboardInterrupt:
        code = STOPPED
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 0
    except NotewebError as error:
        return _fail(error.message, error.hint, FAILED)
    except OSError as error:
        return _fail(f"{_NO_OUTPUT}: {error.strerror}", "", FAILED)
    except MemoryError:
        return _fail("out of memory", "close other programs, or split the vault", FAILED)
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        # Closed or full: say it once, and keep Python from trying again when it ends.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        return code if isinstance(error, BrokenPipeError) else _fail(_NO_OUTPUT, "", FAILED)
    if code == STOPPED:
        _fail("stopped", "what was done is kept; the next run goes on from there", code)
    return code


def _fail(message: str, hint: str, code: int) -> int:
    from noteweb.text.visible import visible

    sys.stderr.write(f"noteweb: {visible(message)}\n")
    if hint:
        sys.stderr.write(f"  {visible(hint)}\n")
    return code
