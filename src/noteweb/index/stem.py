"""Words to the terms of the text index: stems by language, pairs of characters without spaces.

English and Russian stemmers run over everything, one after the other: each leaves the other
script's words alone. A passage in another language goes through its own stemmer before them.
A query does not know which passage it will meet, so each of its words stands for its stems in
every language of the vault; whatever language a passage was taken for, a word finds itself.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import tantivy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: The languages whose passages have a stemmer of their own before the common ones.
STEMMERS = {"de": "german", "es": "spanish", "fr": "french"}

#: Chinese, Japanese and Thai stretches: no spaces between words, so pairs of characters are terms.
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")

_LONGEST_TERM = 80  # bytes; base64 blobs and the like are no words

#: Different function words from which on a query counts as written in their language.
_SURE = 2

#: What a question is made of besides its subject. tantivy's own English list is shorter, and then
#: "do we" finds every note in the first person: on Cranfield these lift BM25 from .509 to .520.
_FUNCTION_WORDS = """
i me my mine we our ours us you your yours he him his she her hers it its they them their theirs
what which who whom whose this that these those am is are was were be been being have has had
having do does did doing would should could ought can will shall may might must a an the and but
if or because as until while of at by for with about against between into through during before
after above below to from up down in out on off over under again further then once here there when
where why how all any both each few more most other some such no nor not only own same so than too
very just
""".split()
_ENGLISH = frozenset(_FUNCTION_WORDS)


def open_analyzer() -> Callable[[str], list[str]]:
    """Give what turns a text into its terms, in order and as often as they stand."""
    words = common_analyzer(stop=True)

    def analyze(text: str) -> list[str]:
        return drop_spaceless(words.analyze(text)) + pair_up(text)

    return analyze


@cache
def common_analyzer(*, stop: bool) -> tantivy.TextAnalyzer:
    """Give the analyzer of the lane of words; with `stop` it drops function words."""
    builder = _words()
    if stop:
        builder = builder.filter(tantivy.Filter.custom_stopword(_FUNCTION_WORDS))
        builder = builder.filter(tantivy.Filter.stopword("russian"))
    for language in ("english", "russian"):
        builder = builder.filter(tantivy.Filter.stemmer(language))
    return builder.build()


def pair_analyzer() -> tantivy.TextAnalyzer:
    """Give the analyzer of the lane of pairs, which are parted by blanks already."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def stem_for(language: str, text: str) -> str:
    """Give what is indexed of a passage in this language; the common analyzer comes after."""
    return " ".join(_own_analyzer(language).analyze(text)) if language in STEMMERS else text


def list_words(text: str) -> list[str]:
    """Give the words of a text, small, as many as `common_analyzer` makes stems of it."""
    words: list[str] = _plain_analyzer().analyze(text)
    return words


def list_alternatives(word: str, languages: Sequence[str]) -> tuple[str, ...]:
    """Give the stems that one word has in a vault of these languages, each once."""
    common = common_analyzer(stop=False)
    forms = (word, *(stem_for(language, word) for language in languages))
    return tuple(dict.fromkeys(stem for form in forms for stem in common.analyze(form)))


def drop_function_words(words: Sequence[str], languages: Sequence[str]) -> list[str]:
    """Give the words that tell something; all of them where none does.

    English and Russian function words tell nothing in any query, those of another language only in
    a query that is written in it: "die" is no article in English.
    """
    own = _guess(words, languages)
    common = common_analyzer(stop=True)
    kept = [word for word in words if common.analyze(word) and not (own and _is_stop(own, word))]
    return kept or list(words)


def find_runs(text: str) -> list[str]:
    """Give the stretches of a text that have no spaces between words."""
    return _SPACELESS.findall(text)


def pair_up(text: str) -> list[str]:
    """Give the pairs of characters of such stretches; a single character stands for itself."""
    pairs = []
    for run in find_runs(text):
        pairs += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return pairs


def is_spaceless(word: str) -> bool:
    """Whether a word is such a stretch, so that its pairs stand for it."""
    return _SPACELESS.fullmatch(word) is not None


def drop_spaceless(words: Sequence[str]) -> list[str]:
    """Give the words that are no such stretch."""
    return [word for word in words if not is_spaceless(word)]


def _guess(words: Sequence[str], languages: Sequence[str]) -> str:
    """Give the language of `languages` that a query is written in, empty where none is sure."""
    told = set(words)
    counts = {name: sum(_is_stop(name, word) for word in told) for name in languages}
    counts["en"] = len(told & _ENGLISH)
    best = max(counts, key=lambda name: counts[name])
    n_best = sum(count == counts[best] for count in counts.values())
    return best if best != "en" and counts[best] >= _SURE and n_best == 1 else ""


def _is_stop(language: str, word: str) -> bool:
    return not _stop_analyzer(language).analyze(word)


def _words() -> tantivy.TextAnalyzerBuilder:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(_LONGEST_TERM))
    return builder.filter(tantivy.Filter.lowercase())


@cache
def _plain_analyzer() -> tantivy.TextAnalyzer:
    return _words().build()


@cache
def _own_analyzer(language: str) -> tantivy.TextAnalyzer:
    return _words().filter(tantivy.Filter.stemmer(STEMMERS[language])).build()


@cache
def _stop_analyzer(language: str) -> tantivy.TextAnalyzer:
    return _words().filter(tantivy.Filter.stopword(STEMMERS[language])).build()
