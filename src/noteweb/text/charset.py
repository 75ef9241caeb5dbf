"""Text of unknown encoding: what a person reads, for documents that are never written back."""

from __future__ import annotations

import codecs
import re

from noteweb.text.damage import guess_lost
from noteweb.text.repair import find_repair
from noteweb.text.words import list_words

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 20_000  # bytes beyond ASCII; more never changed an answer
_TIMES = 10  # as many bytes beyond ASCII as broken ones: UTF-8 with a flaw
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_ASCII = bytes(range(0x80))
_CYRILLIC = ("cp1251", "koi8-r", "cp866")
_SHARE = 0.6  # of the bytes beyond ASCII in words of their own: Cyrillic
_WORD = re.compile(rb"[\x80-\xff]{3,}")
_SMALL = re.compile(r"[а-яё]")
_DECLARABLE = frozenset(
    list_words("""
    iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9
    iso8859-13 iso8859-14 iso8859-15 iso8859-16 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256
    cp1257 cp1258 cp866 koi8-r koi8-u mac-roman mac-cyrillic cp874 tis-620 gb2312 gbk gb18030
    big5 big5hkscs shift_jis cp932 euc_jp iso2022_jp euc_kr cp949
    """)
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def decode_text(data: bytes, declared: str = "") -> str:
    """Give a file's text: by its byte order mark, as UTF-8, as declared, or by its letters.

    Nothing raises: bytes without a meaning become U+FFFD, and no lone surrogate is among the
    characters.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    n_beyond = len(data) - len(data.translate(None, _BEYOND_ASCII))
    if _TIMES * text.count("\ufffd") < n_beyond:
        return text
    return data.decode(_known(declared) or _guess(data), "replace")


def mend_text(text: str) -> str:
    """Bring back a text that had been read wrongly before, by a guess where bytes were lost.

    For texts that are read and never written back; see `noteweb.text.repair`.
    """
    repair = find_repair(text)
    return guess_lost(repair.text if repair else text)


def without_surrogates(text: str) -> str:
    """Give a text that can be written: lone surrogates, which JSON may hold, become U+FFFD."""
    return _SURROGATE.sub("\ufffd", text) if _SURROGATE.search(text) else text


def _known(declared: str) -> str:
    """Give the name of an encoding that pages and files declare, nothing for any other."""
    try:
        info = codecs.lookup(declared.strip())
    except (LookupError, ValueError):
        return ""
    return info.name if info.name in _DECLARABLE else ""


def _guess(data: bytes) -> str:
    """Tell Cyrillic encodings by their words, then by their small letters; else cp1252.

    Latin letters with accents stand alone among ASCII ones, Cyrillic ones beside each other.
    """
    sample = data[: 50 * _SAMPLE]
    others = sample.translate(None, _ASCII)[:_SAMPLE]
    if sum(map(len, _WORD.findall(sample))) < _SHARE * len(sample.translate(None, _ASCII)):
        return "cp1252"

    def count_small(encoding: str) -> int:
        return len(_SMALL.findall(others.decode(encoding, "replace")))

    return max(_CYRILLIC, key=count_small)
