"""Line and scatter charts as SVG text, so that an experiment's picture needs no plotting library.

The same values give the same bytes, so that two runs can be compared by their files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 490, 32, 352  # of the field between the axes
#: Okabe and Ito's colours (2008), which colour-blind readers tell apart; yellow is too pale here.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_N_TICKS = 6
_FEW_DECADES = 2
_MOST_DIGITS = 4
_MIDDLE = 'text-anchor="middle"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis; its range is that of the values shown."""

    label: str
    is_log: bool = False

    def shows(self, value: float) -> bool:
        """Tell whether the value has a place on the axis."""
        return math.isfinite(value) and (value > 0 or not self.is_log)

    def place(self, value: float) -> float:
        """Give the value in the axis's own measure: its logarithm to base 10 on a log axis."""
        return math.log10(value) if self.is_log else float(value)

    def ticks(self, low: float, high: float) -> list[float]:
        """Give a few places between two places, at round values where there is room."""
        if self.is_log and high - low < _FEW_DECADES:
            decades = range(math.floor(low), math.ceil(high) + 1)
            marks = [decade + math.log10(unit) for decade in decades for unit in (1, 2, 5)]
            inside = [mark for mark in marks if low <= mark <= high]
            return inside if len(inside) > 1 else [low, (low + high) / 2, high]
        raw = (high - low) / _N_TICKS
        unit = 1.0 if self.is_log else 10.0 ** math.floor(math.log10(raw))
        steps = range(1, 400) if self.is_log else (1, 2, 5, 10)
        step = next(unit * k for k in steps if unit * k >= raw * (1 - 1e-9))
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        return [k * step for k in range(first, last + 1)]

    def write(self, place: float) -> str:
        """Give the value at a place as text of a few characters."""
        if not self.is_log:
            return f"{place:.3g}"
        return f"1e{place:.0f}" if abs(place) > _MOST_DIGITS else f"{10**place:.3g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One curve; points that an axis cannot show (not finite, not positive on a log axis) miss."""

    name: str
    x: Iterable[float]
    y: Iterable[float]
    style: str = "both"  # line, points or both


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Curves over one pair of axes, with a legend."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]


def write_chart(path: Path, chart: Chart) -> None:
    """Write the chart as an SVG file."""
    path.write_text(render_chart(chart), encoding="utf-8")


def render_chart(chart: Chart) -> str:
    """Give the chart as SVG text."""
    curves = [_places(chart, series) for series in chart.series]
    frame = _Frame(
        x_range=_range([x for curve in curves for x, _ in curve]),
        y_range=_range([y for curve in curves for _, y in curve]),
    )
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400" font-size="12">',
        f"<title>{escape(chart.title)}</title>",
        '<rect width="640" height="400" fill="#ffffff"/>',
        _text(_LEFT, 20, chart.title, 'font-size="14"'),
        *_axes(chart, frame),
    ]
    for number, (series, curve) in enumerate(zip(chart.series, curves, strict=True)):
        colour = _COLOURS[number % len(_COLOURS)]
        parts += _curve(series, [frame.point(*place) for place in curve], colour)
        y = _TOP + 18 * number
        parts.append(f'<rect x="{_RIGHT + 12}" y="{y}" width="10" height="10" fill="{colour}"/>')
        parts.append(_text(_RIGHT + 28, y + 9, series.name))
    return "\n".join([*parts, "</svg>", ""])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """From the axes' measure to the picture's."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def point(self, x: float, y: float) -> tuple[float, float]:
        (x_low, x_high), (y_low, y_high) = self.x_range, self.y_range
        across = _LEFT + (x - x_low) / (x_high - x_low) * (_RIGHT - _LEFT)
        return across, _BOTTOM - (y - y_low) / (y_high - y_low) * (_BOTTOM - _TOP)


def _places(chart: Chart, series: Series) -> list[tuple[float, float]]:
    pairs = zip(series.x, series.y, strict=True)
    shown = ((x, y) for x, y in pairs if chart.x.shows(x) and chart.y.shows(y))
    return [(chart.x.place(x), chart.y.place(y)) for x, y in shown]


def _range(places: list[float]) -> tuple[float, float]:
    """Give the range with a little room; one value alone still needs a width."""
    low, high = min(places, default=0.0), max(places, default=1.0)
    room = 0.04 * (high - low) or 0.5 * abs(high) or 0.5
    return low - room, high + room


def _axes(chart: Chart, frame: _Frame) -> list[str]:
    middle = (_TOP + _BOTTOM) / 2
    parts = [
        f'<path d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}" fill="none" stroke="#444444"/>',
        _text((_LEFT + _RIGHT) / 2, 390, chart.x.label, _MIDDLE),
        _text(14, middle, chart.y.label, f'{_MIDDLE} transform="rotate(-90 14 {middle:.0f})"'),
    ]
    for tick in chart.x.ticks(*frame.x_range):
        x, _ = frame.point(tick, 0)
        parts.append(f'<path d="M{x:.1f} {_BOTTOM}v5" stroke="#444444"/>')
        parts.append(_text(x, _BOTTOM + 18, chart.x.write(tick), _MIDDLE))
    for tick in chart.y.ticks(*frame.y_range):
        _, y = frame.point(0, tick)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_RIGHT}" stroke="#dddddd"/>')
        parts.append(_text(_LEFT - 6, y + 4, chart.y.write(tick), 'text-anchor="end"'))
    return parts


def _curve(series: Series, points: list[tuple[float, float]], colour: str) -> list[str]:
    parts = []
    if series.style != "points" and points:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    if series.style != "line":
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    return parts


def _text(x: float, y: float, text: str, style: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'
