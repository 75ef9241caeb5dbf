"""The report as a person asks for it, and what it says of claims, runs and plots."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from hostile import ATTACKS
from made_report import NOTE, make_entry, make_finding, make_report, read_ledger_lines, write_toy
from noteweb.cli import run
from noteweb.model.claim import Expectation, Op
from noteweb.model.verdict import Outcome
from noteweb.report import markdown, page
from noteweb.report.drawing import draw_line
from noteweb.report.element import make
from noteweb.report.prose import read_prose
from noteweb.report.scale import measure


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Stand in a vault with three claims whose experiment was allowed and run."""
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / "noteweb.toml").write_text('model = "none"\n')
    (folder / "note.md").write_text(NOTE)
    write_toy(folder)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    monkeypatch.chdir(folder)
    assert run(["trust", "allow", "toy", "--yes"]) == 0
    assert run(["verify", "-q"]) == 1
    return folder


def ask(capsys, *words):
    """Run a command; give its exit code and what it wrote."""
    capsys.readouterr()
    code = run(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def read_text(html):
    """Give what a page shows, without its style."""
    shown = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    parser, found = HTMLParser(), []
    parser.handle_data = found.append
    parser.feed(shown)
    return " ".join("".join(found).split())


def test_a_report_tells_what_each_claim_rests_on(vault, capsys):
    """Source, verdict, interval, guards, what was simplified, published and measured, standing."""
    code, out, _ = ask(capsys, "report")
    assert code == 0
    assert out.index("### down") < out.index("### up") < out.index("### ought")
    for told in (
        "- 1 refuted\n- 1 supported\n- 1 not-testable",
        "- ✗ refuted: `down`",
        "decided: 1 in every run, expected gap > 0",
        "published: On going up, page 3, 10.1000/182",
        "recalled: from memory; nobody has held it against the source",
        "in its words: “It sank by 4.”",
        "quoted: held against the source",
        "`gap` expected < 0, in every run: **refuted**",
        "how far it goes",
        "found: 1 mm in every run",
        "guard `scales` (known-answer): met in 2 runs; one run said: off by 0.1 %",
        "Simplified: there is no weather.",
        "in its author's words: 4 in the book, 1 here.",
        "runs: 2 ok;",
        "with: shift = 1.0; profile quick",
        "it supports ought (not-testable)",
        "The note names it: a vote.",
        "quoted: read in the document that is named; not held against what",
        "- hedges: the source says so with a reservation",
        "what runs can decide are claims",
        "- versions: python 3",
    ):
        assert told in out, told
    assert run(["report", "-o", "report.html", "-q"]) == 0
    html = (vault / "report.html").read_text(encoding="utf-8")
    assert html.count("data:image/svg+xml;base64,") == 2
    assert html.count('<svg class="scale"') == 2
    assert "<script" not in html
    for told in (
        "Simplified: there is no weather.",
        "out: its own evidence refutes it",
        "hedges: the source says so with a reservation",
    ):
        assert told in read_text(html)
    assert '<a href="https://doi.org/10.1000/182"' in html


def test_a_report_runs_nothing(vault, capsys):
    """Records and artifacts stay as they are, and code that nobody allowed is told as blocked."""
    before = {path: path.read_bytes() for path in (vault / "runs").rglob("*") if path.is_file()}
    write_toy(vault, "raise SystemExit")
    code, out, _ = ask(capsys, "report", "up")
    assert code == 0
    assert "1 of 3 claims" in out
    assert "blocked" in out
    assert "changed-code: experiments/toy.py" in out
    after = {path: path.read_bytes() for path in (vault / "runs").rglob("*") if path.is_file()}
    assert after == before


def test_what_was_before_is_told(vault, capsys):
    """An edit and runs made again leave batches in the history: when, how many, what changed."""
    write_toy(vault, "shift = 2")
    assert run(["trust", "allow", "toy", "--yes"]) == 0
    code, out, _ = ask(capsys, "report", "up")
    assert code == 0
    assert "- before that: supported" in out
    assert run(["verify", "up", "-q"]) == 0
    assert run(["verify", "up", "--force", "-q"]) == 0
    _, out, _ = ask(capsys, "report", "up")
    told = [line for line in re.sub(r"\n  +", " ", out).splitlines() if "- history" in line]
    assert len(told) == 3
    assert all("2 seeds, profile quick" in line for line in told)
    assert "supported by what is expected today; since then changed-code" in told[0]
    assert told[1].endswith("nothing has changed since")
    assert "attempt 2 of the same seeds" in told[2]


def test_plots_are_those_on_record(vault, capsys):
    """A plot that was changed is not shown, and how to make it again is told."""
    (first, *_) = read_ledger_lines(vault)
    plot = vault / "runs" / first["artifacts"][0]["path"]
    for path in plot.parent.parent.rglob("gap.svg"):
        path.write_bytes(path.read_bytes() + b"<!-- more -->")
    _, out, _ = ask(capsys, "report", "up", "--format", "html")
    assert "data:image" not in out
    assert "noteweb verify --force up" in read_text(out)
    plot.unlink()
    plot.symlink_to(vault / "note.md")
    assert "data:image" not in ask(capsys, "report", "up", "--format", "html")[1]


def test_plots_of_markdown_lie_beside_it(vault, capsys):
    """With --plots they are files of a folder by the report's name, else they are left out."""
    code, out, _ = ask(capsys, "report", "up")
    assert "plot left out (gap.svg" in out
    code, _, _ = ask(capsys, "report", "-o", "out/r.md", "--plots")
    assert code == 3
    (vault / "out").mkdir()
    assert ask(capsys, "report", "-o", "out/r.md", "--plots")[0] == 0
    shown = re.findall(r"!\[.*?\]\((.*?)\)", (vault / "out" / "r.md").read_text(encoding="utf-8"))
    assert len(shown) == 2
    assert all((vault / "out" / name).read_bytes().startswith(b"<svg") for name in shown)
    (vault / "out" / "r.md").unlink()
    code, _, err = ask(capsys, "report", "-o", "out/r.md", "--plots")
    assert (code, "r-plots" in err) == (3, True)
    assert ask(capsys, "report", "-o", "out/r.md", "--plots", "--force")[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["-o", "there.html"], 3, "give another name, or --force"),
        (["-o", "note.md", "--force"], 3, "it is a note of this vault"),
        (["-o", "report.pdf"], 2, "end it in .html or .md"),
        (["-o", "."], 3, "name a file in it"),
        (["-o", "r.html", "--plots"], 2, "an HTML report holds its plots"),
        (["--plots"], 2, "name one: -o report.md"),
        (["upp"], 3, "did you mean: up"),
    ],
)
def test_what_cannot_be_written_is_told(vault, capsys, words, code, says):
    """A wrong request is one line with what to do, and nothing is written."""
    (vault / "there.html").write_text("mine")
    found, out, err = ask(capsys, "report", *words)
    assert (found, out) == (code, "")
    assert says in err
    assert (vault / "there.html").read_text() == "mine"
    assert sorted(path.name for path in vault.glob("r*.*")) == []


