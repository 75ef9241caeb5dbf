"""From the frontmatter's `claims` value to claims; every defect becomes a problem, none raises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity
from noteweb.model.claim import (
    KNOWN_RELATIONS,
    Citation,
    Claim,
    ClaimKind,
    EvidenceRef,
    Expectation,
    Relation,
    Source,
    Stance,
)
from noteweb.model.position import Position
from noteweb.parse.evidence import read_evidence
from noteweb.parse.value import list_members, name_type, quote, read_member, read_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from noteweb.model.note import Json

CLAIM_KEYS = frozenset({"id", "statement", "kind", "source", "evidence", "needs", "relations"})
_SOURCE_WORDS = frozenset({"doi", "url", "title", "note", "quote", "locator"})
SOURCE_KEYS = _SOURCE_WORDS | {"verified", "citation", "stance"}
#: What a note may say of how it cites; that nothing is quoted shows by itself.
_CITATIONS = (Citation.QUOTED, Citation.RECALLED, Citation.MEASURED)
_LINK = re.compile(r"\[\[([^\[\]|]+)(?:\|[^\[\]]*)?\]\]")
#: What twenty seeds that all pass can show, with a chance of error of 2.1 %; see `noteweb.look`.
HIGHEST_PASS_SHARE = 0.82


def read_claims(
    raw: Json, *, path: str, note_id: str, at: Position
) -> tuple[tuple[Claim, ...], tuple[Problem, ...]]:
    """Give the claims of one note, in its order, and what is wrong with them.

    Parameters
    ----------
    raw : the value of the frontmatter's ``claims``
    at : where that key stands, and as far as it is known what is in it; problems point there
    """
    desk = _Desk(path=path, note_id=note_id, place=at)
    claims: dict[str, Claim] = {}
    for entry, spot in _entries(raw, desk):
        claim = _read_claim(entry, spot)
        if claim is None:
            continue
        if claim.id in claims:
            spot.error("claim-id-duplicate", f"claim {claim.id!r} stands twice; the first counts")
        else:
            claims[claim.id] = claim
    return tuple(claims.values()), tuple(desk.problems)


def find_duplicate_claims(claims: Iterable[Claim]) -> tuple[Problem, ...]:
    """Give a problem for each claim whose id an earlier claim of the vault already has."""
    first: dict[str, Claim] = {}
    problems = []
    for claim in claims:
        earlier = first.setdefault(claim.id, claim)
        if earlier is not claim:
            place = Position(line=claim.line, column=claim.column)
            desk = _Desk(path=claim.path, note_id=claim.note_id, place=place)
            desk.error("claim-id-duplicate", f"claim {claim.id!r} stands in {earlier.path} too")
            problems += desk.problems
    return tuple(problems)


@dataclass(slots=True, kw_only=True)
class _Desk:
    """Where the problems of one note are collected; what is told points to `place`."""

    path: str
    note_id: str
    place: Position
    problems: list[Problem] = field(default_factory=list)

    def at(self, *keys: str | int) -> _Desk:
        """Give the same desk for what stands further inside."""
        return replace(self, place=self.place.at(*keys))

    def error(self, code: str, message: str) -> None:
        self._add(code, message, Severity.ERROR)

    def warn(self, code: str, message: str) -> None:
        self._add(code, message, Severity.WARNING)

    def _add(self, code: str, message: str, severity: Severity) -> None:
        self.problems.append(
            Problem(
                path=self.path,
                line=self.place.line,
                column=self.place.column,
                code=code,
                severity=severity,
                message=message,
            )
        )


def _entries(raw: Json, desk: _Desk) -> Iterator[tuple[dict[str, Json], _Desk]]:
    """Give the maps of the list; one map alone, and a map from id to claim, are taken too."""
    spots: Iterable[tuple[Json, _Desk]]
    if isinstance(raw, list):
        spots = [(entry, desk.at(number)) for number, entry in enumerate(raw)]
    elif isinstance(raw, dict):
        spots = [(raw, desk)] if {"id", "statement"} & raw.keys() else _named(raw, desk)
    else:
        spots = []
        if raw is not None:
            desk.error("claims-not-a-list", f"claims is a {name_type(raw)}, not a list of claims")
    for number, (entry, spot) in enumerate(spots, start=1):
        if isinstance(entry, dict):
            yield entry, spot
        else:
            spot.error("claim-not-a-map", f"claim {number} is a {name_type(entry)}, not a map")


def _named(raw: dict[str, Json], desk: _Desk) -> Iterator[tuple[Json, _Desk]]:
    for name, body in raw.items():
        yield ({"id": name, **body} if isinstance(body, dict) else body), desk.at(name)


def _read_claim(raw: dict[str, Json], desk: _Desk) -> Claim | None:
    name = read_word(raw.get("id"))
    if not name:
        desk.error("claim-id-missing", "a claim without an id is left out: nothing can name it")
        return None
    statement = read_word(raw.get("statement"))
    if not statement:
        desk.error("claim-statement-missing", f"claim {name!r} states nothing")
    kind = _read_kind(raw.get("kind"), name, desk.at("kind"))
    evidence = _read_evidence_list(raw.get("evidence"), name, desk.at("evidence"))
    if evidence and not kind.is_testable:
        desk.at("kind").warn(
            "claim-kind-untestable", f"{name!r} is {kind}: its evidence gives no verdict"
        )
    relations, attributes = _read_relations(raw, name, desk)
    return Claim(
        id=name,
        statement=statement,
        kind=kind,
        source=_read_source(raw.get("source"), name, desk.at("source")),
        relations=relations,
        evidence=evidence,
        needs=_read_needs(raw.get("needs"), name, desk.at("needs")),
        attributes=attributes,
        note_id=desk.note_id,
        path=desk.path,
        line=desk.place.line,
        column=desk.place.column,
    )


def _read_kind(raw: Json, name: str, desk: _Desk) -> ClaimKind:
    if raw is None:
        return ClaimKind.EMPIRICAL
    kind = read_member(ClaimKind, raw)
    if kind is None:
        desk.error(
            "claim-kind-unknown", f"{name!r} has kind {quote(raw)}; use {list_members(ClaimKind)}"
        )
        # A kind nobody knows must not let an experiment decide.
        return ClaimKind.REPORTED
    return kind


def _read_needs(raw: Json, name: str, desk: _Desk) -> str:
    if raw is not None and not isinstance(raw, str):
        desk.warn("claim-needs-invalid", f"what {name!r} needs is a {name_type(raw)}, not text")
        return ""
    return read_word(raw)


def _read_source(raw: Json, name: str, desk: _Desk) -> Source:
    if raw is None:
        return Source()
    if isinstance(raw, str):
        return _source_from_text(raw.strip())
    if not isinstance(raw, dict):
        desk.warn(
            "claim-source-invalid", f"the source of {name!r} is a {name_type(raw)}, not a map"
        )
        return Source()
    _warn_unknown(raw, SOURCE_KEYS, f"the source of {name!r}", desk)
    words = {key: read_word(raw.get(key)) for key in _SOURCE_WORDS}
    words["doi"] = _bare_doi(words["doi"])
    words["note"] = _unlink(words["note"])
    return Source(
        **words,
        is_verified=raw.get("verified") is not False,
        stated_citation=_read_citation(raw.get("citation"), name, desk.at("citation")),
        stance=_read_stance(raw.get("stance"), name, desk.at("stance")),
    )


def _read_citation(raw: Json, name: str, desk: _Desk) -> Citation | None:
    if raw is None:
        return None
    found = read_member(Citation, raw)
    if found in _CITATIONS:
        return found
    message = f"{name!r} has citation {quote(raw)}; use {', '.join(_CITATIONS)}"
    desk.warn("claim-citation-unknown", message)
    # What nobody can read must not pass for checked.
    return Citation.RECALLED


def _read_stance(raw: Json, name: str, desk: _Desk) -> Stance | None:
    found = None if raw is None else read_member(Stance, raw)
    if found is None and raw is not None:
        message = f"{name!r} has stance {quote(raw)}; use {', '.join(Stance)}"
        desk.warn("claim-stance-unknown", message)
    return found


def _source_from_text(text: str) -> Source:
    if (doi := _bare_doi(text)).startswith("10."):
        return Source(doi=doi)
    if text.startswith(("http://", "https://")):
        return Source(url=text)
    return Source(note=_unlink(text)) if _LINK.fullmatch(text) else Source(title=text)


def _bare_doi(text: str) -> str:
    return re.sub(r"^(?:doi:\s*|https?://(?:dx\.)?doi\.org/)", "", text, flags=re.IGNORECASE)


def _read_relations(
    raw: dict[str, Json], name: str, desk: _Desk
) -> tuple[tuple[Relation, ...], Mapping[str, Json]]:
    """Take every other key that names claims for a relation, and keep the rest as attributes."""
    relations: dict[Relation, None] = {}
    attributes: dict[str, Json] = {}
    for key, (value, spot) in _state_relations(raw, name, desk).items():
        kind = re.sub(r"[\s-]+", "_", key.strip().lower())
        targets = _targets(value)
        if targets is None and kind in KNOWN_RELATIONS:
            spot.error("claim-relation-invalid", f"{key} of {name!r} holds no list of claim ids")
        elif targets is None or (kind not in KNOWN_RELATIONS and not isinstance(value, list)):
            spot.warn("claim-key-unknown", f"{name!r} has the unknown key {key!r}")
            attributes[key] = value
        else:
            for number, target in enumerate(targets):
                place = spot.at(number).place
                relations.setdefault(Relation(kind=kind, target=target, at=place))
    return tuple(relations), MappingProxyType(attributes)


def _state_relations(raw: dict[str, Json], name: str, desk: _Desk) -> dict[str, tuple[Json, _Desk]]:
    """Give what may be relations: the keys that mean nothing else, and those under `relations`."""
    stated = {key: (raw[key], desk.at(key)) for key in raw if key not in CLAIM_KEYS}
    nested = raw.get("relations")
    if isinstance(nested, dict):
        stated |= {key: (nested[key], desk.at("relations", key)) for key in nested}
    elif nested is not None:
        message = f"the relations of {name!r} are no map"
        desk.at("relations").error("claim-relations-invalid", message)
    return stated


def _targets(raw: Json) -> list[str] | None:
    values = raw if isinstance(raw, list) else [] if raw is None else [raw]
    words = [_unlink(word) if isinstance(word, str) else "" for word in map(_unnest, values)]
    return words if all(words) else None


def _unnest(value: Json) -> Json:
    """YAML reads ``[[a]]`` without quotes as a list in a list."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def _read_evidence_list(raw: Json, name: str, desk: _Desk) -> tuple[EvidenceRef, ...]:
    evidence = []
    for number, each in enumerate(read_evidence(raw)):
        spot = desk.at(number)
        evidence.append(replace(each, at=spot.place))
        for defect in each.defects:
            message = f"evidence {each.experiment!r} of {name!r}: {defect}"
            spot.error("claim-evidence-invalid", message)
        if not each.expect and not each.defects:
            message = f"{name!r} expects nothing of {each.experiment!r}"
            spot.warn("claim-expects-nothing", message)
        for order, expectation in enumerate(each.expect):
            _check_reach(expectation, name, spot.at("expect", order))
    return tuple(evidence)


def _check_reach(expectation: Expectation, name: str, desk: _Desk) -> None:
    if (expectation.pass_share or 0.0) > HIGHEST_PASS_SHARE:
        message = (
            f"{name!r} wants {expectation.metric} to pass in a share of "
            f"{expectation.pass_share:g}; 20 seeds can show {HIGHEST_PASS_SHARE:g} at most"
        )
        desk.warn("claim-pass-share-out-of-reach", message)


def _unlink(text: str) -> str:
    match = _LINK.fullmatch(text.strip())
    return (match[1] if match else text).strip()


def _warn_unknown(raw: dict[str, Json], known: frozenset[str], where: str, desk: _Desk) -> None:
    for key in raw:
        if key not in known:
            desk.at(key).warn("claim-key-unknown", f"{where} has the unknown key {key!r}")
