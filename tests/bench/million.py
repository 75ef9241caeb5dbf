"""Queries over a million passages: median and 95th percentile, recall, and what the index costs.

    python tests/bench/million.py [--passages 1000000] [--folder DIR]

Vectors are a mixture of Gaussians around 4,000 directions, 384 dimensions, those within a topic
falling off as a spectrum of real ones does; texts are 20 words each, half of them of a topic. They
go through the product's own paths: catalogue, vector file, tantivy and inverted lists are written
as an index run writes them, and `noteweb.search.query.search` asks. Every stage is a process of its
own with one thread. A query is measured in a process that has asked before; its vector is at hand,
for a model's time is no matter of the index. Needs 3 GB of disk for a million, given back at the
end.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.bench.process import run_command
from noteweb.index.folder import Index
from noteweb.index.nearest import build_ann, find_nearest
from noteweb.index.textindex import TextRow
from noteweb.index.vectors import append_rows
from noteweb.model.note import Card
from noteweb.passage import Passage, content_key
from noteweb.search.query import Request, search
from noteweb.vault import NoteFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

DIM = 384
N_TOPICS = 4_000
PER_NOTE = 20
BATCH = 500  # notes that are made and committed together
N_QUERIES = 200
N_FOUND = 1_000  # candidates that a search takes of each half
N_SHOWN = 10
NOISE = 0.9  # length of what a passage has beside its topic's direction
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Notes in a row: the vectors and texts of their passages."""

    first_note: int
    vectors: NDArray[np.float32]
    texts: list[str]


