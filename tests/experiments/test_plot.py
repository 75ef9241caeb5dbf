"""Charts are SVG that shows every point that has a place, and nothing else."""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.experiments._plot import Axis, Chart, Series, render_chart, write_chart

SVG = "{http://www.w3.org/2000/svg}"


def make(x, y, *, is_log=False, style="both", name="a"):
    """Give the picture of one curve."""
    axes = Axis(label="n", is_log=is_log), Axis(label="loss", is_log=is_log)
    series = (Series(name=name, x=x, y=y, style=style),)
    return ET.fromstring(  # noqa: S314  # our own text
        render_chart(Chart(title="A title", x=axes[0], y=axes[1], series=series))
    )


def places(root):
    """Give the points drawn."""
    return [(float(each.get("cx")), float(each.get("cy"))) for each in root.iter(f"{SVG}circle")]


def test_points_stand_in_order():
    """More to the right and higher up is more."""
    (x1, y1), (x2, y2), (x3, y3) = places(make([1, 2, 3], [1, 2, 3]))
    assert x1 < x2 < x3
    assert y1 > y2 > y3
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)


def test_a_log_axis_spaces_by_factors():
    """Equal factors have equal distances."""
    (x1, _), (x2, _), (x3, _) = places(make([1, 10, 100], [1, 10, 100], is_log=True))
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)


@pytest.mark.parametrize(("is_log", "n_shown"), [(False, 3), (True, 1)])
def test_points_without_a_place_are_left_out(is_log, n_shown):
    """NaN and infinity have none, nor has zero on a log axis."""
    root = make([1, 2, 3, 0, -1], [1, math.nan, math.inf, 1, 1], is_log=is_log)
    assert len(places(root)) == n_shown


@pytest.mark.parametrize(("style", "n_points", "n_lines"), [("line", 0, 1), ("points", 2, 0)])
def test_styles(style, n_points, n_lines):
    """A line without points, or points without a line."""
    root = make([1, 2], [1, 2], style=style)
    lines = [each for each in root.iter(f"{SVG}path") if each.get("stroke-width") == "2"]
    assert (len(places(root)), len(lines)) == (n_points, n_lines)


def test_every_text_is_there_and_escaped():
    """Title, labels and legend are in it, whatever characters they have."""
    words = [each.text for each in make([1], [2], name="a < b & c").iter(f"{SVG}text")]
    assert {"A title", "n", "loss", "a < b & c"} <= set(words)


@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=20), st.booleans())
def test_any_numbers_make_a_picture(points, is_log):
    """Whatever the values are, the text is XML and each point lies inside."""
    small = [(x, y) for x, y in points if not (abs(x) > 1e300 or abs(y) > 1e300)]
    root = make([x for x, _ in small], [y for _, y in small], is_log=is_log)
    assert all(64 <= x <= 490 and 32 <= y <= 352 for x, y in places(root))


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.booleans())
def test_ticks_are_few_and_rising(low, width, is_log):
    """Every axis has two to eight of them, inside its range."""
    low, width = (low / 1e8, width / 1e8) if is_log else (low, width)
    ticks = Axis(label="", is_log=is_log).ticks(low, low + width)
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(ticks)
    assert low - 1e-6 * width <= ticks[0] <= ticks[-1] <= low + (1 + 1e-6) * width


@pytest.mark.parametrize(
    ("low", "high", "is_log", "labels"),
    [
        (0.0, 1.0, False, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (-0.1, 3.1, True, ["1", "10", "100", "1e+03"]),
        (1.4, 2.8, True, ["50", "100", "200", "500"]),
        (0.30, 0.31, True, ["2", "2.02", "2.04"]),
        (5.0, 8.0, True, ["1e5", "1e6", "1e7", "1e8"]),
    ],
)
def test_ticks_stand_at_round_values(low, high, is_log, labels):
    """Tenths, decades, or 1, 2 and 5 in each decade."""
    axis = Axis(label="", is_log=is_log)
    assert [axis.write(tick) for tick in axis.ticks(low, high)] == labels


def test_a_chart_is_written(tmp_path):
    """The file holds the text."""
    chart = Chart(title="t", x=Axis(label="x"), y=Axis(label="y"), series=())
    write_chart(tmp_path / "c.svg", chart)
    assert (tmp_path / "c.svg").read_text(encoding="utf-8") == render_chart(chart)
