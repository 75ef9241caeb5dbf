"""Lexical search: passages in tantivy, their stems in one lane, pairs of characters in another."""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import tantivy

from noteweb.errors import IndexDamaged, WriteFailed
from noteweb.index.stem import (
    STEMMERS,
    common_analyzer,
    drop_function_words,
    drop_spaceless,
    find_runs,
    is_spaceless,
    list_alternatives,
    list_words,
    pair_analyzer,
    pair_up,
    stem_for,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_HEAP_MB = 64
_K1 = 1.2  # tantivy's own
_N_TELLING = 30  # words that stand for a long text

#: A term and the lane it stands in.
Term = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """What the text index keeps of a passage: ids to find it again, words to find it by."""

    pid: int
    nid: int
    field: str  # a field's name, "body" for the body
    text: str
    language: str = ""  # of the passage, ISO 639-1, empty when unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The passages that hold a phrase, and their notes."""

    pids: frozenset[int] = frozenset()
    nids: frozenset[int] = frozenset()


class TextWriter:
    """Changes of a text index, each committed by itself."""

    def __init__(self, folder: Path, schema: tantivy.Schema, writer: tantivy.IndexWriter) -> None:
        self._folder = folder
        self._schema = schema
        self._writer = writer

    def add(self, rows: Iterable[TextRow]) -> None:
        """Add passages; those that are there stay."""
        with _refusals_told(self._folder):
            self._commit(rows)

    def remove(self, pids: Collection[int]) -> None:
        """Take passages out."""
        if not pids:
            return
        with _refusals_told(self._folder):
            # By query: tantivy-py's delete by term takes the number for a signed one and deletes
            # nothing from an unsigned field, without a word.
            gone = tantivy.Query.term_set_query(self._schema, "pid", list(pids))
            self._writer.delete_documents_by_query(gone)
            self._writer.commit()

    def replace_all(self, rows: Iterable[TextRow]) -> None:
        """Put these passages in the place of all there are."""
        with _refusals_told(self._folder):
            self._writer.delete_all_documents()
            self._commit(rows)

    def _commit(self, rows: Iterable[TextRow]) -> None:
        for row in rows:
            self._writer.add_document(_document(row))
        self._writer.commit()


class TextIndex:
    """The folder of the lexical index, opened.

    Raises
    ------
    IndexDamaged
        where the folder holds something tantivy cannot open
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _panics_told(folder):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(_schema(), path=str(folder), reuse=True)
            except OSError as error:
                raise WriteFailed(folder, error.strerror or str(error)) from error
            except ValueError as error:
                raise IndexDamaged(folder, _first_line(error)) from error
        self._index.register_tokenizer("words", common_analyzer(stop=False))
        self._index.register_tokenizer("grams", pair_analyzer())

    def reload(self) -> None:
        """Take over what was committed since this was opened.

        Raises
        ------
        IndexDamaged
        """
        with self._reading():
            self._index.reload()
        self.__dict__.pop("languages", None)

    @contextmanager
    def writing(self) -> Iterator[TextWriter]:
        """Be the one who writes; what was written is seen here at the end.

        Raises
        ------
        WriteFailed
            where the disk refuses; what was not committed is not there
        IndexDamaged
        """
        with _refusals_told(self._folder):
            writer = self._index.writer(heap_size=_HEAP_MB * 1_000_000, num_threads=1)
        try:
            yield TextWriter(self._folder, self._index.schema, writer)
        finally:
            with _refusals_told(self._folder):
                writer.wait_merging_threads()  # this also gives back tantivy's own lock
        self.reload()

    def search(
        self,
        query: str,
        limit: int,
        only: Mapping[str, Iterable[str] | Iterable[int]] | None = None,
    ) -> tuple[tuple[int, float], ...]:
        """Give (pid, BM25) of the best passages, best first, ties by pid.

        `only` restricts to passages whose "field", "nid" or "pid" is among the values given for it;
        BM25 counts all.

        Words too common to tell anything are dropped, unless the query has no others.

        Raises
        ------
        IndexDamaged
            where a file of the index cannot be read
        """
        words = self._groups(query)
        if not words:
            return ()
        return self._rank(_restricted(self._index.schema, self._any_word(words), only or {}), limit)

    def find_like(self, text: str, limit: int) -> tuple[tuple[int, float], ...]:
        """Give (pid, BM25) of the passages most like a long text, by its most telling words.

        A word tells the more the oftener it stands in the text and the rarer it is; ties go as they
        stand.

        Raises
        ------
        IndexDamaged
        """
        words = drop_spaceless(drop_function_words(list_words(text), self.languages))
        n_times = Counter(
            tuple(("words", stem) for stem in list_alternatives(word, self.languages))
            for word in words
        )
        n_times.update((("grams", pair),) for pair in pair_up(text))
        with self._reading():
            searcher = self._index.searcher()
            n = searcher.num_docs
            held = {word: max(searcher.doc_freq(*term) for term in word) for word in n_times}
        weights = {
            word: (1 + math.log(n_times[word])) * math.log1p(n / count)
            for word, count in held.items()
            if count
        }
        telling = sorted(weights, key=lambda word: -weights[word])[:_N_TELLING]
        return self._rank(self._any_word(telling), limit) if telling else ()

    def find_most(self, query: str) -> float:
        """Give what the BM25 of no passage can exceed; words that no passage holds count too.

        Source: Robertson and Zaragoza, Foundations and Trends in Information Retrieval 3 (2009),
        doi:10.1561/1500000019, with Lucene's idf and k1, as tantivy has them.
        """
        with self._reading():
            searcher = self._index.searcher()
            n = searcher.num_docs
            counts = [
                min(filter(None, (searcher.doc_freq(*term) for term in word)), default=0)
                for word in self._groups(query)
            ]
        return (_K1 + 1) * sum(math.log1p((n - count + 0.5) / (count + 0.5)) for count in counts)

    def find_held(self, phrase: str, fields: Sequence[str] = ()) -> Held:
        """Find the passages in which the words of `phrase` stand side by side, in any inflection.

        None holds a phrase without words.

        Raises
        ------
        IndexDamaged
        """
        schema = self._index.schema
        wanted = self._phrase(phrase)
        if wanted is None or not self.n_passages:
            return Held()
        parsed = _restricted(schema, wanted, {"field": fields} if fields else {})
        with self._reading():
            searcher = self._index.searcher()
            hits = searcher.search(parsed, limit=self.n_passages, count=False).hits
            places = [address for _, address in hits]
            pids, nids = (searcher.fast_field_values(name, places) for name in ("pid", "nid"))
        return Held(pids=frozenset(map(int, pids)), nids=frozenset(map(int, nids)))

    def sequence(self, text: str) -> list[str]:
        """Give the terms of `text` that mean something, in order and as often as they stand."""
        words = common_analyzer(stop=True).analyze(text) or common_analyzer(stop=False).analyze(
            text
        )
        return drop_spaceless(words) + pair_up(text)

    def stems(self, text: str) -> frozenset[str]:
        """Give the terms of `text`, whatever their lane: to see which words two texts share."""
        return frozenset(term for group in self._groups(text) for _, term in group)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of passages that were stemmed by themselves."""
        with self._reading():
            searcher = self._index.searcher()
            return tuple(name for name in STEMMERS if searcher.doc_freq("language", name))

    @property
    def n_passages(self) -> int:
        """How many passages can be found."""
        return int(self._index.searcher().num_docs)

    @property
    def n_dead(self) -> int:
        """How many passages were taken out and still count in how rare a word is.

        tantivy drops them where it merges their segment with others.
        """
        with self._reading():
            text = (self._folder / "meta.json").read_text(encoding="utf-8")
            deletes = [segment["deletes"] for segment in json.loads(text)["segments"]]
        return sum(int(each["num_deleted_docs"]) for each in deletes if each)

    def _any_word(self, words: Sequence[tuple[Term, ...]]) -> tantivy.Query:
        return _any_of([_one_of(self._index.schema, word) for word in words])

    def _rank(self, parsed: tantivy.Query, limit: int) -> tuple[tuple[int, float], ...]:
        with self._reading():
            searcher = self._index.searcher()
            hits = searcher.search(parsed, limit=limit, count=False).hits
            pids = searcher.fast_field_values("pid", [address for _, address in hits])
        scored = ((int(pid), float(hit[0])) for pid, hit in zip(pids, hits, strict=True))
        return tuple(sorted(scored, key=lambda pair: (-pair[1], pair[0])))

    def _groups(self, text: str) -> tuple[tuple[Term, ...], ...]:
        """Give for each word of a query the terms that stand for it, each word once, in order."""
        kept = drop_spaceless(drop_function_words(list_words(text), self.languages))
        words = [
            tuple(("words", stem) for stem in list_alternatives(word, self.languages))
            for word in dict.fromkeys(kept)
        ]
        return tuple(dict.fromkeys([*words, *((("grams", pair),) for pair in pair_up(text))]))

    def _phrase(self, text: str) -> tantivy.Query | None:
        """Give the query for words side by side: in one language, and runs without spaces."""
        schema = self._index.schema
        runs = [
            _side_by_side(schema, "grams", list(enumerate(pair_up(run)))) for run in find_runs(text)
        ]
        forms = dict.fromkeys(stem_for(name, text) for name in ("", *self.languages))
        placed = [_placed(common_analyzer(stop=False).analyze(form)) for form in forms]
        words = [_side_by_side(schema, "words", each) for each in placed if each]
        wanted = [*runs, *([_any_of(words)] if words else [])]
        if not wanted:
            return None
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, each) for each in wanted])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with _panics_told(self._folder):
            try:
                yield
            except (OSError, ValueError) as error:
                raise IndexDamaged(self._folder, _first_line(error)) from error


