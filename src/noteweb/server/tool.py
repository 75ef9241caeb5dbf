"""The tools: what each is for, what it may be asked, and its answer in the public shapes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noteweb.argument.front import argue
from noteweb.errors import BadRequest, DocumentUnreadable
from noteweb.graph.walk import Direction
from noteweb.model.hit import Only
from noteweb.model.verdict import VerdictKind
from noteweb.model.view import require_known
from noteweb.row.claim import claim_row, impact_row
from noteweb.row.graph import neighbour_rows
from noteweb.row.note import hit_row, page_row
from noteweb.row.paper import report_row
from noteweb.schema import read_schema
from noteweb.server import question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from noteweb.model.document import Document
    from noteweb.row import Row
    from noteweb.server.question import Question
    from noteweb.web import NoteWeb


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool.

    Attributes
    ----------
    answers : the JSON Schema of its answers
    is_readonly : whether it leaves the notes and their records alone; the index follows the notes
        whoever asks
    """

    name: str
    title: str
    description: str
    asks: type[Question]
    answers: Row
    answer: Callable[[NoteWeb, Any], Row]
    is_readonly: bool = True


def make_tools(*, papers: Sequence[Path] = (), may_verify: bool = False) -> tuple[Tool, ...]:
    """Give the tools that a server offers.

    Parameters
    ----------
    papers : folders outside the vault whose files `activate` may read
    """
    return (
        Tool(
            name="search",
            title="Search the notes",
            description="Find the notes that answer a question, by words and by meaning, best"
            " first. Each hit names the field of the note that matched, its line and its text."
            " Scores order the hits of one answer and do not compare between questions.",
            asks=question.Search,
            answers=read_schema("query-result"),
            answer=_search,
        ),
        Tool(
            name="read",
            title="Read a note",
            description="Read a note's own text, frontmatter included. A long note comes in pages:"
            " go on with `offset` set to `next`, or jump to a heading or field of `outline`.",
            asks=question.Read,
            answers=read_schema("note-page"),
            answer=_read,
        ),
        Tool(
            name="neighbours",
            title="What stands near a note",
            description="Walk the graph from a note: notes it links to or that link to it, notes"
            " alike, its tags, tools, disciplines and claims. Provenance tells written links"
            " (explicit) from what was inferred and from mere likeness (similarity).",
            asks=question.Neighbours,
            answers=read_schema("neighbours"),
            answer=_neighbours,
        ),
        Tool(
            name="path",
            title="How two notes hang together",
            description="Find the shortest explained way between two notes, step by step; `route`"
            " is null where there is none.",
            asks=question.Path,
            answers=read_schema("route"),
            answer=_path,
        ),
        Tool(
            name="activate",
            title="Which notes does a document set off",
            description="Hold a document against every note's own conditions: which notes fire, by"
            " which condition, on which passage, and how often chance does as well. Give its"
            " `text`, or a `file`.",
            asks=question.Activate,
            answers=read_schema("activation-result"),
            answer=_Activator(tuple(papers)).answer,
        ),
        Tool(
            name="claims",
            title="Claims and their verdicts",
            description="List the claims that the notes state, with the verdict that recorded runs"
            " of their experiments give. Nothing is run.",
            asks=question.Claims,
            answers=read_schema("claim-list"),
            answer=_claims,
        ),
        Tool(
            name="impact",
            title="What rests on a claim",
            description="List the claims that fall, waver or rise if this one falls, and those that"
            " lose a support, each with the way there.",
            asks=question.Impact,
            answers=read_schema("impact"),
            answer=_impact,
        ),
        *([_VERIFY] if may_verify else []),
    )


def _search(web: NoteWeb, asked: question.Search) -> Row:
    only = Only(
        fields=web.field_names(asked.fields),
        tags=tuple(asked.tags),
        category=asked.category,
        path=asked.path,
    )
    hits = web.search(asked.query, limit=asked.limit, mode=asked.mode, only=only)
    return {"query": asked.query, "mode": asked.mode, "hits": [hit_row(hit) for hit in hits]}


def _read(web: NoteWeb, asked: question.Read) -> Row:
    return page_row(web.note(asked.note), asked.offset, asked.limit)


