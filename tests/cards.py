"""Made cards: single ones by keyword, and whole vaults of any size from a random seed."""

from __future__ import annotations

import random
import re

from noteweb.model.note import Card, Link, LinkKind, Mention

SYLLABLES = re.findall("..", "bacedifogulameniporusatewixukemolipunarosivazu")


def make_card(note_id: str, **values: object) -> Card:
    """Give a card whose path and title follow from its id unless given."""
    defaults = {"path": f"{note_id}.md", "title": note_id.rpartition("/")[2]}
    return Card(id=note_id, **{**defaults, **values})


def make_link(target: str, **values: object) -> Link:
    """Give a wikilink in the body."""
    defaults = {"kind": LinkKind.WIKILINK, "line": 1, "start": 0, "end": 0}
    return Link(target=target, **{**defaults, **values})


def make_mention(name: str, line: int = 1) -> Mention:
    """Give a mention of a tool, a domain or a related note."""
    return Mention(name=name, line=line, start=0, end=0)


def make_word(number: int) -> str:
    """Give a word of its own for each number."""
    letters = []
    number += len(SYLLABLES)
    while number:
        number, place = divmod(number, len(SYLLABLES))
        letters.append(SYLLABLES[place])
    return "".join(letters)


def make_vault(n_notes: int, seed: int = 0) -> tuple[Card, ...]:
    """Give notes with 20 tags, 8 links, 5 tools, 4 domains and 5 names in prose each.

    Titles are three words out of a vocabulary that grows with the vault; of the five names two
    quote a title with prose behind it, one bends its words, two name nothing.
    """
    rng = random.Random(seed)
    words = [make_word(number) for number in range(max(200, n_notes // 2))]
    titles = [" ".join(rng.sample(words, 3)).title() for _ in range(n_notes)]
    tags = [make_word(number) for number in range(5 * n_notes)]
    return tuple(
        make_card(
            f"topic-{number % 50:02}/{title}",
            title=title,
            tags=tuple(dict.fromkeys([*rng.sample(tags, 14), *rng.choices(tags[:40], k=6)])),
            links=tuple(
                make_link(rng.choice(titles), line=line, start=line) for line in range(10, 18)
            ),
            tools=tuple(make_mention(f"Tool {rng.randrange(60)}") for _ in range(5)),
            domains=tuple(make_mention(f"Domain {rng.randrange(40)}") for _ in range(4)),
            feedback=tuple(make_mention(name) for name in _names(rng, titles, words)),
        )
        for number, title in enumerate(titles)
    )


def _names(rng: random.Random, titles: list[str], words: list[str]) -> list[str]:
    tail = " ".join(rng.sample(words, 4))
    bent = "s ".join(rng.choice(titles).split())
    return [
        f"{rng.choice(titles)} which shapes {tail}",
        f"the note on {rng.choice(titles).lower()}",
        bent,
        f"an unwritten idea about {tail}",
        " ".join(rng.sample(words, 3)),
    ]
