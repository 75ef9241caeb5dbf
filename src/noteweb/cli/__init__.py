"""The command line: thin commands over `NoteWeb`, and the one place where errors become words."""

from __future__ import annotations

import sys

#: Exit codes, as README lists them.
ANSWER_IS_NO = 1
USAGE = 2
FAILED = 3
STOPPED = 130  # 128 + SIGINT, as shells report it


def main() -> None:
    """Run the command and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code; every expected failure is one line on stderr."""
    from noteweb.cli.app import app
    from noteweb.errors import NotewebError

    for stream in (sys.stdout, sys.stderr):
        # Names and texts may hold bytes that are no Unicode; they are shown, never a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(arguments, prog_name="noteweb")
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 0
    except NotewebError as error:
        return _fail(error.message, error.hint, FAILED)
    except MemoryError:
        return _fail("out of memory", "close other programs, or split the vault", FAILED)
    if code == STOPPED:
        _fail("stopped", "what was done is kept; the next run goes on from there", code)
    return code


def _fail(message: str, hint: str, code: int) -> int:
    sys.stderr.write(f"noteweb: {message}\n")
    if hint:
        sys.stderr.write(f"  {hint}\n")
    return code