def _neighbours(web: NoteWeb, asked: question.Neighbours) -> Row:
    found = web.neighbours(
        asked.note, asked.depth, set(asked.kinds) or None, Direction(asked.direction)
    )
    return {
        "note": web.find(asked.note),
        "n_found": len(found),
        "neighbours": neighbour_rows(web.graph, found[: asked.limit]),
    }


def _path(web: NoteWeb, asked: question.Path) -> Row:
    route = web.route(asked.start, asked.end)
    return {"route": None if route is None else asdict(route)}


@dataclass(frozen=True, slots=True)
class _Activator:
    """`activate`, with the folders it may read from."""

    papers: tuple[Path, ...]

    def answer(self, web: NoteWeb, asked: question.Activate) -> Row:
        from noteweb.activation.front import Options

        options = Options(fdr=asked.fdr, with_gaps=asked.gaps, with_claims=asked.claims)
        report = web.activate(self._open(web, asked), options)
        return {"documents": [report_row(report)]}

    def _open(self, web: NoteWeb, asked: question.Activate) -> Document:
        from noteweb.documents.read import open_document, read_document

        if bool(asked.text.strip()) == bool(asked.file):
            raise BadRequest("one document is needed", "give either text or file")
        if asked.text.strip():
            return read_document(asked.text.encode("utf-8", "replace"), "text", suffix=".txt")
        return open_document(self._allowed(web.root, asked.file))

    def _allowed(self, root: Path, file: str) -> Path:
        """Give the file's real path, where it lies in the vault or in a folder of papers.

        Whoever writes into a document that an assistant reads can make it ask for any file.
        """
        try:
            path = (root / Path(file).expanduser()).resolve()
            is_file = path.is_file()
        except (OSError, RuntimeError, ValueError) as error:
            raise DocumentUnreadable(file, "is no path: no file can be called so", "") from error
        if not any(path.is_relative_to(folder.resolve()) for folder in (root, *self.papers)):
            raise DocumentUnreadable(
                file,
                "lies neither in the vault nor in a folder that this server may read",
                "the person who started it can add one: noteweb mcp --papers FOLDER",
            )
        if not is_file:
            raise DocumentUnreadable(file, "is no file", "name one, relative to the vault")
        return path


def _claims(web: NoteWeb, asked: question.Claims) -> Row:
    if asked.verdict:
        require_known("verdict", [asked.verdict], VerdictKind)
    note = web.find(asked.note) if asked.note else ""
    rows = web.evidence.rows(asked.profile)
    argument = argue(rows)
    found = [
        each
        for each in rows
        if note in {"", each.claim.note_id} and asked.verdict in {"", each.verdict.kind.value}
    ]
    shown = found[asked.offset : asked.offset + asked.limit]
    return {"n_found": len(found), "claims": [claim_row(each, argument) for each in shown]}


def _impact(web: NoteWeb, asked: question.Impact) -> Row:
    return impact_row(asked.claim, web.impact(asked.claim))


def _verify(web: NoteWeb, asked: question.Verify) -> Row:
    from noteweb.evidence.run import Options

    verdicts = web.verify(*asked.claims, options=Options(profile=asked.profile))
    return {"verdicts": [verdict.to_json() for verdict in verdicts]}


def _list_of(name: str) -> Row:
    """Give the schema of an object that lists values of another schema, under its plural."""
    one = read_schema(name)
    shared = one.pop("$defs", {})
    return {
        "$schema": one.pop("$schema"),
        "type": "object",
        "additionalProperties": False,
        "required": [f"{name}s"],
        "properties": {f"{name}s": {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}},
        "$defs": {**shared, name: {key: told for key, told in one.items() if key != "$id"}},
    }


_VERIFY = Tool(
    name="verify",
    title="Re-run the evidence of claims",
    description="Run what is missing or stale of the experiments behind these claims, and give the"
    " verdicts; it may take minutes. Code that the person has not allowed is not run: its verdict"
    " is blocked, and the reason says what the person has to do.",
    asks=question.Verify,
    answers=_list_of("verdict"),
    answer=_verify,
    is_readonly=False,
)
