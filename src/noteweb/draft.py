"""A new note: a skeleton with the seven fields, from a title or from what a paper says anew."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from noteweb.errors import AlreadyThere, BadRequest, WriteFailed

if TYPE_CHECKING:
    from pathlib import Path

    from noteweb.model.firing import Gap, Report

_FIELDS = {
    "Receptor": "In which situations should this note come to mind?",
    "Activation": "Which precise findings, in a paper or in your own work, set it off?",
    "Acceptor": "Which tools does it dock to?",
    "SignalTransduction": "Which disciplines does it speak to, and what are its words there?",
    "Emergence": "Novelty, value and feasibility, of 10.",
    "FeedbackLoop": "Which notes does it feed back into?",
    "SignalAmplification": "How might it spread?",
}
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*#^\[\]]')
_LONGEST_NAME = 120  # characters: file systems stop at 255 bytes


def write_draft(folder: Path, title: str, text: str) -> Path:
    """Write a new note; an old one is never touched.

    Raises
    ------
    BadRequest : no file can have this title
    AlreadyThere, WriteFailed
    """
    name = " ".join(_FORBIDDEN.sub(" ", title).split())[:_LONGEST_NAME].strip(" .")
    if not name:
        message = f"no file can be called {title!r}"
        raise BadRequest(message, "give the note a title of letters or numbers")
    path = folder / f"{name}.md"
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise AlreadyThere(path) from None
    except OSError as error:
        raise WriteFailed(path, error.strerror or str(error)) from error
    return path


def draft_note(title: str) -> str:
    """Give the text of an empty note: the seven fields, each with its question as a comment."""
    return _write(title, (), (), "")


def draft_from_gap(gap: Gap, report: Report, title: str = "") -> str:
    """Give the text of a note on what a document says and no note covers.

    Its passages stand in the body as quotations with their places, to be put into own words.
    """
    source = ". ".join(part for part in (report.title or report.document,) if part)
    sources = (" ".join([source, *report.identifiers]),)
    quotes = []
    for passage in gap.passages:
        page = f"p. {passage.page}, " if passage.page else ""
        quotes.append(f"> {passage.window}\n>\n> ({source}, {page}l. {passage.line})")
    return _write(title or gap.title, gap.tags, sources, "\n\n".join(quotes) + "\n")


def _write(title: str, tags: tuple[str, ...], sources: tuple[str, ...], body: str) -> str:
    today = datetime.now(UTC).date().isoformat()
    lines = ["---", f"title: {_quoted(title)}", f"tags: [{', '.join(map(_quoted, tags))}]"]
    lines += [f"created: {today}"]
    for field, question in _FIELDS.items():
        lines += [f"# {question}", f"{field}:"]
    if sources:
        lines += ["sources:", *(f"  - {_quoted(source)}" for source in sources)]
    return "\n".join([*lines, "---", "", f"# {title}", "", body])


def _quoted(text: str) -> str:
    """Write a string as YAML reads it back, whatever is in it: JSON is YAML."""
    return json.dumps(text, ensure_ascii=False)
