"""What an assistant may ask, tool by tool: the arguments, checked before anything is done."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_LONGEST_NAME = 500
_LONGEST_QUERY = 4_000
_LONGEST_DOCUMENT = 400_000  # characters: a book of some 200 pages
#: A page of a note: what a model reads at once without losing the thread.
PAGE = 20_000

Name = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)]
Note = Annotated[
    str,
    Field(min_length=1, max_length=_LONGEST_NAME, description="A note's id, path, title or alias."),
]
Profile = Annotated[
    Literal["quick", "full"], Field(description="The size of the experiments' runs.")
]


class Question(BaseModel):
    """Arguments; one that no tool knows is refused, not passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Search(Question):
    """Arguments of search."""

    query: Annotated[
        str,
        Field(
            min_length=1,
            max_length=_LONGEST_QUERY,
            description='A question in plain words. "Phrases" and -words in it filter, and so do'
            " field:, tag:, path:, category:, lang:, after:, before:, has: and standing:, such as"
            " tag:theory or standing:refuted; a backslash before a word takes it as it stands.",
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=50, description="How many hits at most.")] = 10
    mode: Annotated[
        Literal["hybrid", "text", "semantic"],
        Field(description="By words and meaning, by words, or by meaning."),
    ] = "hybrid"
    fields: Annotated[
        list[Name],
        Field(
            max_length=8,
            description="Only these fields, such as Receptor or Activation; body is the text.",
        ),
    ] = []
    tags: Annotated[
        list[Name], Field(max_length=16, description="Only notes with all these tags.")
    ] = []
    category: Annotated[str, Field(max_length=_LONGEST_NAME, description="Only this category.")] = (
        ""
    )
    path: Annotated[
        str, Field(max_length=_LONGEST_NAME, description="Only paths like this glob: theory/*.")
    ] = ""


class Read(Question):
    """Arguments of read."""

    note: Note
    offset: Annotated[
        int, Field(ge=0, description="The first character, as `next` or an outline gave it.")
    ] = 0
    limit: Annotated[int, Field(ge=100, le=40_000, description="How many characters at most.")] = (
        PAGE
    )


class Neighbours(Question):
    """Arguments of neighbours."""

    note: Note
    depth: Annotated[int, Field(ge=1, le=4, description="How many steps.")] = 1
    kinds: Annotated[
        list[Name],
        Field(
            max_length=16,
            description="Only these edges, such as links_to, feeds_back, similar, tagged.",
        ),
    ] = []
    direction: Annotated[
        Literal["out", "in", "both"], Field(description="Along the edges, against them, or both.")
    ] = "both"
    limit: Annotated[int, Field(ge=1, le=200, description="How many at most.")] = 50


class Path(Question):
    """Arguments of path."""

    start: Note
    end: Note


class Activate(Question):
    """Arguments of activate: a text, or the path of a file."""

    text: Annotated[
        str, Field(max_length=_LONGEST_DOCUMENT, description="The document's text, or")
    ] = ""
    file: Annotated[
        str,
        Field(
            max_length=4096,
            description="a file: PDF, HTML, Markdown or text, in the vault or in a folder that the"
            " server was started with.",
        ),
    ] = ""
    fdr: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Fire where a note that has nothing to do with a document"
            " scores as well this seldom.",
        ),
    ] = 0.01
    gaps: Annotated[bool, Field(description="Add what no note covers.")] = False
    claims: Annotated[bool, Field(description="Add the claims spoken of.")] = False


class Claims(Question):
    """Arguments of claims."""

    note: Annotated[
        str, Field(max_length=_LONGEST_NAME, description="Only the claims of this note.")
    ] = ""
    verdict: Annotated[
        str, Field(max_length=32, description="Only this verdict, such as supported or stale.")
    ] = ""
    profile: Profile = "quick"
    offset: Annotated[int, Field(ge=0, description="How many to pass over.")] = 0
    limit: Annotated[int, Field(ge=1, le=200, description="How many at most.")] = 50


class Impact(Question):
    """Arguments of impact."""

    claim: Annotated[
        str, Field(min_length=1, max_length=_LONGEST_NAME, description="A claim's id.")
    ]


class Verify(Question):
    """Arguments of verify."""

    claims: Annotated[list[Name], Field(min_length=1, max_length=20, description="Ids of claims.")]
    profile: Profile = "quick"
