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
    # They turn the order of what follows around: embeddings, overrides and isolates.
    | dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
)
_LINE_ENDS = dict.fromkeys((0x2028, 0x2029), 0x240A)
_SHOWN_IN_LINE = _SHOWN | {code: _PICTURES + code for code in map(ord, _KEPT)} | _LINE_ENDS
#: Letters and marks that Python calls printable and nobody sees: fillers, joiners, selectors.
_UNSEEN = frozenset((0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)).union(
    range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)
)


def visible(text: str) -> str:
    """Give `text` with each control character as the picture of it, line ends and tabs apart.

    A note may hold escape sequences that clear a screen or rename a window; as pictures they do
    nothing, and a reader sees that they are there.
    """
    return text if text.isprintable() else text.translate(_SHOWN)


def visible_line(text: str) -> str:
    """Give a name or a title as `visible` does, its line ends and tabs as pictures too.

    A file's name may hold a line end, after which anything would seem to be an answer of ours.
    """
    return text if text.isprintable() else text.translate(_SHOWN_IN_LINE)


def visible_code(text: str) -> str:
    """Give one line of code so that all of it is seen: what has no shape of its own as its number.

    Unlike in prose no joiner or mark of direction has a right to be there: who allows code to run
    must see what runs.
    """
    return "".join(map(_shape, text))


def _shape(char: str) -> str:
    code = ord(char)
    if char == "\t" or (char.isprintable() and code not in _UNSEEN):
        return char
    return chr(_SHOWN[code]) if code in _SHOWN and code < _C1.start else f"<U+{code:04X}>"
