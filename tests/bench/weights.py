"""What the weights of the ranking are worth where they are chosen on other queries.

    python tests/bench/weights.py COLLECTION [--cache DIR]

The queries of a collection in BEIR's layout are dealt into five folds by a fixed seed. In each fold
the mix with the best mean nDCG@10 on the other four is taken out of a grid; what it gives on the
fold itself is added up over all queries, and stands beside the mix that is shipped. Every figure
comes from the product's own index and search; `noteweb bench retrieval --parts` gives the rest.
"""

from __future__ import annotations

import argparse
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np

from noteweb import NoteWeb
from noteweb.bench.collection import open_vault, read_collection
from noteweb.bench.retrieval import measure_request
from noteweb.metrics import bootstrap_mean
from noteweb.search.mix import SHIPPED, Mix
from noteweb.search.query import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from noteweb.bench.collection import Collection

    Floats = NDArray[np.float64]

WORDS = (14.0, 20.0, 28.0)
NEIGHBOURS = (0.0, 0.2, 0.3, 0.4)
N_FOLDS = 5
SEED = 5


def choose_in_folds(by_mix: Mapping[Mix, Floats]) -> tuple[Floats, list[Mix]]:
    """Give each query's value by the mix that is best on the other folds, and those mixes.

    Parameters
    ----------
    by_mix : shape (n_queries,) each
    """
    mixes = list(by_mix)
    values = np.array([by_mix[mix] for mix in mixes])
    fold = np.random.default_rng(SEED).permutation(values.shape[1]) % N_FOLDS
    given, chosen = np.zeros(values.shape[1]), []
    for number in range(N_FOLDS):
        best = int(values[:, fold != number].mean(axis=1).argmax())
        given[fold == number] = values[best, fold == number]
        chosen.append(mixes[best])
    return given, chosen


def measure_grid(web: NoteWeb, collection: Collection, by_mix: dict[Mix, Floats]) -> None:
    """Measure each mix of the grid."""
    for words, neighbours in product(WORDS, NEIGHBOURS):
        mix = Mix(words=words, neighbours=neighbours)
        measured = measure_request(web, collection, Request(text="", mix=mix), "hybrid")
        by_mix[mix] = measured.by_query["ndcg_10"]
        value = by_mix[mix].mean()
        print(f"words {words:g}, neighbours {neighbours:g}: {value:.4f}", flush=True)


def main() -> None:
    """Measure the grid and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("collection", type=Path)
    parser.add_argument("--cache", type=Path, help="where the vault is kept")
    told = parser.parse_args()
    collection = read_collection(told.collection)
    by_mix: dict[Mix, Floats] = {}
    with NoteWeb.open(open_vault(collection, "default", told.cache)) as web:
        web.refresh(with_vectors=True)
        remembering = cache(web.embedder.encode_query)
        with patch.object(web.embedder, "encode_query", remembering):
            measure_grid(web, collection, by_mix)
    given, chosen = choose_in_folds(by_mix)
    for name, values in (("shipped", by_mix[SHIPPED]), ("chosen in five folds", given)):
        found = bootstrap_mean(values)
        print(f"{name:<22} {found.estimate:.4f} ({found.low:.4f} to {found.high:.4f})")
    less = bootstrap_mean(by_mix[SHIPPED] - given)
    print(f"{'shipped less chosen':<22} {less.estimate:+.4f} ({less.low:+.4f} to {less.high:+.4f})")
    alone = by_mix[Mix(words=SHIPPED.words, neighbours=0.0)]
    lost = bootstrap_mean(by_mix[SHIPPED] - alone)
    print(f"{'neighbours add':<22} {lost.estimate:+.4f} ({lost.low:+.4f} to {lost.high:+.4f})")
    print("chosen:", ", ".join(f"words {x.words:g}, neighbours {x.neighbours:g}" for x in chosen))


if __name__ == "__main__":
    main()
