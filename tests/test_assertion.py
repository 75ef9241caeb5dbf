"""Sentences that read like claims, and those that do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.text.assertion import read_assertion
from noteweb.text.cue import Cue


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("A second pass over the data lowers the test error by 12 %.", Cue.QUANTITY),
        (
            "Wide nets forget earlier tasks more slowly than narrow nets on every set.",
            Cue.COMPARISON,
        ),
        ("Label noise raises the peak and causes most of the gap in all runs.", Cue.CAUSE),
        ("Smith et al. (2019) found that none of the twelve probes survived.", Cue.FINDING),
        ("Две сети из трёх ошибаются чаще на 12 % при сдвиге картинки.", Cue.QUANTITY),
        ("Чем шире сеть, тем медленнее растёт ошибка на всех наборах.", Cue.COMPARISON),
    ],
)
def test_what_a_test_could_refute_reads_like_a_claim(text, cue):
    """Figures, comparisons, causes and findings make a claim of a sentence, in both languages."""
    found = read_assertion(text)
    assert found is not None
    assert cue in found.cues


@pytest.mark.parametrize(
    "text",
    [
        "Does a second pass over the data lower the test error by 12 %?",
        "A second pass might perhaps lower the error, or so it seems.",
        "We will measure whether all nets fall by 12 % next week.",
        "Capacity is defined as the number of points that any labelling fits.",
        "Smith, A. Learning slowly. Journal of Things 12, pp. 3-40 (2019).",
        "Copyright 2021, all rights reserved, 12 % off for every reader.",
        "See table 3 for every figure that falls by 12 %.",
        "12 % lower error",
        "width 512 .93 ± .02 against .88 ± .01 in all runs",
        "supports:: every claim that is larger than 12 %.",
        "",
    ],
)
def test_what_is_no_claim_is_left_out(text):
    """Questions, hedges, plans, definitions, references, boilerplate and rows are no claims."""
    assert read_assertion(text) is None


def test_a_hedge_weighs_against_a_claim():
    """The same sentence with a hedge is less of a claim."""
    plain = read_assertion("The error of every net is 12 % lower than before, twice in a row.")
    hedged = read_assertion(
        "Perhaps the error of every net is 12 % lower than before, twice in a row."
    )
    assert plain is not None
    assert hedged is not None
    assert hedged.weight < plain.weight


@given(st.text(max_size=1_200))
def test_any_text_is_read(text):
    """No text makes the reading fail, and what is found has a reason."""
    found = read_assertion(text)
    assert found is None or found.cues
