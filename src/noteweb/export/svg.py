"""SVG fit for a paper: the map with names, labels that cover nothing, verdicts and a legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.export.palette import LIGHT
from noteweb.export.picture import NODE_SIZE, Dot, draw
from noteweb.export.xml import make_text
from noteweb.model.relation import NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import BinaryIO

    from noteweb.export.material import Material
    from noteweb.export.picture import Entry, Label, Picture

_PX_PER_MM = 96 / 25.4
_FILLS: Mapping[str, str] = {**LIGHT, NodeKind.GHOST: "#ffffff"}
_INK, _SOFT, _EDGE, _GHOST = "#23211d", "#6a665e", "#4a4740", LIGHT[NodeKind.GHOST]
_YES, _NO, _UNSURE = "#0072b2", "#b34700", "#77736b"
_TONES = {"supported": _YES, "refuted": _NO, "contested": _NO}
_DASHES = {_YES: "", _NO: "4 2.5", _UNSURE: "1.5 2.2"}
#: Signs in a square of two, about its middle; drawn, since few fonts have them all.
_SIGNS: Mapping[str, str] = {
    "supported": "M-.6 0L-.15 .45L.6-.5",
    "refuted": "M-.5-.5L.5 .5M.5-.5L-.5 .5",
    "contested": "M-.6-.3H.6L.25-.6M.6 .3H-.6L-.25 .6",
    "partly": "M0-.6V.6M-.6 0A.6 .6 0 1 0 .6 0A.6 .6 0 1 0-.6 0",
    "stale": "M.55-.2A.6 .6 0 1 0 .55 .25M.6-.65L.55-.2L.1-.25",
    "not-run": "M-.5 0A.5 .5 0 1 0 .5 0A.5 .5 0 1 0-.5 0",
    "not-testable": "M-.6 0H.6",
    "blocked": "M-.5-.5H.5V.5H-.5Z",
    "inconclusive": "M-.35-.35C-.3-.75 .5-.7 .35-.15C.25 .1 0 .05 0 .35M0 .6V.7",
    "invalid": "M0-.7V.25M0 .55V.7",
    "error": "M0-.7V.25M0 .55V.7",
}
_SANS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
_SERIF = "Georgia, 'Times New Roman', 'Liberation Serif', 'DejaVu Serif', serif"
_LINE = 1.18
_DRAWN_DOTS = 2.2  # px, the radius from which a node has its shape, ring and sign


def write(material: Material, stream: BinaryIO) -> None:
    """Write the picture as SVG, as wide as the paper that was asked for; text stays text."""
    stream.writelines(piece.encode() for piece in pieces(draw(material)))


def pieces(picture: Picture) -> Iterator[str]:
    """Give the SVG of a picture in pieces."""
    width, height = picture.width / _PX_PER_MM, picture.height / _PX_PER_MM
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}mm" height="{_n(height)}mm"'
        f' viewBox="0 0 {_n(picture.width)} {_n(picture.height)}" role="img">\n'
        f"<title>{make_text(picture.title)}</title>\n"
        f'<rect width="{_n(picture.width)}" height="{_n(picture.height)}" fill="#ffffff"/>\n'
    )
    yield f'<g fill="{_INK}" fill-opacity=".045" stroke="{_INK}" stroke-opacity=".12">\n'
    for disc in picture.discs:
        yield f'<circle cx="{_n(disc.x)}" cy="{_n(disc.y)}" r="{_n(disc.radius)}"/>\n'
    yield "</g>\n"
    yield from _lines(picture)
    for dot in picture.dots:
        yield from _dot(dot)
    yield '<g text-anchor="middle" stroke="#ffffff" stroke-width="2.6" stroke-linejoin="round"'
    yield f' paint-order="stroke" font-family="{_SANS}">\n'
    for label in picture.labels:
        yield from _label(label)
    yield f'</g>\n<g font-family="{_SANS}" font-size="{NODE_SIZE}" fill="{_SOFT}">\n'
    for entry in picture.legend:
        yield from _entry(entry)
    yield "</g>\n</svg>\n"


def _lines(picture: Picture) -> Iterator[str]:
    """Give all lines of one look as one path: where they cross they do not grow darker."""
    n_lines = sum(map(len, picture.lines.values()))
    alpha = max(0.1, min(0.55, 12 / max(n_lines, 1) ** 0.5))
    for (provenance, is_far), ends in sorted(picture.lines.items()):
        if ends:
            path = "".join(f"M{_n(a)} {_n(b)}L{_n(c)} {_n(d)}" for a, b, c, d in ends)
            yield _line(path, provenance, alpha * (0.45 if is_far else 1.0))


def _line(path: str, provenance: str, alpha: float) -> str:
    dash = {Provenance.SIMILARITY: "4 3", Provenance.INFERRED: "1.6 1.8"}.get(
        Provenance(provenance), ""
    )
    width = 1.4 if provenance == Provenance.MEASURED else 0.8
    more = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{path}" fill="none" stroke="{_EDGE}" stroke-width="{width}"'
        f' stroke-opacity="{alpha:.3f}"{more}/>\n'
    )


def _dot(dot: Dot) -> Iterator[str]:
    yield f"<g><title>{make_text(dot.title)}</title>"
    yield _shape(dot.kind, dot.x, dot.y, dot.radius)
    if dot.verdict and dot.radius >= _DRAWN_DOTS:
        yield from _ring(dot.verdict, dot.x, dot.y, dot.radius)
    yield "</g>\n"


def _shape(kind: str, x: float, y: float, r: float) -> str:
    """Give a node: a claim as a diamond, an experiment as a square, all else as a disc."""
    is_ghost = kind == NodeKind.GHOST
    paint = (
        f'fill="{_FILLS.get(kind, _GHOST)}" stroke="{_GHOST if is_ghost else "#ffffff"}"'
        f' stroke-width="{".9" if is_ghost else ".6"}"'
    )
    if kind == NodeKind.CLAIM:
        d = r * 1.2
        path = f"M{_n(x)} {_n(y - d)}L{_n(x + d)} {_n(y)}L{_n(x)} {_n(y + d)}L{_n(x - d)} {_n(y)}Z"
        return f'<path d="{path}" {paint}/>'
    if kind == NodeKind.EXPERIMENT:
        d = r * 0.9
        place = f'x="{_n(x - d)}" y="{_n(y - d)}" width="{_n(2 * d)}" height="{_n(2 * d)}"'
        return f"<rect {place} {paint}/>"
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}" {paint}/>'


def _ring(verdict: str, x: float, y: float, r: float) -> Iterator[str]:
    """Give a verdict: a ring with a gap, solid, dashed or dotted, and its sign within."""
    tone = _TONES.get(verdict, _UNSURE)
    dash = f' stroke-dasharray="{_DASHES[tone]}"' if _DASHES[tone] else ""
    yield (
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r * 1.2 + 2)}" fill="none" stroke="{tone}"'
        f' stroke-width="1.1"{dash}/>'
    )
    yield _sign(verdict, x, y, r * 0.72, "#ffffff")


def _sign(verdict: str, x: float, y: float, size: float, colour: str) -> str:
    return (
        f'<path transform="translate({_n(x)} {_n(y)}) scale({_n(size)})"'
        f' d="{_SIGNS.get(verdict, "")}" fill="none" stroke="{colour}"'
        f' stroke-width="{1.2 / size:.2f}" stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _label(label: Label) -> Iterator[str]:
    looks = {
        "area": f'font-family="{_SERIF}" font-weight="bold" fill="{_INK}"',
        "note": f'font-weight="bold" fill="{_INK}"',
        "node": f'fill="{_SOFT}"',
    }
    size = _n(label.size)
    yield f'<text x="{_n(label.x)}" y="{_n(label.y + label.size * 0.35)}" font-size="{size}"'
    yield f" {looks[label.look]}>"
    yield from _spans(label.lines, label.x, label.size)
    yield "</text>\n"


def _spans(lines: Iterable[str], x: float, size: float) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number == 0:
            yield make_text(line)
        else:
            yield f'<tspan x="{_n(x)}" dy="{_n(size * _LINE)}">{make_text(line)}</tspan>'


def _entry(entry: Entry) -> Iterator[str]:
    x, y = entry.x + 9.0, entry.y
    if entry.sort == "kind":
        yield _shape(entry.name, x, y, 4.2)
    elif entry.sort == "verdict":
        yield from _ring(entry.name, x, y, 4.0)
        yield _sign(entry.name, x, y, 3.2, _TONES.get(entry.name, _UNSURE))
    else:
        yield _line(f"M{_n(x - 8)} {_n(y)}H{_n(x + 8)}", entry.name, 0.8)
    place = f'x="{_n(entry.x + 21)}" y="{_n(y + NODE_SIZE * 0.35)}"'
    yield f"<text {place}>{make_text(entry.text)}</text>\n"


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
