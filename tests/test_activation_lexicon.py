"""Words shared, weighed by rarity, against a dictionary that does the same."""

from __future__ import annotations

from collections import Counter
from math import log, log1p, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteweb.activation.lexicon import add_up, cosines, count_terms, hash_term, rarity, weigh

TEXTS = st.lists(
    st.lists(st.sampled_from(["bee", "comb", "swarm", "пчела", "queen"]), max_size=8).map(" ".join),
    min_size=1,
    max_size=6,
)


def slow_weights(texts):
    """Give each text's unit TF-IDF weights as a dictionary."""
    counts = [Counter(text.split()) for text in texts]
    n_with = Counter(term for count in counts for term in count)
    rows = []
    for count in counts:
        row = {
            term: (1 + log(n)) * log1p((len(texts) - n_with[term] + 0.5) / (n_with[term] + 0.5))
            for term, n in count.items()
        }
        norm = sqrt(sum(value**2 for value in row.values())) or 1
        rows.append({term: value / norm for term, value in row.items()})
    return rows


@settings(max_examples=12, deadline=None)  # each rarity has 2 ** 22 places
@given(TEXTS)
def test_cosines_are_those_of_dictionaries(texts):
    """Sparse and plain arithmetic agree, texts without words included."""
    counts = count_terms(texts, str.split)
    rows = weigh(counts, rarity(counts))
    plain = slow_weights(texts)
    wanted = [[sum(a[t] * b.get(t, 0) for t in a) for b in plain] for a in plain]
    assert np.allclose(cosines(rows, rows), wanted, atol=1e-5)


@settings(max_examples=12, deadline=None)  # each rarity has 2 ** 22 places
@given(TEXTS, st.data())
def test_rows_of_an_owner_are_added_up(texts, data):
    """An owner's counts are those of its texts put together; an owner of none has none."""
    owners = data.draw(st.lists(st.integers(0, 3), min_size=len(texts), max_size=len(texts)))
    added = add_up(count_terms(texts, str.split), np.array(owners), 5)
    whole = [
        " ".join(text for text, owner in zip(texts, owners, strict=True) if owner == i)
        for i in range(5)
    ]
    assert (added != count_terms(whole, str.split)).nnz == 0


def test_a_word_has_the_same_column_everywhere():
    """The hash is no business of the interpreter's; words that are no Unicode have one too."""
    assert [hash_term(term) for term in ("overfitting", "переобучение", "")] == [
        90175,
        2923019,
        0,
    ]
    assert 0 <= hash_term("\udcff") < 1 << 22


def test_what_no_text_holds_is_rarest():
    """The rarer a term, the more it weighs, and nothing weighs less than nothing."""
    weights = rarity(count_terms(["bee comb", "bee swarm", "bee"], str.split))
    bee, comb, unknown = (weights[hash_term(term)] for term in ("bee", "comb", "owl"))
    assert 0 <= bee < comb < unknown
    assert weights.max() == pytest.approx(unknown)
