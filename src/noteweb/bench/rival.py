"""What other programs do with the same notes, each in a process of its own; the door to them.

Called as ``python -m noteweb.bench.rival TOOL STEP FOLDER``. The folder holds `vault/` and
`passages.json`, noteweb's own passages, so that all embed the same texts with the same weights;
`store/` is theirs.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: What all are asked.
QUESTION = "does label noise move the interpolation peak"
_N_HITS = 10
_WARM = 8  # texts before the clock starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another program, by the package that has to be installed."""

    tool: str
    package: str
    install: str
    steps: tuple[str, ...]

    @property
    def version(self) -> str:
        """The version that is installed; nothing where none is."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return ""


RIVALS = (
    Rival(
        tool="obsidiantools",
        package="obsidiantools",
        install="pip install 'noteweb[bench]'",
        steps=("graph",),
    ),
    Rival(tool="txtai", package="txtai", install="pip install txtai", steps=("index", "query")),
    Rival(
        tool="llm",
        package="llm-sentence-transformers",
        install="pip install llm llm-sentence-transformers",
        steps=("index", "query"),
    ),
    Rival(
        tool="sentence-transformers",
        package="sentence-transformers",
        install="pip install sentence-transformers",
        steps=("encode",),
    ),
)


def _model_folder() -> str:
    from noteweb.embed.folder import find_folder

    return str(find_folder("default"))


def _passages(folder: Path) -> list[str]:
    read: list[str] = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
    return read


def _graph_obsidiantools(folder: Path) -> None:
    import obsidiantools.api

    obsidiantools.api.Vault(folder / "vault").connect()


def _index_txtai(folder: Path) -> None:
    from txtai import Embeddings

    embeddings = Embeddings({"path": _model_folder()})
    embeddings.index([(i, text, None) for i, text in enumerate(_passages(folder))])
    embeddings.save(str(folder / "store" / "txtai"))


def _query_txtai(folder: Path) -> None:
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(folder / "store" / "txtai"))
    embeddings.search(QUESTION, _N_HITS)


def _index_llm(folder: Path) -> None:
    texts = ((str(i), text) for i, text in enumerate(_passages(folder)))
    _open_llm(folder).embed_multi(texts)


def _query_llm(folder: Path) -> None:
    _open_llm(folder).similar(QUESTION, _N_HITS)


def _open_llm(folder: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202 - untyped
    import llm
    import sqlite_utils
    from llm_sentence_transformers import SentenceTransformerModel

    model = SentenceTransformerModel("default", _model_folder(), False)  # noqa: FBT003
    database = sqlite_utils.Database(folder / "store" / "llm.db")
    return llm.Collection("notes", database, model=model)


def _encode_noteweb(folder: Path) -> None:
    from noteweb.embed.opening import open_embedder

    _time_encoding(open_embedder(device="cpu", purpose="bulk").encode, folder)


def _encode_sentence_transformers(folder: Path) -> None:
    from noteweb.embed.sbert import SbertEmbedder

    _time_encoding(SbertEmbedder("default", "cpu").encode, folder)


def _time_encoding(encode: Callable[[list[str]], object], folder: Path) -> None:
    """Write the CPU seconds of encoding alone."""
    texts = _passages(folder)
    encode(texts[:_WARM])
    before = time.process_time()
    encode(texts)
    sys.stdout.write(f"\n{time.process_time() - before}")


_STEPS: dict[tuple[str, str], Callable[[Path], None]] = {
    ("obsidiantools", "graph"): _graph_obsidiantools,
    ("txtai", "index"): _index_txtai,
    ("txtai", "query"): _query_txtai,
    ("llm", "index"): _index_llm,
    ("llm", "query"): _query_llm,
    ("noteweb", "encode"): _encode_noteweb,
    ("sentence-transformers", "encode"): _encode_sentence_transformers,
}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _STEPS[sys.argv[1], sys.argv[2]](Path(sys.argv[3]))