def test_force_replaces_a_report(vault, capsys):
    """With --force a report is replaced, one in the vault too, where it is no note of anybody's."""
    for name in ("a.html", "a.md"):
        assert ask(capsys, "report", "-o", name)[0] == 0
        (vault / name).write_text((vault / name).read_text(encoding="utf-8") + "more")
        assert ask(capsys, "report", "-o", name)[0] == 3
        assert ask(capsys, "report", "-o", name, "--force")[0] == 0
        assert not (vault / name).read_text(encoding="utf-8").endswith("more")


def test_a_vault_without_claims_has_no_report(tmp_path, capsys, monkeypatch):
    """It is said, the exit code is 1, and no file appears."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n')
    (tmp_path / "a.md").write_text("Text.\n")
    monkeypatch.chdir(tmp_path)
    code, out, err = ask(capsys, "report", "-o", "r.html")
    assert (code, out) == (1, "")
    assert "no note has a claim" in err
    assert not (tmp_path / "r.html").exists()


texts = st.text(st.characters(codec="utf-8"), max_size=40)


@given(texts)
def test_markdown_shows_any_text_and_does_nothing(text):
    """Whatever a note says is one paragraph of plain text to a reader of Markdown."""
    check_plain(text)


@pytest.mark.parametrize("text", ATTACKS)
def test_markdown_shows_attacks(text):
    """Links, pictures, HTML, headings and lists of a note are text."""
    check_plain(text)


def check_plain(text):
    """Hold what Markdown makes of a text, alone and in a list, against the text."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    lines = markdown.fill(text)
    tokens = reader.parse("\n".join(lines))
    allowed = {"paragraph_open", "inline", "paragraph_close"}
    assert {token.type for token in tokens} <= allowed
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "softbreak", "text_special"}
    shown = "".join(child.content or " " for child in inline)
    assert shown == markdown.visible(
        " ".join(text.encode("utf-8", "replace").decode().split())
    ) or ("\ufffd" in shown)
    item = reader.parse("\n".join(markdown.fill(f"x {text}", "- ", "  ")))
    assert [token.type for token in item].count("list_item_open") == 1
    assert "heading_open" not in [token.type for token in item]
    code = reader.parse(f"x {markdown.code(text)} y")
    assert [child.type for child in code[1].children] == ["text", "code_inline", "text"]


