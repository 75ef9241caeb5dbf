"""Text read in the wrong encoding comes back exactly, and clean text is left alone."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from noteweb.text.damage import ENCODINGS, find_lossy
from noteweb.text.repair import decode_bytes, find_repair

RUSSIAN = "Заметка о порогах — «сигнал» и шум…\nВторая строка: café, 10 °C.\n"
FRENCH = "Où va la crème brûlée ? — “Là-bas”, dit Zoë.\n"
GERMAN = "Größe, Übung, „Maß“ – fünf Ähren.\n"


def damage(text: str, encoding: str) -> str | None:
    """Read UTF-8 as another encoding, None where that fails."""
    try:
        return text.encode().decode(encoding)
    except UnicodeDecodeError:
        return None


#: Not every encoding can read the bytes of every text.
READABLE = [
    (text, encoding)
    for text in (RUSSIAN, FRENCH, GERMAN)
    for encoding in ENCODINGS
    if damage(text, encoding) is not None
]


@pytest.mark.parametrize(("text", "encoding"), READABLE)
def test_the_inverse_is_exact(text, encoding):
    """What was UTF-8 read as another encoding is repaired to the last character."""
    damaged = damage(text, encoding)
    repair = find_repair(damaged)
    assert repair is not None
    assert repair.text == text
    assert repair.encoding == encoding or damage(text, repair.encoding) == damaged


@pytest.mark.parametrize(
    "text",
    [
        "x = √π and ∫ f(x) dx ≤ ∞",
        "√π",
        "the sum of √π √Ω √∑",
        "“quoted” – and — dashes…",
        "A–Ö, „Å“, CAFÉ”",
        "Ä…",
        "├── src\n│   └── a.py\n╔══╗\n║  ║",
        "С… и «С», МГУ»",
        "ÉTÉ – à la plage",
        "数学——“测试”·°C",
        "plain ASCII",
        "",
    ],
)
def test_clean_text_is_left_alone(text):
    """Mathematics, typography, box drawing and other scripts are no damage."""
    assert find_repair(text) is None


def test_one_damaged_letter_is_enough():
    """A note whose only accent is damaged is repaired."""
    repair = find_repair("the caf√© on the corner")
    assert repair is not None
    assert repair.text == "the café on the corner"


def test_lines_are_repaired_beside_genuine_ones():
    """Damaged lines come back where several bear witness; genuine lines and formulas stay."""
    damaged = "\n".join((RUSSIAN * 3).encode().decode("mac_roman").split("\n"))
    text = f"Настоящая строка\n{damaged}k√π\n"
    repair = find_repair(text)
    assert repair is not None
    assert repair.text == f"Настоящая строка\n{RUSSIAN * 3}k√π\n"
    assert repair.n_lines == 6


def test_a_single_odd_line_is_no_witness():
    """One damaged-looking line in a genuine text is left alone."""
    assert find_repair("Настоящая строка\ncaf√©\nещё одна\n") is None


def test_one_odd_pair_repeated_is_no_witness():
    """The same pair on several lines may be the author's own; other runs must speak too."""
    assert find_repair("Настоящая строка\n" + "a√© b\n" * 5) is None


def test_damage_upon_damage_is_undone():
    """Text damaged twice comes back, and both steps are named."""
    twice = RUSSIAN.encode().decode("latin-1").encode().decode("mac_roman")
    repair = find_repair(twice)
    assert repair is not None
    assert repair.text == RUSSIAN
    assert repair.encoding == "mac_roman + latin-1"


def test_bytes_a_browser_keeps_as_controls_are_undone():
    """cp1252 and cp1251 leave bytes undefined; browsers keep them as C1 controls."""
    damaged = "".join(
        bytes([byte]).decode("cp1251", "replace").replace("\ufffd", chr(byte))
        for byte in "Иван и Ида, ИИ".encode()
    )
    repair = find_repair(damaged)
    assert repair is not None
    assert (repair.text, repair.encoding) == ("Иван и Ида, ИИ", "cp1251")


def test_lossy_damage_is_named_and_not_touched():
    """A lone Thai vowel for a dash is reported with a guess; the text stays."""
    text = "It was late \u0e42 too late.\n\u0e50\u0e0c 7 comments \u0e42 all kind"
    assert find_repair(text) is None
    dash, emoji = find_lossy(text)
    assert (dash.encoding, dash.guess, dash.n_places, dash.offset) == ("cp874", "—", 2, 12)
    assert emoji.guess == "an emoji"


def test_thai_is_no_damage():
    """Thai text uses the same letters, with consonants beside them."""
    assert find_lossy("โรงเรียนและโลก ๐๑๒") == ()


def test_cut_quotation_marks_are_guessed():
    """A closing quote read as cp1252 loses its last byte."""
    (lossy,) = find_lossy("he said yesâ€ and left")
    assert lossy.guess == "”"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"abc", "utf-8"),
        (b"\xef\xbb\xbfabc", "utf-8"),
        ("\ufeffпривет".encode("utf-16-le"), "utf-16-le"),
        ("\ufeffпривет".encode("utf-16-be"), "utf-16-be"),
        (b"\xff\xfea", "utf-8"),
        (b"caf\xe9 \xff", "utf-8"),
    ],
)
def test_decoding_names_the_encoding(data, encoding):
    """UTF-16 is read by its mark, everything else as UTF-8 with the odd bytes kept."""
    decoded = decode_bytes(data)
    assert decoded.encoding == encoding
    assert decoded.text.encode(encoding, "surrogateescape") == data


def test_the_first_odd_byte_is_located():
    """The parser can point at what is no UTF-8."""
    assert decode_bytes("é".encode() + b"x\xff").invalid == 2
    assert decode_bytes(b"x").invalid is None


@given(st.binary())
@example(b"\xff\xfe\x00\xd8")
def test_no_byte_is_lost(data):
    """Any bytes at all come back from their text."""
    decoded = decode_bytes(data)
    assert decoded.text.encode(decoded.encoding, "surrogateescape") == data


@given(st.text(), st.sampled_from([None, *ENCODINGS]))
@example("√π", None)
@example("Ð¿Ñ€Ð¸Ð²ÐµÑ‚ √π", None)
def test_repair_is_idempotent(text, encoding):
    """A repaired text shows no damage, whatever was repaired."""
    raw = text.encode("utf-8", "replace")
    damaged = raw.decode(encoding, "ignore") if encoding else text
    repair = find_repair(damaged)
    repaired = damaged if repair is None else repair.text
    assert find_repair(repaired) is None


def test_cyrillic_that_lost_letters_is_told_and_left_alone():
    """UTF-8 read as cp1252 with replacement marks cannot be undone: a guess, never a repair."""
    text = "Пчёлы танцуют рядом с ульем".encode().decode("cp1252", "replace")
    (lossy,) = find_lossy(text)
    assert (lossy.encoding, lossy.guess, lossy.n_places) == ("cp1252", "a Cyrillic letter", 2)
    assert text[lossy.offset] in "ÐÑ"
    assert find_repair(text) is None
