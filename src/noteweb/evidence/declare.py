"""An experiment's declaration out of its source: values are built, nothing of the file is run.

What stands in ``experiment = Experiment(...)`` may be literals and calls of the lab's own classes;
a name, an operator or any other call is refused, since reading it would mean running it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from types import NoneType
from typing import Any

from noteweb import lab

_VARIABLE = "experiment"
_LARGEST = 1e9  # of a limit; thirty years of seconds
_CLASSES: dict[str, type] = {
    each.__name__: each
    for each in (
        lab.Experiment,
        lab.FailingSetting,
        lab.Guard,
        lab.Limits,
        lab.Metric,
        lab.Parameter,
        lab.Profile,
    )
}
_NUMBER = (int, float)
#: The types a field takes; a class of the lab after ``map`` or ``list`` is that of its members.
_TYPES: dict[str, tuple[object, ...]] = {
    "summary": (str,),
    "source": (str,),
    "unit": (str,),
    "direction": (str,),
    "kind": (str,),
    "low": (*_NUMBER, NoneType),
    "high": (*_NUMBER, NoneType),
    "choices": ("list", object),
    "parameters": ("map", lab.Parameter),
    "metrics": ("map", lab.Metric),
    "guards": ("map", lab.Guard),
    "profiles": ("map", lab.Profile),
    "params": ("map", object),
    "limits": (lab.Limits,),
    "failing": ("list", lab.FailingSetting),
    "verdicts": ("list", str),
    "libraries": ("list", str),
    "data": ("list", str),
    "is_deterministic": (bool,),
    "needs_gpu": (bool,),
    "default": (object,),
    "cpu_s": _NUMBER,
    "wall_s": _NUMBER,
    "memory_mb": (int,),
    "disk_mb": (int,),
    "output_mb": (int,),
}
#: Where Python looks for a file's encoding, in the first two lines.
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_PLAIN = frozenset({"utf-8", "utf8", "ascii", "us-ascii"})
_LIMIT_NAMES = frozenset({"cpu_s", "wall_s", "memory_mb", "disk_mb", "output_mb"})


class DeclarationInvalid(ValueError):
    """The source declares no experiment that can be read; the message says why."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class DeclarationAbsent(DeclarationInvalid):
    """The source is no experiment, and does not try to be one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a file says of its experiment, and where."""

    experiment: lab.Experiment
    docstring: str
    line: int


def parse_source(data: bytes) -> ast.Module:
    """Give the syntax tree of a file of any content.

    Raises
    ------
    DeclarationInvalid : it is no Python that can be read
    """
    if encoding := find_encoding(data):
        message = f"it says that it is written in {encoding}; save it as UTF-8"
        raise DeclarationInvalid(message)
    try:
        return ast.parse(data)
    except SyntaxError as error:
        message = f"no Python: {error.msg}"
        raise DeclarationInvalid(message, error.lineno or 1) from error
    except (ValueError, RecursionError, MemoryError) as error:
        message = f"no Python: {error}"
        raise DeclarationInvalid(message) from error


def find_encoding(data: bytes) -> str:
    """Give the encoding that Python would read the file in; empty for UTF-8 and ASCII.

    In another one what a person sees is not what runs: in UTF-7 a comment may hold code.
    """
    head = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for line in head.split(b"\n", 2)[:2]:
        if found := _COOKIE.match(line):
            name = found[1].decode("ascii", "replace")
            plain = name.lower().replace("_", "-")
            if plain not in _PLAIN and not plain.startswith("utf-8-"):
                return name
    return ""


