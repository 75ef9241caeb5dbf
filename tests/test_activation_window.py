"""Documents are cut into windows at sentences."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from noteweb.activation.window import cut_windows
from noteweb.model.document import Sentence

LENGTHS = st.lists(
    st.tuples(st.integers(1, 200), st.sampled_from(["", "Methods", "Results"])), max_size=40
)


def make_sentences(lengths):
    """Sentences of so many words under so many headings."""
    return [
        Sentence(text=" ".join([f"w{i}"] * n), start=i, end=i + 1, line=1, section=section)
        for i, (n, section) in enumerate(lengths)
    ]


@given(LENGTHS)
def test_every_sentence_is_in_one_window_in_order(lengths):
    """Windows put together are the sentences, and each window's text is that of its own."""
    sentences = make_sentences(lengths)
    windows = cut_windows(sentences)
    covered = [i for window in windows for i in range(window.first, window.last)]
    assert covered == list(range(len(sentences)))
    for window in windows:
        assert window.text == " ".join(s.text for s in sentences[window.first : window.last])


@given(LENGTHS)
def test_windows_are_about_as_long_as_an_abstract(lengths):
    """No window but a single long sentence or the last passes 120 words; none but one is short."""
    sentences = make_sentences(lengths)
    windows = cut_windows(sentences)
    for window in windows[:-1]:
        assert len(window.text.split()) <= 120 or window.last - window.first == 1
    if len(windows) > 1:
        assert len(windows[-1].text.split()) >= 40


def test_a_new_section_begins_a_window_unless_the_last_has_hardly_begun():
    """Sixty words of one section stand alone, twenty go with what follows."""
    for n_words, n_windows in ((60, 2), (20, 1)):
        windows = cut_windows(make_sentences([(n_words, "Methods"), (50, "Results")]))
        assert len(windows) == n_windows
        assert all(one.last == other.first for one, other in pairwise(windows))
