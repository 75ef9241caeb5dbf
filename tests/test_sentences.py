"""Sentences end where a reader ends them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.text.sentences import split_sentences


def split(text: str) -> list[str]:
    """Give the sentences themselves."""
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "n_sentences"),
    [
        ("One. Two! Three? Four…", 4),
        ("See Fig. 3 and Eq. 2, as Smith et al. showed.", 1),
        ("Use a prior, e.g. a Gaussian, i.e. a bell.", 1),
        ("The loss fell to 3.5 by v1.2.3 at step 7.", 1),
        ("Порог, т.е. граница, см. рис. 2. Далее шум.", 2),
        ("Институт им. Ленина стоит на ул. Мира. Он стар.", 2),
        ("Das gilt z.B. für Maße. Es gilt immer.", 2),
        ("The answer is no. Then we stop.", 2),
        ("See no. 5 in the list.", 1),
        ("J. S. Bach wrote it. We listened.", 2),
        ("1. First item here. 2nd half", 2),
        ("“Is it so?” she asked. (It is.) Good.", 4),
        ("阈值很高。信号很弱！为什么？", 3),
        ("a line\nthat goes on. End", 2),
        ("intro:\n- one\n- two", 3),
        ("a paragraph\n\nanother one", 2),
        ("See Fig. 3A, Figs. 2–4, Sec. IV, Eqn. 5 and Refs. [3,4]. They agree.", 2),
        ("Smith et al. (2019) found it, as Lee et al. did. We differ.", 2),
        ("This was left open by Lee et al. We close it.", 2),
        ("Samples are i.i.d. Gaussian w.r.t. the prior. Then we stop.", 2),
        ("It fell in the U.S. Census of 2010. It rose in the U.S. The cause is known.", 3),
        ("G.K.M. Tobin lives at P.O. Box 12.", 1),
        ("The proof is in Appendix B. We sketch it. E. coli grew.", 3),
        ("p < .05. We reject. See v. 2.0.", 3),
        ("This is known.[12] It was shown.¹² We saw it before.12,13 They agree.", 4),
        ("Das gilt z. B. für Glas, d. h. immer. Ende.", 2),
        ("Напр. так, т. е. и др. методы, см. табл. 2. В 2019 г. Иванов нашёл иное.", 2),
        ("", 0),
        (" \n ", 0),
    ],
)
def test_boundaries(text, n_sentences):
    """Abbreviations, decimals and initials end no sentence; stops, blank lines and items do."""
    assert len(split(text)) == n_sentences, split(text)


@given(st.text(alphabet='ab. \n!。-"1'))
def test_nothing_but_white_space_lies_between(text):
    """Spans are in order, never overlap, and cover every character that is not white space."""
    at = 0
    for start, end in split_sentences(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()