def read_declaration(tree: ast.Module) -> Declaration:
    """Give the file's declaration.

    Raises
    ------
    DeclarationAbsent : there is none
    DeclarationInvalid : it is not written in literals
    """
    found = [node for node in tree.body if _declares(node)]
    if not found:
        message = "no line `experiment = Experiment(...)`"
        raise DeclarationAbsent(message)
    node = found[0]
    if len(found) > 1:
        message = f"`{_VARIABLE}` is set twice"
        raise DeclarationInvalid(message, found[1].lineno)
    if not any(isinstance(each, ast.FunctionDef) and each.name == "run" for each in tree.body):
        message = "no function `run(ctx, params, seed)`"
        raise DeclarationInvalid(message, node.lineno)
    try:
        experiment = _build(node.value)  # type: ignore[attr-defined]  # _declares has looked
    except RecursionError as error:
        message = "nested too deep"
        raise DeclarationInvalid(message, node.lineno) from error
    if not isinstance(experiment, lab.Experiment):
        message = f"`{_VARIABLE}` is no Experiment"
        raise DeclarationInvalid(message, node.lineno)
    return Declaration(
        experiment=experiment, docstring=ast.get_docstring(tree) or "", line=node.lineno
    )


def _declares(node: ast.stmt) -> bool:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets = [node.target]
    return any(isinstance(each, ast.Name) and each.id == _VARIABLE for each in targets)


def _build(node: ast.expr) -> Any:  # noqa: ANN401  # any value of a declaration
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str()):
            return node.value
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float())):
            value = node.operand.value  # type: ignore[attr-defined]  # matched above
            return -value if isinstance(node.op, ast.USub) else value
        case ast.Tuple() | ast.List():
            values = [_build(each) for each in node.elts]
            return tuple(values) if isinstance(node, ast.Tuple) else values
        case ast.Dict() if None not in node.keys:
            return _build_map(node)
        case ast.Call():
            return _build_call(node)
    message = f"`{ast.unparse(node)[:60]}` is no literal; write the value itself"
    raise DeclarationInvalid(message, node.lineno)


def _build_map(node: ast.Dict) -> dict[str, Any]:
    keys = [_build(key) for key in node.keys if key is not None]
    for key, each in zip(keys, node.keys, strict=True):
        if not isinstance(key, str):
            message = f"the key {key!r} is no text"
            raise DeclarationInvalid(message, each.lineno if each else node.lineno)
    return dict(zip(keys, map(_build, node.values), strict=True))


def _build_call(node: ast.Call) -> Any:  # noqa: ANN401  # one of the lab's classes
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node.func, ast.Name):
        name = node.func.id
    kind = _CLASSES.get(name)
    if kind is None:
        message = f"`{ast.unparse(node.func)[:60]}(...)` is no class of noteweb.lab"
        raise DeclarationInvalid(message, node.lineno)
    if node.args or any(keyword.arg is None for keyword in node.keywords):
        message = f"{name} takes named arguments only"
        raise DeclarationInvalid(message, node.lineno)
    given = {str(keyword.arg): _build(keyword.value) for keyword in node.keywords}
    for field, value in given.items():
        _check(name, field, value, node.lineno)
    try:
        return kind(**given)
    except TypeError as error:
        message = str(error).replace(f"{name}.__init__() ", f"{name}: ")
        raise DeclarationInvalid(message, node.lineno) from error


def _check(name: str, field: str, value: object, line: int) -> None:
    types = _TYPES.get(field)
    if types is None:
        message = f"{name} has no {field!r}"
        raise DeclarationInvalid(message, line)
    if not _fits(value, types):
        message = f"{field} of {name} cannot be {str(value)[:40]!r}"
        raise DeclarationInvalid(message, line)
    if field in _LIMIT_NAMES and not 0 < value < _LARGEST:  # type: ignore[operator]  # a number: above
        message = f"{field} of {name} must be above 0"
        raise DeclarationInvalid(message, line)


def _fits(value: object, types: tuple[object, ...]) -> bool:
    if types[0] == "map":
        return isinstance(value, dict) and all(_is(each, types[1:]) for each in value.values())
    if types[0] == "list":
        return isinstance(value, list | tuple) and all(_is(each, types[1:]) for each in value)
    return _is(value, types)


def _is(value: object, types: tuple[object, ...]) -> bool:
    if isinstance(value, bool) and not {bool, object} & set(types):
        return False  # True is an int to Python and no number to a reader
    return isinstance(value, types)  # type: ignore[arg-type]  # classes, but for the two words
