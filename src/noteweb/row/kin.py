"""What belongs together as rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noteweb.row import Row
    from noteweb.search.naming import NamedNote
    from noteweb.search.suggest import Suggestion
    from noteweb.search.why import Why


def why_row(why: Why) -> Row:
    """Give what ties two notes as ``query-result.json`` has it."""
    return {
        "written": [asdict(each) for each in why.written],
        "shared": [asdict(each) for each in why.shared],
        "n_shared": why.n_shared,
        "nearest": None if why.nearest is None else [asdict(each) for each in why.nearest],
        "words": list(why.words),
        "titles": [{"note": note, **named_row(each)} for note, each in why.titles],
        "route": list(why.route),
    }


def named_row(named: NamedNote) -> Row:
    """Give a name that stands in a text."""
    return {
        "name": named.name,
        "line": named.line,
        "column": named.column,
        "sentence": named.sentence,
    }


def suggestion_row(one: Suggestion) -> Row:
    """Give a suggestion as ``suggestions.json`` has it."""
    return {**asdict(one), "kind": one.kind.value}
