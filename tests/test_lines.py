"""Lines end where an editor ends them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from noteweb.text.lines import index_lines


def test_only_lf_crlf_and_cr_end_a_line():
    """U+2028, NEL, VT and FF are characters of a line, so numbers match the editor's."""
    lines = index_lines("a\u2028b\x85c\x0bd\x0ce\nf\r\ng\rh")
    assert lines.starts == (0, 10, 13, 15)


def test_positions_count_from_one():
    """The first character of a file is line 1, column 1, and a CR LF belongs to its line."""
    lines = index_lines("ab\r\ncd")
    assert lines.position(0) == (1, 1)
    assert lines.position(3) == (1, 4)
    assert lines.position(5) == (2, 2)


@given(st.text(alphabet="ab\r\n\u2028"))
def test_every_offset_has_the_line_of_a_plain_count(text):
    """The index agrees with counting line ends one by one."""
    lines = index_lines(text)
    for offset in range(len(text)):
        before = text[: offset + 1] if text[offset : offset + 2] == "\r\n" else text[:offset]
        is_inside = text[offset - 1 : offset + 1] == "\r\n"
        ends = len(re.findall(r"\r\n|\r|\n", before)) - (text[offset : offset + 2] == "\r\n")
        assert lines.line(offset) == ends + 1 - is_inside
