"""Characters as PDFs hold them, made those that a person would type."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = {0xFB00 + at: text for at, text in enumerate("ff fi fl ffi ffl ft st".split())}
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFE))
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029), " ")
_TABLE = {**_CONTROLS, **_LIGATURES, **_INVISIBLE}
#: Accents that old TeX fonts set as characters of their own, before the letter they stand on.
_ACCENTS = dict(
    zip("`´¨ˆ˜˚ˇ¯˘", "\u0300\u0301\u0308\u0302\u0303\u030a\u030c\u0304\u0306", strict=True)
)
_ACCENTED = re.compile(
    rf"(?<=[^\W\d_])([{''.join(_ACCENTS)}]) ?([A-Za-zı])|([´¨ˆ˜˚ˇ]) ?([A-Za-zı])"
)


def clean_glyphs(text: str) -> str:
    """Take ligatures apart, set accents on their letters, leave out what is not seen.

    Examples
    --------
    >>> clean_glyphs("Poincar´e's ﬁeld")
    "Poincaré's field"
    """
    if text.isascii() and text.isprintable():
        return text
    return " ".join(_ACCENTED.sub(_accent, text.translate(_TABLE)).split())


def _accent(match: re.Match[str]) -> str:
    accent, letter = match[1] or match[3], (match[2] or match[4]).replace("ı", "i")
    joined = unicodedata.normalize("NFC", letter + _ACCENTS[accent])
    return joined if len(joined) == 1 else match[0]
