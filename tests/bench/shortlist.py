"""What token vectors would add to the ranking: late chunks and MaxSim over the hundred best notes.

    python tests/bench/shortlist.py COLLECTION [--queries 300] [--cache DIR]

The shipped ranking gives the hundred best notes of each query; sentence-transformers gives the
token vectors of their documents ("title. text", as far as the model reads). A late chunk is the
mean of 64 tokens of that matrix, and the nearest one counts; MaxSim is the mean over the query's
tokens of the nearest token. Each is added to the score as its z-score over the hundred, times a
share of the deviation of their scores. No part of this is in the product: it tells what is missed.

Sources: Günther et al., Late chunking (2024), arXiv:2409.04701; Khattab and Zaharia, ColBERT
(2020), arXiv:2004.12832.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from noteweb import NoteWeb
from noteweb.bench.collection import name_note, open_vault, read_collection
from noteweb.bench.retrieval import ndcg
from noteweb.embed.folder import find_folder
from noteweb.metrics import bootstrap_mean
from noteweb.search.query import Request, rank

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    from noteweb.bench.collection import Collection

    Floats = NDArray[np.float32]

N_BEST = 100
N_TOKENS = 64
SHARES = (0.0, 0.1, 0.25, 0.5, 1.0)
SEED = 5


class Tokens:
    """The token vectors of texts, unit rows, each text encoded once."""

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model
        self._known: dict[str, Floats] = {}

    def of(self, texts: Sequence[str]) -> list[Floats]:
        """Give a matrix of shape (n_tokens, dim) for each text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        found = self.model.encode(new, output_value="token_embeddings", show_progress_bar=False)
        for text, matrix in zip(new, found, strict=True):
            self._known[text] = unit(matrix.numpy()).astype(np.float16)
        return [self._known[text].astype(np.float32) for text in texts]


def unit(rows: Floats) -> Floats:
    """Give rows of length one."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def find_late(query: Floats, document: Floats) -> float:
    """Give the cosine of the query's mean with the nearest chunk of tokens."""
    starts = range(0, max(1, len(document) - N_TOKENS // 2), N_TOKENS // 2)
    chunks = unit(np.array([document[start : start + N_TOKENS].mean(axis=0) for start in starts]))
    return float((chunks @ unit(query.mean(axis=0, keepdims=True))[0]).max())


def find_max_sim(query: Floats, document: Floats) -> float:
    """Give the mean over the query's tokens of the cosine with the nearest token."""
    return float((query @ document.T).max(axis=1).mean())


WAYS = {"late chunks": find_late, "MaxSim": find_max_sim}


def measure(
    web: NoteWeb, collection: Collection, tokens: Tokens, keys: Sequence[str]
) -> Iterator[tuple[str, float, float]]:
    """Give the nDCG@10 of each query in each way and share, as (way, share, value)."""
    numbers = {name_note(number): key for number, key in enumerate(collection.documents)}
    for key in keys:
        request = Request(text=collection.queries[key], limit=N_BEST)
        with web.index.catalogue.snapshot():
            ranked = rank(web.index, web.embedder, request)
        documents = [numbers[note.path] for note in ranked]
        scores = np.array([note.score for note in ranked])
        matrices = tokens.of([". ".join(collection.documents[each]) for each in documents])
        query = tokens.of([collection.queries[key]])[0]
        relevant = collection.relevant[key]
        for way, find in WAYS.items():
            found = np.array([find(query, matrix) for matrix in matrices])
            added = scores.std() * (found - found.mean()) / (found.std() or 1.0)
            for share in SHARES:
                order = np.argsort(-(scores + share * added), kind="stable")
                is_relevant = [documents[place] in relevant for place in order]
                yield way, share, ndcg(is_relevant, len(relevant))


def main() -> None:
    """Measure a collection and print the figures."""
    from sentence_transformers import SentenceTransformer

    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("collection", type=Path)
    parser.add_argument("--queries", type=int, default=300, help="drawn at random, by a fixed seed")
    parser.add_argument("--cache", type=Path, help="where the vault is kept")
    told = parser.parse_args()
    collection = read_collection(told.collection)
    keys = list(collection.queries)
    keys = [keys[n] for n in np.random.default_rng(SEED).permutation(len(keys))[: told.queries]]
    folder = find_folder("default")
    assert folder is not None
    tokens = Tokens(SentenceTransformer(str(folder), device="cpu"))
    tokens.model.max_seq_length = 256
    values: dict[tuple[str, float], list[float]] = {}
    started = time.process_time()
    with NoteWeb.open(open_vault(collection, "default", told.cache)) as web:
        web.refresh(with_vectors=True)
        for way, share, value in measure(web, collection, tokens, keys):
            values.setdefault((way, share), []).append(value)
    for (way, share), each in values.items():
        more = bootstrap_mean(np.array(each) - np.array(values[way, 0.0]))
        print(
            f"{way:<12} {share:<5g} {np.mean(each):.4f}"
            f"  {more.estimate:+.4f} ({more.low:+.4f} to {more.high:+.4f})"
        )
    print(f"{len(keys)} queries, {time.process_time() - started:.0f} CPU s")


if __name__ == "__main__":
    main()
