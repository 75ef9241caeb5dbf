"""Text from notes made safe to print: no control sequence reaches the terminal."""

from __future__ import annotations

_KEPT = "\n\t"
_PICTURES = 0x2400  # the control pictures stand in the order of the controls
_DELETE, _DELETE_PICTURE = 0x7F, 0x2421
_C1 = range(0x80, 0xA0)

_SHOWN = (
    {code: _PICTURES + code for code in range(0x20) if chr(code) not in _KEPT}
    | {_DELETE: _DELETE_PICTURE}
    | dict.fromkeys(_C1, 0xFFFD)
)


def visible(text: str) -> str:
    """Give `text` with each control character as the picture of it, line ends and tabs apart.

    A note may hold escape sequences that clear a screen or rename a window; as pictures they do
    nothing, and a reader sees that they are there.
    """
    return text if text.isprintable() else text.translate(_SHOWN)
