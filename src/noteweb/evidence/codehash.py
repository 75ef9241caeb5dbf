"""What a code file does, as a hash, and what it imports; remembered by the file's bytes.

Reading the syntax trees of thirty experiments takes most of the time of a `verify` that runs
nothing, so both are kept in the user's cache folder. The name of the file there follows from this
module's own text: other rules never meet what older ones found.
"""

from __future__ import annotations

import ast
import hashlib
import json
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.evidence.atomic import write_atomic
from noteweb.evidence.declare import DeclarationInvalid, parse_source

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Fields of the syntax tree that say nothing of what the code does.
_SILENT = frozenset({"ctx", "kind", "type_comment"})
_MOST_KEPT = 2000

Code = tuple[str, tuple[str, ...]]


def hash_code(data: bytes) -> str:
    """Give a hash that changes with what the code does and not with how it looks.

    The same under every version of Python: fields of the syntax tree that are empty are left out,
    and later versions add only such.
    """
    return read_code(data)[0]


def read_code(data: bytes) -> Code:
    """Give the code's hash and the modules it imports; read once, also over processes."""
    name = hashlib.sha256(data).hexdigest()
    known = _known()
    if name not in known:
        known[name] = _read(data)
        _fresh.add(name)
    return known[name]


def keep_codes() -> None:
    """Write down what was read; where that is not possible it is read again each time."""
    if not _fresh:
        return
    _fresh.clear()
    last = list(_known().items())[-_MOST_KEPT:]
    with suppress(OSError):
        _place().parent.mkdir(parents=True, exist_ok=True)
        write_atomic(_place(), json.dumps(dict(last)).encode())


_fresh: set[str] = set()


@cache
def _known() -> dict[str, Code]:
    found: dict[str, Code] = {}
    with suppress(OSError, ValueError, RecursionError):
        raw = json.loads(_place().read_bytes())
        for name, value in raw.items() if isinstance(raw, dict) else ():
            match value:
                case [str(digest), [*modules]] if all(isinstance(each, str) for each in modules):
                    found[name] = digest, tuple(modules)
    return found


@cache
def _place() -> Path:
    from platformdirs import user_cache_path

    rules = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    return user_cache_path("noteweb", appauthor=False) / f"code-{rules}.json"


def _read(data: bytes) -> Code:
    try:
        tree = parse_source(data)
        modules = tuple(find_imports(tree))
        return _hash_tree(tree, data), modules
    except (DeclarationInvalid, RecursionError):
        return _hash(data), ()


def find_imports(tree: ast.Module) -> Iterator[str]:
    """Give every module that is imported anywhere in the file, relative ones with their dots.

    ``from a import b`` gives ``a`` and ``a.b``, since b may be a module. What stands under ``if
    TYPE_CHECKING`` is never run.
    """
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            joint = "" if module.endswith(".") else "."
            yield from (f"{module}{joint}{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from _named_import(node)


def _named_import(node: ast.Call) -> Iterator[str]:
    """Give the module of ``importlib.import_module("a.b")`` and ``__import__("a.b")``."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node.func, ast.Name):
        name = node.func.id
    if name in {"import_module", "__import__"} and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
            yield first.value


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _hash_tree(tree: ast.Module, data: bytes) -> str:
    if b"__doc__" not in data:
        _drop_docstrings(tree)
    return _hash("\n".join(_flatten(tree, [])).encode("utf-8", "surrogatepass"))


def _drop_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                del body[0]


def _flatten(node: object, words: list[str]) -> list[str]:
    """Append the tree's words in one order; a list and no generator, for speed."""
    if isinstance(node, ast.AST):
        words.append(type(node).__name__)
        if isinstance(node, ast.JoinedStr):
            # Python 3.12.0 and 3.12.1 put an empty text behind a nested format.
            node.values = [each for each in node.values if getattr(each, "value", None) != ""]
        for name in node._fields:
            value = getattr(node, name, None)
            is_empty = value is None or value == []
            if name not in _SILENT and (not is_empty or isinstance(node, ast.Constant)):
                words.append(name)
                _flatten(value, words)
        words.append(")")
    elif isinstance(node, list):
        words.append("[")
        for each in node:
            _flatten(each, words)
        words.append("]")
    else:
        words.append(repr(node))
    return words
