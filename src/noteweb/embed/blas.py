"""Have NumPy's OpenBLAS start with the threads that suit a short-lived command."""

from __future__ import annotations

import os
import sys


def limit_blas_threads(n_threads: int = 1) -> bool:
    """Set NumPy's threads for this process; false, and nothing is done, once NumPy is loaded.

    For a command's first line: OpenBLAS reads the environment once, when it is loaded, and idle
    threads spin. A query's matrices have a dozen rows and gain nothing from a second thread; many
    passages are encoded by threads of noteweb's own. What the user has set in the environment
    stays.
    """
    if "numpy" in sys.modules:
        return False
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(n_threads))
    return True
