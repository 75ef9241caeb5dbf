"""Seconds and frames of the exported page in Chromium, on a made graph.

usage: PYTHONPATH=src:tests python tests/bench/page.py [N_NODES] [N_EDGES]

A window of 1440 by 900 pixels, without a graphics card. Wall time, medians of five: from opening
the file to the first painted frame; from a key in the search box, a click on a node and a filter to
the next painted frame; frames in a second while the map is dragged.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from browser import open_browser
from made_graph import make_graph
from noteweb.export import export_graph
from noteweb.graph.layout import lay_out

N_RUNS = 5
#: From an act to the frame after the one that shows it, in milliseconds.
ANSWER = """(act) => new Promise((done) => {
  const begun = performance.now();
  act();
  const look = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  setTimeout(look, WAIT);
})"""

PRESS = """() => {
  const box = document.getElementById("search");
  box.value = "kernel".slice(0, %d);
  box.dispatchEvent(new Event("input"));
}"""


def main(n_nodes: int, n_edges: int) -> None:
    """Measure everything once over."""
    graph = make_graph(n_nodes, n_edges)
    start = process_time()
    layout = lay_out(graph)
    print(f"{'layout, CPU':34} {process_time() - start:8.2f} s")
    start = process_time()
    lay_out(graph, layout)
    print(f"{'the same map again, CPU':34} {process_time() - start:8.2f} s")
    start = process_time()
    page = export_graph(graph, "html")
    print(f"{'page with layout, CPU':34} {process_time() - start:8.2f} s")
    print(f"{'size':34} {len(page) / 1e6:8.2f} MB")
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        file = Path(folder) / "page.html"
        file.write_bytes(page)
        measure(browser, file.as_uri())


def measure(browser, address: str) -> None:
    """Print what a person waits for."""
    opened = [first_paint(browser, address) for _ in range(N_RUNS)]
    tell("first paint", opened, "s")
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    page.wait_for_timeout(2500)
    keys, clicks, filters = [], [], []
    for number in range(N_RUNS):
        keys += [answer(page, PRESS % (number + 1), wait=20)]
    tell("a key in the search box", keys, "ms")
    page.evaluate("document.getElementById('search').value = ''; search('')")
    page.wait_for_timeout(1500)
    for number in range(N_RUNS):
        clicks.append(answer(page, f"() => choose(byImportance[{number * 7}])"))
        page.wait_for_timeout(1200)
    tell("a click on a node", clicks, "ms")
    page.keyboard.press("Escape")
    for _ in range(N_RUNS):
        box = "document.querySelectorAll('#legend input')[2]"
        filters.append(answer(page, f"() => {box}.click()"))
        page.wait_for_timeout(1200)
    tell("a filter", filters, "ms")
    page.evaluate("leave(); fitAll()")
    page.wait_for_timeout(1500)
    tell("frames in a second, dragging", [frames(page) for _ in range(N_RUNS)], "")
    page.evaluate("zoomAbout(4, 700, 400)")
    page.wait_for_timeout(1500)
    tell("the same, zoomed in", [frames(page) for _ in range(N_RUNS)], "")


def first_paint(browser, address: str) -> float:
    """Give the seconds from asking for the page to the frame that shows its map."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    start = perf_counter()
    page.goto(address, wait_until="commit")
    page.evaluate("""() => new Promise((done) => {
      const isPainted = () => { try { return layers.front !== null; } catch { return false; } };
      const look = () => (isPainted() ? setTimeout(done) : requestAnimationFrame(look));
      look();
    })""")
    taken = perf_counter() - start
    page.close()
    return taken


def answer(page, act: str, wait: int = 0) -> float:
    """Give the milliseconds from an act to its answer on the screen."""
    return page.evaluate(f"({ANSWER.replace('WAIT', str(wait))})({act})")


def frames(page) -> float:
    """Give the frames in a second while a mouse drags the map to and fro."""
    page.mouse.move(600, 250)
    page.mouse.down()
    page.evaluate("""() => {
      window.nFrames = 0; window.isCounting = true; window.begun = performance.now();
      const count = () => {
        window.nFrames += 1;
        if (window.isCounting) requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    }""")
    for number in range(40):
        page.mouse.move(600 + 38 * (number % 20), 250 + 25 * (number % 20))
    result = page.evaluate("""() => {
      window.isCounting = false;
      return window.nFrames / (performance.now() - window.begun) * 1000;
    }""")
    page.mouse.up()
    page.wait_for_timeout(600)
    return result


def tell(name: str, values: list[float], unit: str) -> None:
    """Print the median and the range."""
    print(f"{name:34} {median(values):8.2f} {unit:3} ({min(values):.2f} to {max(values):.2f})")


if __name__ == "__main__":
    sizes = [int(one) for one in sys.argv[1:]] or [10_000, 50_000]
    main(*sizes)
