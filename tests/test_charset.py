"""Text of unknown encoding is read as a person would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.text.charset import decode_text, mend_text, without_surrogates

RUSSIAN = "Стекло помнит, как его охладили. Это видно по объёму."
FRENCH = "Le verre a été refroidi, où l'on voit « ça »."


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        (RUSSIAN, "utf-8", ""),
        ("a\ufffdb", "utf-8", "cp1251"),
        (RUSSIAN, "utf-8-sig", "latin-1"),
        (RUSSIAN, "utf-16", ""),
        (RUSSIAN, "cp1251", ""),
        (RUSSIAN, "koi8-r", ""),
        (RUSSIAN, "cp866", ""),
        (RUSSIAN, "iso8859-5", "ISO-8859-5"),
        (FRENCH, "cp1252", ""),
        (FRENCH, "mac-roman", "macintosh"),
        ("ガラス", "shift_jis", "Shift_JIS"),
        ("plain", "ascii", "no such encoding"),
        (FRENCH, "cp1252", "base64"),
    ],
)
def test_encodings_are_told(text, encoding, declared):
    """By a byte order mark, as UTF-8, as declared where that is known, else by the letters."""
    assert decode_text(text.encode(encoding), declared) == text


def test_a_flaw_makes_no_other_encoding():
    """UTF-8 with a byte lost stays UTF-8."""
    data = RUSSIAN.encode()
    assert decode_text(data[:-2] + data[-1:] + b"\xff").startswith("Стекло помнит")
    assert decode_text(data[1:], "windows-1251").endswith("по объёму.")


@given(st.binary(), st.sampled_from(["", "utf-16", "gb18030", "idna", "rot13"]))
def test_any_bytes_are_text(data, declared):
    """Nothing raises, and what comes can be written."""
    decode_text(data, declared).encode()


def test_what_json_may_hold_can_be_written():
    """Lone surrogates become the sign for what is missing."""
    assert without_surrogates("a\ud800b") == "a\ufffdb"
    assert without_surrogates("a😀") == "a😀"


def test_damage_is_undone():
    """What had been read wrongly is brought back, what lost its bytes is guessed."""
    assert mend_text("Ã©tÃ© â€” oui") == "été — oui"
    assert mend_text("so \u0e42 then") == "so — then"
    assert mend_text(RUSSIAN) == RUSSIAN
