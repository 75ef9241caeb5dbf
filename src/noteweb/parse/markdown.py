"""The body of a note, line by line: parts, sections, callouts, footnotes, definitions.

Headings and fenced code follow CommonMark; callouts, comments, formulas and footnotes follow
Obsidian. Lines end at LF, CR LF or CR. Linear in the text.
"""

from __future__ import annotations

import re

from noteweb.model.note import Anchor, Callout, PartKind
from noteweb.parse.codefence import index_fences, match_fence
from noteweb.parse.scan import Body, Scan

#: What encloses the block of `noteweb claims stamp`: shown by readers, to noteweb a comment.
STAMP_OPEN, STAMP_CLOSE = "<!-- noteweb:claims -->", "<!-- /noteweb:claims -->"

_MARKER = re.compile(r"(?:[-*+]|(?P<number>\d{1,9})[.)])(?:[ \t]+(?=\S)|[ \t]*\Z)")
_ATX = re.compile(r"#{1,6}(?=[ \t]|\Z)")
_ATX_TAIL = re.compile(r"(?:^|[ \t])#+[ \t]*\Z")
_SETEXT = re.compile(r" {0,3}(?:=+|-+)[ \t]*\Z")
_BREAK = re.compile(r"(?:(?:-[ \t]*+){3,}+|(?:\*[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)\Z")
_CALLOUT = re.compile(r"[>\s]*\[!([^\]\r\n]+)\][+-]?[ \t]*(.*)")
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]:")
_DEFINITION = re.compile(
    r"\[([^\[\]\r\n]+)\]:[ \t]*(?:<([^<>]*)>|(\S+))(?:[ \t]+[\"'(].*)?[ \t]*\Z"
)
_DELIMITER = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+\Z")
_SPECIAL = frozenset("`~#>%<$[|=-*+_0123456789")
_CODE_INDENT = 4  # columns from which a line is indented code, not a heading or fence


def scan_body(text: str, start: int, first_line: int) -> Body:
    """Scan ``text[start:]``, whose first line has the given number."""
    scan = _Reader(text, start, first_line)
    scan.run()
    return scan.finish()


