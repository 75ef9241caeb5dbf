"""PDFs made for tests: text at given places, in the fonts that every reader has.

Courier's characters are .6 em wide, so that lines break and columns align without a font file.
"""

from __future__ import annotations

import textwrap
import zlib
from dataclasses import dataclass

WIDTH, HEIGHT = 612, 792
FONTS = {"F1": "Courier", "F2": "Courier-Bold", "F3": "Courier-Oblique"}


@dataclass(frozen=True, kw_only=True)
class Text:
    """A line of text; x, y in points from the lower left, turned by degrees."""

    x: float
    y: float
    text: str
    size: float = 10
    font: str = "F1"
    turn: int = 0
    rise: float = 0


def set_lines(lines, *, x=72, top=700, size=10, font="F1"):
    """Set lines below one another, a fifth of their size apart; an empty one leaves its room."""
    return [
        Text(x=x, y=top - number * 1.2 * size, text=line, size=size, font=font)
        for number, line in enumerate(lines)
        if line
    ]


def wrap(text, width_pt, size=10):
    """Break a text into lines of at most that width, words hyphenated only where they are."""
    return textwrap.wrap(text, int(width_pt / (0.6 * size)), break_long_words=False)


def make_pdf(pages, *, metadata=None, rotate=0, picture=False, encrypt=False):
    """Give the bytes of a PDF whose pages hold these texts."""
    fonts = [f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} >>" for name in FONTS.values()]
    first_page = 4 + len(fonts)
    kids = " ".join(f"{first_page + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        _information(metadata or {}),
        *(font.encode() for font in fonts),
    ]
    for number, texts in enumerate(pages):
        objects.extend(_page(first_page + 2 * number, texts, rotate=rotate, picture=picture))
    return _join(objects, encrypt=encrypt)


def _page(number, texts, *, rotate, picture):
    names = " ".join(f"/{name} {4 + index} 0 R" for index, name in enumerate(FONTS))
    content = "\n".join(_show(text) for text in texts)
    if picture:
        image = "BI /W 1 /H 1 /CS /G /BPC 8 ID \x40 EI"
        content = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm\n{image}\nQ\n{content}"
    stream = zlib.compress(content.encode("cp1252"))
    page = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {rotate}"
        f" /Resources << /Font << {names} >> >> /Contents {number + 1} 0 R >>"
    )
    head = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
    return page.encode(), head + stream + b"\nendstream"


def _show(text):
    cosine, sine = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[text.turn]
    escaped = text.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return (
        f"BT /{text.font} {text.size} Tf {cosine} {sine} {-sine} {cosine} {text.x} {text.y} Tm"
        f" {text.rise} Ts ({escaped}) Tj ET"
    )


def _information(metadata):
    pairs = " ".join(f"/{key} <{value.encode('utf-16').hex()}>" for key, value in metadata.items())
    return f"<< {pairs} >>".encode()


def _join(objects, *, encrypt):
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    secret = b"00" * 32  # no password opens it
    lock = b" /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%b> /U <%b> >> /ID [<00> <00>]" % (
        secret,
        secret,
    )
    trailer = b"<< /Size %d /Root 1 0 R /Info 3 0 R%b >>" % (
        len(objects) + 1,
        lock if encrypt else b"",
    )
    out += b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)
    return bytes(out)
