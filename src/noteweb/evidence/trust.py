"""Who may run: permissions for experiments, kept outside every vault.

A permission belongs to an experiment's path and to every byte of its closure, so that a
changed file asks again and a vault brings no permission of its own. What is shipped inside
noteweb is trusted with noteweb. The files that were allowed are kept as a copy, to show the
difference when one has changed. Files of noteweb itself are neither asked for nor shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import unified_diff
from enum import StrEnum
from typing import TYPE_CHECKING

from noteweb.errors import ExperimentUnreadable, WriteFailed
from noteweb.evidence.atomic import write_atomic
from noteweb.text.visible import visible_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from noteweb.evidence.closure import Closure
    from noteweb.evidence.find import Place
    from noteweb.model.note import Json

_LOCK_WAIT_S = 10.0
_FILE_NAME = "trust.json"


class Standing(StrEnum):
    """Whether an experiment may run."""

    SHIPPED = "shipped"
    ALLOWED = "allowed"
    CHANGED = "changed"  # allowed once, and its files are no longer those
    NEW = "new"

    @property
    def may_run(self) -> bool:
        """Whether its code may be run."""
        return self in {Standing.SHIPPED, Standing.ALLOWED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What was allowed: which bytes, when, and a copy of the texts to compare with."""

    digest: str
    allowed: str  # ISO 8601 in UTC
    files: Mapping[str, str]


class TrustStore:
    """The permissions of this user.

    Parameters
    ----------
    folder : where they are kept; default: the user's data folder
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            from platformdirs import user_data_path

            folder = user_data_path("noteweb")
        self.path = folder / _FILE_NAME

    def standing(self, place: Place, closure: Closure) -> Standing:
        """Tell whether these very bytes may run from this very place."""
        if place.is_shipped:
            return Standing.SHIPPED
        held = self.permission(place)
        if held is None or closure.defect:
            return Standing.NEW
        return Standing.ALLOWED if held.digest == closure.digest else Standing.CHANGED

    def permission(self, place: Place) -> Permission | None:
        """Give what was allowed there last."""
        return _read_permission(self._read().get(_key(place.path)))

    def allow(self, place: Place, closure: Closure) -> None:
        """Allow these bytes at this place.

        Raises
        ------
        ExperimentUnreadable : what would run cannot be shown
        WriteFailed
        """
        if closure.defect:
            raise ExperimentUnreadable(place.name, closure.defect)
        shown: dict[str, Json] = dict(_read_texts(closure))
        entry: dict[str, Json] = {
            "digest": closure.digest,
            "allowed": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": shown,
        }
        self._change(_key(place.path), entry)

    def revoke(self, path: Path) -> bool:
        """Take the permission of an experiment's file back; tell whether there was one.

        Raises
        ------
        WriteFailed
        """
        return self._change(_key(path), None)

    def _change(self, key: str, entry: Json) -> bool:
        from filelock import FileLock, Timeout

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=_LOCK_WAIT_S):
                held = self._read()
                was_there = held.pop(key, None) is not None
                if entry is not None:
                    held[key] = entry
                text = json.dumps(held, ensure_ascii=True, indent=1, sort_keys=True)
                write_atomic(self.path, text.encode(), mode=0o600)
        except (OSError, Timeout) as error:
            raise WriteFailed(self.path, str(error)) from error
        return was_there

    def _read(self) -> dict[str, Json]:
        """Give what is on file; a file that cannot be read allows nothing."""
        try:
            raw: Json = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return raw if isinstance(raw, dict) else {}


def show_difference(old: Mapping[str, str], closure: Closure) -> str:
    """Give what changed since the last permission, as a unified difference; all where none was.

    Every character of it can be seen, and lines end where Python ends them.
    """
    new = _read_texts(closure)
    lines: list[str] = []
    for name in sorted(old.keys() | new.keys()):
        after = _split(new.get(name, ""))
        if old:
            names = f"allowed/{name}", f"now/{name}"
            lines += unified_diff(_split(old.get(name, "")), after, *names, lineterm="")
        else:
            lines += [f"=== {name}", *(f"{n:4} | {line}" for n, line in enumerate(after, 1)), ""]
    if old and not lines:
        lines.append("=== no line of code differs: ends of lines or data have changed")
    lines += [f"=== {name} (data, {digest})" for name, digest in closure.data.items()]
    return "".join(f"{visible_code(line)}\n" for line in lines)


def _read_texts(closure: Closure) -> dict[str, str]:
    """Give the code that is asked for; what is declared as data and imported is code."""
    return {
        name: content.decode("utf-8", "backslashreplace")
        for name, content in closure.asked.items()
        if name in closure.code or name not in closure.data
    }


def _split(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def _key(path: Path) -> str:
    """Give the file's own place: a link is another file than the one it leads to."""
    return str(path.parent.resolve() / path.name)


def _read_permission(raw: Json) -> Permission | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("digest"), str):
        return None
    files = raw.get("files")
    texts = files if isinstance(files, dict) else {}
    return Permission(
        digest=str(raw["digest"]),
        allowed=str(raw.get("allowed", "")),
        files={name: text for name, text in texts.items() if isinstance(text, str)},
    )
