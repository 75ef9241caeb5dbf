"""Documents are cut into windows at sentences, and at paragraphs where they allow it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from noteweb.activation.window import cut_windows
from noteweb.model.document import Sentence

#: Words of a sentence, its heading, and whether it begins a paragraph.
SENTENCES = st.lists(
    st.tuples(st.integers(1, 200), st.sampled_from(["", "Methods", "Results"]), st.booleans()),
    max_size=40,
)


def make_document(rows):
    """Give a text of so many words under so many headings, and its sentences."""
    text, sentences = "", []
    for i, (n_words, section, begins) in enumerate(rows):
        shown = " ".join([f"w{i}"] * n_words)
        text += ("\n\n" if begins else " ") if text else ""
        sentences.append(
            Sentence(
                text=shown, start=len(text), end=len(text) + len(shown), line=1, section=section
            )
        )
        text += shown
    return text, sentences


def cut(*paragraphs, section=""):
    """Give the windows' lengths of paragraphs, each by the words of its sentences."""
    rows = [
        (n_words, section, place == 0)
        for paragraph in paragraphs
        for place, n_words in enumerate(paragraph)
    ]
    return [len(window.text.split()) for window in cut_windows(*make_document(rows))]


@given(SENTENCES)
def test_every_sentence_is_in_one_window_in_order(rows):
    """Nothing is lost or said twice, whatever the lengths."""
    text, sentences = make_document(rows)
    windows = cut_windows(text, sentences)
    assert [i for w in windows for i in range(w.first, w.last)] == list(range(len(sentences)))
    assert all(a.last == b.first for a, b in pairwise(windows))
    for window in windows:
        shown = " ".join(s.text for s in sentences[window.first : window.last])
        assert window.text == shown


@given(SENTENCES)
def test_windows_are_about_as_long_as_an_abstract(rows):
    """No window of several sentences passes 160 words, but for the last; the last is not short."""
    text, sentences = make_document(rows)
    windows = cut_windows(text, sentences)
    for window in windows:
        assert window.last > window.first
    for window in windows[:-1]:
        if window.last - window.first > 1:
            assert len(window.text.split()) <= 160
    if len(windows) > 1:
        assert len(windows[-1].text.split()) >= 40


def test_a_new_section_begins_a_window_unless_the_last_has_hardly_begun():
    """Sixty words of one section stand alone, twenty go with what follows."""
    for n_words, n_windows in ((60, 2), (20, 1)):
        text, sentences = make_document([(n_words, "Methods", True), (50, "Results", True)])
        assert len(cut_windows(text, sentences)) == n_windows


def test_a_paragraph_that_does_not_fit_begins_a_window():
    """Of 70 and 90 words neither is cut; 30 words wait for company; what fits goes together."""
    assert cut([35, 35], [45, 45]) == [70, 90]
    assert cut([30], [45, 45]) == [120]
    assert cut([50], [60]) == [110]
    assert cut([30], [60, 60]) == [90, 60]


def test_a_short_rest_of_a_paragraph_stays_with_it():
    """A paragraph of 135 words is one window, one of 170 is two; the next begins its own."""
    assert cut([50, 50, 20, 15], [60, 50]) == [135, 110]
    assert cut([50, 50, 35, 35], [60, 50]) == [100, 70, 110]
