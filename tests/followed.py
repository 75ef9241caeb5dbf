"""Programs in processes of their own, which coverage follows where it follows the tests.

What noteweb starts itself has a clean environment and a sandbox, through which coverage's own ways
do not lead. Here the program turns coverage on itself and leaves what it measured in a folder it
may write to.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from noteweb.evidence.sandbox import import_paths

ROOT = Path(__file__).parent.parent
OPTIONS = ["-s", "-P", "-B", "-X", "utf8"]  # as runs are started
_FOLLOW = """\
import coverage
_coverage = coverage.Coverage({data!r}, data_suffix=True, auto_data=True, config_file={config!r})
_coverage.set_option("run:patch", ["_exit"])
_coverage.start()
"""


def write_command(program, folder):
    """Give the command of a program that has noteweb and, where it is followed, `folder`."""
    head = f"import sys\nsys.path[:] = {[*import_paths(), *sys.path]!r}\n"
    if _find_running() is not None:
        config = str(ROOT / "pyproject.toml")
        head += _FOLLOW.format(data=str(folder / ".coverage"), config=config)
    return [sys.executable, *OPTIONS, "-c", head + program]


def gather(folder):
    """Add to the tests' own coverage what a program that has ended left in its folder."""
    running = _find_running()
    if running is None:
        return
    from coverage import CoverageData
    from coverage.exceptions import DataError

    for path in folder.glob(".coverage.*"):
        left = CoverageData(str(path))
        with suppress(DataError):  # killed while it wrote
            left.read()
            running.get_data().update(left)
        path.unlink()


def _find_running():
    coverage = sys.modules.get("coverage")
    return coverage and coverage.Coverage.current()
