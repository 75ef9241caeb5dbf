"""`noteweb bench activation` measures what a labelled set, or the vault's own labels, say."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest

from made_garden import DOUGH, TAXES, make_garden
from noteweb import metrics
from noteweb.activation.label import Answer, Label, append_labels
from noteweb.bench.activation import Pairs, find_calibration_error, find_figures
from noteweb.cli import run
from noteweb.schema import read_schema

SOURDOUGH = "A sourdough starter ferments more slowly in a cold kitchen, says the baker."
OWL = "An owl finds a mouse in full darkness by hearing alone, on the wing."
RANKED = ("auc", "average_precision", "recall_at_10", "wss_95", "tnr_95")


@pytest.fixture(scope="module")
def garden(tmp_path_factory):
    """Make a vault, indexed by what is first asked."""
    return make_garden(tmp_path_factory.mktemp("bench") / "garden")


@pytest.fixture
def folder(garden, tmp_path, monkeypatch):
    """Stand beside a labelled set of four lines, one of which names a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOTEWEB_VAULT", str(garden))
    (garden / "labels.jsonl").unlink(missing_ok=True)
    (tmp_path / "dough.txt").write_text(DOUGH, encoding="utf-8")
    write_set(
        {"text": SOURDOUGH, "fires": ["Sourdough"], "maybe": ["Owls"], "half": "a"},
        {"text": OWL, "fires": ["owls.md"], "half": "b"},
        {"path": "dough.txt", "fires": ["Sourdough"], "maybe": [], "half": 2},
        {"text": TAXES, "half": "b"},
    )
    return tmp_path


def write_set(*lines):
    """Write a set of these lines; texts go in as they are."""
    shown = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    with open("set.jsonl", "w", encoding="utf-8") as stream:  # noqa: PTH123 - where we stand
        stream.write("\n".join(shown) + "\n")


def bench(capsys, *arguments):
    """Run the command on the set and give its exit code, output and errors."""
    code = run(["bench", "activation", *arguments, "-q"])
    return code, *capsys.readouterr()


def as_json(capsys, *arguments):
    """Give what was measured, held to its schema."""
    code, out, err = bench(capsys, *arguments, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    jsonschema.Draft202012Validator(read_schema("bench-activation-result")).validate(found)
    return found


def test_each_document_is_held_against_the_notes_that_are_named(capsys, folder):
    """Two notes are named, one pair is doubtful; all three that should fire do, no other."""
    found = as_json(capsys, "set.jsonl", "--fdr", "0.001")
    counts = [found[x] for x in ("n_documents", "n_pairs", "n_fire", "n_quiet", "n_disturbed")]
    assert counts == [4, 7, 3, 1, 0]
    assert found["precision"]["estimate"] == found["recall"]["estimate"] == 1
    assert (found["auc"]["estimate"], found["false_fire_rate"]["estimate"]) == (1, 0)


def test_a_person_reads_every_figure(capsys, folder):
    """Counts first, then a figure a line with its interval; what has no value says so."""
    code, out, _ = bench(capsys, "set.jsonl", "--fdr", "0")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "4 documents, 7 pairs with notes, 3 of them should fire"
    assert any(line.split() == ["AUC", "1.000", "1.000", "to", "1.000"] for line in lines)
    (precision,) = [line for line in lines if line.startswith("precision at")]
    assert precision.endswith("  none")
    assert sum("too few pairs" in line for line in lines) == 4
    assert lines[-1] == "0 of 1 documents that should fire nothing fire one"


def test_lines_can_be_chosen_by_their_own_keys(capsys, folder):
    """Every --where must hold; the notes stay those of the whole set."""
    found = as_json(capsys, "set.jsonl", "--where", "half=b")
    assert (found["n_documents"], found["n_pairs"], found["n_fire"]) == (2, 4, 1)
    assert found["where"] == {"half": "b"}
    assert as_json(capsys, "set.jsonl", "--where", "half=2")["n_documents"] == 1


def test_the_vaults_own_labels_are_a_set(capsys, folder, garden):
    """Without a set each label counts at the rate it was given with; unsure ones do not."""
    answers = (Answer.FIRES, Answer.QUIET, Answer.FIRES, Answer.UNSURE)
    append_labels(garden, [
        Label(document="x", digest=str(i // 2), note=f"n{i}", answer=answer, passages=(),
              rate=rate, written="")
        for i, (answer, rate) in enumerate(zip(answers, (1e-3, 0.2, 0.4, 0.9), strict=True))
    ])  # fmt: skip
    found = as_json(capsys)
    assert (found["set"], found["n_documents"], found["n_pairs"]) == (None, 2, 3)
    assert found["recall"]["estimate"] == found["auc"]["estimate"] == 0.5


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        (["{"], 3, "set.jsonl:1 is no JSON"),
        (["", "[]"], 3, "set.jsonl:2 is no map"),
        (['{"text": "a", "fires": "Owls"}'], 3, "'fires' that is no list of notes"),
        (['{"text": "a", "maybe": [3]}'], 3, "'maybe' that is no list of notes"),
        (['{"text": "a", "fires": ["Owlz"]}'], 3, "did you mean: Owls"),
        (['{"fires": ["Owls"]}'], 3, "has neither text nor path"),
        (['{"path": "nothing.txt"}'], 3, "nothing.txt"),
        (['{"text": "", "fires": ["Owls"]}'], 3, "set.jsonl:1"),
        ([""], 2, "holds no line"),
        (['{"text": "An owl.", "fires": ["Owls"]}'], 2, "of 1 pairs of document and note 1"),
        (['{"text": "An owl.", "maybe": ["Owls"]}'], 2, "of 0 pairs"),
    ],
)
def test_a_set_that_cannot_be_used_is_one_clear_line(capsys, folder, lines, code, said):
    """The line is named, and what a line should be."""
    write_set(*lines)
    got, out, err = bench(capsys, "set.jsonl")
    assert (got, out) == (code, "")
    assert said in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing.jsonl"], 3, "nothing.jsonl"),
        (["set.jsonl", "--where", "half"], 2, "names no value"),
        (["set.jsonl", "--where", "half=c"], 2, "no line of set.jsonl has half=c"),
        ([], 2, "of 0 pairs"),
    ],
)
def test_a_request_that_makes_no_sense_is_one_clear_line(capsys, folder, arguments, code, said):
    """What is not there, and labels of no kind at all."""
    got, out, err = bench(capsys, *arguments)
    assert (got, out) == (code, "")
    assert said in err


