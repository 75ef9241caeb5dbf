"""A screening as a library's file: every record with its answer, rank and score."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from noteweb.library.write import write_csv, write_ris
from noteweb.screening.label import Answer

if TYPE_CHECKING:
    from noteweb.screening.session import Listed, Screening

_INCLUDED = {Answer.RELEVANT: True, Answer.IRRELEVANT: False}


def export_screening(screening: Screening, *, is_ris: bool) -> bytes:
    """Write all records as RIS or CSV, in the order of `Screening.listing`.

    The label stands as asreview has it; answer, rank and score beside it as ``noteweb_answer``,
    ``noteweb_rank`` and ``noteweb_score``.
    """
    listing = screening.listing()
    references = [
        replace(each.reference, included=_INCLUDED.get(each.answer) if each.answer else None)
        for each in listing
    ]
    added = {each.reference.key: _describe(each) for each in listing}
    write = write_ris if is_ris else write_csv
    return write(references, added).encode("utf-8", "backslashreplace")


def _describe(listed: Listed) -> dict[str, str]:
    return {
        "answer": listed.answer.value if listed.answer else "",
        "rank": str(listed.rank or ""),
        "score": f"{listed.score:.4f}",
    }
