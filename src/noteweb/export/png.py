"""PNG from the same drawing as SVG; resvg draws it, with the machine's fonts."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.errors import BadRequest, FontMissing
from noteweb.export.picture import draw
from noteweb.export.svg import pieces

if TYPE_CHECKING:
    from typing import BinaryIO

    from noteweb.export.material import Material

_CSS_DPI = 96
_HEAD = 33  # bytes of a PNG's signature and first chunk
_MOST_PIXELS = 200e6  # 800 MB while it is drawn


def write(material: Material, stream: BinaryIO) -> None:
    """Write the picture as PNG, in the resolution that was asked for.

    Raises
    ------
    BadRequest
        for a picture larger than can be drawn
    FontMissing
        where there is no font to write the labels in
    """
    import resvg_py

    if not _has_font():
        raise FontMissing
    picture = draw(material)
    zoom = material.paper.dpi / _CSS_DPI
    n_pixels = picture.width * picture.height * zoom**2
    if n_pixels > _MOST_PIXELS:
        raise BadRequest(
            f"the picture would have {n_pixels / 1e6:.0f} million pixels, more than"
            f" {_MOST_PIXELS / 1e6:.0f}",
            "give a lower --dpi or --width",
        )
    text = "".join(pieces(picture))
    image = resvg_py.svg_to_bytes(svg_string=text, dpi=float(material.paper.dpi))
    stream.write(_tell_density(image, material.paper.dpi))


def _tell_density(image: bytes, dpi: int) -> bytes:
    """Write into a PNG how many dots make a metre, so that it is printed in its size.

    Source: PNG, third edition, 11.3.4.3, pHYs.
    """
    per_metre = round(dpi / 0.0254)
    chunk = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return image[:_HEAD] + whole + image[_HEAD:]


def _has_font() -> bool:
    """Tell whether a font lies where systems keep them; without one all labels would be missing."""
    home = Path.home()
    shared = os.environ.get("XDG_DATA_HOME") or home / ".local" / "share"
    folders = (
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        home / ".fonts",
        Path(shared) / "fonts",
    )
    return any(
        name.lower().endswith((".ttf", ".otf", ".ttc"))
        for folder in folders
        for _, _, names in os.walk(folder)
        for name in names
    )
