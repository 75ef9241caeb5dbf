"""What standing costs: CPU seconds for labels, strengths and one impact over made claims.

python tests/bench/argument.py [--claims 5000] [--relations 15000]
"""

from __future__ import annotations

import argparse
import random
import time
from typing import TYPE_CHECKING

from noteweb.argument.bearing import find_bearing
from noteweb.argument.impact import find_impact
from noteweb.argument.label import find_standings
from noteweb.argument.strength import find_strengths
from noteweb.model.claim import Claim, Relation
from noteweb.model.verdict import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Callable

_KINDS = ("contradicts", "depends_on", "supports")


def make_claims(n_claims: int, n_relations: int) -> tuple[list[Claim], dict[str, VerdictKind]]:
    """Give claims with random relations and verdicts; the same numbers give the same ones."""
    rng = random.Random(0)
    ties: dict[int, list[Relation]] = {}
    for _ in range(n_relations):
        tie = Relation(kind=rng.choice(_KINDS), target=f"c{rng.randrange(n_claims)}")
        ties.setdefault(rng.randrange(n_claims), []).append(tie)
    claims = [
        Claim(
            id=f"c{i}",
            statement=f"c{i}",
            note_id="n",
            path="n.md",
            line=1,
            relations=tuple(ties.get(i, ())),
        )
        for i in range(n_claims)
    ]
    return claims, {claim.id: rng.choice(list(VerdictKind)) for claim in claims}


def show(name: str, work: Callable[[], object]) -> None:
    """Print the CPU seconds of the quickest of three."""
    spent = []
    for _ in range(3):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    print(f"{name:<24} {min(spent):6.3f} CPU s")


def main() -> None:
    """Measure each part."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--claims", type=int, default=5000)
    parser.add_argument("--relations", type=int, default=15000)
    options = parser.parse_args()
    claims, verdicts = make_claims(options.claims, options.relations)
    bearing = find_bearing(claims, verdicts)
    show("bearing", lambda: find_bearing(claims, verdicts))
    show("labels", lambda: find_standings(bearing))
    show("strengths", lambda: find_strengths(claims, verdicts))
    show("impact of one", lambda: find_impact(claims, verdicts, "c0"))


if __name__ == "__main__":
    main()
