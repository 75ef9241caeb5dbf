"""The plots and tables that an experiment left, as far as their files are those on record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.evidence.atomic import read_plain
from noteweb.look import plan_seeds
from noteweb.model.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from noteweb.model.run import Artifact, RunRecord

#: What a browser shows as a picture; in an image element nothing of it runs.
MEDIA = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
_LARGEST = 4 << 20  # bytes of one picture; a report is to be sent around


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A file that one run left.

    Attributes
    ----------
    data : its content, empty where the file is not there, not the one on record, or no picture
    seed : of the run, the first planned one that ended well, so that nobody picked it
    """

    name: str
    path: str  # relative to the folder of the runs
    sha256: str
    seed: int
    attempt: int = 1
    data: bytes = b""

    @property
    def media(self) -> str:
        """Its type, empty for what is no picture."""
        suffix = self.name[self.name.rfind(".") :].lower() if "." in self.name else ""
        return MEDIA.get(suffix, "")


def find_figures(runs: Path, experiment: str, records: Sequence[RunRecord]) -> tuple[Figure, ...]:
    """Give what the first planned seed left; of several attempts the one whose files are there."""
    good = [each for each in records if each.status is RunStatus.OK and each.artifacts]
    seeds = {record.seed for record in good}
    seed = next((each for each in plan_seeds(experiment) if each in seeds), None)
    if seed is None:
        return ()
    attempts = sorted((each for each in good if each.seed == seed), key=lambda each: each.attempt)
    found = [tuple(_read(runs, record)) for record in attempts]
    return next((each for each in found if any(one.data for one in each)), found[0])


def _read(runs: Path, record: RunRecord) -> Iterable[Figure]:
    for artifact in record.artifacts:
        figure = Figure(
            name=artifact.name,
            path=artifact.path,
            sha256=artifact.sha256,
            seed=record.seed,
            attempt=record.attempt,
        )
        yield replace(figure, data=_read_file(runs, artifact) if figure.media else b"")


def _read_file(runs: Path, artifact: Artifact) -> bytes:
    path = runs / artifact.path
    try:
        if not path.resolve().is_relative_to(runs.resolve()):
            return b""
        data = read_plain(path, _LARGEST)
    except (OSError, ValueError, RuntimeError):
        return b""
    return data if hashlib.sha256(data).hexdigest() == artifact.sha256 else b""
