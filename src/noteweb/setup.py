"""Making a folder of notes a vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.config import FILE_NAME, TEMPLATE, read_config
from noteweb.errors import WriteFailed
from noteweb.vault import check_root

if TYPE_CHECKING:
    from pathlib import Path


def init_vault(folder: Path) -> tuple[Path, ...]:
    """Write noteweb.toml where there is none; give what was made.

    The folder is made where it is missing; nothing that is there is touched.

    Raises
    ------
    WriteFailed, VaultNotFound, ConfigInvalid
    """
    folder = folder.expanduser()
    made: list[Path] = []
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            made.append(folder)
        root = check_root(folder)
        path = root / FILE_NAME
        if path.exists():
            read_config(root)
            return tuple(made)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(TEMPLATE)
    except OSError as error:
        raise WriteFailed(folder / FILE_NAME, error.strerror or str(error)) from error
    return (*made, path)
