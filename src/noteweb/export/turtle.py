"""Turtle, as RDF stores and SPARQL servers load it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noteweb.export.rdf import PREFIXES, Iri, Literal, Subject, Term, describe

if TYPE_CHECKING:
    from typing import BinaryIO

    from noteweb.export.material import Material

_SPECIAL = re.compile(r'[\\"\x00-\x1f\x7f\ufffe\uffff]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SHORT = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def write(material: Material, stream: BinaryIO) -> None:
    """Write what `noteweb.export.rdf` says as Turtle in UTF-8."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    stream.write(head.encode())
    stream.writelines(_write_subject(subject).encode() for subject in describe(material))


def _write_subject(subject: Subject) -> str:
    said = " ;\n  ".join(f"{_iri(name)} {_term(term)}" for name, term in subject.said)
    return f"\n{_iri(subject.name)} {said} .\n"


def _term(term: Term) -> str:
    if isinstance(term, Iri):
        return _iri(term)
    if isinstance(term, Literal):
        return _literal(term)
    return f"({' '.join(map(_literal, term))})"


def _literal(literal: Literal) -> str:
    text = f'"{_SPECIAL.sub(_escape, literal.text)}"'
    return f"{text}^^{_iri(Iri(literal.datatype))}" if literal.datatype else text


def _escape(found: re.Match[str]) -> str:
    mark = found.group()
    return _ESCAPES.get(mark) or f"\\u{ord(mark):04X}"


def _iri(name: Iri) -> str:
    """Give a name, by its prefix where what is left needs no escaping."""
    for prefix, start in PREFIXES.items():
        rest = name.text.removeprefix(start)
        if rest != name.text and _SHORT.fullmatch(rest):
            return f"{prefix}:{rest}"
    return f"<{name.text}>"
