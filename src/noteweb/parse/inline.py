"""Links and tags inside the lines of a note.

One pass over the characters that can mean something; code spans, comments and formulas are
skipped as they open, so that nothing inside them counts. Linear: every search for a closing mark
goes through a sorted list, and what was not found once is not looked for again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from noteweb.model.note import Link, LinkKind
from noteweb.parse.target import Target, match_destination, split_destination, split_wikilink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noteweb.text.lines import Lines

# Every alternative begins with a literal character: the search then skips quickly over prose.
_TOKEN = re.compile(
    r"\\[\\`*_\[\]#$%<(!]|``*+|%%|\$\$|\$|<!--|<[aA]\s|\[\[[^\[\]\r\n]+\]\]|\[|\]|\(\(|#(?=[^\s#])"
)
_TAG = re.compile(
    r"#(?:\[\[([^\[\]\r\n]+)\]\]|([\w/\-\U0001f000-\U0001faff\u2600-\u27bf\u200d\ufe0f]+))"
)
_BEFORE_TAG = frozenset("(（【「『《，。、；：,;|>\"'“‘*_~-—–…！？!?")
_BLOCK_REF = re.compile(r"\(\(([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\)\)")
_ANCHOR = re.compile(
    r"<a\s[^<>]{0,500}?\bhref\s*=\s*(?:\"([^\"<>\r\n]*)\"|'([^'<>\r\n]*)'|([^\s\"'<>]+))",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\[([^\[\]\r\n]*)\]")
_EMBED = re.compile(r"\{\{\s*embed\s*\Z", re.IGNORECASE)
_EMBED_REACH = 12
_LONGEST_LABEL = 1_000  # characters, CommonMark's own bound; labels in labels would multiply
_ANY = re.compile(r"[`\[#$%<(\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an inline pass must know of the body around it.

    Attributes
    ----------
    breaks : sorted offsets at which a block begins; code and brackets do not reach across one
    holes : sorted spans without inline text: fenced code, comments, formulas, definitions
    definitions : destinations of ``[label]: destination`` lines by label in lower case
    """

    lines: Lines
    breaks: Sequence[int]
    holes: Sequence[tuple[int, int]]
    definitions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """What a body's lines hold.

    Attributes
    ----------
    tags : with their offsets, in order, with doubles
    holes : spans of code, comments and formulas inside lines
    """

    links: list[Link] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)
    holes: list[tuple[int, int]] = field(default_factory=list)


def scan_inline(text: str, start: int, end: int, place: Place) -> Inline:
    """Find the links and tags in ``text[start:end]``."""
    found = Inline()
    if _ANY.search(text, start, end) is None:
        return found
    hole = 0
    block: list[re.Match[str]] = []
    limit = -1
    for token in _TOKEN.finditer(text, start, end):
        at = token.start()
        while hole < len(place.holes) and place.holes[hole][1] <= at:
            hole += 1
        if hole < len(place.holes) and place.holes[hole][0] <= at:
            continue
        if at >= limit:
            if block:
                _Block(text, block, limit, place, found).scan()
                block = []
            index = bisect_right(place.breaks, at)
            limit = place.breaks[index] if index < len(place.breaks) else end
        block.append(token)
    if block:
        _Block(text, block, limit, place, found).scan()
    return found


