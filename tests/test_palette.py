"""One set of colours for the page, pictures and charts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import noteweb.export
from noteweb.export.palette import DARK, KIND_COLOURS, LIGHT
from noteweb.model.relation import NodeKind

STYLE = (Path(noteweb.export.__file__).parent / "viewer" / "view.css").read_text(encoding="utf-8")


def brightness(colour):
    """Give a colour's relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Give the contrast of two colours, from 1 to 21."""
    low, high = sorted([brightness(one), brightness(other)])
    return (high + 0.05) / (low + 0.05)


def read_colours(selector):
    """Give the variables that the page's style sets in the light or in the dark."""
    block = STYLE.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))


@pytest.mark.parametrize(("selector", "colours"), [(":root", LIGHT), (":root.dark", DARK)])
def test_the_page_has_the_colours_of_the_pictures(selector, colours):
    """A kind has one colour wherever it is drawn, and can be seen on the page's paper."""
    found = read_colours(selector)
    assert {kind.value: found[kind.value] for kind in NodeKind} == dict(colours)
    # WCAG asks for 3 where colour is alone; the legend names kinds, some have shapes.
    assert all(contrast(found["paper"], colour) > 2 for colour in colours.values())


def test_black_words_can_be_read_on_charts():
    """Every fill of a chart leaves its words the contrast that small text needs."""
    assert set(KIND_COLOURS) == set(NodeKind)
    assert all(contrast("#000000", colour) >= 4.5 for colour in KIND_COLOURS.values())
    assert contrast("#000000", LIGHT[NodeKind.NOTE]) < 4.5  # why charts have another blue
