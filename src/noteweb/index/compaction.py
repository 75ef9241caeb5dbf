"""Taking out what edits left behind: vectors no passage uses, words of passages that are gone.

Both would shift scores: dead vectors count in the background a cosine is measured against, and
tantivy counts deleted passages in a word's rarity until it merges their segment. Vectors of titles
and conditions that are gone shift nothing, and would only ever become more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noteweb.errors import WriteFailed
from noteweb.index.embedding import refresh_ann
from noteweb.index.vectors import append_rows, find_damaged, map_rows

if TYPE_CHECKING:
    from noteweb.index.catalogue import Catalogue
    from noteweb.index.folder import Index

#: The share of dead rows and words that is let be: what they shift is below what can be felt.
_DEAD_SHARE = 0.05

#: Vectors of titles, names, conditions and windows that are let be: beyond the second number, as
#: many for each passage as the first. No vault has that many in use (two encoders may have read
#: each); what is asked for again is made again.
_PHRASES, _MORE_PHRASES = 4, 1000

_ROWS_AT_ONCE = 16_384


def compact(index: Index) -> None:
    """Make vectors and words anew where more than a twentieth of them is dead; forget old phrases.

    Raises
    ------
    WriteFailed
    """
    catalogue = index.catalogue
    if index.text.n_dead > index.text.n_passages * _DEAD_SHARE:
        index.mend_text()
    n_live = catalogue.rows("SELECT count(DISTINCT row) FROM passages")[0][0]
    if catalogue.n_rows - n_live > n_live * _DEAD_SHARE:
        _rewrite(index, _find_live(catalogue))
    n_phrases, n_passages = (
        catalogue.rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("phrases", "passages")
    )
    if n_phrases > _PHRASES * n_passages + _MORE_PHRASES:
        with catalogue.transaction():
            catalogue.forget_phrases()


def _find_live(catalogue: Catalogue) -> list[int]:
    sql = "SELECT DISTINCT row FROM passages WHERE row IS NOT NULL ORDER BY row"
    return [row for (row,) in catalogue.rows(sql)]


def drop_damaged(index: Index) -> int:
    """Leave out the vectors that are damaged; give how many: their passages wait for new ones.

    Raises
    ------
    WriteFailed
    """
    n_rows = index.catalogue.n_rows
    damaged = find_damaged(index.vectors_path, n_rows, index.dim)
    if len(damaged):
        _rewrite(index, np.setdiff1d(np.arange(n_rows), damaged).tolist())
        with index.catalogue.transaction():
            index.catalogue.set_meta("vector_edges_of", "")
    return len(damaged)


def remove_stale_vectors(index: Index) -> None:
    """Delete files of vectors that no reader can still want: all but those that count."""
    kept = {index.vectors_path, index.ann_path}
    found = [path for glob in ("vectors-*.f32", "ann*.faiss") for path in index.folder.glob(glob)]
    for path in found:
        if path not in kept:
            try:
                path.unlink()
            except OSError as error:
                raise WriteFailed(path, error.strerror or str(error)) from error


def _rewrite(index: Index, live: list[int]) -> None:
    """Copy the live rows into the next file, then point the catalogue to it in one commit.

    The old file stays until the next run, for a reader that has just learnt its name, and so do
    FAISS's lists of its rows.
    """
    catalogue = index.catalogue
    vectors = map_rows(index.vectors_path, max(live, default=-1) + 1, index.dim)
    number = int(catalogue.meta("vectors_file") or 0) + 1
    path = index.folder / f"vectors-{number}.f32"
    for first in range(0, len(live), _ROWS_AT_ONCE):
        append_rows(path, first, vectors[live[first : first + _ROWS_AT_ONCE]])
    if not live:
        path.touch()
    with catalogue.transaction():
        catalogue.renumber_rows({old: new for new, old in enumerate(live)})
        catalogue.set_meta("vectors_file", str(number))
    refresh_ann(index)