def make_pairs(n_documents=60, n_notes=30, seed=3):
    """Pairs of a reader whose notes fire the likelier, the rarer the rate."""
    random = np.random.default_rng(seed)
    rates = 10 ** -random.exponential(1.0, (n_documents, n_notes))
    fires = random.random(rates.shape) < 1 / (1 + np.exp(-(1.9 * -np.log10(rates) - 5.3)))
    documents = np.repeat(np.arange(n_documents), n_notes)
    return Pairs(documents=documents, rates=rates.ravel(), fires=fires.ravel())


def test_figures_are_those_of_the_rates():
    """Rankings are by rate, the rarest first; the threshold is met by what equals it."""
    pairs = make_pairs()
    found = find_figures(pairs, 0.01)
    ranks = np.argsort(np.argsort(-pairs.rates)).astype(float)
    for name, metric in zip(
        RANKED,
        (metrics.auc, metrics.average_precision, metrics.recall_at, metrics.wss, metrics.tnr),
        strict=True,
    ):
        assert found[name].estimate == pytest.approx(metric(pairs.fires, ranks)), name
        assert found[name].low < found[name].estimate < found[name].high
    does = pairs.rates <= 0.01
    assert found["precision"].estimate == pytest.approx(pairs.fires[does].mean())
    assert found["recall"].estimate == pytest.approx(does[pairs.fires].mean())
    assert found["false_fire_rate"].estimate == pytest.approx(does[~pairs.fires].mean())


def test_labels_are_drawn_from_the_best_notes_of_each_document():
    """A reader like the prior is met; what lies beyond the best notes changes nothing."""
    pairs = make_pairs()
    error = find_calibration_error(pairs, 20, 5)
    assert 0 < error < 0.1
    best = [np.sort(pairs.rates[pairs.documents == d])[4] for d in range(60)]
    beyond = pairs.rates > np.repeat(best, 30)
    other = Pairs(
        documents=pairs.documents,
        rates=np.where(beyond, 1.0, pairs.rates),
        fires=pairs.fires ^ beyond,
    )
    assert find_calibration_error(other, 20, 5) == error
    assert find_calibration_error(pairs, 20, 20) != error
    assert find_calibration_error(pairs, 250, 5) is None


def test_an_interval_over_documents_is_wider_than_over_pairs():
    """Where the pairs of a document agree, they say less than their number."""
    random = np.random.default_rng(6)
    documents = np.repeat(np.arange(40), 25)
    labels = np.tile(np.arange(25) < 5, 40)
    scores = labels + np.repeat(random.normal(0, 3, 40), 25) * labels + random.normal(0, 1, 1000)
    alone = metrics.bootstrap(metrics.auc, labels, scores)
    grouped = metrics.bootstrap(metrics.auc, labels, scores, groups=documents)
    assert grouped.estimate == alone.estimate
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)