class Made:
    """The made collection: the same for the same number."""

    @cached_property
    def centres(self) -> NDArray[np.float32]:
        """Give the topics' directions."""
        rng = np.random.default_rng(1)
        return units(rng.standard_normal((N_TOPICS, DIM), dtype=np.float32))

    @cached_property
    def words(self) -> list[str]:
        """Give 50,000 words of three syllables."""
        ends = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo")
        ends += ("zu", "bra", "cle", "dri", "flo", "gru", "kla", "pre", "sti", "tro", "sku", "plo")
        ends += ("nar", "lem", "dok", "fil", "mar", "tem", "sol", "vin", "per", "kor", "lun")
        return ["".join(each) + "k" for each in itertools.product(ends, repeat=3)][:50_000]

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Give how often each word is drawn, summed up: by Zipf and Mandelbrot's law."""
        weights = 1 / (20 + np.arange(len(self.words)))
        return np.cumsum(weights) / weights.sum()

    def draw(
        self, rng: np.random.Generator, topics: NDArray[np.int64], n_words: int
    ) -> tuple[NDArray[np.float32], list[str]]:
        """Give vectors and texts on these topics."""
        fall = 1 / np.sqrt(1 + np.arange(DIM, dtype=np.float32) / 16)
        noise = rng.standard_normal((len(topics), DIM), dtype=np.float32) * fall
        vectors = units(self.centres[topics] + NOISE * units(noise))
        common = np.searchsorted(self.shares, rng.random((len(topics), n_words // 2)))
        own = (topics[:, None] * 11 + rng.integers(0, 40, common.shape)) % len(self.words)
        places = np.concatenate([common, own], axis=1).tolist()
        return vectors, [" ".join(self.words[place] for place in row) for row in places]

    def batches(self, n_passages: int) -> Iterator[Batch]:
        """Give the notes: four in five of a note's passages are on one topic."""
        n_notes = n_passages // PER_NOTE
        for first in range(0, n_notes, BATCH):
            rng = np.random.default_rng((2, first))
            n_here = min(BATCH, n_notes - first)
            topics = np.repeat(rng.integers(0, N_TOPICS, n_here), PER_NOTE)
            is_other = rng.random(len(topics)) < 0.2
            topics[is_other] = rng.integers(0, N_TOPICS, int(is_other.sum()))
            vectors, texts = self.draw(rng, topics, 20)
            yield Batch(first_note=first, vectors=vectors, texts=texts)

    def queries(self) -> tuple[NDArray[np.float32], list[str]]:
        """Give questions that are no passages: a vector each, and six words."""
        rng = np.random.default_rng(3)
        return self.draw(rng, rng.integers(0, N_TOPICS, N_QUERIES), 6)


class Known:
    """An embedder that has the questions' vectors at hand, and draws one for any other text."""

    identity = name = "made"
    dim = DIM

    def __init__(self, vectors: NDArray[np.float32], texts: list[str]) -> None:
        self._known = dict(zip(texts, vectors, strict=True))

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Give the vector of a text."""
        if text not in self._known:
            rng = np.random.default_rng(len(self._known))
            self._known[text] = units(rng.standard_normal((1, DIM), dtype=np.float32))[0]
        return self._known[text]

    def encode(self, texts: list[str], **_: object) -> NDArray[np.float32]:
        """Give the vectors of texts."""
        return np.stack([self.encode_query(text) for text in texts])


def units(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the vectors at length 1."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def fill(index: Index, n_passages: int) -> None:
    """Write catalogue and vectors."""
    catalogue = index.catalogue
    with catalogue.transaction():
        for key, value in (("dim", str(DIM)), ("space", "made"), ("model", "made")):
            catalogue.set_meta(key, value)
    for batch in Made().batches(n_passages):
        first_row = batch.first_note * PER_NOTE
        append_rows(index.vectors_path, first_row, batch.vectors)
        passages = [
            Passage(
                note_id="", field=None, ordinal=i % PER_NOTE + 1, text=t, line=i, start=0, end=9
            )
            for i, t in enumerate(batch.texts)
        ]
        keys = [content_key(passage) for passage in passages]
        with catalogue.transaction():
            catalogue.add_vectors(first_row, keys)
            for i in range(len(passages) // PER_NOTE):
                here = slice(i * PER_NOTE, (i + 1) * PER_NOTE)
                nid = add_note(index, batch.first_note + i)
                catalogue.add_passages(nid, zip(passages[here], keys[here], strict=True))
            catalogue.bump()


def passage_of(place: int, text: str) -> Passage:
    """Give a passage of a note's body."""
    ordinal = place % PER_NOTE + 1
    return Passage(note_id="", field=None, ordinal=ordinal, text=text, line=ordinal, start=0, end=9)


def add_note(index: Index, number: int) -> int:
    """Put an empty note into the catalogue."""
    path = f"n{number}.md"
    card = Card(id=path[:-3], path=path, title=f"Note {number}")
    file = NoteFile(path=path, file=path.encode(), size=0, mtime_ns=0)
    return index.catalogue.add(file, b"", card, ())


def write_words(index: Index, n_passages: int) -> None:
    """Write the text index."""
    texts = itertools.chain.from_iterable(batch.texts for batch in Made().batches(n_passages))
    rows = (
        TextRow(pid=i + 1, nid=i // PER_NOTE + 1, field="body", text=text, language="en")
        for i, text in enumerate(texts)
    )
    with index.text.writing() as writer:
        writer.replace_all(rows)
    index.write_manifest()


def write_lists(index: Index, _: int) -> None:
    """Write the inverted lists."""
    build_ann(index.ann_path, index.vectors())


def write_truth(index: Index, _: int) -> None:
    """Find the true neighbours of the questions and keep them."""
    queries, _texts = Made().queries()
    vectors, step = index.vectors(), 65_536
    rows = np.empty((N_QUERIES, 0), dtype=np.int64)
    scores = np.empty((N_QUERIES, 0), dtype=np.float32)
    for first in range(0, len(vectors), step):
        block = vectors[first : first + step]
        scores = np.concatenate([scores, queries @ block.T], axis=1)
        here = np.broadcast_to(np.arange(first, first + len(block)), (N_QUERIES, len(block)))
        rows = np.concatenate([rows, here], axis=1)
        best = np.argsort(-scores, axis=1)[:, :N_SHOWN]
        rows, scores = (np.take_along_axis(each, best, axis=1) for each in (rows, scores))
    np.save(index.folder / "truth.npy", rows)


def ask(index: Index, _: int) -> None:
    """Measure the queries, after one of each kind that is not counted."""
    vectors, texts = Made().queries()
    embedder = Known(vectors, texts)
    every = index.vectors()
    truth = np.load(index.folder / "truth.npy")
    start = time.process_time()
    search(index, embedder, Request(text=texts[0]))
    print(
        f"first hybrid query, with what is usual measured: {time.process_time() - start:.2f} CPU s"
    )

    def by_vector(number: int) -> NDArray[np.int64]:
        return find_nearest(every, vectors[number], N_FOUND, index.ann_path).rows

    found = show("by vectors", by_vector)
    hits = [np.isin(truth[i], rows[:N_SHOWN]).mean() for i, rows in enumerate(found)]
    print(f"recall@{N_SHOWN} against the exact search: {np.mean(hits):.3f} (worst {min(hits):.1f})")
    show("by words", lambda number: index.text.search(texts[number], N_FOUND))
    show("search, hybrid", lambda n: search(index, embedder, Request(text=texts[n])))


def show(name: str, answer: Callable[[int], Any]) -> list[Any]:
    """Ask all questions; print what they cost."""
    answer(0)
    cpu, wall, answers = [], [], []
    for number in range(N_QUERIES):
        starts = time.process_time(), time.perf_counter()
        answers.append(answer(number))
        cpu.append((time.process_time() - starts[0]) * 1000)
        wall.append((time.perf_counter() - starts[1]) * 1000)
    told = [
        f"{kind} median {np.median(ms):.1f} ms, p95 {np.quantile(ms, 0.95):.1f} ms"
        for kind, ms in (("CPU", cpu), ("wall", wall))
    ]
    print(f"{name:<16} {'; '.join(told)}")
    return answers


STAGES: dict[str, Callable[[Index, int], None]] = {
    "catalogue and vectors": fill,
    "words": write_words,
    "inverted lists": write_lists,
    "exact neighbours": write_truth,
    "questions": ask,
}


def main() -> None:
    """Run each stage in its own process."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep the index here")
    parser.add_argument("--stage", choices=STAGES, help="this one alone, in this process")
    options = parser.parse_args()
    if options.stage:
        with Index(options.folder) as index:
            STAGES[options.stage](index, options.passages)
        return
    folder = options.folder or Path(tempfile.mkdtemp(prefix="noteweb-million-"))
    try:
        run_stages(folder, options.passages)
    finally:
        if not options.folder:
            shutil.rmtree(folder)


def run_stages(folder: Path, n_passages: int) -> None:
    """Run the stages and tell what each costs."""
    print(f"{n_passages} passages")
    own = [sys.executable, __file__, "--folder", str(folder), "--passages", str(n_passages)]
    for stage in STAGES:
        cost = run_command([*own, "--stage", stage], ONE_THREAD)
        print(f"{stage:<24} {cost.cpu_s:8.1f} CPU s {cost.wall_s:8.1f} wall s", end="")
        print(f" {cost.peak_mb:8.0f} MB at most", flush=True)
        for line in cost.output.splitlines():
            print(f"    {line}", flush=True)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"index: {size / 1e9:.2f} GB", flush=True)


if __name__ == "__main__":
    main()
