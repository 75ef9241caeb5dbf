"""What a format is written from: a graph, and what else it may ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from noteweb.model.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from noteweb.graph.build import Graph
    from noteweb.model.claim import Claim
    from noteweb.model.note import Note
    from noteweb.model.run import RunRecord
    from noteweb.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClaim:
    """A claim with its verdict and the runs that speak to it, newest last."""

    claim: Claim
    verdict: Verdict
    records: tuple[RunRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a picture is printed on: a page's width of 180 mm, and dots for 300 dpi."""

    width_mm: float = 180.0
    dpi: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The graph of a view; what costs time is a function, called by the formats that need it.

    Attributes
    ----------
    title : the vault's name, for titles
    layout : lays the graph out
    notes : reads the notes of the graph from their files, in the order of the graph
    evidence : gives the claims of the graph with the runs behind them
    code : gives an experiment's source file by its name, None where there is none
    paper : how wide and fine a picture is
    runs : the folder that artifacts' paths are relative to, None without a vault
    """

    graph: Graph
    title: str = "notes"
    layout: Callable[[], Layout] = Layout
    notes: Callable[[], Iterable[Note]] = tuple
    evidence: Callable[[], Sequence[KnownClaim]] = tuple
    code: Callable[[str], Path | None] = lambda _name: None
    paper: Paper = Paper()
    runs: Path | None = None
    today: date = field(default_factory=date.today)  # dates a crate that no run dates
