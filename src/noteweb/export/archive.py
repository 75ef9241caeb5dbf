"""Files in a zip, of any size, without a date of their own: the same graph gives the same bytes."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipInfo

if TYPE_CHECKING:
    from zipfile import ZipFile

_DATE = (1980, 1, 1, 0, 0, 0)  # the first day that a zip knows
_MODE = 0o644


def open_member(packed: ZipFile, name: str) -> IO[bytes]:
    """Open a file in a zip to write to."""
    about = ZipInfo(name, _DATE)
    about.compress_type = ZIP_DEFLATED
    about.external_attr = _MODE << 16
    return packed.open(about, "w", force_zip64=True)
