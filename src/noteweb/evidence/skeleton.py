"""A new experiment to start from: it runs as it is, with guards, a failing setting and a plot."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

from noteweb.draft import is_device, refuse_twin
from noteweb.errors import AlreadyThere, BadRequest, WriteFailed
from noteweb.evidence.find import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

_SKELETON = '''\
"""The mean of n fair coins comes near one half; replace this line by what your claim says.

What it re-runs: which study, which figure, on what data.
Source: author (year), title, doi.
Simplified: what is smaller or other than there.
"""

from noteweb.lab import Context, Experiment, FailingSetting, Guard, Limits, Metric
from noteweb.lab import Parameter, Profile

# Read without being run: literals and the classes of noteweb.lab only.
experiment = Experiment(
    summary="The mean of n fair coins comes near one half.",
    source="Bernoulli, Ars Conjectandi (1713)",
    parameters={
        "n_coins": Parameter(default=10000, low=1, high=10000000),
        "chance": Parameter(default=0.5, low=0.0, high=1.0, summary="of heads"),
    },
    metrics={"distance": Metric(direction="down", summary="of the mean from one half")},
    guards={
        "two-headed coins": Guard(kind="known-answer", summary="their mean is 1"),
        "a loaded coin is seen": Guard(kind="positive-control"),
        "halves of one sample agree": Guard(kind="negative-control"),
    },
    profiles={
        "quick": Profile(limits=Limits(cpu_s=30.0)),
        "full": Profile(params={"n_coins": 1000000}, limits=Limits(cpu_s=300.0, wall_s=900.0)),
    },
    # Parameters under which the claim must not come out as supported.
    failing=(FailingSetting(params={"chance": 0.6}, verdicts=("refuted",), summary="loaded"),),
)


def run(ctx: Context, params, seed):
    """Toss the coins, check the tossing, report."""
    n_coins = params["n_coins"]
    tosses = toss(ctx.random("tosses"), n_coins, params["chance"])
    ctx.metric("distance", abs(mean(tosses) - 0.5))

    two_headed = toss(ctx.random("two-headed"), 100, 1.0)
    ctx.guard("two-headed coins", ok=mean(two_headed) == 1.0)
    loaded = mean(toss(ctx.random("loaded"), 10000, 0.7))
    ctx.guard("a loaded coin is seen", ok=abs(loaded - 0.5) > 0.1, detail=f"{loaded:.3f}")
    half = n_coins // 2
    gap = abs(mean(tosses[:half]) - mean(tosses[half:])) if half else 0.0
    # Five standard errors of the difference of two means.
    ctx.guard("halves of one sample agree", ok=gap < 5 / n_coins**0.5, detail=f"{gap:.4f}")

    ctx.plot("running-mean.svg").write_text(draw(tosses), encoding="utf-8")


def toss(rng, n_coins, chance):
    """Give n tosses, 1 for heads."""
    return [int(rng.random() < chance) for _ in range(n_coins)]


def mean(values):
    """Give the mean."""
    return sum(values) / len(values)


def draw(tosses):
    """Give the running mean as a picture."""
    points, heads = [], 0
    step = max(1, len(tosses) // 200)
    for n, one in enumerate(tosses, start=1):
        heads += one
        if n % step == 0:
            points.append(f"{400 * n / len(tosses):.1f},{200 - 200 * heads / n:.1f}")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200" width="800">'
        '<path d="M0 100H400" stroke="#999" stroke-dasharray="4"/>'
        f'<polyline points="{" ".join(points)}" fill="none" stroke="#06c"/></svg>'
    )
'''

_CLAIM = """\
claims:
  - id: {slug}
    statement: The mean of n fair coins comes near one half.
    evidence:
      - experiment: {name}
        expect:
          - {{metric: distance, op: lt, threshold: 0.02}}
"""


def write_skeleton(root: Path, name: str) -> Path:
    """Write ``experiments/NAME.py`` into the vault.

    Raises
    ------
    BadRequest : the name can be no module
    AlreadyThere : it is taken
    WriteFailed
    """
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        hint = "letters, digits and _, as a Python module: peak_position"
        raise BadRequest(f"an experiment cannot be named {name!r}", hint)
    if is_device(name):
        told = f"Windows takes a file called {name!r} for a device, wherever the vault is synced"
        raise BadRequest(told, f"give another name: {name}_")
    path = root / FOLDER / f"{name}.py"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        refuse_twin(path)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(_SKELETON)
    except FileExistsError:
        raise AlreadyThere(path) from None
    except OSError as error:
        raise WriteFailed(path, error.strerror or str(error)) from error
    return path


def show_claim(name: str) -> str:
    """Give the lines of frontmatter by which a note names the new experiment."""
    return _CLAIM.format(slug=name.replace("_", "-"), name=name)