def remove_text_index(folder: Path) -> None:
    """Delete the folder of a text index, whatever state it is in."""
    shutil.rmtree(folder, ignore_errors=True)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("pid", stored=False, indexed=True, fast=True)
    builder.add_unsigned_field("nid", stored=False, indexed=True, fast=True)
    builder.add_text_field("field", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("language", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", stored=False, tokenizer_name="words", index_option="position")
    builder.add_text_field("grams", stored=False, tokenizer_name="grams", index_option="position")
    return builder.build()


def _document(row: TextRow) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("pid", row.pid)
    document.add_unsigned("nid", row.nid)
    document.add_text("field", row.field)
    document.add_text("language", row.language)
    document.add_text("words", stem_for(row.language, row.text))
    runs = find_runs(row.text)
    if runs:
        # Single characters too: a query of one ideograph must find its words.
        document.add_text("grams", " ".join([*pair_up(row.text), *"".join(runs)]))
    return document


def _one_of(schema: tantivy.Schema, terms: Sequence[Term]) -> tantivy.Query:
    """Give the query for a word: the best of its terms counts."""
    found = [tantivy.Query.term_query(schema, lane, term, "freq") for lane, term in terms]
    return found[0] if len(found) == 1 else tantivy.Query.disjunction_max_query(found)


def _any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in queries])


def _placed(words: Sequence[str]) -> list[tuple[int, str]]:
    """Give words with their place among all, those of scripts without spaces left out."""
    return [(place, word) for place, word in enumerate(words) if not is_spaceless(word)]


def _side_by_side(
    schema: tantivy.Schema, lane: str, placed: Sequence[tuple[int, str]]
) -> tantivy.Query:
    if len(placed) == 1:
        return tantivy.Query.term_query(schema, lane, placed[0][1], "basic")
    return tantivy.Query.phrase_query(schema, lane, list(placed))


def _restricted(
    schema: tantivy.Schema, query: tantivy.Query, only: Mapping[str, Iterable[str] | Iterable[int]]
) -> tantivy.Query:
    clauses = [(tantivy.Occur.Must, query)]
    for name, values in only.items():
        kept = tantivy.Query.term_set_query(schema, name, list(values))
        # A constant nought keeps a filter's clause out of the score.
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


@contextmanager
def _refusals_told(folder: Path) -> Iterator[None]:
    """Turn what tantivy says of a disk that refuses into the error that says so."""
    with _panics_told(folder):
        try:
            yield
        except (OSError, ValueError) as error:
            raise WriteFailed(folder, _first_line(error)) from error


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]
