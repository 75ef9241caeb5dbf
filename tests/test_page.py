"""The page does in a real browser what it promises, asks the network for nothing, runs nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import networkx as nx
import pytest

from browser import CHROMIUM, open_browser
from cards import make_card, make_link, make_mention, make_vault
from made_graph import make_graph
from noteweb.export import export_graph, write_export
from noteweb.export.material import KnownClaim, Material
from noteweb.export.page import describe, dump_safely
from noteweb.graph.build import build_graph
from noteweb.graph.claims import add_claims, add_findings
from noteweb.graph.route import shortest_route
from noteweb.links.feedback import resolve_feedback
from noteweb.links.resolve import resolve_links
from noteweb.model.claim import Claim, EvidenceRef, Expectation, Op
from noteweb.model.run import GuardResult
from noteweb.model.verdict import (
    ExpectationResult,
    Outcome,
    Reason,
    ReasonKind,
    Verdict,
    VerdictKind,
)

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

#: Each would show itself by setting `window.hacked`, or by asking for an address.
ATTACKS = (
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    "</style><img src=x onerror='window.hacked = 3'>",
    '"><svg onload=window.hacked=4>',
    "javascript:window.hacked=5",
    "{{script}} {{graph}} <!-- <script>",
    "]]>*/ \u2028 \u2029 `${window.hacked = 6}`",
    "\u202egnp.exe\u202c \u200f שלום \u2066 evil",
    "'; window.hacked = 7; '",
    "__proto__",
    "lone \udcff surrogate, nul \x00, bell \x07",
)


def build(*cards, similar=(), claims=()):
    """Build the graph of these cards from end to end."""
    graph = build_graph(cards, resolve_links(cards), resolve_feedback(cards), similar)
    add_claims(graph, claims)
    return graph


def read_block(page, name):
    """Give the text of one of the page's JSON blocks."""
    text = page.decode("utf-8")
    return re.search(f'id="{name}">(.*?)</script>', text, re.DOTALL)[1]


CLAIM = Claim(
    id="c1",
    statement="Wide nets generalise",
    evidence=(
        EvidenceRef(
            experiment="probe", expect=(Expectation(metric="gap", op=Op.GT, threshold=0.5),)
        ),
    ),
    note_id="wide",
    path="wide.md",
    line=7,
)
VERDICT = Verdict(
    claim="c1",
    experiment="probe",
    kind=VerdictKind.SUPPORTED,
    reasons=(Reason(kind=ReasonKind.DECIDED, detail="clear of it"),),
    n_seeds=20,
    expectations=(
        ExpectationResult(
            metric="gap",
            op=Op.GT,
            estimand="mean",
            estimate=0.8,
            interval=(0.7, 0.9),
            n_seeds=20,
            outcome=Outcome.SUPPORTED,
        ),
    ),
    guards=(GuardResult(name="known", ok=True),),
)


def small_graph():
    """Give a graph in which search, filters, paths and claims have known answers."""
    cards = (
        make_card(
            "wide",
            title="Wide networks",
            tags=("theory",),
            created="2026-01-05",
            links=(make_link("deep"),),
            description="About width.",
        ),
        make_card(
            "deep",
            title="Deep networks",
            tags=("theory",),
            created="2026-03-05",
            links=(make_link("data"),),
            tools=(make_mention("PyTorch"),),
        ),
        make_card("data", title="Données и данные", created="2026-05-05", aliases=("corpus",)),
        make_card("far", title="A far note", links=(make_link("not yet"),)),
    )
    graph = build(*cards, similar=[("data", "far", 0.8)], claims=(CLAIM,))
    add_findings(graph, {"c1": VERDICT.summary()})
    return graph


