"""A reference to a document: its title and its abstract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noteweb.documents.block import Block, Fragment, Kind
from noteweb.documents.compose import About, compose
from noteweb.documents.identifier import find_identifiers, read_arxiv_id, unique

if TYPE_CHECKING:
    from noteweb.model.document import Document
    from noteweb.model.reference import Reference

_EPRINT = re.compile(r"\beprint\s*=\s*[{\"]([^{}\"]{1,60})[}\"]", re.IGNORECASE)


def make_document(reference: Reference, library: str) -> Document:
    """Make a document named ``library#key``; its lines are that on which the record begins."""
    eprint = _EPRINT.search(reference.source)
    identifiers = unique(
        (
            *find_identifiers(reference.doi),
            *(read_arxiv_id(eprint[1]) if eprint else ()),
            *find_identifiers(reference.url),
        )
    )
    parts = ((Kind.TITLE, reference.title), (Kind.TEXT, reference.abstract))
    blocks = tuple(
        Block(kind=kind, fragments=(Fragment(text=text, line=reference.line),))
        for kind, text in parts
        if text
    )
    name = f"{library}#{reference.key}"
    return compose(blocks, About(name=name, title=reference.title, identifiers=identifiers))
