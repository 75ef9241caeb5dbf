"""Cards and problems as JSON text and back, for the catalogue.

Written out by hand: `dataclasses.asdict` costs ten times as much, and every query over a changed
vault pays for it.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

from noteweb.errors import Problem, Severity
from noteweb.model.note import Card, Field, Link, LinkKind, Mention, Scores, TermPair
from noteweb.model.position import Position

#: Where parts of a card stand in its JSON, for questions that do not read all of it.
DESCRIPTION, CREATED, UPDATED, LANGUAGE = "$[0][4]", "$[1][0]", "$[1][1]", "$[1][2]"
CLAIMS_AT, ALIASES, TOOLS, DOMAINS, LINKS = "$[1][4]", "$[3]", "$[7]", "$[8]", "$[11]"


def card_to_json(card: Card) -> str:
    """Give the card as one line of ASCII JSON; lone surrogates survive as escapes."""
    return json.dumps(
        [
            [card.id, card.path, card.title, card.category, card.description],
            [card.created, card.updated, card.language, card.repaired, _row(card.claims_at)],
            card.joint,
            card.aliases,
            card.tags,
            dict(card.attributes),
            [card.scores.novelty, card.scores.value, card.scores.feasibility],
            [_mention_row(m) for m in card.tools],
            [_mention_row(m) for m in card.domains],
            [_mention_row(m) for m in card.feedback],
            [[t.source, t.target, t.source_domain, t.target_domain] for t in card.terms],
            [_link_row(link) for link in card.links],
        ],
        separators=(",", ":"),
    )


def card_from_json(text: str) -> Card:
    """Read what `card_to_json` wrote."""
    (
        names,
        marks,
        joint,
        aliases,
        tags,
        attributes,
        scores,
        tools,
        domains,
        feedback,
        terms,
        links,
    ) = json.loads(text)
    return Card(
        id=names[0],
        path=names[1],
        title=names[2],
        category=names[3],
        description=names[4],
        created=marks[0],
        updated=marks[1],
        language=marks[2],
        repaired=marks[3],
        # Cards written before there were places are read too.
        claims_at=_read_position(marks[4]) if marks[4:] and marks[4] else None,
        joint=tuple(Field(name) for name in joint),
        aliases=tuple(aliases),
        tags=tuple(tags),
        attributes=MappingProxyType(attributes),
        scores=Scores(novelty=scores[0], value=scores[1], feasibility=scores[2]),
        tools=_read_mentions(tools),
        domains=_read_mentions(domains),
        feedback=_read_mentions(feedback),
        terms=tuple(
            TermPair(source=a, target=b, source_domain=c, target_domain=d) for a, b, c, d in terms
        ),
        links=tuple(_read_link(row) for row in links),
    )


def problems_to_json(problems: tuple[Problem, ...]) -> str:
    """Give problems as one line of JSON, without their path: the note's row has it."""
    return json.dumps(
        [[p.line, p.column, p.code, p.severity.value, p.message] for p in problems],
        separators=(",", ":"),
    )


def problems_from_json(text: str, path: str) -> tuple[Problem, ...]:
    """Read what `problems_to_json` wrote."""
    return tuple(
        Problem(
            path=path, line=line, column=column, code=code, severity=Severity(rank), message=message
        )
        for line, column, code, rank, message in json.loads(text)
    )


def _row(position: Position | None) -> list[Any]:
    if position is None:
        return []
    inside = {key: _row(inner) for key, inner in position.inside.items()}
    return [position.line, position.column, *([inside] if inside else [])]


def _read_position(row: list[Any]) -> Position:
    inside = row[2] if row[2:] else {}
    return Position(
        line=row[0],
        column=row[1],
        inside=MappingProxyType({key: _read_position(inner) for key, inner in inside.items()}),
    )


def _mention_row(mention: Mention) -> list[str | int]:
    return [mention.name, mention.line, mention.start, mention.end, mention.context]


def _read_mentions(rows: list[Any]) -> tuple[Mention, ...]:
    return tuple(
        Mention(name=name, line=line, start=start, end=end, context=context)
        for name, line, start, end, context in rows
    )


def _link_row(link: Link) -> list[str | int]:
    return [
        link.kind.value,
        link.target,
        link.heading,
        link.block,
        link.label,
        link.relation,
        link.where,
        link.line,
        link.column,
        link.start,
        link.end,
    ]


def _read_link(row: list[Any]) -> Link:
    return Link(
        kind=LinkKind(row[0]),
        target=row[1],
        heading=row[2],
        block=row[3],
        label=row[4],
        relation=row[5],
        where=row[6],
        line=row[7],
        column=row[8],
        start=row[9],
        end=row[10],
    )
