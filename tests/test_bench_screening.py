"""`noteweb bench screening` measures what a library's own labels say."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec

import jsonschema
import numpy as np
import pytest

from made_library import CRITERIA, make_library
from noteweb import metrics
from noteweb.bench import peer, screening
from noteweb.cli import run
from noteweb.errors import PeerFailed
from noteweb.library.write import write_csv
from noteweb.model.progress import Silent
from noteweb.schema import read_schema

MADE, LABELS = make_library(120, share=0.25, seed=4)
LIBRARY = [replace(each, included=label) for each, label in zip(MADE, LABELS, strict=True)]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Stand beside a labelled library and its criteria."""
    (tmp_path / "reviewed.csv").write_text(write_csv([*LIBRARY, make_unlabelled()]))
    (tmp_path / "criteria.md").write_text(CRITERIA)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def make_unlabelled():
    """Give a record without a label."""
    return replace(MADE[0], key="unlabelled")


def bench(capsys, *arguments, library="reviewed.csv"):
    """Run the command with the hashing model, and without asreview unless asked otherwise."""
    code = run(["bench", "screening", library, "--criteria", "criteria.md", "--model", "hashing",
                *arguments])  # fmt: skip
    return code, *capsys.readouterr()


def test_figures_are_those_of_the_labels(capsys, files):
    """The criteria's AUC is that of their scores; every metric stands within its interval."""
    code, out, err = bench(capsys, "--no-asreview", "--format", "json")
    found = json.loads(out)
    jsonschema.Draft202012Validator(read_schema("bench-screening-result")).validate(found)
    assert (code, err) == (0, "")
    counts = [found[name] for name in ("n_records", "n_relevant", "n_left_out")]
    assert counts == [120, sum(LABELS), 1]
    assert found["asreview"] == {"version": None, "readings": []}
    for reading in (found["criteria_alone"], found["screened"]):
        for name in screening.METRICS:
            assert reading[name]["low"] <= reading[name]["estimate"] <= reading[name]["high"]
    assert found["screened"]["auc"]["estimate"] > found["criteria_alone"]["auc"]["estimate"]


def test_a_person_reads_a_table(capsys, files):
    """The table has a row for each order and the metrics by name."""
    code, out, _ = bench(capsys, "--no-asreview")
    assert code == 0
    assert out.startswith(f"120 records, {sum(LABELS)} of them relevant\n")
    assert [line.split("  ")[0] for line in out.splitlines() if line[:1].isalpha()][:2] == [
        "criteria alone",
        "screened",
    ]
    assert "WSS@95" in out


def test_without_asreview_one_line_says_how_to_have_it(capsys, files, monkeypatch):
    """Where the peer is not installed the rest is measured all the same."""
    monkeypatch.setattr(peer, "version", raise_not_found)
    code, out, err = bench(capsys)
    assert (code, err.count("\n")) == (0, 1)
    assert "pip install 'noteweb[bench]'" in err
    assert "asreview" not in out


def raise_not_found(name):
    """Behave as where nothing is installed."""
    raise peer.PackageNotFoundError(name)


def test_a_peer_that_fails_says_why_in_a_line(capsys, files, monkeypatch, tmp_path):
    """What another program dies of is one line, with what to do instead."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pandas.py").write_text("raise RuntimeError('no pandas today')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    monkeypatch.setattr(peer, "version", lambda _: "3.0")
    code, _, err = bench(capsys, "-q")
    assert code == 3
    assert "asreview failed: RuntimeError: no pandas today" in err
    assert "--no-asreview" in err


def test_a_library_without_labels_cannot_be_measured(capsys, files):
    """Too few labels of a kind are refused with what is needed."""
    (files / "bare.csv").write_text(write_csv(MADE))
    code, _, err = bench(capsys, library="bare.csv")
    assert code == 2
    assert "0 records labelled relevant" in err
    assert "included" in err


def test_the_reader_reads_every_record_once():
    """The simulated order is a permutation that puts the relevant ones first."""
    labelled = screening.take_labels(LIBRARY)
    features = screening.make_features(labelled.references, None)
    rng = np.random.default_rng(0)
    order = screening.simulate(features, rng.normal(size=120), labelled.labels, Silent())
    assert sorted(order) == list(range(120))
    assert metrics.auc(labelled.labels, -np.argsort(order).astype(float)) > 0.7


@pytest.mark.skipif(find_spec("asreview") is None, reason="asreview is not installed")
def test_asreview_reads_every_record_and_leaves_nothing(capsys, files):
    """Asreview's own default stands beside, and no file of its stays in the folder."""
    before = sorted(files.iterdir())
    code, out, _ = bench(capsys, "--starts", "1", "--format", "json", "-q")
    (top, start) = json.loads(out)["asreview"]["readings"]
    assert code == 0
    assert (top["start"], start["start"]) == ("from the top", "random start 1")
    assert top["auc"]["estimate"] > 0.6
    assert {*files.iterdir()} - {*before} == {files / "cache"}


def test_a_peer_that_says_nothing_is_told_too():
    """A child that is killed has no last word; its exit code is told."""
    assert "exit code 3" in str(PeerFailed("asreview", "exit code 3"))