class _Block:
    """One block's tokens, and the state of the pass over them."""

    __slots__ = ("at", "end", "found", "index", "lost", "open", "place", "text", "tokens", "where")

    def __init__(
        self, text: str, tokens: list[re.Match[str]], end: int, place: Place, found: Inline
    ) -> None:
        self.text, self.tokens, self.end = text, tokens, end
        self.place, self.found = place, found
        self.open: list[int] = []  # offsets of [ that nothing has closed yet
        self.where: dict[str, list[int]] | None = None  # offsets of each token that can close
        self.lost: set[str] = set()  # closing marks known to stand nowhere after here
        self.index, self.at = 0, 0

    def scan(self) -> None:
        """Go through the tokens once, from left to right."""
        for token in self.tokens:
            at = token.start()
            if at < self.at:
                continue
            mark = token[0]
            if mark[0] == "`" or mark in ("%%", "$$", "$"):
                self._skip_to_twin(mark, at, token.end())
            elif mark == "<!--":
                self._skip_comment(at)
            elif mark[0] == "[":
                self._read_opening(token)
            elif mark == "]":
                self._read_closing(at)
            elif mark == "#":
                self._read_tag(at)
            elif mark == "((":
                self._read_block_ref(at)
            elif mark[0] == "<":
                self._read_anchor(at)

    def _skip_to_twin(self, mark: str, at: int, after: int) -> None:
        if mark == "$" and self.text[after : after + 1].isspace():
            return
        if self.where is None:
            self.where = self._index_twins()
        twins = self.where.get(mark, [])
        index = bisect_right(twins, at if mark != "$" else after)
        if index < len(twins):
            self.at = twins[index] + len(mark)
            self.found.holes.append((at, self.at))

    def _index_twins(self) -> dict[str, list[int]]:
        where: dict[str, list[int]] = {}
        for token in self.tokens:
            mark, at = token[0], token.start()
            if mark == "$" and not self._can_close_formula(at):
                continue
            if mark[0] == "`" or mark in ("%%", "$$", "$"):
                where.setdefault(mark, []).append(at)
            elif mark == "\\`":  # a backslash is a character like others where a span closes
                where.setdefault("`", []).append(at + 1)
        return where

    def _can_close_formula(self, at: int) -> bool:
        before, after = self.text[at - 1 : at], self.text[at + 1 : at + 2]
        return not before.isspace() and not after.isdigit()

    def _skip_comment(self, at: int) -> None:
        if "-->" in self.lost:
            return
        stop = self.text.find("-->", at, self.end)
        if stop < 0:
            self.lost.add("-->")
            return
        self.at = stop + len("-->")
        self.found.holes.append((at, self.at))

    def _read_opening(self, token: re.Match[str]) -> None:
        mark, at = token[0], token.start()
        if mark == "[":
            self.open.append(at)
            return
        self.at = token.end()
        split = split_wikilink(mark[2:-2])
        if split is None:
            return
        start = at
        kind = LinkKind.WIKILINK
        if self.text[at - 1 : at] == "!":
            kind, start = LinkKind.EMBED, at - 1
        elif self._is_embed(at):
            kind = LinkKind.EMBED
        self._add(kind, split[0], split[1], start, token.end())

    def _is_embed(self, at: int) -> bool:
        return _EMBED.search(self.text[max(0, at - _EMBED_REACH) : at]) is not None

    def _read_closing(self, at: int) -> None:
        if not self.open:
            return
        start = self.open.pop()
        following = self.text[at + 1 : at + 2]
        destination, end = None, at + 1
        if following == "(":
            matched = match_destination(self.text, at + 1)
            destination, end = matched or (None, end)
        elif self.place.definitions:
            destination, end = self._refer(start, at, following)
        if destination is None:
            return
        self.at = end
        target = split_destination(destination)
        if target is None:
            return
        kind = LinkKind.EMBED if self.text[start - 1 : start] == "!" else LinkKind.MARKDOWN
        start -= kind is LinkKind.EMBED
        begin = self.text.index("[", start) + 1
        label = self.text[begin : min(at, begin + _LONGEST_LABEL)]
        self._add(kind, target, label, start, end)

    def _refer(self, start: int, at: int, following: str) -> tuple[str | None, int]:
        label, end = self.text[start + 1 : min(at, start + 2 + _LONGEST_LABEL)], at + 1
        match = _REFERENCE.match(self.text, at + 1) if following == "[" else None
        if match is not None:
            label, end = match[1] or label, match.end()
        if len(label) > _LONGEST_LABEL:
            return None, end
        return self.place.definitions.get(" ".join(label.lower().split())), end

    def _read_tag(self, at: int) -> None:
        before = self.text[at - 1 : at]
        if before and not before.isspace() and before not in _BEFORE_TAG:
            return
        match = _TAG.match(self.text, at)
        if match is None:
            return
        tag = (match[1] or match[2]).strip().strip("/")
        if tag and not tag.isdigit():
            self.at = match.end()
            self.found.tags.append((tag, at))

    def _read_block_ref(self, at: int) -> None:
        match = _BLOCK_REF.match(self.text, at)
        if match is not None:
            self.at = match.end()
            target = Target("", "", match[1].lower())
            self._add(LinkKind.BLOCK_REF, target, "", at, match.end())

    def _read_anchor(self, at: int) -> None:
        match = _ANCHOR.match(self.text, at, self.end)
        if match is None:
            return
        self.at = match.end()
        target = split_destination(match[1] or match[2] or match[3] or "")
        if target is not None:
            self._add(LinkKind.MARKDOWN, target, "", at, match.end())

    def _add(self, kind: LinkKind, target: Target, label: str, start: int, end: int) -> None:
        line, column = self.place.lines.position(start)
        self.found.links.append(
            Link(
                kind=kind,
                target=target.file,
                heading=target.heading,
                block=target.block,
                label=label,
                line=line,
                column=column,
                start=start,
                end=end,
            )
        )
