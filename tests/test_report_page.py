"""The report in a real browser: plots, both schemes, phone and desk, and nothing of a note runs."""

from __future__ import annotations

from io import BytesIO

import pytest

from browser import CHROMIUM, open_browser
from hostile import ATTACKS
from made_report import make_entry, make_report
from noteweb.model.verdict import VerdictKind
from noteweb.report import page

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

LONG = "supercalifragilistic" * 20
#: Each would show itself by setting `window.hacked`, or by asking for an address.
WORSE = (
    "<img src=x onerror='window.hacked = 1'>",
    "</style><script>window.hacked = 2</script>",
    "\"'><svg onload=window.hacked=3>",
    "javascript:window.hacked=4",
    "http://example.invalid/x.png",
    *ATTACKS,
)


@pytest.fixture(scope="module")
def browser():
    """Give one browser for all tests of this file."""
    with open_browser() as started:
        yield started


@pytest.fixture
def visit(browser, tmp_path):
    """Give a function that opens a report; no page asks for anything or complains."""
    opened = []

    def open_report(report, **options):
        stream = BytesIO()
        page.write(report, stream)
        file = tmp_path / "report.html"
        file.write_bytes(stream.getvalue())
        context = browser.new_context(**options)
        shown = context.new_page()
        asked, complaints = [], []
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("console", lambda message: complaints.append(message.text))
        shown.goto(file.as_uri())
        opened.append((context, asked, complaints))
        return shown

    yield open_report
    for context, asked, complaints in opened:
        context.close()
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert complaints == []


@needs_browser
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_is_readable_everywhere(visit, width, scheme):
    """On a phone and a desk, in light and dark: plots are shown, nothing is wider than the page."""
    entries = [
        make_entry("up"),
        make_entry(f"long-{LONG}", VerdictKind.REFUTED, text=LONG),
    ]
    shown = visit(
        make_report(*entries, title=LONG),
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
    )
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    widths = shown.eval_on_selector_all("figure img", "all => all.map((one) => one.naturalWidth)")
    assert widths == [520, 520]
    assert shown.locator("svg.scale").count() == 2
    light = "parseInt(getComputedStyle(document.body).backgroundColor.slice(4)) > 128"
    assert shown.evaluate(light) == (scheme == "light")
    shown.click('nav >> text="up"')
    assert shown.evaluate("document.querySelector(':target h3').textContent") == "It goes up."
    top = shown.evaluate("document.querySelector(':target').getBoundingClientRect().top")
    assert 0 <= top < 844


@needs_browser
def test_nothing_hostile_runs_in_a_report(visit):
    """Ids, statements, sources, guards and plots full of attacks are text and pictures."""
    entries = [make_entry(f"{n} {text}", text=text) for n, text in enumerate(WORSE)]
    shown = visit(make_report(*entries, title=WORSE[0]))
    assert shown.evaluate("window.hacked") is None
    assert shown.locator("script, iframe, object, embed, form, link, base").count() == 0
    sources = shown.eval_on_selector_all("img", "all => all.map((one) => one.src.slice(0, 15))")
    assert set(sources) == {"data:image/svg+x"[:15]}
    links = shown.eval_on_selector_all("a", "all => all.map((one) => one.getAttribute('href'))")
    assert {link[:16] for link in links if not link.startswith("#")} == {"https://doi.org/"}
    anchors = {link[1:] for link in links if link.startswith("#")}
    assert anchors <= set(shown.eval_on_selector_all("[id]", "all => all.map((one) => one.id)"))
    assert shown.locator("article").count() == len(WORSE)
    assert shown.locator("article h3").first.text_content() == WORSE[0]


@needs_browser
def test_a_report_is_fit_for_paper(visit):
    """On paper it is dark on white whatever the screen's scheme, and no wider than a sheet."""
    shown = visit(
        make_report(make_entry()), color_scheme="dark", viewport={"width": 700, "height": 900}
    )
    shown.emulate_media(media="print", color_scheme="dark")
    assert shown.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert shown.evaluate("document.documentElement.scrollWidth") == 700
