"""A made library to screen: records on one subject among others, the same for the same seed."""

from __future__ import annotations

import random

from noteweb.model.reference import Reference

_COMMON = """
study method result effect group measure analysis data model change time level sample test trial
control response value difference rate
""".split()
_SUBJECT = "bees honey pollen hive foraging nectar colony queen brood".split()
_HIDDEN = "waggle dance orientation landmark flight".split()  # the criteria do not name these
_OTHERS = [
    "steel weld alloy crack fatigue corrosion".split(),
    "court contract liability tort damages statute".split(),
    "glacier ice melt sediment moraine basin".split(),
]
CRITERIA = """# Bees in the field

Population: bees, a colony or a hive.

Outcome: foraging for nectar and pollen, honey.

Exclude: steel and corrosion.
"""


def make_library(n_records=200, share=0.15, seed=0):
    """Give references without labels and which of them are relevant; a third of these hide."""
    rng = random.Random(seed)
    references, labels = [], []
    for number in range(n_records):
        is_relevant = rng.random() < share
        words = rng.choices(_COMMON, k=14)
        if is_relevant:
            words += rng.choices(_HIDDEN, k=3)
            words += rng.choices(_SUBJECT if rng.random() < 2 / 3 else _COMMON, k=4)
        else:
            words += rng.choices(rng.choice([*_OTHERS, *_OTHERS, _SUBJECT]), k=4)
        rng.shuffle(words)
        title, abstract = " ".join(words[:6]), " ".join(words[6:])
        references.append(Reference(key=f"r{number}", title=title, abstract=abstract))
        labels.append(is_relevant)
    return references, labels