def small_page():
    """Give the page of the small graph with its evidence."""
    stream = BytesIO()
    testimony = (KnownClaim(claim=CLAIM, verdict=VERDICT),)
    write_export(Material(graph=small_graph(), evidence=lambda: testimony), "html", stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def browser():
    """Give one browser for all tests of this file; it holds the thread's event loop meanwhile."""
    with open_browser() as started:
        yield started


class Visit:
    """A page opened in the browser, with all it asked for and complained about."""

    def __init__(self, browser, file, **options):
        self.context = browser.new_context(
            **{"viewport": {"width": 1200, "height": 800}, **options}
        )
        self.page = self.context.new_page()
        self.asked, self.complaints = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.file = file
        self.open()

    def open(self, address=""):
        """Open the page, or open it again at another address."""
        self.page.goto("about:blank")
        self.page.goto(address or self.file.as_uri())
        self.page.wait_for_selector("#counts:not(:empty)")

    def run(self, code):
        """Give the value of an expression of the viewer."""
        return self.page.evaluate(code)

    def at_rest(self):
        """Wait until nothing is left to paint."""
        self.wait("!painting && !frameAsked && !stale.front && !stale.back && layers.back")

    def wait(self, code):
        """Wait until an expression holds."""
        self.run(f"""() => new Promise((done, fail) => {{
          const until = performance.now() + 20000;
          const look = () => {{
            if ({code}) done();
            else if (performance.now() > until) fail(new Error("in vain"));
            else setTimeout(look, 20);
          }};
          look();
        }})""")

    def shown(self):
        """Give the keys of the nodes that no filter hides."""
        return self.run("byImportance.filter((n) => isShown[n]).map((n) => nodes.key[n])")

    def slide(self, name, value):
        """Move a slider, as a hand would."""
        self.run(f"""() => {{
          const slider = document.getElementById({name!r});
          slider.value = {value};
          for (const kind of ["input", "change"]) slider.dispatchEvent(new Event(kind));
        }}""")

    def say(self, selector):
        """Give the text of an element."""
        return self.page.inner_text(selector)

    def click_node(self, key):
        """Click a node where it lies on the map."""
        x, y = self.run(f"toScreen(X[numberOf.get({key!r})], Y[numberOf.get({key!r})])")
        box = self.page.locator("#map").bounding_box()
        self.page.mouse.click(box["x"] + x, box["y"] + y)

    def close(self):
        """Close it; nothing was asked of a network, and nothing went wrong."""
        self.context.close()
        assert [
            url for url in self.asked if not url.startswith(("file:", "about:", "data:", "blob:"))
        ] == []
        assert self.complaints == []


@pytest.fixture
def visit(browser, tmp_path):
    """Give what opens a page; at the end each is checked for requests and complaints."""
    opened = []

    def go(page, **options):
        file = tmp_path / f"page {len(opened)}.html"
        file.write_bytes(page)
        opened.append(Visit(browser, file, **options))
        return opened[-1]

    yield go
    for one in opened:
        one.close()


@pytest.fixture
def small(visit):
    """Give the small page, opened."""
    return visit(small_page())


@pytest.fixture(scope="module")
def large_page():
    """Give the page of a made graph with 10,000 nodes and 50,000 edges."""
    return export_graph(make_graph(10_000, 50_000), "html")


# ------------------------------------------------------------------ without a browser


def test_the_page_holds_the_graph():
    """Nodes, edges and what is told of them read back from the page's own blocks."""
    graph = small_graph()
    page = small_page()
    read = json.loads(read_block(page, "graph"))
    assert read["nodes"]["key"] == list(graph)
    ends = zip(read["edges"]["start"], read["edges"]["end"], read["edges"]["kind"], strict=True)
    keys = read["nodes"]["key"]
    kinds = read["edges"]["kinds"]
    assert [(keys[a], keys[b], kinds[k]) for a, b, k in ends] == [
        (start, end, edge["kind"]) for start, end, edge in graph.edges(data=True)
    ]
    told = [json.loads(line) for line in read_block(page, "details").split("\n")]
    assert len(told) == len(graph)
    assert told[keys.index("note:wide")]["description"] == "About width."
    claim = told[keys.index("claim:c1")]
    assert (claim["verdict"], claim["n_seeds"]) == ("supported", 20)
    (result,) = claim["results"]
    assert (result["threshold"], result["interval"], result["estimate"]) == (0.5, [0.7, 0.9], 0.8)


def test_hostile_words_stay_in_their_block():
    """Nothing in a note ends a block, and every string reads back as it was."""
    cards = [
        make_card(f"{i}", title=text, tags=(text,), attributes={text: text})
        for i, text in enumerate(ATTACKS)
    ]
    graph = build(*cards)
    page = export_graph(graph, "html")
    assert page.count(b"<script") == 3
    assert page.count(b"</script") == 3
    read = json.loads(read_block(page, "graph"))
    assert read["nodes"]["label"] == [about["label"] for _, about in graph.nodes(data=True)]
    told = [json.loads(line) for line in read_block(page, "details").split("\n")]
    assert [one[text] for one, text in zip(told, ATTACKS, strict=False)] == list(ATTACKS)


def test_what_could_confuse_a_script_is_escaped():
    """Markup and line separators are escapes, numbers that JSON lacks are their names."""
    text = dump_safely(["</script>&\u2028\u2029", float("nan"), {"a": (float("-inf"),)}])
    assert not set(text) & set("<>&\u2028\u2029\n")
    assert json.loads(text) == ["</script>&\u2028\u2029", "nan", {"a": ["-inf"]}]


def test_a_view_without_a_map_is_laid_out():
    """A graph alone, without a vault's map, still gets a place for every node."""
    read = describe(Material(graph=small_graph()))
    assert len(read["nodes"]["x"]) == len(small_graph())


# ------------------------------------------------------------------ in the browser


@needs_browser
def test_it_opens_on_the_whole_map(small):
    """The title, a sentence of counts, the filters with their counts, and every node in sight."""
    assert small.say("#title") == "notes"
    assert small.say("#counts").startswith(
        "4 notes, 1 claim, 1 experiment and 2 tags, domains and tools"
    )
    assert "Runs support 1 of the claims." in small.say("#counts")
    rows = dict(re.findall(r"([a-z ]+)\n+(\d+)", small.say("#legend [aria-label=Nodes]")))
    assert (rows["notes"], rows["claims"]) == ("4", "1")
    assert "“noteweb graph communities” groups the notes alone" in small.say("#legend")
    small.at_rest()
    places = small.run("[width, height, ...byImportance.map((n) => toScreen(X[n], Y[n]))]")
    assert all(0 < x < places[0] and 0 < y < places[1] for x, y in places[2:])


@needs_browser
def test_search_marks_what_it_finds(small):
    """Words in any case and without accents find titles and aliases; the count is announced."""
    small.page.keyboard.press("/")
    small.page.keyboard.type("NETWORK")
    small.wait("state.words === 'NETWORK'")
    assert small.say("#status").startswith("2 found")
    assert small.page.locator("#results mark").all_inner_texts() == ["network", "network"]
    assert small.run("[...focus.nodes].map((node) => nodes.label[node]).sort()") == [
        "Deep networks",
        "Wide networks",
    ]
    small.page.fill("#search", "donnees")
    small.wait("document.querySelectorAll('#results button').length === 1")
    assert "Données" in small.say("#results")
    small.page.fill("#search", "corpus")
    small.wait("document.querySelector('#results small')")
    assert "corpus" in small.say("#results")
    small.page.fill("#search", "nowhere")
    small.wait("document.getElementById('status').textContent.startsWith('Nothing')")
    small.page.keyboard.press("Escape")
    assert small.page.input_value("#search") == ""
    assert small.page.locator("#results").is_hidden()


@needs_browser
def test_a_click_opens_the_note(small):
    """Title, path, description, facts, claims with verdict and interval, neighbours as buttons."""
    small.at_rest()
    small.click_node("note:wide")
    small.page.wait_for_selector("#panel h2")
    panel = small.say("#panel")
    for text in (
        "Wide networks",
        "wide.md",
        "About width.",
        "2026-01-05",
        "✓ supported",
        "gap > 0.5",
        "interval 0.7 to 0.9",
        "✓ known",
        "Experiment: probe",
        "links to",
    ):
        assert text in panel
    assert small.page.locator("#panel svg.scale .threshold").count() == 1
    small.page.click("#panel section button:has-text('Deep networks')")
    assert small.say("#panel h2") == "Deep networks"
    assert "is linked from" in small.say("#panel")
    small.page.keyboard.press("Escape")
    assert small.page.locator("#panel").is_hidden()


@needs_browser
def test_filters_hide_and_bring_back(small):
    """A kind goes with its relations; with all off the page says so and offers a way back."""
    assert small.run("nDrawn") == small.run("M") - 1  # what is alike is off at first
    small.page.click("#legend label:has-text('Alike in meaning')")
    assert small.run("nDrawn") == small.run("M")
    small.page.click("#legend label:has-text('notes') >> nth=0")
    assert "5 of 9 nodes" in small.say("#status")
    assert small.run("byImportance.filter((n) => isShown[n] && isNote(n)).length") == 0
    kinds = "document.querySelectorAll('#legend [aria-label=Nodes] :checked')"
    small.run(f"{kinds}.forEach((box) => box.click())")
    assert "Everything is filtered out" in small.say("#empty")
    small.page.click("#empty button")
    assert small.run("nShown") == small.run("N")


@needs_browser
def test_time_and_verdict_filter_notes_and_what_hangs_on_them(small):
    """From March on the January note is hidden; a verdict switched off hides its claim."""
    small.slide("time-from", 1)
    assert "note:wide" not in small.shown()
    assert "note:deep" in small.shown()
    assert small.say("#date-from") == "2026-03"
    small.page.click("#legend label:has-text('supported')")
    assert "claim:c1" not in small.shown()
    assert "experiment:probe" not in small.shown()


@needs_browser
def test_a_path_is_explained_step_by_step(small):
    """Two chosen nodes are joined over the cheapest steps, each in words, as the command has it."""
    small.run("choose(numberOf.get('note:wide'))")
    small.page.click("#way")
    assert "Where to?" in small.say("#panel")
    small.page.fill("#search", "Données")
    small.page.click("#results button")
    assert small.say("#panel h2") == "2 steps"
    assert small.page.locator("#panel .step").all_inner_texts() == [
        "links to, line 1",
        "links to, line 1",
    ]
    small.page.click("text=Other way round")
    assert "is linked from" in small.say("#panel .step >> nth=0")
    small.run("leaveWay(numberOf.get('note:wide'))")
    small.page.click("#way")
    small.run("choose(numberOf.get('note:far'))")
    assert small.say("#panel h2") == "No way"
    small.page.keyboard.press("Escape")
    assert small.say("#panel h2") == "Wide networks"


@needs_browser
def test_the_pages_paths_cost_what_the_commands_do(visit):
    """On a made vault, page and `noteweb path` find ways of the same length."""
    graph = build(*make_vault(60))
    page = visit(export_graph(graph, "html"))
    notes = sorted(node for node in graph if node.startswith("note:"))
    for start, end in zip(notes[:12], notes[30:42], strict=True):
        page.run(f"findWay(numberOf.get({start!r}), numberOf.get({end!r}))")
        found = page.run("state.way.steps.length")
        route = shortest_route(graph, start, end)
        n_hops = sum(2 if step.via else 1 for step in route.steps)
        assert abs(found - n_hops) <= 1


@needs_browser
def test_keys_move_zoom_and_leave(small):
    """Plus, minus, nought and the arrows move the map, about what is chosen; slash searches."""
    page = small.page
    small.at_rest()
    before = small.run("camera.zoom")
    page.keyboard.press("+")
    assert small.run("camera.zoom") > before
    page.keyboard.press("-")
    assert small.run("camera.zoom") == pytest.approx(before)
    x = small.run("camera.x")
    page.keyboard.press("ArrowRight")
    assert small.run("camera.x") > x
    page.keyboard.press("0")
    assert small.run("camera.x") == pytest.approx(x)
    small.run("choose(numberOf.get('note:far'))")
    where = small.run("toScreen(X[state.chosen], Y[state.chosen])")
    page.keyboard.press("+")
    assert small.run("toScreen(X[state.chosen], Y[state.chosen])") == pytest.approx(where, abs=0.01)
    page.keyboard.press("/")
    assert small.run("document.activeElement.id") == "search"
    page.keyboard.type("deep")
    page.keyboard.press("Enter")
    small.wait("document.querySelector('#panel h2')?.textContent === 'Deep networks'")


@needs_browser
def test_every_node_is_reached_with_tab_and_enter(small):
    """From the search box, Tab leads to the results as buttons, and Enter opens one."""
    small.page.fill("#search", "far")
    small.page.wait_for_selector("#results button")
    small.page.focus("#search")
    small.page.keyboard.press("Tab")
    assert small.run("document.activeElement.className") == "row"
    small.page.keyboard.press("Enter")
    assert small.say("#panel h2") == "A far note"


@needs_browser
def test_the_address_brings_the_view_back(small):
    """Opened again at its address, the page shows the same choice, filters, search and place."""
    small.page.fill("#search", "networks")
    small.page.wait_for_selector("#results button")
    small.page.click("#results button >> nth=0")
    small.page.click("#legend label:has-text('tags')")
    small.page.click("#theme")
    small.page.keyboard.press("+")
    small.at_rest()
    small.page.wait_for_timeout(250)
    seen = "[state.chosen, state.words, [...state.off.kind], state.theme, found.length]"
    before, camera = small.run(seen), small.run("[camera.x, camera.y, camera.zoom]")
    small.open(small.page.url)
    assert small.run(seen) == before
    assert small.run("[camera.x, camera.y, camera.zoom]") == pytest.approx(
        camera, rel=1e-3, abs=0.01
    )
    assert small.page.locator("#panel h2").is_visible()
    small.run("findWay(numberOf.get('note:wide'), numberOf.get('note:data'))")
    small.open(small.page.url)
    assert small.say("#panel h2") == "2 steps"
    small.open(f"{small.file.as_uri()}#node=no&depth=x&from=1&at=1%202&no-kind=none&to=%00")
    assert small.run("state.chosen") == -1


@needs_browser
def test_a_share_of_seeds_is_drawn_as_a_share(visit):
    """Where a share of seeds is expected, the interval of the share stands against that share."""
    asked = Expectation(metric="gap", op=Op.GT, threshold=40.0, pass_share=0.8)
    claim = replace(CLAIM, evidence=(EvidenceRef(experiment="probe", expect=(asked,)),))
    result = replace(VERDICT.expectations[0], estimand="share", estimate=1.0, interval=(0.82, 1.0))
    known = KnownClaim(claim=claim, verdict=replace(VERDICT, expectations=(result,)))
    stream = BytesIO()
    write_export(Material(graph=small_graph(), evidence=lambda: (known,)), "html", stream)
    page = visit(stream.getvalue())
    page.run("choose(numberOf.get('claim:c1'))")
    drawn = page.page.locator("#panel svg.scale")
    assert "expected > 40 in at least 80 % of seeds" in drawn.get_attribute("aria-label")
    bound = float(drawn.locator(".threshold").get_attribute("x1"))
    left = float(drawn.locator(".interval").get_attribute("x1"))
    assert 0 < bound < left < 300


@needs_browser
def test_the_local_view_has_a_depth(small):
    """One step around a note shows its neighbours alone, two show theirs, Esc the whole again."""
    small.run("choose(numberOf.get('note:wide'))")
    small.page.click("#local")
    one = sorted(small.shown())
    assert one == ["claim:c1", "note:deep", "note:wide", "tag:theory"]
    small.slide("depth", 2)
    assert small.run("nShown") == 7
    assert "2 steps" in small.say("#panel .acts")
    places = small.run("byImportance.filter((n) => isShown[n]).map((n) => `${X[n]} ${Y[n]}`)")
    assert len(set(places)) == len(places)
    small.page.keyboard.press("Escape")
    assert small.run("nShown") == small.run("N")


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_system_and_the_switch(visit, scheme):
    """The ground is light or dark as the system says, and the other after a click."""
    page = visit(small_page(), color_scheme=scheme)
    page.at_rest()
    light = "parseInt(getComputedStyle(document.body).backgroundColor.slice(4)) > 128"
    assert page.run(light) == (scheme == "light")
    page.page.click("#theme")
    page.at_rest()
    assert page.run(light) != (scheme == "light")


@needs_browser
def test_paper_is_light(visit):
    """A dark page turns light for the printer, edges and all, and dark again after it."""
    page = visit(small_page(), color_scheme="dark")
    page.at_rest()
    light = "[colours.paper, document.documentElement.className, painting]"
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    assert page.run(light) == ["#faf9f6", "", None]
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.run("document.documentElement.className") == "dark"


@needs_browser
def test_a_picture_is_saved(small):
    """The button gives a PNG under the vault's name."""
    small.at_rest()
    with small.page.expect_download() as caught:
        small.page.click("#save")
    assert caught.value.suggested_filename == "notes.png"
    assert Path(caught.value.path()).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


@needs_browser
def test_fingers_pan_and_pinch(visit):
    """On a phone one finger moves the map, two make it larger, a tap chooses."""
    page = visit(
        small_page(),
        viewport={"width": 390, "height": 800},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=3,
    )
    page.at_rest()
    touch = """([kind, ...points]) => points.forEach(([pointerId, clientX, clientY]) =>
      canvas.dispatchEvent(
        new PointerEvent(kind, { pointerId, pointerType: "touch", clientX, clientY })))"""
    page.run("() => { canvas.setPointerCapture = () => {}; }")
    x, zoom = page.run("camera.x"), page.run("camera.zoom")
    page.page.evaluate(touch, ["pointerdown", [1, 100, 500]])
    page.page.evaluate(touch, ["pointermove", [1, 160, 500]])
    assert page.run("camera.x") < x
    page.page.evaluate(touch, ["pointerdown", [2, 200, 600]])
    page.page.evaluate(touch, ["pointermove", [2, 220, 640], [2, 260, 700]])
    page.page.evaluate(touch, ["pointerup", [1, 160, 500], [2, 260, 700]])
    assert page.run("camera.zoom") > zoom
    assert page.page.locator("#panel").is_hidden()
    page.run("fitAll()")
    page.at_rest()
    page.click_node("note:far")
    assert page.say("#panel h2") == "A far note"
    assert page.page.locator("#legend").is_hidden()
    page.page.click("#more")
    assert page.page.locator("#legend").is_visible()


@needs_browser
def test_search_finds_what_is_hidden(small):
    """A hit that is hidden says by what, and choosing it or a path to it brings it back."""

    def find(words):
        small.page.fill("#search", words)
        small.wait(f"state.words === {words!r} && found.length")
        return small.say("#results")

    small.page.fill("#search", "wide")
    small.page.wait_for_selector("#results button")
    small.page.keyboard.press("Enter")
    small.page.click("#local")
    assert "hidden" not in small.say("#results")
    small.page.evaluate("search('wide'), choose(found[0]), setDepth(1)")
    small.page.evaluate("state.words = 'note', found = [numberOf.get('note:far')], applyFilters()")
    assert "hidden by the local view" in small.say("#results")
    assert "1 found, 1 of them hidden" in small.say("#status")
    small.page.click("#results button")
    assert small.run("[state.depth, nShown === N]") == [0, True]

    small.page.click("#legend label:has-text('notes') >> nth=0")
    assert "hidden by the filters" in find("a far")
    small.page.click("#results button")
    assert "note:far" in small.shown()
    assert small.page.locator("#legend label:has-text('notes') input >> nth=0").is_checked()
    assert "hidden" not in small.say("#results")

    small.slide("time-from", 1)
    assert "hidden by the filters" in find("wide")
    small.page.keyboard.press("Enter")
    assert "note:wide" in small.shown()
    assert small.say("#date-from") == "2026-01"

    small.slide("time-from", 2)
    small.slide("time-to", 2)
    assert "hidden by the filters" in find("pytorch")
    small.page.click("#results button")
    assert small.run("isShown[state.chosen]") == 1


@needs_browser
def test_a_path_leads_out_of_the_local_view(small):
    """From a local view a path reaches a note that the view did not show."""
    small.run("choose(numberOf.get('note:wide'))")
    small.page.click("#local")
    assert "note:data" not in small.shown()
    small.page.click("#way")
    small.page.fill("#search", "corpus")
    small.page.wait_for_selector("#results button")
    small.page.click("#results button")
    assert small.say("#panel h2") == "2 steps"


@needs_browser
def test_the_local_view_is_bright_whatever_was_sought(small):
    """A search left in the box dims nothing of a local view, and the centre has its title."""
    small.page.fill("#search", "far")
    small.page.wait_for_selector("#results button")
    small.page.keyboard.press("Enter")
    small.run("choose(numberOf.get('tag:theory'))")
    small.page.click("#local")
    assert small.page.input_value("#search") == "far"
    assert small.run("focus") is None
    small.at_rest()
    titles = """() => {
      const said = [];
      const layer = newLayer(1);
      layer.zoom = 0.5;  // so small that names are left out
      layer.pen.fillText = (text) => said.push(text);
      paintLabels(layer);
      return said;
    }"""
    assert small.run(titles) == ["theory"]


@needs_browser
def test_a_click_is_answered_before_the_map_is_painted_anew(small):
    """The first frame after a click marks the note on the old bitmaps, the next one paints."""
    small.at_rest()
    assert small.run("""() => {
      const before = layers.front;
      choose(numberOf.get("note:wide"));
      paint();
      const isKept = layers.front === before && stale.front;
      paint();
      return [isKept, layers.front === before, stale.front];
    }""") == [True, False, False]


@needs_browser
def test_on_a_phone_lists_take_turns(visit):
    """Results, filters and the sheet of a note are never drawn through each other."""
    page = visit(
        small_page(), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    seen = "['results', 'legend', 'panel'].filter((id) => byId(id).getClientRects().length)"
    page.page.fill("#search", "networks")
    page.page.wait_for_selector("#results button")
    page.page.keyboard.press("Enter")
    assert page.run(seen) == ["panel"]
    top = "document.elementFromPoint(195, byId('panel').getBoundingClientRect().top + 8)"
    assert page.run(f"byId('panel').contains({top})")
    page.page.click("#more")
    assert page.run(seen) == ["legend"]
    page.page.fill("#search", "network")
    page.page.wait_for_selector("#results button")
    assert page.run(seen) == ["results"]
    page.page.click("#more")
    page.page.fill("#search", "A far")
    page.page.wait_for_selector("#results button")
    page.page.click("#results button")
    page.page.click("#way")
    page.page.fill("#search", "data")
    page.page.wait_for_selector("#results button")
    assert page.run(seen) == ["results", "panel"]  # where the path leads is asked and listed
    ends = (
        "[byId('side').getBoundingClientRect().bottom, byId('panel').getBoundingClientRect().top]"
    )
    bottom, sheet = page.run(ends)
    assert bottom <= sheet


@needs_browser
def test_nothing_hostile_runs(visit):
    """Titles, tags, fields, file names and claims full of attacks are shown as plain text."""
    claims = tuple(
        Claim(id=text, statement=text, note_id="0", path=text, line=1) for text in ATTACKS
    )
    cards = [
        make_card(
            f"{i}",
            path=f"{text}.md",
            title=text,
            tags=(text,),
            description=text,
            tools=(make_mention(text),),
            links=(make_link("ghost " + text),),
            attributes={text: {text: [text]}},
        )
        for i, text in enumerate(ATTACKS)
    ]
    graph = build(*cards, claims=claims)
    for claim in claims:
        graph.nodes[f"claim:{claim.id}"].update(verdict=claim.id, standing=claim.id)
    page = visit(export_graph(graph, "html"))
    for node in range(len(graph)):
        page.run(f"choose({node})")
    page.run("search('window')")
    page.page.hover("#map")
    page.at_rest()
    assert page.run("window.hacked") is None
    assert page.page.locator("img, iframe, object, embed, form, a[href]").count() == 0
    shown = page.run("() => { choose(0); return document.querySelector('#panel h2').textContent; }")
    assert shown == ATTACKS[0]
    blocked = page.run("""() => new Promise((done) => {
      document.addEventListener('securitypolicyviolation', () => done(true), { once: true });
      const one = document.createElement('script');
      one.textContent = 'window.hacked = 9';
      document.head.append(one);
      setTimeout(() => done(false), 2000);
    })""")
    assert blocked
    assert page.run("window.hacked") is None
    page.complaints.clear()  # the policy's own word about the script above


@needs_browser
def test_an_empty_graph_says_so(visit):
    """Without a node the page tells it, and nothing breaks."""
    page = visit(export_graph(nx.MultiDiGraph(), "html"))
    assert "nothing in this graph" in page.say("#empty")
    page.page.keyboard.press("0")
    page.page.fill("#search", "x")


@needs_browser
def test_the_large_graph_opens_and_answers(visit, large_page):
    """10,000 nodes and 50,000 edges: open, search, choose, filter, pan and zoom."""
    page = visit(large_page)
    page.at_rest()
    assert page.run("[N, M]") == [10_000, 50_000]
    assert page.run("areas.length") > 30
    page.page.fill("#search", "kernel and")
    page.page.wait_for_selector("#results button")
    assert page.page.locator("#results button").count() == 40
    page.page.click("#results button >> nth=3")
    page.at_rest()
    assert page.page.locator("#panel h2").is_visible()
    page.page.click("#legend label:has-text('notes') >> nth=0")
    assert page.run("nShown") < 10_000
    page.page.mouse.move(600, 400)
    page.page.mouse.wheel(0, -500)
    page.page.mouse.down()
    page.page.mouse.move(900, 500, steps=4)
    page.page.mouse.up()
    page.at_rest()
