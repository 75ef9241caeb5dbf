"""No reader of strangers' texts takes the square of their length."""

import time

import pytest

from worst_cases import PAST


@pytest.mark.parametrize(("read", "make", "n"), PAST.values(), ids=PAST.keys())
def test_what_took_the_square_of_its_length_takes_it_no_more(read, make, n):
    """Eight times each of these took sixty times as long; it takes at most some twenty times."""

    def measure(n):
        text = make(n)
        begun = time.process_time()
        read(text)
        return time.process_time() - begun

    # A busy machine can slow any one reading down, but not the best of three.
    bound = 20 * max(measure(n // 8), 0.01)
    assert any(measure(n) < bound for _ in range(3))
