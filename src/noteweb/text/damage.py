"""What UTF-8 looks like when it has been read as a one-byte encoding.

Also the damage that cannot be undone: it is named with a guess, and never applied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Encodings that UTF-8 is read as by mistake, in the order of how often they are met.
ENCODINGS = ("mac_roman", "latin-1", "cp1252", "cp1251", "cp437", "cp866", "koi8-r")

# Browsers read the bytes these encodings leave undefined as C1 controls, and so can be undone.
_WITH_C1 = frozenset({"cp1252", "cp1251"})
_CONTROLS = range(0x80, 0xA0)
_C1 = {code: chr(code) for code in range(0x80, 0xA0)}

# Pairs that clean text holds too: mathematics ("√π"), a capital before a dash or quotation mark,
# box drawing. Alone they prove nothing.
_WEAK_SECOND = frozenset("π∞∑∫∂Ω≤≥≠±∏µ∆ƒ≈√◊…–—’‘“”„•™‹›«»") | frozenset(
    map(chr, range(0x2500, 0x25A0))
)
_LEADS = {e: frozenset(bytes(range(0xC2, 0xF5)).decode(e, "ignore")) for e in ENCODINGS}
_FOLLOWERS = {
    e: frozenset(bytes(range(0x80, 0xC0)).decode(e, "ignore")) | frozenset(_C1.values())
    for e in ENCODINGS
}
_LATIN = range(0xA0, 0x180)  # Latin-1 and Latin Extended-A: what one damaged letter comes back as
_N_SAMPLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LossyDamage:
    """Damage whose bytes are gone, with a guess at what stood there.

    Attributes
    ----------
    offset : of the first damaged place
    found, guess : what stands there and what it may have been
    n_places : how often it stands in the text
    """

    encoding: str
    offset: int
    found: str
    guess: str
    n_places: int


def suspect_encodings(text: str) -> list[str]:
    """Give the encodings for which the text holds a first and a following byte of UTF-8.

    A filter that clean text seldom passes; it reads the text twice in C.
    """
    others = text.encode("utf-8", "surrogatepass").translate(None, bytes(range(0x80)))
    characters = set(others.decode("utf-8", "surrogatepass"))
    return [
        encoding
        for encoding in ENCODINGS
        if not _LEADS[encoding].isdisjoint(characters)
        and not _FOLLOWERS[encoding].isdisjoint(characters)
    ]


def mend_runs(runs: list[str], encoding: str) -> dict[str, str]:
    """Give the inverse of each run of non-ASCII characters that has an exact one.

    Cost: two conversions in C over all runs together, then only over those that came through.
    """
    if not runs:
        return {}
    joined = "\n".join(runs)
    if encoding in _WITH_C1:
        encoded = _encode_with_c1(joined, encoding)
    else:
        encoded = joined.encode(encoding, "replace")
    tried = encoded.decode("utf-8", "replace").split("\n")
    return {
        run: good
        for run, good in zip(runs, tried, strict=True)
        if "?" not in good and "\ufffd" not in good and good != run
    }


def _encode_with_c1(text: str, encoding: str) -> bytes:
    """Encode, each C1 control the encoding lacks as its own byte, other strangers as ``?``."""
    if not any(character in text for character in _C1.values()):
        return text.encode(encoding, "replace")
    table = {ord(bytes([byte]).decode(encoding, "replace")): byte for byte in range(0x80, 0x100)}
    table.pop(0xFFFD, None)
    undefined = set(range(0x80, 0xA0)) - set(table.values())
    mapping = {code: chr(byte) for code, byte in table.items()}
    strangers = {ord(c) for c in set(text)} - set(table) - undefined - set(range(0x80))
    mapping.update(dict.fromkeys(strangers, "?"))
    return text.translate(mapping).encode("latin-1")


def weigh(run: str, mended: str, encoding: str) -> float:
    """Weigh how strongly a run that has an inverse speaks for damage.

    0 for pairs that clean text holds too, 1 for one damaged Latin letter, 2 for a damaged
    punctuation mark or for each letter of a damaged word.
    """
    if len(run) >= 3 * len(mended):  # sequences of three or four: no clean text holds them
        return 2.0 * len(mended)
    if len(mended) == 1:
        is_weak = run[1:2] in _WEAK_SECOND or ord(mended) not in _LATIN
        return 0.0 if is_weak else 1.0
    seconds = set(run[1::2])
    if seconds <= _WEAK_SECOND and encoding not in {"cp866", "koi8-r", "cp1251"}:
        return 0.0
    n_good = sum(character.isalpha() or ord(character) not in _CONTROLS for character in mended)
    return float(n_good)


_THAI_DASH = re.compile(r"(?<![\u0e00-\u0e7f])\u0e42(?![\u0e00-\u0e7f])")
_THAI_EMOJI = re.compile(r"(?<![\u0e00-\u0e7f])\u0e50[\u0e01-\u0e1f]{1,2}(?![\u0e00-\u0e7f])")
# Five second bytes of UTF-8 mean nothing in cp1252; "Р" and "с" have such ones.
_CYRILLIC = re.compile("[ÐÑ]\ufffd")
_CUT_QUOTE = re.compile(r"â€(?=[\s,.;:!?)]|\Z)")
_LOST = (
    ("cp874", "\u0e42", _THAI_DASH, "—"),
    ("cp874", "\u0e50", _THAI_EMOJI, "an emoji"),
    ("cp1252", "â€", _CUT_QUOTE, "”"),
    ("cp1252", "\ufffd", _CYRILLIC, "a Cyrillic letter"),
)


def find_lossy(text: str) -> tuple[LossyDamage, ...]:
    """Find damage that lost bytes, one value for each kind, in the order of `_LOST`.

    U+0E42 alone is what is left of an em dash (or another mark of U+2xxx) read as Thai cp874:
    a leading vowel that never stands without a consonant in Thai.
    """
    if text.isascii():
        return ()
    found = []
    for encoding, sign, pattern, guess in _LOST:
        if sign not in text:
            continue
        first, n_places = None, 0
        for match in pattern.finditer(text):
            first = first or match
            n_places += 1
        if first is not None:
            found.append(
                LossyDamage(
                    encoding=encoding,
                    offset=first.start(),
                    found=first[0],
                    guess=guess,
                    n_places=n_places,
                )
            )
    return tuple(found)


def guess_lost(text: str) -> str:
    """Put the guessed character where bytes were lost, for a text that is never written back."""
    for _, sign, pattern, guess in _LOST if not text.isascii() else ():
        if sign in text and pattern is not _CYRILLIC:
            text = pattern.sub(guess if len(guess) == 1 else "", text)
    return text
