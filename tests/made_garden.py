"""A vault of eight notes on unlike subjects and papers about one of them, for activation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NOTES = {
    "Sourdough": """---
title: Sourdough
Receptor: |-
  Scenario 1: A sourdough starter ferments more slowly because the kitchen is cold.

  Scenario 2: A baker measures the acidity of wheat dough with wild yeast.
claims:
  - id: cold-dough
    statement: A sourdough kept at eight degrees needs three times as long to rise.
---

Wild yeast and lactic bacteria share the flour. In a cold kitchen the yeast sleeps first, so the
dough turns sour before it rises. See [[Owls]] for night work.
""",
    "Bridges": """---
title: Bridges
Activation: |-
  Condition 1: A suspension bridge swings in steady wind below its design speed.

  Condition 2: Engineers add dampers to a deck after walkers made it sway.
---

The deck of a suspension bridge sheds vortices. Dampers tuned to the sway take the energy of
walkers out of the deck before the cables notice.
""",
    "Glaciers": """---
title: Glaciers
Receptor: |-
  Scenario 1: A glacier calves faster although the summer air was cool.
---

Warm sea water melts the ice front from below. Calving follows the fjord more than the air, and a
tidewater glacier can retreat in a cool summer.
""",
    "Owls": """---
title: Owls
Receptor: |-
  Scenario 1: An owl finds a mouse in full darkness by hearing alone.
---

The ears of an owl stand at unlike heights, so that a sound from above reaches them at different
strengths. The map of space in the midbrain is learned by the young bird.
""",
    "Lichens": """---
title: Lichens
Activation: |-
  Condition 1: A moraine is dated by the diameter of map lichens on its boulders.
---

Lichens grow a millimetre in some years. The growth curve comes from gravestones of known age, and
breaks where snow lies long on the boulders.
""",
    "Bookbinding": """---
title: Bookbinding
Activation: |-
  Condition 1: Animal glue in the spine of an old book turns brittle and cracks.
---

Wheat paste can be undone with water, animal glue with warmth. A binder who repairs a spine
chooses what the next binder can undo.
""",
    "Tide mills": """---
title: Tide mills
Receptor:
  all:
    - A mill pond is filled by the flood tide through sluice gates.
    - The miller grinds barley at night because the moon rules his hours.
---

A tide mill works twice a day. The pond fills with the flood, the gates shut, and the wheel turns
on the ebb, whatever the hour of the night.
""",
    "Reading list": """---
title: Reading list
---

What to read next winter. Nothing here can fire.
""",
}

#: Meets both conditions of one note, in two windows of a text with other things in it.
DOUGH = """On cold dough

Introduction

We kept a sourdough starter in a cold kitchen and found that it ferments more slowly there.
The wild yeast of the starter sleeps below twelve degrees while the bacteria go on.
Bakers measured the acidity of the wheat dough every hour through the night.
The flour came from one mill and the water from one well, so that nothing else differed.

Rocket engines

A turbopump feeds liquid oxygen to the combustion chamber of the rocket.
The injector plate of the chamber was printed from a copper alloy and cooled by kerosene.
Hot firing tests of the chamber showed no combustion instability at full throttle.
The nozzle of the rocket was cooled by a film of kerosene along its copper wall.

Acknowledgements

We thank the harbour commission for the funding of travel and the loan of a ferry.
The ferry sailed on Mondays, and its crew of seven volunteers cooked for all of us.
"""

#: About nothing that the vault knows.
TAXES = """The revenue office refunds value added tax to exporters who file within a month.
An exporter who files late owes interest on the refund, unless the office erred.
Courts have split on whether a clerical mistake in the invoice voids the claim.
"""

CONFIG = 'model = "hashing"\n'


def make_garden(folder: Path, *names: str, config: str = CONFIG) -> Path:
    """Write the vault, or these of its notes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "noteweb.toml").write_text(config, encoding="utf-8")
    for name in names or NOTES:
        (folder / f"{name}.md").write_text(NOTES[name], encoding="utf-8")
    return folder
