"""Foreign passages told in the vault's own terms."""

from __future__ import annotations

import pytest

from noteweb.activation.gloss import Gloss, is_foreign
from noteweb.model.note import TermPair

PAIRS = [
    TermPair(source="переобучение", target="overfitting"),
    TermPair(source="обучение", target="training"),
    TermPair(source="gradient descent", target="градиентный спуск"),
    TermPair(source="градиент", target="gradient"),
    TermPair(source="спуск", target="descent"),
    TermPair(source="loss", target="risk"),
    TermPair(source="потеря", target="утрата"),
]


def stem(text):
    """Give the first five letters of each word."""
    return [word[:5] for word in text.lower().replace(",", " ").split()]


def test_terms_are_told_in_their_order():
    """Either side of a pair may be the foreign one; other words are left out."""
    gloss = Gloss(PAIRS, stem)
    assert gloss.tell("Переобучения, а затем обучение") == "overfitting; training"
    assert gloss.tell("метод градиентного спуска") == "gradient descent"


def test_the_longest_term_goes_first():
    """A term within a longer one is not told beside it, but alone it is."""
    gloss = Gloss(PAIRS, stem)
    assert gloss.tell("спуск градиентного спуска") == "descent; gradient descent"
    assert gloss.tell("градиент потерь") == "gradient"


def test_what_holds_no_term_tells_nothing():
    """Pairs within one script are no gloss."""
    gloss = Gloss(PAIRS, stem)
    assert gloss.tell("погода") == gloss.tell("") == gloss.tell("loss") == ""
    assert gloss.tell("потеря") == ""
    assert gloss
    assert not Gloss(PAIRS[5:], stem)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("A plain sentence.", False),
        ("Обычное предложение про SGD.", True),
        ("Training и тест", False),
        ("汉语", True),
        ("日本語のひらがな", True),
        ("Ελληνικά", True),
        ("naïve Müller", False),
        ("12 + 7 = 19", False),
        ("", False),
    ],
)
def test_foreign_is_what_is_mostly_in_another_script(text, foreign):
    """Letters decide, not marks and digits; a few foreign words change nothing."""
    assert is_foreign(text) is foreign
