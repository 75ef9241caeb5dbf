"""A new note: a skeleton with the seven fields, from a title or from what a paper says anew."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from noteweb.config import FILE_NAME, read_regular
from noteweb.errors import AlreadyThere, BadRequest, ConfigInvalid, WriteFailed
from noteweb.links.names import fold_name

if TYPE_CHECKING:
    from pathlib import Path

    from noteweb.config import NewNote
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
_LONGEST_NAME = 200  # bytes: file systems stop at 255, and sync programs add to names
#: Windows takes these for devices, whatever follows the dot; vaults are synced there.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})  # controls, marks of direction
_PLACE = re.compile(r"\{\{\s*(title|date|time)\s*\}\}")
_HEAD = re.compile(r"\A---[ \t]*\n.*?^---[ \t]*$", re.DOTALL | re.MULTILINE)
_WHOLE_VALUE = re.compile(r"(?m)(:[ \t]+)\{\{\s*title\s*\}\}[ \t]*$")


def write_draft(folder: Path, title: str, text: str) -> Path:
    """Write a new note; an old one is never touched.

    Raises
    ------
    BadRequest : no file can have this title
    AlreadyThere, WriteFailed
    """
    path = folder / f"{name_file(title)}.md"
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
        refuse_twin(path)
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except FileExistsError as error:
        if not folder.is_dir():
            raise WriteFailed(folder, "a file of that name stands there") from error
        raise AlreadyThere(path) from None
    except OSError as error:
        raise WriteFailed(path, error.strerror or str(error)) from error
    return path


def refuse_twin(path: Path) -> None:
    """Refuse a name that is another file's on a system which tells no capitals or accents apart.

    Raises
    ------
    AlreadyThere
    OSError : the folder cannot be listed
    """
    wanted = fold_name(path.name)
    for there in path.parent.iterdir():
        if fold_name(there.name) == wanted:
            raise AlreadyThere(there)


def is_device(name: str) -> bool:
    """Whether Windows takes a file of this name for a device."""
    return _DEVICES.match(name) is not None


def name_file(title: str) -> str:
    """Give the name, without its ending, that a title has as a file on every system.

    Signs that a system or a wikilink cannot have become blanks, what nobody sees goes, and a long
    title is cut.

    Raises
    ------
    BadRequest : nothing of the title is left
    """
    text = unicodedata.normalize("NFC", _FORBIDDEN.sub(" ", title))
    seen = "".join(char for char in text if unicodedata.category(char) not in _UNSEEN)
    words = " ".join(seen.split()).strip(" .")
    name = words.encode()[:_LONGEST_NAME].decode(errors="ignore").strip(" .")
    if not name:
        message = f"no file can be called {title!r}"
        raise BadRequest(message, "give the note a title of letters or numbers")
    return f"_{name}" if is_device(name) else name


def fill_template(template: str, title: str) -> str:
    """Fill in {{title}}, {{date}} and {{time}}, as Obsidian's own templates are.

    A title that is the whole value of a key in the frontmatter is quoted, whatever is in it.
    """
    now = datetime.now(UTC).astimezone()
    values = {"title": title, "date": now.date().isoformat(), "time": now.strftime("%H:%M")}
    head = _HEAD.match(template)
    end = head.end() if head else 0
    quoted = _WHOLE_VALUE.sub(lambda found: found[1] + _quoted(title), template[:end])
    return _PLACE.sub(lambda found: values[found[1]], quoted + template[end:])


def draft_note(root: Path, new: NewNote, title: str) -> str:
    """Give the text of an empty note: the vault's own template, else the seven fields.

    Of the seven, each has its question as a comment.

    Raises
    ------
    ConfigInvalid : the template cannot be read
    """
    if not new.template:
        return _write(title, (), (), "")
    try:
        template = read_regular(root / new.template)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        told = f"the template {new.template} cannot be read: {reason}"
        raise ConfigInvalid(root / FILE_NAME, told) from error
    return fill_template(template, title)


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