@given(texts)
def test_html_shows_any_text(text):
    """Text and attributes of an element read back; none is markup."""
    html = make("p", text, title=text)
    parser, data = HTMLParser(), []
    parser.handle_data = data.append
    tags = []
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, len(attributes)))
    parser.feed(html)
    parser.close()
    assert tags == [("p", 1)]
    if text.isprintable():
        assert "".join(data) == text


@given(
    op=st.sampled_from([Op.GT, Op.LT, Op.BETWEEN, Op.EQUIV, Op.EQ]),
    ends=st.tuples(*[st.floats(-1e6, 1e6) for _ in range(2)]).map(sorted),
    at=st.floats(-1e6, 1e6),
    width=st.floats(0, 1e6),
)
def test_a_drawing_agrees_with_the_verdict(op, ends, at, width):
    """The bar lies in the shaded stretch where the interval meets what is expected."""
    expectation = {
        Op.BETWEEN: Expectation(metric="gap", op=op, low=at, high=at + width),
        Op.EQUIV: Expectation(metric="gap", op=op, threshold=at, margin=width),
    }.get(op, Expectation(metric="gap", op=op, threshold=at))
    finding = make_finding(*ends)
    finding = type(finding)(expectation=expectation, result=finding.result, values=(*ends, at))
    scale = measure(finding)
    spots = [*scale.wanted, *scale.interval, scale.estimate, *scale.dots]
    assert all(0 <= spot <= 1 for spot in spots)
    low, high = ends
    limits = {
        Op.GT: (at, float("inf")),
        Op.LT: (float("-inf"), at),
        Op.BETWEEN: (at, at + width),
        Op.EQUIV: (at - width, at + width),
        Op.EQ: (at, at),
    }[op]
    if limits[0] <= low and high <= limits[1]:
        assert scale.wanted[0] <= scale.interval[0] <= scale.interval[1] <= scale.wanted[1]
    if high < limits[0] or low > limits[1]:
        assert scale.interval[1] <= scale.wanted[0] or scale.interval[0] >= scale.wanted[1]
    assert len(draw_line(scale)) == 61


def test_a_share_of_seeds_is_drawn_as_a_share():
    """Where a share of seeds is expected, the line goes from none to all of them."""
    finding = make_finding(0.82, 1.0)
    asked = Expectation(metric="gap", op=Op.GT, threshold=40.0, pass_share=0.8)
    scale = measure(type(finding)(expectation=asked, result=finding.result, values=(50.0,)))
    assert scale.bounds == ((0.8, 0.8),)
    assert scale.wanted == (0.8, 1.0)
    assert scale.dots == ()


def test_what_is_not_decided_is_drawn_open():
    """Without an estimate there is no drawing; an end that the sample does not bound is open."""
    finding = make_finding(float("-inf"), 0.9, Outcome.INCONCLUSIVE)
    assert measure(finding) is None
    assert measure(type(finding)(expectation=finding.expectation)) is None


def test_a_docstring_is_read_by_its_headings():
    """Text goes under the heading before it, over blank lines and line ends."""
    prose = read_prose("First.\n\nSimplified: a\nb.\n\nMore of it.\n\nSource: X (1901): a book.\n")
    assert prose.headline == "First."
    assert prose.find("Simplified") == "a b. More of it."
    assert prose.find("Source") == "X (1901): a book."
    assert prose.find("Expected effect") == ""
    assert read_prose("").headline == ""


def test_the_same_report_is_the_same_bytes():
    """Both forms depend on what is told and on nothing else."""
    report = make_report(make_entry())
    for write in (page.write, markdown.write):
        one, other = BytesIO(), BytesIO()
        write(report, one)
        write(report, other)
        assert one.getvalue() == other.getvalue()


def test_a_command_to_copy_is_code_on_one_line():
    """Neither a wrapped line nor an escape may come between the words of a command."""
    told = markdown.fill(f"{'x' * 85} made by: noteweb verify --force s003-mass-defect", "- ", "  ")
    assert told[-1].endswith("`noteweb verify --force s003-mass-defect`")
    assert markdown.fill("(noteweb experiment new NAME *x*)") == [
        "(`noteweb experiment new NAME` \\*x\\*)"
    ]
