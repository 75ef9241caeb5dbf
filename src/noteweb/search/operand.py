"""What stands behind an operator: checked, and brought into the form that filters compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.errors import BadRequest
from noteweb.index.catalogue import BODY
from noteweb.model.hit import Key
from noteweb.model.note import Field
from noteweb.model.view import is_date, require_known
from noteweb.text.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What a note can have, besides any of the seven fields.
THINGS = ("aliases", "claims", "description", "domains", "links", "tags", "tools")

_SHORTEST = 3  # letters of a name that may be a misspelt operator
_LONG = 5  # letters of an operator from which on one wrong letter is a slip and no other word


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """A value, or the fault with a hint where it means nothing."""

    value: str = ""
    fault: str = ""
    hint: str = ""


def read_operand(key: Key, given: str) -> Operand:
    """Read one value of an operator."""
    if key is Key.TAG:
        return _read_tag(given)
    if key in {Key.AFTER, Key.BEFORE}:
        return _read_date(given)
    if key in {Key.FIELD, Key.HAS}:
        known = {name.casefold(): str(name) for name in (*Field, *_others(key))}
        name = given.casefold().replace("_", "").replace("-", "")
        return _read_name(key, known.get(name, given), known.values())
    if key is Key.LANG:
        return _read_name(key, given.casefold(), LANGUAGES)
    if key is Key.STANDING:
        return _read_name(key, given.casefold(), _standings())
    return Operand(value=given)


def take_near(name: str, known: Iterable[str]) -> str:
    """Give the operator that a name is a slip of, empty where it is rather another word.

    A letter too many, too few, wrong or in the wrong place; of a short name, where "gas" lies next
    to "has", letters in the wrong order, a last one doubled or an s behind it.
    """
    if len(name) < _SHORTEST:
        return ""
    return next((each for each in known if _is_slip(name, each)), "")


def _is_slip(name: str, meant: str) -> bool:
    if sorted(name) == sorted(meant) or name in {f"{meant}s", meant + meant[-1]}:
        return True
    return len(meant) >= _LONG and _is_one_off(name, meant)


def _is_one_off(name: str, meant: str) -> bool:
    """Whether one letter is too many, too few or another."""
    if abs(len(name) - len(meant)) > 1:
        return False
    first = next((i for i, (a, b) in enumerate(zip(name, meant, strict=False)) if a != b), None)
    if first is None:
        return True
    rests = (name[first + 1 :], meant[first + 1 :]), (name[first:], meant[first + 1 :])
    return any(a == b for a, b in (*rests, (name[first + 1 :], meant[first:])))


def _read_tag(given: str) -> Operand:
    tag = given.lstrip("#").strip("/").strip()
    if not tag:
        return Operand(fault=f"{given!r} is no tag", hint="write a name: tag:theory")
    return Operand(value=tag)


def _read_date(given: str) -> Operand:
    if not is_date(given):
        return Operand(fault=f"{given!r} is no date", hint="write 2025, 2025-03 or 2025-03-31")
    return Operand(value=given)


def _read_name(key: Key, given: str, known: Iterable[str]) -> Operand:
    try:
        require_known("value of " + key, [given], known)
    except BadRequest as error:
        return Operand(fault=f"{key}: has no value {given!r}", hint=error.hint)
    return Operand(value=given)


def _others(key: Key) -> tuple[str, ...]:
    return (BODY,) if key is Key.FIELD else THINGS


def _standings() -> tuple[str, ...]:
    from noteweb.argument.label import Label
    from noteweb.model.verdict import VerdictKind

    return (*VerdictKind, *Label)
