"""Lexical search: passages in tantivy, stemmed, with an n-gram lane for scripts without spaces.

English and Russian stems live in one field: each stemmer leaves the other script's words alone,
so a note in both languages needs no decision about its language.
"""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import tantivy

from noteweb.errors import IndexDamaged, WriteFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

#: Chinese, Japanese and Thai stretches: no spaces between words, so pairs of characters are terms.
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")

_LONGEST_TERM = 80  # bytes; base64 blobs and the like are no words
_HEAP_MB = 64

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """What the text index keeps of a passage: ids to find it again, words to find it by."""

    pid: int
    nid: int
    field: str  # a field's name, "body" for the body
    text: str


class TextIndex:
    """The folder of the lexical index, opened.

    Raises
    ------
    IndexDamaged
        where the folder holds something tantivy cannot open
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._query_words = _analyzer(stop=True)
        self._all_words = _analyzer(stop=False)
        with _panics_told(folder):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(_schema(), path=str(folder), reuse=True)
            except OSError as error:
                raise WriteFailed(folder, error.strerror or str(error)) from error
            except ValueError as error:
                raise IndexDamaged(folder, _first_line(error)) from error
        self._index.register_tokenizer("words", self._all_words)
        self._index.register_tokenizer("grams", _gram_analyzer())

    def replace(self, removed: Iterable[int], added: Iterable[TextRow]) -> None:
        """Drop every passage of the notes `removed` (by nid), add rows, and commit both at once.

        Raises
        ------
        WriteFailed
            where the disk refuses; the index then stands as before
        IndexDamaged
        """
        with _panics_told(self._folder):
            try:
                self._write(removed, added)
            except (OSError, ValueError) as error:
                raise WriteFailed(self._folder, _first_line(error)) from error

    def search(
        self,
        query: str,
        limit: int,
        *,
        fields: Sequence[str] = (),
        nids: Sequence[int] | None = None,
    ) -> tuple[tuple[int, float], ...]:
        """Give (pid, BM25) of the best passages, best first, ties by pid.

        `fields` and `nids` restrict to passages of these fields and notes; BM25 counts all.

        Words too common to tell anything are dropped, unless the query has no others.

        Raises
        ------
        IndexDamaged
            where a file of the index cannot be read
        """
        terms = self.terms(query)
        if not terms:
            return ()
        parsed = _restricted(self._index.schema, self._any_of(terms), fields, nids)
        with _panics_told(self._folder):
            try:
                searcher = self._index.searcher()
                hits = searcher.search(parsed, limit=limit, count=False).hits
                pids = searcher.fast_field_values("pid", [address for _, address in hits])
            except (OSError, ValueError) as error:
                raise IndexDamaged(self._folder, _first_line(error)) from error
        scored = ((int(pid), float(hit[0])) for pid, hit in zip(pids, hits, strict=True))
        return tuple(sorted(scored, key=lambda pair: (-pair[1], pair[0])))

    def terms(self, text: str) -> tuple[tuple[str, str], ...]:
        """Give the (lane, term) pairs that stand for `text`, each once, in order."""
        words = self._query_words.analyze(text) or self._all_words.analyze(text)
        grams = _grams(text)
        pairs = [("words", word) for word in words if not _SPACELESS.fullmatch(word)]
        return tuple(dict.fromkeys(pairs + [("grams", gram) for gram in grams]))

    def sequence(self, text: str) -> list[str]:
        """Give the terms of `text` that mean something, in order and as often as they stand."""
        words = self._query_words.analyze(text) or self._all_words.analyze(text)
        return [word for word in words if not _SPACELESS.fullmatch(word)] + _grams(text)

    def stems(self, text: str) -> frozenset[str]:
        """Give the terms of `text`, whatever their lane: to see which words two texts share."""
        return frozenset(term for _, term in self.terms(text))

    @property
    def n_passages(self) -> int:
        """How many passages can be found."""
        return int(self._index.searcher().num_docs)

    def _write(self, removed: Iterable[int], added: Iterable[TextRow]) -> None:
        writer = self._index.writer(heap_size=_HEAP_MB * 1_000_000, num_threads=1)
        # By query: tantivy-py's delete by term takes the number for a signed one and deletes
        # nothing from an unsigned field, without a word.
        gone = tantivy.Query.term_set_query(self._index.schema, "nid", list(removed))
        writer.delete_documents_by_query(gone)
        for row in added:
            writer.add_document(_document(row))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def _any_of(self, terms: Sequence[tuple[str, str]]) -> tantivy.Query:
        schema = self._index.schema
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(schema, lane, term, "freq"))
                for lane, term in terms
            ]
        )


def open_analyzer() -> Callable[[str], list[str]]:
    """Give what turns a text into the terms of this index, in order and as often as they stand."""
    words = _analyzer(stop=True)

    def analyze(text: str) -> list[str]:
        return [word for word in words.analyze(text) if not _SPACELESS.fullmatch(word)] + _grams(
            text
        )

    return analyze


def remove_text_index(folder: Path) -> None:
    """Delete the folder of a text index, whatever state it is in."""
    shutil.rmtree(folder, ignore_errors=True)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("pid", stored=False, indexed=True, fast=True)
    builder.add_unsigned_field("nid", stored=False, indexed=True)
    builder.add_text_field("field", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", stored=False, tokenizer_name="words", index_option="position")
    builder.add_text_field("grams", stored=False, tokenizer_name="grams", index_option="freq")
    return builder.build()


def _analyzer(*, stop: bool) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(_LONGEST_TERM))
    builder = builder.filter(tantivy.Filter.lowercase())
    if stop:
        builder = builder.filter(tantivy.Filter.custom_stopword(_FUNCTION_WORDS))
        builder = builder.filter(tantivy.Filter.stopword("russian"))
    for language in ("english", "russian"):
        builder = builder.filter(tantivy.Filter.stemmer(language))
    return builder.build()


def _gram_analyzer() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def _grams(text: str) -> list[str]:
    grams = []
    for run in _SPACELESS.findall(text):
        grams += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return grams


def _document(row: TextRow) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("pid", row.pid)
    document.add_unsigned("nid", row.nid)
    document.add_text("field", row.field)
    document.add_text("words", row.text)
    singles = _SPACELESS.findall(row.text)
    if singles:
        # Single characters too: a query of one ideograph must find its words.
        document.add_text("grams", " ".join([*_grams(row.text), *"".join(singles)]))
    return document


def _restricted(
    schema: tantivy.Schema,
    query: tantivy.Query,
    fields: Sequence[str],
    nids: Sequence[int] | None,
) -> tantivy.Query:
    clauses = [(tantivy.Occur.Must, query)]
    if fields:
        kept = tantivy.Query.term_set_query(schema, "field", list(fields))
        # A constant nought keeps a filter's clause out of the score.
        clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(kept, 0.0)))
    if nids is not None:
        kept = tantivy.Query.term_set_query(schema, "nid", list(nids))
        clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(kept, 0.0)))
    return tantivy.Query.boolean_query(clauses) if len(clauses) > 1 else query


@contextmanager
def _panics_told(folder: Path) -> Iterator[None]:
    """Turn a panic of tantivy over damaged files into the error that says so."""
    try:
        yield
    except BaseException as error:
        # pyo3's PanicException is no Exception and cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise IndexDamaged(folder, _first_line(error)) from error


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]
