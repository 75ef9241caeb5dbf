"""What all tests share: one BLAS thread, and no failure because a machine is busy."""

import os

# Small networks on several BLAS threads cost ten times the CPU; runs have one thread too.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

# A width that the shell or xdist hands on would wrap what the tests read.
os.environ.pop("COLUMNS", None)

from hypothesis import HealthCheck, settings  # noqa: E402 - the threads are counted at import

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