class _Reader(Scan):
    """The readers of each kind of block, over the state they share."""

    def run(self) -> None:
        """Read line after line; each reader gives the number of the next line."""
        index, n_lines = 0, len(self.lines)
        while index < n_lines:
            line = self.lines[index]
            bare = line.lstrip(" \t")
            if not bare:
                self.paragraph, self.is_lazy = -1, False
                self.body.breaks.append(self.starts[index])
                self.keep_text(index)
                index += 1
            elif bare[0] not in _SPECIAL and "|" not in line:
                index = self._read_plain(index, line, bare)
            else:
                index = self._read_special(index, line, bare)

    def _read_plain(self, index: int, line: str, bare: str) -> int:
        """Read a line of prose: a paragraph begins or goes on, or a list ends."""
        if self.paragraph < 0:
            indent = _width(line, bare)
            if not self.is_lazy:
                self._leave_items(indent)
            if self.columns and not self.is_lazy:
                self.item_paragraph = index
            self.is_lazy = bool(self.columns)
            if not self.columns:
                if indent >= _CODE_INDENT:
                    return self._read_indented(index)
                self.paragraph = index
        self.keep_text(index)
        return index + 1

    def _read_indented(self, index: int) -> int:
        """Read a line of indented code, which stays text but holds no links; or of a quotation."""
        self.keep_text(index)
        if index == self.quote_end:
            self.quote_end += 1  # its paragraph goes on
        else:
            span = self.starts[index], self.starts[index + 1]
            self.body.holes.append(span)
            self.body.breaks.extend(span)
        return index + 1

    def _leave_items(self, column: int) -> None:
        """Close the list items whose text begins further right than a line does."""
        while self.columns and self.columns[-1] > column:
            self.columns.pop()

    def _read_special(self, index: int, line: str, bare: str) -> int:
        indent = _width(line, bare)
        if indent >= _CODE_INDENT and not self.columns:
            if self.paragraph < 0:
                return self._read_indented(index)
            self.keep_text(index)
            return index + 1
        if self.paragraph >= 0 and _SETEXT.match(line):
            return self._read_setext(self.paragraph, index, bare)
        if self.is_lazy and indent >= self.columns[-1] and _SETEXT.match(bare):
            return self._read_setext(self.item_paragraph, index, bare)
        if _BREAK.match(bare):
            return self._read_break(index, indent)
        return self._read_content(index, line, bare, indent)

    def _read_break(self, index: int, indent: int) -> int:
        self.paragraph, self.is_lazy = -1, False
        self._leave_items(indent)
        self.body.breaks.append(self.starts[index])
        self.keep_text(index)
        return index + 1

    def _read_content(self, index: int, line: str, bare: str, indent: int) -> int:
        """Read what stands after the marks of list items, if there are any."""
        content, width = self._strip_markers(index, bare, indent)
        for read in (self._read_fence, self._read_heading):
            after = read(index, content, width)
            if after is not None:
                return after
        if content is bare:
            after = self._read_block(index, bare)
            if after is not None:
                self.paragraph, self.is_lazy = -1, False
                return after
            return self._read_plain(index, line, bare)
        self.is_lazy = bool(content)
        self.item_paragraph = index
        self.keep_text(index)
        return index + 1

    def _strip_markers(self, index: int, bare: str, indent: int) -> tuple[str, int]:
        """Take the marks of list items off a line; give what follows and the column it is at."""
        at = 0
        while at < len(bare) and (marker := _MARKER.match(bare, at)) is not None:
            if self.paragraph >= 0 and not at and not _interrupts(marker, bare):
                break
            self.paragraph = -1
            if not at:
                self._leave_items(indent)
                self.body.breaks.append(self.starts[index])
            at = marker.end()
            self.columns.append(indent + at)
        return bare[at:] if at else bare, indent + at

    def _read_fence(self, index: int, content: str, width: int) -> int | None:
        fence = match_fence(content)
        if fence is None:
            return None
        if self.fencing is None:
            self.fencing = index_fences(self.lines)
        self._leave_items(width)
        is_nested = bool(self.columns)
        after = self.fencing.find_closing(index, fence, is_nested=is_nested)
        if is_nested:
            after = self._end_of_item(index, after or len(self.lines), self.columns[-1])
        elif after is None:
            after = len(self.lines)
            message = "this code fence is never closed; the rest of the note counts as code"
            self.report("code-unclosed", self.starts[index], message)
        self.add_hole(PartKind.CODE, index, after)
        return after

    def _end_of_item(self, index: int, limit: int, width: int) -> int:
        """Give the line that ends an item, at most `limit`."""
        after = index + 1
        while after < limit:
            line = self.lines[after]
            bare = line.lstrip(" \t")
            if bare and _width(line, bare) < width:
                break
            after += 1
        return after

    def _read_heading(self, index: int, content: str, width: int) -> int | None:
        match = _ATX.match(content)
        if match is None:
            return None
        self._leave_items(width)
        title = _ATX_TAIL.sub("", content[match.end() :].strip(" \t")).strip(" \t")
        self._head(match.end(), title, index, index + 1)
        return index + 1

    def _read_setext(self, first: int, index: int, bare: str) -> int:
        lines = [line.strip(" \t") for line in self.lines[first:index]]
        at = 0
        while first != self.paragraph and (marker := _MARKER.match(lines[0], at)):
            at = marker.end()
        lines[0] = lines[0][at:]
        title = " ".join(lines)
        self._head(1 if bare[0] == "=" else 2, title, first, index + 1)
        return index + 1

    def _head(self, level: int, title: str, index: int, after: int) -> None:
        start, end = self.starts[index], self.starts[after]
        self.add_part(PartKind.HEADING, start, end)
        self.body.breaks.extend((start, end))
        self.heads.append((level, title, index, start, end))
        self.paragraph, self.is_lazy = -1, False

    def _read_block(self, index: int, bare: str) -> int | None:
        """Read what only a line's first characters can begin, None for prose."""
        first = bare[0]
        if first == ">":
            return self._read_quote(index)
        for mark, closing, kind in _MARKS:
            if bare.startswith(mark):
                after = self._read_enclosed(index, mark, closing, kind)
                if after is not None:
                    return after
        if first == "[":
            return self._read_bracket(index, bare)
        if "|" in bare and self._is_table(index):
            return self._read_table(index)
        return None

    def _read_quote(self, index: int) -> int:
        after = index
        while after < len(self.lines) and self.lines[after].lstrip(" \t").startswith(">"):
            after += 1
        start, end = self.starts[index], self.starts[after]
        callout = _CALLOUT.match(self.lines[index])
        if callout is not None:
            self.add_part(PartKind.CALLOUT, start, end)
        else:
            self.keep_text(index)
        self._scan_quote(index, after)
        self.body.breaks.append(end)
        self.paragraph = -1
        self.quote_end = after
        return after

    def _scan_quote(self, index: int, after: int) -> None:
        """Find callouts and fenced code inside a quotation."""
        at = index
        while at < after:
            bare = self.lines[at].lstrip(" \t>")
            self.body.breaks.append(self.starts[at])
            callout = _CALLOUT.match(self.lines[at]) if bare.startswith("[!") else None
            if callout is not None:
                self._add_callout(callout, at, after)
            fence = match_fence(bare)
            if fence is None:
                at += 1
                continue
            stop = at + 1
            while stop < after and not fence.is_closed_by(self.lines[stop].lstrip(" \t>")):
                stop += 1
            stop = min(stop + 1, after)
            self.body.holes.append((self.starts[at], self.starts[stop]))
            at = stop

    def _add_callout(self, match: re.Match[str], index: int, after: int) -> None:
        self.body.callouts.append(
            Callout(
                kind=match[1].strip().lower(),
                title=match[2].strip(),
                line=self.first_line + index,
                start=self.starts[index],
                end=self.starts[after],
            )
        )

    def _read_enclosed(self, index: int, mark: str, closing: str, kind: PartKind) -> int | None:
        """Read a comment or formula that begins a line; None where it is no block of its own."""
        start = self.text.index(mark, self.starts[index])
        stop = -1 if closing in self.lost else self.text.find(closing, start + len(mark))
        if stop < 0:
            if closing not in self.lost:
                code = "math-unclosed" if kind is PartKind.MATH else "comment-unclosed"
                self.report(code, start, f"this {mark} is never closed; it was read as text")
            self.lost.add(closing)
            return None
        stop += len(closing)
        after = index + 1
        while self.starts[after] < stop:
            after += 1
        if self.text[stop : self.starts[after]].strip():
            self.body.holes.append((start, stop))
            self.keep_text(index)
            self.paragraph = -1
            return after
        self.add_hole(kind, index, after)
        return after

    def _read_bracket(self, index: int, bare: str) -> int | None:
        footnote = _FOOTNOTE.match(bare)
        if footnote is not None:
            return self._read_footnote(index, footnote[1])
        definition = _DEFINITION.match(bare) if self.paragraph < 0 else None
        if definition is None:
            return None
        label = " ".join(definition[1].lower().split())
        self.body.definitions.setdefault(label, definition[2] or definition[3] or "")
        self.body.holes.append((self.starts[index], self.starts[index + 1]))
        self.keep_text(index)
        return index + 1

    def _read_footnote(self, index: int, name: str) -> int:
        after = index + 1
        while after < len(self.lines):
            line = self.lines[after]
            is_blank = not line.strip()
            follows = self.lines[after + 1] if after + 1 < len(self.lines) else ""
            if is_blank and follows[:1] not in (" ", "\t"):
                break
            if not is_blank and line[0] not in " \t":
                break
            after += 1
        start, end = self.starts[index], self.starts[after]
        self.add_part(PartKind.FOOTNOTE, start, end)
        self.body.breaks.extend((start, end))
        line_number = self.first_line + index
        self.body.footnotes.append(Anchor(name=name, line=line_number, start=start, end=end))
        self.paragraph = -1
        return after

    def _is_table(self, index: int) -> bool:
        if index + 1 >= len(self.lines):
            return False
        delimiter = self.lines[index + 1]
        return "|" in delimiter and "-" in delimiter and _DELIMITER.match(delimiter) is not None

    def _read_table(self, index: int) -> int:
        after = index
        while after < len(self.lines) and "|" in self.lines[after]:
            self.body.breaks.append(self.starts[after])
            after += 1
        self.add_part(PartKind.TABLE, self.starts[index], self.starts[after])
        self.body.breaks.append(self.starts[after])
        self.paragraph = -1
        return after


_MARKS = (
    ("%%", "%%", PartKind.COMMENT),
    (STAMP_OPEN, STAMP_CLOSE, PartKind.COMMENT),
    ("<!--", "-->", PartKind.COMMENT),
    ("$$", "$$", PartKind.MATH),
)


def _width(line: str, bare: str) -> int:
    """Columns of white space before a line's text; a tab reaches to the next multiple of four."""
    n_characters = len(line) - len(bare)
    if "\t" not in line[:n_characters]:
        return n_characters
    return len(line[:n_characters].expandtabs(4))


def _interrupts(marker: re.Match[str], content: str) -> bool:
    """Whether a list mark may stand right below a paragraph: a bullet or 1, with text after it."""
    has_text = marker.end() < len(content)
    return has_text and marker["number"] in (None, "1")
