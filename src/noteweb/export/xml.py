"""Text in XML: what a document may hold, and how it is written.

What XML cannot hold is shown: a control character by its picture (U+2400 for NUL), a lone
surrogate and what else is no character of XML as U+FFFD.
"""

from __future__ import annotations

import re

#: What GraphML and GEXF call the types of `noteweb.export.columns`.
TYPES = {bool: "boolean", int: "long", float: "double", str: "string"}

#: What XML 1.0, section 2.2, does not allow in a document.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL_PICTURES = 0x2400
_N_CONTROLS = 0x20

_IN_TEXT = re.compile("[&<>\r]")
_IN_ATTRIBUTE = re.compile('[&<>"\t\n\r]')


def make_legal(text: str) -> str:
    """Give the text with what XML cannot hold replaced by what shows that it stood there."""
    return _ILLEGAL.sub(_show, text)


def make_text(text: str) -> str:
    """Give any text as it stands between two tags."""
    return _IN_TEXT.sub(_refer, make_legal(text))


def make_attribute(text: str) -> str:
    """Give any text as it stands between double quotes."""
    return _IN_ATTRIBUTE.sub(_refer, make_legal(text))


def _show(found: re.Match[str]) -> str:
    code = ord(found.group())
    return chr(_CONTROL_PICTURES + code) if code < _N_CONTROLS else "\ufffd"


def _refer(found: re.Match[str]) -> str:
    """Write a character by its number, which no reader takes for markup or white space."""
    return f"&#{ord(found.group())};"
