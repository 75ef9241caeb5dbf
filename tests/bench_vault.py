"""Made vaults with experiments in a few lines, for the tests of the evidence."""

from __future__ import annotations

from noteweb.evidence.find import Finder
from noteweb.evidence.front import Evidence
from noteweb.evidence.run import Options
from noteweb.evidence.trust import TrustStore
from noteweb.evidence.workplace import Workplace
from noteweb.model.claim import Claim, EvidenceRef, Expectation, Op
from noteweb.model.progress import Silent

ABOVE = Expectation(metric="gap", op=Op.GT, threshold=0.0)

EXPERIMENT = '''\
"""Made."""

import os, time
from pathlib import Path
from noteweb.lab import Context, Experiment, Guard, Limits, Metric, Parameter, Profile
{imports}
experiment = Experiment(
    summary="made",
    parameters={{"shift": Parameter(default=1.0)}},
    metrics={{"gap": Metric()}},
    guards={{{guards}}},
    profiles={{"quick": Profile(limits=Limits(cpu_s=5.0, wall_s=10.0, memory_mb=300))}},
    {more}
)


def run(ctx, params, seed):
    {body}
'''
GUARDED = '"known": Guard(kind="known-answer"), "none": Guard(kind="negative-control")'
GOOD = """\
ctx.guard("known", ok=True)
ctx.guard("none", ok=True)
ctx.metric("gap", params["shift"] + ctx.random().gauss(0, 0.1))"""


def write_experiment(root, name, body=GOOD, *, imports="", guards=GUARDED, more=""):  # noqa: PLR0913
    """Write an experiment into the vault's folder."""
    folder = root / "experiments"
    folder.mkdir(parents=True, exist_ok=True)
    text = EXPERIMENT.format(
        imports=imports, guards=guards, more=more, body=body.replace("\n", "\n    ")
    )
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


def write_fixed(root, name, before="pass", **more):
    """Write an experiment that takes two runs, since its seed changes nothing."""
    body = f"{before}\n{GOOD.rpartition(' + ')[0]})"
    write_experiment(
        root, name, body, more="is_deterministic=True, " + more.pop("more", ""), **more
    )


def make_claim(*experiments, name="c", expect=(ABOVE,), params=None, **more):
    """Give a claim that expects this of each experiment."""
    evidence = tuple(
        EvidenceRef(experiment=each, params=params or {}, expect=tuple(expect))
        for each in experiments
    )
    return Claim(
        id=name, statement="s", evidence=evidence, note_id="n", path="n.md", line=1, **more
    )


class Lab:
    """A vault with claims, opened anew for every question, as commands do."""

    def __init__(self, root):
        self.root = root / "vault"
        self.root.mkdir()
        self.trust = TrustStore(root / "trust")
        self.cache = self.root / ".noteweb"

    def open(self, *claims):
        """Open the evidence of these claims."""
        return Evidence(self.root, self.cache, lambda: claims, self.trust)

    def workplace(self):
        """Give a fresh workplace."""
        finder = Finder(self.root)
        return Workplace(runs=self.root / "runs", finder=finder, trust=self.trust)

    def allow(self, *names):
        """Allow experiments to run as they are."""
        for name in names:
            self.open().allow(name)

    def verify(self, *claims, **options):
        """Verify the claims and give their verdicts."""
        return self.open(*claims).verify((), Options(**options), Silent())

    def records(self, name):
        """Give what the experiment's ledger holds."""
        return self.workplace().ledger(name).records
