"""A word that a line end broke is joined as its writer wrote it."""

import pytest

from noteweb.documents.hyphen import count_words, join_halves


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("compre", "hension", "comprehension"),
        ("under", "stand", "understand"),
        ("well", "known", "well-known"),  # the text has it so
        ("over", "fitting", "overfitting"),  # the text has it so
        ("self", "attention", "self-attention"),
        ("high", "est", "highest"),
        ("high", "lighted", "highlighted"),
        ("state", "ment", "statement"),
        ("temperature", "dependent", "temperature-dependent"),
        ("in", "dependent", "independent"),
        ("state-of-the", "art", "state-of-the-art"),
        ("high-dimen", "sional", "high-dimensional"),
        ("PaSa", "GPT", "PaSa-GPT"),
        ("Scholar", "Query", "ScholarQuery"),  # the text has it so
        ("X", "ray", "X-ray"),
        ("2", "fold", "2-fold"),
        ("ent", "spricht", "entspricht"),
        ("темпера", "тура", "температура"),
        ("", "x", "-x"),
        ("x", "", "x-"),
    ],
)
def test_halves(before, after, joined):
    """The document's own words decide; else what the halves are."""
    counts = count_words([("a well-known case of overfitting in ScholarQuery", False)])
    assert join_halves(before, after, counts) == joined


def test_a_broken_word_does_not_speak_for_itself():
    """Halves at line ends are not counted as words."""
    counts = count_words([("the long-stand", True), ("ing issue stands", False)])
    assert counts["issue"] == counts["stands"] == 1
    assert counts["ing"] == counts["long-stand"] == 0
