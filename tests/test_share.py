"""How far a run is, by its own word: kept when it is one, and never believed further."""

from __future__ import annotations

import pytest

from bench_vault import Lab, make_claim, write_fixed
from noteweb.evidence.run import Options
from noteweb.evidence.share import SHARE, ShareFile, read_share
from noteweb.model.progress import Silent


def test_what_is_told_is_read(tmp_path):
    """The share and its note come back; the next word only after a moment, whole as the first."""
    tell = ShareFile(tmp_path)
    tell(0.5, " fitting\nwidth 40 ")
    assert read_share(tmp_path) == (0.5, "fitting width 40")
    tell(0.6, "at once")
    assert read_share(tmp_path)[0] == 0.5
    tell._next = 0.0
    tell(1, "x" * 999)
    assert read_share(tmp_path) == (1.0, "x" * 60)
    assert [path.name for path in tmp_path.iterdir()] == [SHARE]


def test_a_folder_that_takes_no_file_stops_no_run(tmp_path):
    """Where it cannot be written, the run goes on untold."""
    ShareFile(tmp_path / "gone")(0.5, "")
    assert read_share(tmp_path / "gone") == (0.0, "")


@pytest.mark.parametrize(
    "text",
    [
        *("", "[", "3", "[1]", "[0.5]", "[0.5, 3]", '[NaN, "x"]', '["0.5", "x"]', "[null, null]"),
        *('{"a": 0.5}', "[" * 999, f'[0.5, "{"x" * 2000}"]', "\udcff"),
    ],
)
def test_whatever_stands_there_upsets_nobody(tmp_path, text):
    """The file is the run's own; what is no share counts as none."""
    (tmp_path / SHARE).write_text(text, encoding="utf-8", errors="surrogateescape")
    assert read_share(tmp_path) == (0.0, "")


def test_a_share_beyond_the_ends_is_taken_for_them(tmp_path):
    """Nobody is more than done."""
    (tmp_path / SHARE).write_text('[7.0, ""]')
    assert read_share(tmp_path) == (1.0, "")
    (tmp_path / SHARE).write_text('[-1e300, ""]')
    assert read_share(tmp_path) == (0.0, "")


def test_a_link_is_not_followed(tmp_path):
    """The file of another is not read in the user's name."""
    (tmp_path / "secret").write_text('[0.5, "secret"]')
    (tmp_path / SHARE).symlink_to(tmp_path / "secret")
    assert read_share(tmp_path) == (0.0, "")


class Listener(Silent):
    """Keeps what it is told."""

    def __init__(self):
        self.told = []

    def tell(self, n_steps, note):
        """Keep it."""
        self.told.append((n_steps, note))


def test_whoever_waits_for_verify_hears_how_far_runs_are(tmp_path):
    """The shares of the runs under way are added up, and one of their notes is passed on."""
    lab = Lab(tmp_path)
    write_fixed(lab.root, "toy", 'ctx.progress(0.5, "half way")\ntime.sleep(1.0)')
    lab.allow("toy")
    listener = Listener()
    (verdict,) = lab.open(make_claim("toy")).verify((), Options(n_jobs=2), listener)
    assert verdict.kind == "supported"
    assert (1.0, "toy: half way") in listener.told
