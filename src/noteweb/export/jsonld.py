"""JSON-LD: the statements of `noteweb.export.rdf` as JSON, for the web and for RDF stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from noteweb.export.json_text import write_json
from noteweb.export.rdf import PREFIXES, Iri, Literal, Subject, Term, describe

if TYPE_CHECKING:
    from noteweb.export.material import Material

_TYPE = PREFIXES["rdf"] + "type"


def write(material: Material, stream: BinaryIO) -> None:
    """Write the statements with whole names, so that no context has to be fetched or trusted."""
    things: dict[str, dict[str, Any]] = {}
    for subject in describe(material):
        _add(things.setdefault(subject.name.text, {"@id": subject.name.text}), subject)
    stream.write(write_json({"@graph": list(things.values())}))


def _add(thing: dict[str, Any], subject: Subject) -> None:
    for name, term in subject.said:
        if name.text == _TYPE and isinstance(term, Iri):
            thing.setdefault("@type", []).append(term.text)
        else:
            thing.setdefault(name.text, []).append(_term(term))


def _term(term: Term) -> dict[str, Any]:
    if isinstance(term, Iri):
        return {"@id": term.text}
    if isinstance(term, Literal):
        return _literal(term)
    return {"@list": [_literal(item) for item in term]}


def _literal(literal: Literal) -> dict[str, Any]:
    kind = {"@type": literal.datatype} if literal.datatype else {}
    return {"@value": literal.text, **kind}
