"""``noteweb graph plot``: a note and what stands around it, drawn with letters."""

from __future__ import annotations

import io
import json
import sys

import pytest

from noteweb.cli import run
from noteweb.text.width import measure

CLAIMS = """---
title: Brood
claims:
  - id: warm
    statement: Brood is warm.
    kind: {kind}
  - id: dry
    statement: Brood is dry.
    kind: speculation
    contradicts: [warm]
---
See [[Comb]], [[Nectar]] and [[Хранение мёда в сотах зимой и летом 蜂蜜]]. #bees #comb
"""


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Stand in a vault with a hub."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    (tmp_path / "Brood.md").write_text(CLAIMS.format(kind="speculation"), encoding="utf-8")
    (tmp_path / "Comb.md").write_text("[[Nectar]] #comb\n", encoding="utf-8")
    for number in range(20):
        text = f"[[Comb]] {'[[Nectar]]' * (number == 7)}\n\nsupports:: [[Brood]]\n"
        (tmp_path / f"Bee {number:02}.md").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    return tmp_path


def plot(capsys, *more, note="Brood"):
    """Draw a note and give the lines."""
    assert run(["graph", "plot", note, "-q", *more]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_plot_tells_ties_directions_verdicts_and_what_joins(capsys, vault):
    """Groups by tie and way, claims with sign and verdict, numbers of what is tied besides."""
    lines = plot(capsys)
    out = "\n".join(lines)
    assert lines[0] == "Brood  27 neighbours"
    assert "├─ → links to" in lines
    assert "├─ ← is supported by, 12 here and 8 more" in lines
    assert "– not-testable warm: Brood is warm." in out
    assert "└─ → carries tag: comb  & 1; bees" in lines
    comb = next(line for line in lines if "1 Comb" in line)
    assert "& 2 " in comb
    assert comb.endswith("+17")  # the other bees, and its tag
    assert "Nectar (unwritten)" in out
    assert "Bee 07" in out  # it is joined to more than the others
    assert "& 3: tied to number 3 as well" in lines


@pytest.mark.parametrize("screen", [(80, 24), (120, 40), (40, 24), (20, 10)])
@pytest.mark.parametrize("depth", ["1", "3"])
def test_a_plot_fits_the_screen(capsys, vault, monkeypatch, screen, depth):
    """No line is wider than the screen, whatever script titles are in, and long ones are cut."""
    columns, rows = screen
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(rows))
    lines = plot(capsys, "--depth", depth)
    if columns >= 40:
        assert max(map(measure, lines)) <= columns
    if rows >= 24 and depth == "1":
        assert rows // 2 < len(lines) < rows
    if columns == 40:
        assert any("…" in line for line in lines)


def test_a_plot_goes_further_with_depth(capsys, vault):
    """What stands two steps away hangs on its neighbour and names its own tie."""
    out = "\n".join(plot(capsys, "--depth", "2", note="Bee 07"))
    assert "└─ → supports" in out
    assert "      ├─  6 ← is supported by: Bee 02  & 1" in out
    assert "      └─ and 21 more" in out


def test_a_plot_without_box_characters_is_ascii(capsys, vault, monkeypatch):
    """Where the output cannot hold them, other signs stand in their place."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", errors="backslashreplace")
    monkeypatch.setattr(sys, "stdout", stream)
    assert run(["graph", "plot", "Brood", "-q"]) == 0
    text = stream.buffer.getvalue().decode("latin-1")
    assert "|- -> links to" in text
    assert "- not-testable warm" in text
    assert "\\u25" not in text


def test_a_plot_is_json_too(capsys, vault):
    """As JSON nothing is left out."""
    assert run(["graph", "plot", "Brood", "-q", "--format", "json", "--no-index"]) == 0
    found = json.loads(capsys.readouterr().out)
    supports = next(group for group in found if group["text"] == "is supported by")
    assert (supports["way"], len(supports["nodes"])) == ("in", 20)
    states = next(group for group in found if group["text"] == "states")
    assert {node["verdict"] for node in states["nodes"]} == {"not-testable"}
    assert not (vault / ".noteweb").exists()


def test_a_lonely_note_and_a_wrong_name(capsys, vault):
    """Nothing around a note is a picture too; a wrong name gets near ones, none is asked for."""
    (vault / "Alone.md").write_text("Nothing.\n", encoding="utf-8")
    assert plot(capsys, note="Alone") == ["Alone  no neighbours"]
    assert run(["graph", "plot", "Broood", "-q"]) == 3
    assert "did you mean: Brood" in capsys.readouterr().err
    assert run(["graph", "plot"]) == 2
    assert "plot of which note?" in capsys.readouterr().err
