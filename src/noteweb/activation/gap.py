"""What a document says that no note knows: passages of one subject, with a title for a new note."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.lexicon import hash_term
from noteweb.activation.match import show_window
from noteweb.model.firing import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from noteweb.activation.match import Reading
    from noteweb.activation.window import Window
    from noteweb.index.folder import Index

#: Windows nearer than this, by cosine, are of one subject; neighbours in the text by less.
_SAME = 0.55
_SAME_BESIDE = 0.4

#: A window that no note meets better than this, in deviations of quiet pairs, is not covered: of
#: three in ten quiet windows some note does.
_COVERED = 1.5

_N_GAPS = 6
_N_SHOWN = 3
_N_TAGS = 4

_APPARATUS = re.compile(
    r"acknowledge?ment|funding|author contribution|competing interest|conflict of interest|ethic"
    r"|data availability|code availability|supplementary|reproducibility statement|checklist"
    r"|благодарност|финансировани|конфликт интересов",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:[\dA-Z](?:\.\d+)*\.?|[IVX]+\.)\s+")
#: Headings that any paper has say nothing of its subject.
_USUAL = re.compile(
    r"(?:abstract|introduction|background|related work|preliminaries|methods?|methodology|approach"
    r"|experiments?|experimental setup|results?|evaluation|analysis|discussion|limitations"
    r"|conclusions?|appendix|implementation details|введение|заключение|выводы|методы?"
    r"|результаты|обсуждение)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?!https?\b|www\b|arxiv\b|doi\b)[^\W\d_][\w-]{2,}", re.IGNORECASE)


def find_gaps(index: Index, reading: Reading) -> tuple[Gap, ...]:
    """Group the windows that no note covers, the most said first.

    What is no content (acknowledgements, funding, and the like) is left out.
    """
    open_ones = {
        i
        for i, window in enumerate(reading.windows)
        if reading.scores[i].max(initial=-np.inf) < _COVERED
        and not _APPARATUS.search(_section(reading, window))
    }
    groups = [
        [lane.places[row] for row in group]
        for lane in reading.lanes
        for group in _group(
            [row for row, place in enumerate(lane.places) if place in open_ones], lane.texts.vectors
        )
    ]
    groups.sort(key=lambda group: (-len(group), group[0]))
    return tuple(_describe(index, reading, group) for group in groups[:_N_GAPS])


def _section(reading: Reading, window: Window) -> str:
    """Give the heading that most of a window stands under; it may begin with the one before."""
    lengths: Counter[str] = Counter()
    for sentence in reading.document.sentences[window.first : window.last]:
        lengths[sentence.section] += len(sentence.text)
    return lengths.most_common(1)[0][0]


def _group(windows: Sequence[int], vectors: NDArray[np.float32]) -> list[list[int]]:
    """Put each window to the nearest group that is near enough, in the order of the text."""
    groups: list[list[int]] = []
    for window in windows:
        likeness = [_likeness(window, group, vectors) for group in groups]
        if likeness and max(likeness) > 0:
            groups[int(np.argmax(likeness))].append(window)
        else:
            groups.append([window])
    return groups


def _likeness(window: int, group: Sequence[int], vectors: NDArray[np.float32]) -> float:
    centre = vectors[list(group)].mean(axis=0)
    cosine = float(vectors[window] @ centre / max(float(np.linalg.norm(centre)), 1e-9))
    return cosine - (_SAME_BESIDE if window - group[-1] == 1 else _SAME)


def _describe(index: Index, reading: Reading, group: Sequence[int]) -> Gap:
    windows = [reading.windows[i] for i in group]
    idf = reading.lanes[0].ground.holdings.idf
    terms = _telling_terms(index, idf, [window.text for window in windows])
    sections = Counter(_section(reading, window) for window in windows)
    section, n_in_it = sections.most_common(1)[0]
    section = _NUMBER.sub("", section)
    says_it = section and not _USUAL.match(section) and n_in_it * 2 > len(windows)
    title = section if says_it else " ".join(terms[:3])
    wanted = index.text.stems(" ".join(terms))
    return Gap(
        title=title[:1].upper() + title[1:],
        tags=tuple(dict.fromkeys(re.sub(r"\s+", "-", term) for term in terms[:_N_TAGS])),
        passages=tuple(
            show_window(reading.document, window, wanted, index) for window in windows[:_N_SHOWN]
        ),
    )


def _telling_terms(index: Index, idf: NDArray[np.float32], texts: Sequence[str]) -> list[str]:
    """Give words as they stand in the texts, those first that tell most beside the vault's own."""
    counts: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = {}
    for text in texts:
        telling = index.text.stems(text)
        for word in _WORD.findall(text):
            stem = next(iter(index.text.sequence(word)), "")
            if stem in telling:
                counts[stem] += 1
                shown.setdefault(stem, Counter())[word.lower()] += 1
    worth = {stem: (1 + np.log(n)) * idf[hash_term(stem)] for stem, n in counts.items() if n > 1}
    order = sorted(worth or counts, key=lambda stem: (-worth.get(stem, 0), -counts[stem], stem))
    return [shown[stem].most_common(1)[0][0] for stem in order]
