"""The user's editor, opened at a line."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.errors import EditorFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT = "vi"
#: Editors that take ``+LINE FILE``, as vi did first.
_PLUS = frozenset(
    "ed emacs emacsclient ex gedit gvim jed joe jove kak less mcedit mg micro mvim nano ne nvi nvim"
    " pico pluma rvim vi view vim vimx xed xemacs".split()
)
#: Editors that take ``FILE:LINE``, those of one family behind an option that says so.
_COLON = frozenset({"atom", "helix", "hx", "subl", "sublime_text", "zed", "zeditor"})
_GOTO = frozenset({"code", "code-insiders", "codium", "cursor", "vscodium", "windsurf"})
#: Editors that take ``OPTION LINE FILE``.
_OPTION = {"idea": "--line", "kate": "--line", "kwrite": "--line", "pycharm": "--line"}


def find_editor(environ: Mapping[str, str]) -> str:
    """Give what $VISUAL says, else $EDITOR, else vi."""
    return environ.get("VISUAL") or environ.get("EDITOR") or _DEFAULT


def make_command(editor: str, path: Path, line: int) -> list[str]:
    """Give the words that open a file at a line; at its top in an editor that is not known.

    Raises
    ------
    EditorFailed
        where a quote of the setting is open, or nothing is in it
    """
    try:
        words = shlex.split(editor)
    except ValueError as error:
        raise EditorFailed(path, f"{editor!r} cannot be read ({error})", is_new=False) from error
    if not words:
        raise EditorFailed(path, "no editor is set", is_new=False)
    name = Path(words[0]).name.lower().removesuffix(".exe").removesuffix(".cmd")
    if name in _COLON | _GOTO:
        return [*words, *(["-g"] if name in _GOTO else []), f"{path}:{line}"]
    if name in _OPTION:
        return [*words, _OPTION[name], str(line), str(path)]
    return [*words, *([f"+{line}"] if name in _PLUS else []), str(path)]


def edit_at(path: Path, line: int, environ: Mapping[str, str]) -> None:
    """Open a file at a line and wait until the editor gives the terminal back.

    Raises
    ------
    EditorFailed
    """
    command = make_command(find_editor(environ), path, line)
    if not path.is_file():
        raise EditorFailed(path, "it is not there any more", is_new=False)
    try:
        done = subprocess.run(command, check=False)  # noqa: S603 - the user's own setting, no shell
    except OSError as error:
        reason = f"{command[0]}: {error.strerror or error}"
        raise EditorFailed(path, reason, is_new=False) from error
    if done.returncode:
        reason = f"{command[0]} ended with {done.returncode}"
        raise EditorFailed(path, reason, is_new=False)
