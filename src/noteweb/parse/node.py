"""YAML text to nodes with places, and nodes to JSON values.

The C loader composes; the values are built here, because YAML 1.1 loses what notes mean:
``no`` becomes False, ``12:30`` becomes 750, ``#x`` becomes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from noteweb.parse.date import read_date

if TYPE_CHECKING:
    from noteweb.model.note import Json

if not hasattr(yaml, "CSafeLoader"):
    message = "PyYAML lacks its C loader, without which reading notes takes 21 times as long"
    raise ImportError(message)

_MAX_DEPTH = 100  # far below what overflows the C stack of the composer (between 5,000 and 100,000)
_MAX_OPENERS = 200  # brackets that could reach the depth; then it is measured
_LONG = 100_000  # characters from which indentation alone could reach the depth
_SPARE = 10_000  # characters that aliases may add beyond twice the source

_PLAIN = "!plain"  # a scalar without quotes and without a tag of its own
_STR = "tag:yaml.org,2002:str"
_CONSTANTS: dict[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TIMESTAMP = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]|\Z)")
_PLAIN_INT = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})\Z")  # 64 bits; longer ones are identifiers
_PLAIN_FLOAT = re.compile(r"[-+]?(?:\d{1,300}\.\d*|\.\d+)(?:[eE][-+]?\d{1,2})?\Z")
_COMPACT_DASH = re.compile(r"-[ \t]+[-?][ \t]")  # "- - - x" nests without a line for each level
_COMPACT_KEY = re.compile(r"\?[ \t]+[-?][ \t]")
_NUMERIC = frozenset("0123456789+-.")
_WIKILINK = re.compile(r"\[\[[^\[\]\n]+\]\]\Z")
_FORBIDDEN = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_FIRST_PRIVATE = 0xE000
_LINE_SEPARATORS = ("\x85", "\u2028", "\u2029")  # YAML ends lines there, an editor does not


class TooLarge(Exception):
    """A value that aliases blow up, or that is nested too deeply; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Loader(yaml.CSafeLoader):
    """The C loader without YAML 1.1's guesses at types, which `to_json` makes better."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: object) -> str:
        """Give a node's tag where it has none of its own."""
        if kind is yaml.ScalarNode:
            return _PLAIN if isinstance(implicit, tuple) and implicit[0] else _STR
        tag: str = super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]
        return tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A stretch of YAML with its place in the file.

    Attributes
    ----------
    text : the YAML, where characters it forbids stand in as private ones, one for one
    offset : of the stretch in the file
    restore : from the stand-ins back
    budget : how many characters values may still hold, a list of one number
    """

    text: str
    offset: int
    restore: dict[int, str] = field(default_factory=dict)
    budget: list[int] = field(default_factory=list)

    def original(self, start: int, end: int) -> str:
        """Give a stretch as it stands in the file."""
        return self.show(self.text[start:end])

    def show(self, value: str) -> str:
        """Give a value with its own characters in the place of the stand-ins."""
        return value.translate(self.restore) if self.restore else value


def compose(text: str, offset: int) -> tuple[yaml.Node | None, Source]:
    """Compose YAML with the C loader.

    Raises
    ------
    yaml.YAMLError
        Where the text is no valid YAML.
    TooLarge
        Where it is nested so deeply that the composer would overflow its stack.
    """
    source = Source(text=text, offset=offset, budget=[2 * len(text) + _SPARE])
    if any(separator in text for separator in _LINE_SEPARATORS):
        source = _replace_forbidden(source)
    try:
        return _compose(source.text), source
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        source = _replace_forbidden(source)
    return _compose(source.text), source


def _compose(text: str) -> yaml.Node | None:
    n_openers = text.count("[") + text.count("{")
    is_long = n_openers > _MAX_OPENERS or len(text) > _LONG
    if is_long or _COMPACT_DASH.search(text) or ("?" in text and _COMPACT_KEY.search(text)):
        _check_depth(text)
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _check_depth(text: str) -> None:
    code = "yaml-too-deep"
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _MAX_DEPTH:
                    raise TooLarge(code)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.MarkedYAMLError as error:
        # The scanner of PyYAML 6.0.4 has a bound of its own, and runs ahead of the events.
        if "nesting depth" in (error.problem or ""):
            raise TooLarge(code) from error
        raise


def _replace_forbidden(source: Source) -> Source:
    present = set(source.text)
    forbidden = sorted(c for c in present if _FORBIDDEN.match(c))
    free = (chr(c) for c in range(_FIRST_PRIVATE, 0xF8FF) if chr(c) not in present)
    stand_ins: dict[str, str | int | None] = dict(zip(forbidden, free, strict=False))
    return Source(
        text=source.text.translate(str.maketrans(stand_ins)),
        offset=source.offset,
        restore={ord(str(private)): character for character, private in stand_ins.items()},
        budget=source.budget,
    )


def to_json(node: yaml.Node, source: Source, depth: int = 0) -> Json:
    """Give a node's value in JSON's types.

    Only true and false are booleans, only decimal numbers are numbers, dates are ISO text;
    everything else keeps its spelling.

    Raises
    ------
    TooLarge
        Where aliases multiply the value beyond twice its source, or lead into itself.
    """
    if depth > _MAX_DEPTH:
        code = "yaml-too-deep"
        raise TooLarge(code)
    source.budget[0] -= 1 + (len(node.value) if isinstance(node.value, str) else 0)
    if source.budget[0] < 0:
        code = "yaml-expands"
        raise TooLarge(code)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, source)
    raw = _raw_wikilink(node, source)
    if raw is not None:
        return raw
    if isinstance(node, yaml.SequenceNode):
        return [to_json(child, source, depth + 1) for child in node.value]
    return _mapping(node, source, depth)


def _scalar(node: yaml.ScalarNode, source: Source) -> Json:
    value: str = source.show(node.value)
    if node.tag == _STR:
        return value
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    if value[0] not in _NUMERIC:
        return value
    if _PLAIN_INT.match(value):
        return int(value)
    if _PLAIN_FLOAT.match(value):
        return float(value)
    return read_date(value) if _TIMESTAMP.match(value) else value


def is_null(node: yaml.ScalarNode) -> bool:
    """Whether a scalar is empty: nothing, ``~`` or ``null`` without quotes."""
    return node.tag != _STR and node.value in _CONSTANTS and _CONSTANTS[node.value] is None


def _raw_wikilink(node: yaml.Node, source: Source) -> str | None:
    """Give ``[[A]]`` as it is written: YAML takes it for a list in a list."""
    start, end = node.start_mark.index, node.end_mark.index
    if source.text[start : start + 2] != "[[":
        return None
    raw = source.original(start, end)
    return raw if _WIKILINK.match(raw) else None


def _mapping(node: yaml.Node, source: Source, depth: int) -> Json:
    pairs = node.value
    if any(not isinstance(key, yaml.ScalarNode) for key, _ in pairs):
        return raw_text(node, source)
    if node.tag == "tag:yaml.org,2002:set":
        return [source.show(key.value) for key, _ in pairs]
    return {source.show(key.value): to_json(value, source, depth + 1) for key, value in pairs}


def raw_text(node: yaml.Node, source: Source) -> str:
    """Give a node's text as it stands in the file."""
    return source.original(node.start_mark.index, node.end_mark.index).strip()
