"""The interval of a finding against what is expected, drawn as SVG and in a line of characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.report.element import Markup, make
from noteweb.report.wording import show_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noteweb.report.scale import Scale

_WIDTH, _HEIGHT = 340.0, 58.0
_LEFT, _RIGHT = 8.0, 332.0  # of the line
_TOP, _MIDDLE, _AXIS, _BOTTOM = 18.0, 28.0, 42.0, 55.0
_NEAR = 46.0  # labels of two bounds nearer than this lean away from one another
_EDGE = 30.0
_COLUMNS = 61  # characters of the line


def draw(scale: Scale, label: str, estimate: float) -> Markup:
    """Give the drawing; colours come from the page's classes, `label` is for who cannot see it."""
    left, right = map(_place, scale.wanted)
    low, high = map(_place, scale.interval)
    at = _place(scale.estimate)
    return make(
        "svg",
        make("title", label),
        _rect("wanted", left, max(right - left, 1.5)),
        make("line", class_="axis", x1=_n(_LEFT), x2=_n(_RIGHT), y1=_n(_AXIS), y2=_n(_AXIS)),
        [_upright("seed", _place(dot), _AXIS - 5, _AXIS) for dot in scale.dots],
        [_upright("bound", _place(spot), _TOP - 2, _AXIS) for spot, _ in scale.bounds],
        make("line", class_="interval", x1=_n(low), x2=_n(high), y1=_n(_MIDDLE), y2=_n(_MIDDLE)),
        [
            _upright("end", end, _MIDDLE - 4, _MIDDLE + 4)
            for end, is_open in zip((low, high), scale.is_open, strict=True)
            if not is_open
        ],
        make("circle", class_="estimate", cx=_n(at), cy=_n(_MIDDLE), r="4.5"),
        _text(at, _TOP - 7, show_number(estimate), "strong"),
        _label_bounds(scale),
        class_="scale",
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        role="img",
        aria_label=label,
    )


def draw_line(scale: Scale) -> str:
    """Give the same as one line: = is expected, - is not, | bounds, [ o ] interval and estimate."""
    last = _COLUMNS - 1
    first, end = (round(last * spot) for spot in scale.wanted)
    line = ["=" if first <= n <= end else "-" for n in range(_COLUMNS)]
    for spot, _ in scale.bounds:
        line[round(last * spot)] = "|"
    for spot, mark in zip(scale.interval, "[]", strict=True):
        line[round(last * spot)] = mark
    line[round(last * scale.estimate)] = "o"
    return "".join(line)


def _place(spot: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * spot


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _rect(name: str, x: float, width: float) -> Markup:
    return make("rect", class_=name, x=_n(x), y=_n(_TOP), width=_n(width), height=_n(_AXIS - _TOP))


def _upright(name: str, x: float, top: float, bottom: float) -> Markup:
    return make("line", class_=name, x1=_n(x), x2=_n(x), y1=_n(top), y2=_n(bottom))


def _label_bounds(scale: Scale) -> Iterator[Markup]:
    spots = [_place(spot) for spot, _ in scale.bounds]
    is_near = len(spots) > 1 and spots[1] - spots[0] < _NEAR
    anchors = ("end", "start") if is_near else (None, None)
    for (_, value), x, anchor in zip(scale.bounds, spots, anchors, strict=False):
        yield _text(x, _BOTTOM, show_number(value), "", anchor)


def _text(x: float, y: float, text: str, name: str, anchor: str | None = None) -> Markup:
    """Give a label that stays inside the drawing."""
    if anchor is None:
        near_left, near_right = x < _EDGE, x > _WIDTH - _EDGE
        anchor = "start" if near_left else "end" if near_right else "middle"
    return make("text", text, class_=name or None, x=_n(x), y=_n(y), text_anchor=anchor)
