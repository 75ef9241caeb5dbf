"""What the Tab key offers: names of notes, ids of claims, formats.

Read from the index as it is: no look at the notes, no model, and silence whatever goes wrong. bash
puts what it is given on the command line as it stands, so that it is quoted here; other shells
quote for themselves.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noteweb.index.catalogue import Catalogue

_WAIT_S = 0.2  # for a file that is being written
_MOST = 500  # names; nobody reads more
#: What bash takes as it is; a colon and an equals sign begin a new word to readline.
_UNSAFE = re.compile(r"([^\w@%+,./-])")
_OF_NOTES = {"neighbours", "plot"}


class _Offer(str):
    """A name as the shell is to have it.

    Typer drops what does not begin with what was typed; a name that is quoted, or was begun in
    another case, need not.
    """

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        return True


def complete_note(context: Context, begun: str) -> list[str]:
    """Give the titles that begin so; where there is none, the ids."""
    found: list[str] = []
    with suppress(Exception), _open(context) as catalogue:
        rows = catalogue.rows("SELECT title, id FROM notes ORDER BY path")
        n_titled = Counter(title for title, _ in rows)
        titles = (title for title, _ in rows if n_titled[title] == 1)
        found = _pick(titles, begun) or _pick((note for _, note in rows), begun)
    return found


def complete_graph_note(context: Context, begun: str) -> list[str]:
    """Give the titles that begin so, where a question of the graph is about a note."""
    is_asked = str(context.params.get("question")) in _OF_NOTES
    return complete_note(context, begun) if is_asked else []


def complete_claim(context: Context, begun: str) -> list[str]:
    """Give the ids of claims that begin so."""
    found: list[str] = []
    with suppress(Exception), _open(context) as catalogue:
        from noteweb.claimset import read_claim_set
        from noteweb.index.lookup import find_cards_with
        from noteweb.model.note import CLAIMS

        claims = read_claim_set(find_cards_with(catalogue, CLAIMS)).claims
        found = _pick((claim.id for claim in claims), begun)
    return found


def complete_format(begun: str) -> list[str]:
    """Give the formats of exports that begin so."""
    from noteweb.export import EXPORTERS

    return _pick(EXPORTERS, begun)


def complete_code(begun: str) -> list[str]:
    """Give the codes of problems that begin so."""
    from noteweb.explanation import read_explanations

    return _pick(read_explanations(), begun)


@contextmanager
def _open(context: Context) -> Iterator[Catalogue]:
    """Open the catalogue of the vault that the line means so far; none is made."""
    from noteweb.index.catalogue import Catalogue
    from noteweb.vault import cache_folder, check_root, find_root

    told = context.params.get("vault")
    root = (
        check_root(Path(told).expanduser())
        if told
        else find_root(Path.cwd(), os.environ.get("NOTEWEB_VAULT"))
    )
    path = cache_folder(root) / "index.sqlite"
    if not path.is_file():
        raise FileNotFoundError(path)
    with Catalogue(path, wait_s=_WAIT_S) as catalogue:
        yield catalogue


def _pick(names: Iterable[str], begun: str) -> list[str]:
    """Give the names that begin so, in any case, each in one line and as the shell wants it."""
    start = begun.casefold()
    fitting = [name for name in names if name.casefold().startswith(start) and name.isprintable()]
    return [_Offer(_quote(name)) for name in fitting[:_MOST]]


def _quote(name: str) -> str:
    """Give a name as bash is to put it behind what was typed, which may begin with a quote."""
    if os.environ.get("_NOTEWEB_COMPLETE") != "complete_bash":
        return name
    with suppress(ValueError, IndexError):
        typed = os.environ["COMP_WORDS"].split("\n")[int(os.environ["COMP_CWORD"])]
        if typed.startswith('"'):
            return _close(re.sub(r'(["\\$`])', r"\\\1", name), '"')
        if typed.startswith("'"):
            return _close(name.replace("'", "'\\''"), "'")
    return _UNSAFE.sub(r"\\\1", name)


def _close(text: str, mark: str) -> str:
    """Give a text with the closing quote where readline, seeing one at the end, sets none."""
    return text + mark if text.endswith(mark) else text
