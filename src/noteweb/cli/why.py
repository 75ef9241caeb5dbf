"""Why notes are related, in lines that say what to look up and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.cli.layout import Painted, write_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noteweb.model.hit import Hit
    from noteweb.search.why import Place, Shared, Why, Written

_N_WORDS = 8
_MEANS = {
    "words": "shares its telling words",
    "meaning": "is near in meaning",
    "graph": "is near by links",
    "nearest": "is what the notes nearest in text link to",
    "title": "is named in the text",
}


def show_whys(here: str, hits: Sequence[Hit], whys: Sequence[Why]) -> None:
    """Show each related note with what ties it to the note `here`."""
    for number, (hit, why) in enumerate(zip(hits, whys, strict=True), start=1):
        write_line(f"{number:>2} ", Painted(hit.title, bold=True), f" {hit.score:.2f}")
        for line in _tell(here, hit, why):
            write_line(f"    {line}")


def _tell(here: str, hit: Hit, why: Why) -> Iterator[str]:
    strong = sorted((r for r in hit.reasons if r.value > 0), key=lambda r: -r.value)
    yield "; ".join(f"{_MEANS[r.kind]} ({r.value:+.2f})" for r in strong)
    for one in why.written:
        yield _written(here, one)
    for where, is_here in (("here", True), ("there", False)):
        named = [each for note, each in why.titles if (note == here) is is_here]
        for each in named[:1]:
            rest = f", and in {len(named) - 1} more places" if named[1:] else ""
            yield f"“{each.name}” stands {where}, line {each.line}{rest}: {each.sentence}"
    if why.shared:
        more = why.n_shared - len(why.shared)
        yield (
            "both tied to "
            + "; ".join(map(_shared, why.shared))
            + (f"; and {more} more" if more else "")
        )
    if why.nearest:
        for word, place in zip(("here", "there"), why.nearest, strict=True):
            yield f"nearest {word}, {_place(place)}"
    if why.words:
        yield f"words in both: {', '.join(why.words[:_N_WORDS])}"
    if why.route and not why.written:
        yield f"way: {', '.join(why.route)}"


def _written(here: str, one: Written) -> str:
    way = "here to there" if one.source == here else "there to here"
    return f"{one.kind} from {way}, line {one.line}"


def _shared(one: Shared) -> str:
    lines = ", ".join(f"{place.source}:{place.line}" for place in one.places)
    return f"{one.title} ({lines})"


def _place(place: Place) -> str:
    return f"{place.field or 'body'}, line {place.line}: {place.text}"
