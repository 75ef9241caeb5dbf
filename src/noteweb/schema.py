"""The public shapes: JSON Schema 2020-12, one file each under ``schemas/``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent

#: A wheel carries the schemas inside the package; a checkout has them at its top.
_FOLDERS = (_HERE / "schemas", _HERE.parent.parent / "schemas")


def schema_names() -> tuple[str, ...]:
    """Name the schemas there are, in order."""
    return tuple(sorted(path.name.removesuffix(".json") for path in _folder().glob("*.json")))


def read_schema(name: str) -> dict[str, Any]:
    """Give one schema, for example ``read_schema("query-result")``.

    Raises
    ------
    FileNotFoundError
        where there is no schema of that name
    """
    loaded: dict[str, Any] = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def _folder() -> Path:
    return next(folder for folder in _FOLDERS if folder.is_dir())
