"""A cheap guess of a text's main language, for stemmers and filters."""

from __future__ import annotations

import re

_SAMPLE = 3000  # more characters never changed an answer on long notes
_MIN_HITS = 3  # function words below which a Latin or Cyrillic text stays unnamed
_SCRIPT_SHARE = 0.3  # of the letters; Latin product names fill many notes in other scripts
_KANA_SHARE = 0.1  # Japanese mixes kana into Han; a Chinese note may quote a little of it

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_THAI = re.compile(r"[\u0e01-\u0e5b]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_NOT_RUSSIAN = re.compile(r"[іїєґўјљњћђџќѓѕ]", re.IGNORECASE)
_OTHER_SCRIPT = re.compile(r"[\u0400-\u04ff\u0e01-\u0e5b\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")

_FUNCTION_WORDS = {
    "en": "the of and to is that for with this are be which from or an by it as on when not can",
    "de": "der die das und ist nicht ein eine zu den mit von für auf dem sich des auch wird als",
    "fr": "le la les des et est une dans que qui pour du au pas sur avec ce sont par plus",
    "es": "el los las de y es una en que para con por del se su no como más un lo",
    "ru": "и в не на что с по как это для от из к но или при его все так мы когда",
}
_WORD_SETS = {name: frozenset(words.split()) for name, words in _FUNCTION_WORDS.items()}
_ALL_WORDS: frozenset[str] = frozenset().union(*_WORD_SETS.values())

#: What `guess_language` can say, ISO 639-1.
LANGUAGES = ("de", "en", "es", "fr", "ja", "ru", "th", "zh")


def guess_language(text: str) -> str:
    """Guess en, ru, de, fr, es, zh, ja or th from the first few thousand characters.

    Empty where the evidence is thin: a guess that is wrong spoils stemming, none costs little.
    """
    sample = text[:_SAMPLE]
    if not sample.isascii():
        by_script = _guess_by_script(sample)
        if by_script is not None:
            return by_script
    return _guess_by_words(sample)


def _guess_by_script(sample: str) -> str | None:
    """Give the language where the script alone decides, None where words must."""
    if not _OTHER_SCRIPT.search(sample):
        return None
    n_letters = len(_LETTER.findall(sample)) or 1
    n_han, n_kana = len(_HAN.findall(sample)), len(_KANA.findall(sample))
    if (n_han + n_kana) / n_letters >= _SCRIPT_SHARE:
        return "ja" if n_kana / (n_han + n_kana) >= _KANA_SHARE else "zh"
    if len(_THAI.findall(sample)) / n_letters >= _SCRIPT_SHARE:
        return "th"
    n_cyrillic = len(_CYRILLIC.findall(sample))
    if n_cyrillic / n_letters >= 1 - _SCRIPT_SHARE and _NOT_RUSSIAN.search(sample):
        return ""
    return None


def _guess_by_words(sample: str) -> str:
    """Give the language with the most different function words, empty for a tie or too few."""
    words = _ALL_WORDS.intersection(sample.lower().split())
    hits = sorted((len(known & words), name) for name, known in _WORD_SETS.items())
    best, second = hits[-1], hits[-2]
    return best[1] if best[0] >= _MIN_HITS and best[0] > second[0] else ""
