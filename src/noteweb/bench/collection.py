"""Retrieval collections in the layout of BEIR, and the vault that one becomes.

A collection is a folder with ``corpus.jsonl`` (``_id``, ``title``, ``text``), ``queries.jsonl``
(``_id``, ``text``) and judgements, ``qrels*.tsv`` or ``qrels/*.tsv``, with a head line and three
columns: query, document, grade.

Source: Thakur et al., BEIR, NeurIPS Datasets and Benchmarks (2021), arXiv:2104.08663.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from noteweb.errors import BadRequest, DocumentUnreadable, WriteFailed
from noteweb.intake import read_file, show_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LAYOUT = "a collection holds corpus.jsonl, queries.jsonl and qrels*.tsv or qrels/*.tsv"
_N_COLUMNS = 3
_IN_FOLDER = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Documents, and queries with the documents that answer them.

    Attributes
    ----------
    documents : (title, text) by id, in the order of the file
    queries : those with a relevant document, by id, in the order of the file
    relevant : ids of relevant documents by query
    """

    documents: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]


def read_collection(folder: Path, qrels: str | None = None) -> Collection:
    """Read a collection; `qrels` names one of its files of judgements, where there are several.

    Raises
    ------
    DocumentUnreadable
    BadRequest
        where the judgements cannot be told, or judge no query as answered
    """
    chosen = _choose_qrels(folder, qrels)
    documents = {
        key: (str(raw.get("title") or ""), str(raw.get("text") or ""))
        for key, raw in _read_lines(folder / "corpus.jsonl")
    }
    relevant = _read_relevant(chosen)
    queries = {
        key: str(raw.get("text") or "")
        for key, raw in _read_lines(folder / "queries.jsonl")
        if key in relevant and str(raw.get("text") or "").strip()
    }
    if not queries:
        raise BadRequest(f"{show_path(chosen)} judges no query of the collection", _LAYOUT)
    return Collection(documents=documents, queries=queries, relevant=relevant)


def name_note(number: int) -> str:
    """Give the path of the note that a document becomes, by its place in the corpus."""
    return f"{number // _IN_FOLDER:04d}/{number:07d}.md"


def open_vault(collection: Collection, model: str, cache: Path | None = None) -> Path:
    """Give the folder of the vault that holds the documents, written where it is not there yet.

    It lies in `cache`, or the user's own, under a name that changes with the documents and the
    model; a document's title stands in its note's frontmatter, its text is the body.

    Raises
    ------
    WriteFailed
    """
    if cache is None:
        from platformdirs import user_cache_path

        cache = user_cache_path("noteweb") / "bench"
    told = json.dumps([model, *collection.documents.values()])
    root = cache / blake2b(told.encode("ascii"), digest_size=8).hexdigest()
    if not root.is_dir():
        try:
            _write_vault(collection, root)
        except OSError as error:
            raise WriteFailed(root, error.strerror or str(error)) from error
    return root


def _write_vault(collection: Collection, root: Path) -> None:
    partial = root.with_suffix(".partial")
    for number, (title, text) in enumerate(collection.documents.values()):
        path = partial / name_note(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"---\ntitle: {json.dumps(title)}\n---\n\n" if title.strip() else ""
        path.write_text(f"{head}{text}\n", encoding="utf-8", errors="replace")
    partial.rename(root)


def _choose_qrels(folder: Path, name: str | None) -> Path:
    found = sorted([*folder.glob("qrels*.tsv"), *folder.glob("qrels/*.tsv")])
    chosen = [path for path in found if name in (None, path.name, path.stem)]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(path.name for path in found)
    if not found:
        raise BadRequest(f"{show_path(folder)} holds no judgements", _LAYOUT)
    told = "has several files of judgements" if name is None else f"has no judgements {name!r}"
    raise BadRequest(f"{show_path(folder)} {told}", f"name one: --qrels, of {names}")


def _read_lines(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    name = show_path(path)
    for number, line in enumerate(read_file(path).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line.decode("utf-8"))
            yield str(raw["_id"]), raw
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DocumentUnreadable(f"{name}:{number}", 'is no map with "_id"', _LAYOUT) from error


def _read_relevant(path: Path) -> dict[str, frozenset[str]]:
    """Read which documents are relevant: those of every grade but 0.

    A grade of -1 too: files of Cranfield give it to the documents that answer completely.
    """
    relevant: dict[str, set[str]] = {}
    rows = read_file(path).decode("utf-8", "replace").splitlines()
    for number, row in enumerate(rows[1:], start=2):
        cells = row.split("\t")
        try:
            grade = float(cells[2]) if len(cells) == _N_COLUMNS else None
        except ValueError:
            grade = None
        if row.strip() and grade is None:
            at = f"{show_path(path)}:{number}"
            raise DocumentUnreadable(at, "is no judgement", "a line is: query TAB document TAB 1")
        if grade:
            relevant.setdefault(cells[0], set()).add(cells[1])
    return {query: frozenset(documents) for query, documents in relevant.items()}
