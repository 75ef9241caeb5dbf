"""Run records as JSON and back; the reader trusts nothing, for records come from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from noteweb.model.run import (
    FORMAT_VERSION,
    Artifact,
    Complaint,
    GuardKind,
    GuardResult,
    RunKey,
    RunRecord,
    RunStatus,
    is_finite,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

    from noteweb.model.note import Json

T = TypeVar("T")
_LARGEST = 1 << 64  # of a seed, a size, a count


class RecordInvalid(ValueError):
    """The JSON value is no run record; the message names the field."""


def write_record(record: RunRecord) -> dict[str, Json]:
    """Give the record as JSON, its key first."""
    raw: dict[str, Json] = {"key": record.key}
    for each in fields(record):
        raw[each.name] = encode(getattr(record, each.name))
    return raw


def read_record(raw: Json) -> RunRecord:
    """Give the record that `write_record` wrote; fields of a later noteweb are passed over.

    Raises
    ------
    RecordInvalid : a field is absent or of the wrong type, or the key does not fit its parts
    """
    record = RunRecord(
        parts=_take(raw, "parts", _read_key),
        status=_take(raw, "status", _member(RunStatus)),
        detail=_take(raw, "detail", _words),
        metrics=_take(raw, "metrics", _figures),
        guards=_take(raw, "guards", _list_of(_read_guard)),
        artifacts=_take(raw, "artifacts", _list_of(_read_artifact)),
        complaints=_take(raw, "complaints", _list_of(_read_complaint)),
        is_deterministic=_take(raw, "is_deterministic", _flag),
        attempt=_take(raw, "attempt", _count),
        versions=_take(raw, "versions", _map_of(_words)),
        machine=_take(raw, "machine", _map_of(_words)),
        sandbox=_take(raw, "sandbox", _words),
        executor=_take(raw, "executor", _words),
        cpu_s=_take(raw, "cpu_s", _number),
        wall_s=_take(raw, "wall_s", _number),
        memory_mb=_take(raw, "memory_mb", _number),
        started=_take(raw, "started", _words),
        ended=_take(raw, "ended", _words),
    )
    if record.key != _take(raw, "key", _text):
        message = "key: it does not fit its parts"
        raise RecordInvalid(message)
    return record


def encode(value: object) -> Json:
    """Give a value of the model as JSON: maps and dataclasses by name, tuples as lists."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(name): encode(value[name]) for name in value}
        case tuple() | list():
            return [encode(each) for each in value]
        case _:
            return {each.name: encode(getattr(value, each.name)) for each in fields(value)}  # type: ignore[arg-type]  # what is left are the dataclasses of a record


def _read_key(raw: Json) -> RunKey:
    key = RunKey(
        experiment=_take(raw, "experiment", _text),
        profile=_take(raw, "profile", _text),
        seed=_take(raw, "seed", _count),
        params=_take(raw, "params", _map_of(lambda value: value)),
        code=_take(raw, "code", _map_of(_text)),
        data=_take(raw, "data", _map_of(_text)),
        libraries=_take(raw, "libraries", _map_of(_text)),
        format_version=_take(raw, "format_version", _count),
    )
    if key.format_version > FORMAT_VERSION:
        message = f"format_version: {key.format_version} comes from a newer noteweb"
        raise RecordInvalid(message)
    return key


def _read_guard(raw: Json) -> GuardResult:
    return GuardResult(
        name=_take(raw, "name", _words),
        ok=_take(raw, "ok", _flag),
        detail=_take(raw, "detail", _words),
        kind=_take(raw, "kind", _member(GuardKind)),
    )


def _read_artifact(raw: Json) -> Artifact:
    return Artifact(
        name=_take(raw, "name", _words),
        path=_take(raw, "path", _words),
        sha256=_take(raw, "sha256", _words),
        n_bytes=_take(raw, "n_bytes", _count),
    )


def _read_complaint(raw: Json) -> Complaint:
    return Complaint(code=_take(raw, "code", _words), detail=_take(raw, "detail", _words))


def _take(raw: Json, name: str, read: Callable[[Json], T]) -> T:
    """Read one field, and put its name before whatever is wrong with it."""
    if not isinstance(raw, dict):
        message = "not a map"
        raise RecordInvalid(message)
    if name not in raw:
        message = f"{name}: absent"
        raise RecordInvalid(message)
    try:
        return read(raw[name])
    except RecordInvalid as error:
        message = f"{name}: {error}"
        raise RecordInvalid(message) from error


def _refuse(raw: Json, wanted: str) -> RecordInvalid:
    return RecordInvalid(f"{str(raw)[:40]!r} is no {wanted}")


def _text(raw: Json) -> str:
    if not isinstance(raw, str):
        raise _refuse(raw, "text")
    return raw


def _words(raw: Json) -> str:
    """Read text that is shown and no part of a key; halves of a character stand as their number."""
    return _text(raw).encode("utf-8", "backslashreplace").decode()


def _flag(raw: Json) -> bool:
    if not isinstance(raw, bool):
        raise _refuse(raw, "yes or no")
    return raw


def _count(raw: Json) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or abs(raw) >= _LARGEST:
        raise _refuse(raw, "whole number")
    return raw


def _number(raw: Json) -> float:
    if not is_finite(raw):
        raise _refuse(raw, "finite number")
    return raw  # type: ignore[return-value]  # is_finite says that it is an int or a float


def _member(kind: type[StrEnum]) -> Callable[[Json], Any]:
    def read(raw: Json) -> StrEnum:
        for member in kind:
            if member.value == raw:
                return member
        raise _refuse(raw, kind.__name__)

    return read


def _list_of(read: Callable[[Json], T]) -> Callable[[Json], tuple[T, ...]]:
    def read_all(raw: Json) -> tuple[T, ...]:
        if not isinstance(raw, list):
            raise _refuse(raw, "list")
        return tuple(read(value) for value in raw)

    return read_all


def _map_of(read: Callable[[Json], T]) -> Callable[[Json], Mapping[str, T]]:
    def read_all(raw: Json) -> Mapping[str, T]:
        if not isinstance(raw, dict):
            raise _refuse(raw, "map")
        return MappingProxyType({name: _take(raw, name, read) for name in raw})

    return read_all


def _figures(raw: Json) -> Mapping[str, float]:
    numbers = _map_of(_number)(raw)
    return MappingProxyType({_words(name): value for name, value in numbers.items()})
