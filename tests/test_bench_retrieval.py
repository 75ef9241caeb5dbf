"""`noteweb bench retrieval` measures the product's own answers on a labelled collection."""

from __future__ import annotations

import json
import math

import jsonschema
import numpy as np
import pytest

from noteweb.bench.retrieval import average_precision, ndcg, recall, reciprocal_rank
from noteweb.cli import run
from noteweb.metrics import bootstrap_mean
from noteweb.schema import read_schema

CORPUS = (
    {"_id": "owl", "title": "Owls", "text": "An owl hears a mouse in the dark."},
    {"_id": "dough", "title": "Sourdough", "text": "Wild yeast sleeps in a cold kitchen."},
    {"_id": "ice", "title": 'Ice: "calving"', "text": "--- a glacier calves\n# into the [[sea]]"},
    {"_id": "bare", "title": "", "text": "Lichens date a moraine."},
)
QUERIES = (
    {"_id": "1", "text": "how does an owl find a mouse"},
    {"_id": "2", "text": "yeast in the cold"},
    {"_id": "3", "text": "calving glaciers"},
    {"_id": "4", "text": "nobody judged this"},
)
QRELS = "query-id\tcorpus-id\tscore\n1\towl\t1\n2\tdough\t-1\n3\tice\t2\n3\tbare\t0\n"


@pytest.fixture
def collection(tmp_path):
    """Write a collection of four documents, three of them asked for."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, rows in (("corpus", CORPUS), ("queries", QUERIES)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (folder / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return folder


def bench(capsys, folder, *arguments):
    """Run the command, without a network's model, and give its exit code, output and errors."""
    cache = ["--cache", str(folder.parent / "cache"), "-q"]
    code = run(["bench", "retrieval", str(folder), "--model", "hashing", *cache, *arguments])
    return code, *capsys.readouterr()


def test_a_collection_is_asked_in_every_mode(capsys, collection):
    """Each mode has its figures; grades of -1 count, of 0 do not, and so words find everything."""
    code, out, err = bench(capsys, collection, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    jsonschema.Draft202012Validator(read_schema("bench-retrieval-result")).validate(found)
    assert (found["n_documents"], found["n_queries"]) == (4, 3)
    assert [mode["name"] for mode in found["modes"]] == ["hybrid", "text", "semantic"]
    text = found["modes"][1]
    assert text["ndcg_10"]["estimate"] == text["map"]["estimate"] == 1
    assert text["mrr_10"] == {"estimate": 1, "low": 1, "high": 1}


def test_each_part_is_taken_out(capsys, collection):
    """With --parts the shipped mix is also measured without each part, and the difference told."""
    _, out, _ = bench(capsys, collection, "--parts", "--format", "json")
    found = json.loads(out)
    jsonschema.Draft202012Validator(read_schema("bench-retrieval-result")).validate(found)
    assert [part["name"] for part in found["parts"]] == ["words", "meaning", "neighbours"]
    whole = found["modes"][0]["map"]["estimate"]
    for part in found["parts"]:
        worth = whole - part["map"]["estimate"]
        assert part["worth"]["map"]["estimate"] == pytest.approx(worth, abs=1e-3)
    _, out, _ = bench(capsys, collection, "--parts")
    assert "\nwhat each part of hybrid adds to the others\nwords " in out


def test_a_person_reads_a_table(capsys, collection):
    """Counts, a head line, and for each mode a line of figures with their intervals under it."""
    code, out, _ = bench(capsys, collection)
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "4 documents, 3 queries"
    assert lines[2].split() == "nDCG@10 MRR@10 recall@100 MAP CPU ms (p95)".split()
    assert lines[5].startswith("text                    1.000")
    assert lines[6].split()[:3] == ["1.000", "to", "1.000"]


def test_a_second_run_embeds_nothing(capsys, collection):
    """The vault stays in the cache and is asked as it is; other documents make another."""
    bench(capsys, collection)
    (vault,) = (collection.parent / "cache").iterdir()
    index = (vault / ".noteweb" / "vectors-0.f32").stat().st_mtime_ns
    bench(capsys, collection)
    assert (vault / ".noteweb" / "vectors-0.f32").stat().st_mtime_ns == index
    (collection / "corpus.jsonl").write_text(json.dumps(CORPUS[0]) + "\n", encoding="utf-8")
    bench(capsys, collection)
    assert len(list((collection.parent / "cache").iterdir())) == 2


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("qrels.tsv", "q\td\ts\n1\towl\tgood\n", "qrels.tsv:2 is no judgement"),
        ("qrels.tsv", "q\td\ts\n9\towl\t1\n", "judges no query of the collection"),
        ("qrels-b.tsv", QRELS, "several files of judgements"),
        ("corpus.jsonl", "[]\n", 'corpus.jsonl:1 is no map with "_id"'),
        ("queries.jsonl", "{\n", 'queries.jsonl:1 is no map with "_id"'),
    ],
)
def test_what_is_no_collection_is_one_clear_line(capsys, collection, name, content, told):
    """The file, the line and the layout that is expected are told; nothing is measured."""
    (collection / name).write_text(content, encoding="utf-8")
    code, out, err = bench(capsys, collection)
    assert (code in (2, 3), out) == (True, "")
    assert told in err
    assert len(err.splitlines()) == 2


def test_judgements_are_chosen_by_name(capsys, collection):
    """Where there are several files of judgements, --qrels takes one by its name, or its stem."""
    (collection / "qrels").mkdir()
    (collection / "qrels" / "dev.tsv").write_text("q\td\ts\n1\towl\t1\n", encoding="utf-8")
    code, out, _ = bench(capsys, collection, "--qrels", "dev")
    assert (code, out.splitlines()[0]) == (0, "4 documents, 1 queries")


def test_figures_are_those_of_the_textbooks():
    """Two of three relevant documents found, at ranks 2 and 4."""
    found = [False, True, False, True]
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(found, 3) == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert reciprocal_rank(found, 3) == 1 / 2
    assert reciprocal_rank([False] * 10 + [True], 3) == 0
    assert recall([False] * 99 + [True, True], 4) == 1 / 4
    assert average_precision(found, 3) == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert ndcg([], 3) == average_precision([], 3) == 0


def test_the_interval_of_a_mean_covers_it():
    """A mean lies within its interval, which has no width where all values are equal."""
    values = np.random.default_rng(3).random(200)
    interval = bootstrap_mean(values)
    assert interval.estimate == pytest.approx(values.mean())
    assert interval.low < interval.estimate < interval.high
    assert bootstrap_mean(np.ones(5)).low == bootstrap_mean(np.ones(5)).high == 1
