"""Links find the note that Obsidian would open, and nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card, make_link
from noteweb.errors import Severity
from noteweb.links.resolve import resolve_links
from noteweb.model.note import LinkKind


def resolve(target, *others, source="home", kind=LinkKind.WIKILINK):
    """Resolve one link from the note `source` among the other notes, given as ids or cards."""
    link = make_link(target, kind=kind, line=7, column=4)
    cards = [one if not isinstance(one, str) else make_card(one) for one in others]
    return resolve_links([make_card(source, links=(link,)), *cards])


def found(*arguments, **options):
    """Give the ids that the one link resolved to."""
    return [one.target for one in resolve(*arguments, **options).resolved]


def codes(*arguments, **options):
    """Give the codes of the problems of the one link."""
    return [problem.code for problem in resolve(*arguments, **options).problems]


@pytest.mark.parametrize(
    ("target", "notes", "note"),
    [
        ("A", ["A"], "A"),
        ("a.md", ["A"], "A"),
        ("A", ["deep/in/A"], "deep/in/A"),
        ("in/a", ["deep/in/A", "deep/out/A"], "deep/in/A"),
        ("A", ["A", "dir/A"], "A"),
        ("dir/A.md", ["A", "dir/A", "more/dir/A"], "dir/A"),
        ("README.md", ["README", make_card("README.md", path="README.md.md")], "README"),
        ("Cafe\N{COMBINING ACUTE ACCENT}", ["Café"], "Café"),
        ("v1.2", ["v1.2"], "v1.2"),
        ("drawing.pdf", ["drawing.pdf"], "drawing.pdf"),
    ],
)
def test_a_path_or_the_end_of_one_finds_the_note(target, notes, note):
    """The exact path wins, then the only path that ends so; .md and case do not matter."""
    assert found(target, *notes) == [note]


@pytest.mark.parametrize("kind", [LinkKind.WIKILINK, LinkKind.MARKDOWN])
@pytest.mark.parametrize(
    ("source", "target", "note"),
    [
        ("x/home", "A", "x/A"),
        ("x/deep/home", "A", "x/A"),
        ("y/home", "A", "y/z/A"),
        ("x/home", "z/A", "y/z/A"),
        ("y/home", "./z/A.md", "y/z/A"),
        ("y/z/home", "../../x/A", "x/A"),
        ("y/z/home", "/x/A", "x/A"),
        ("other/home", "A", "x/A"),
        ("x/in/home", "B", "x/in/a/b/c/B"),
    ],
)
def test_of_several_the_nearest_counts(source, target, note, kind):
    """Relative targets start at the linking note; a shared name means the note nearest to it."""
    notes = "x/A", "y/z/A", "x/B", "x/in/a/b/c/B"
    assert found(target, *notes, source=source, kind=kind) == [note]


def test_the_nearest_is_found_for_each_folder():
    """One target means another note in every folder that has its own."""
    cards = [make_card(one, links=(make_link("index"),)) for one in ("x/home", "y/home", "z/home")]
    resolution = resolve_links([*cards, make_card("x/index"), make_card("y/index")])
    assert [one.target for one in resolution.resolved] == ["x/index", "y/index"]
    assert [problem.path for problem in resolution.problems] == ["z/home.md"]


def test_notes_equally_near_are_reported_not_chosen():
    """Two notes as near as each other give a warning that names both, and no link."""
    resolution = resolve("A", "x/A", "y/A")
    assert resolution.resolved == ()
    assert resolution.missing == ()
    (problem,) = resolution.problems
    assert (problem.path, problem.line, problem.column) == ("home.md", 7, 4)
    assert (problem.code, problem.severity) == ("link-ambiguous", Severity.WARNING)
    assert "x/A, y/A" in problem.message


def test_the_spelling_decides_between_notes_in_one_folder():
    """Where a folder holds Note.md and note.md, each spelling finds its own."""
    assert found("note", "x/Note", "x/note") == ["x/note"]
    assert found("NOTE", "x/Note", "x/note") == []
    assert found("note", "Note", "note") == ["note"]
    assert found("NOTE", "Note", "note") == []


@pytest.mark.parametrize(
    ("target", "card"),
    [
        ("The Second Law", make_card("n1", aliases=("the second law",))),
        ("A Title", make_card("n1", title="a title")),
        ("space/page", make_card("n1", path="pages/space___page.md")),
        ("why? and how", make_card("n1", path="pages/why%3F and how.md")),
        ("n1", make_card("n1", path="pages/file.md")),
    ],
)
def test_other_names_resolve_after_paths(target, card):
    """An alias, a title, a Logseq page name and an own id find a note that no path names."""
    assert found(target, card) == ["n1"]
    assert found(target, card, f"elsewhere/{target}") == [f"elsewhere/{target}"]


def test_an_alias_comes_before_a_title():
    """Of two notes, one with the alias and one with the title, the alias counts, as in Obsidian."""
    assert found("X", make_card("a", title="X"), make_card("b", aliases=("X",))) == ["b"]


def test_a_doubled_alias_is_ambiguous_wherever_the_notes_stand():
    """Folders have no say about aliases."""
    twins = make_card("x/a", aliases=("X",)), make_card("y/b", aliases=("X",))
    assert codes("X", *twins, source="x/home") == ["link-ambiguous"]


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("plot.PNG", LinkKind.EMBED),
        ("paper.pdf", LinkKind.WIKILINK),
        ("script.py", LinkKind.MARKDOWN),
        ("folder/", LinkKind.MARKDOWN),
        ("https://example.org/a.md", LinkKind.MARKDOWN),
        ("mailto:a@example.org", LinkKind.MARKDOWN),
        ("file:///home/a.md", LinkKind.MARKDOWN),
    ],
)
def test_what_is_no_note_is_passed_over(target, kind):
    """Attachments, folders and addresses are neither links between notes nor missing notes."""
    resolution = resolve(target, kind=kind)
    assert (resolution.resolved, resolution.missing, resolution.problems) == ((), (), ())


def test_a_page_named_like_a_source_file_may_be_missing():
    """[[Node.js]] wants a note, where a Markdown link to it means a file."""
    assert codes("Node.js") == ["link-unresolved"]


def test_a_missing_note_becomes_one_ghost_for_all_spellings():
    """Links to a note that is not there are told, and meet in one ghost."""
    links = make_link("New Idea"), make_link("new idea.md", line=2), make_link("./new idea", line=3)
    resolution = resolve_links([make_card("home", links=links)])
    assert {gap.ghost for gap in resolution.missing} == {"new idea"}
    assert [problem.severity for problem in resolution.problems] == [Severity.INFO] * 3
    assert [problem.line for problem in resolution.problems] == [1, 2, 3]


def test_a_path_out_of_the_vault_finds_nothing():
    """Too many steps up never wrap around to a note of the same name."""
    assert codes("../../A", "A", source="x/home", kind=LinkKind.MARKDOWN) == ["link-unresolved"]


def test_a_link_into_the_same_note_resolves_to_it():
    """[[#Heading]] is no missing note."""
    assert found("") == ["home"]
    assert found(" ") == ["home"]


def test_block_references_resolve_where_the_blocks_are_known():
    """((uuid)) finds its note by the table of blocks, is told where that lacks it, else left."""
    links = (
        make_link("", kind=LinkKind.BLOCK_REF, block="b1"),
        make_link("", kind=LinkKind.BLOCK_REF, block="b2"),
    )
    card = make_card("home", links=links)
    known = resolve_links([card], blocks={"b1": "other"})
    assert [one.target for one in known.resolved] == ["other"]
    assert [gap.ghost for gap in known.missing] == ["((b2))"]
    assert resolve_links([card]).resolved == resolve_links([card]).missing == ()


names = st.sampled_from(["a", "A", "b", "c c", "é"])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
vaults = st.lists(paths, min_size=1, max_size=8, unique_by=str.casefold)
targets = st.one_of(
    paths,
    paths.map("./{}.md".format),
    st.sampled_from(["../a", "/", ".md", "./"]),
    st.text(max_size=5),
)


def linked(note_ids, written):
    """Give cards that all hold the same links."""
    links = tuple(make_link(target, line=line) for line, target in enumerate(written, 1))
    return [make_card(note_id, links=links) for note_id in note_ids]


@given(vaults, st.lists(targets, max_size=6))
def test_every_link_has_one_fate(note_ids, written):
    """Each link is resolved to a note that exists, or missing, or ambiguous, or no note link."""
    resolution = resolve_links(linked(note_ids, written))
    assert {one.target for one in resolution.resolved} <= set(note_ids)
    n_ambiguous = sum(problem.code == "link-ambiguous" for problem in resolution.problems)
    assert len(resolution.problems) == len(resolution.missing) + n_ambiguous
    n_told = len(resolution.resolved) + len(resolution.missing) + n_ambiguous
    assert n_told <= len(note_ids) * len(written)
    assert all(gap.ghost for gap in resolution.missing)


@given(vaults, st.data())
def test_an_exact_path_outlives_every_other_note(note_ids, data):
    """Removing a note never changes who another note's exact path means."""
    wanted = data.draw(st.sampled_from(note_ids))
    gone = data.draw(st.sampled_from(note_ids))
    source = make_card("zz/source", links=(make_link(wanted),))
    kept = [make_card(one) for one in note_ids if one != gone or one == wanted]
    (found_one,) = resolve_links([source, *kept]).resolved
    assert found_one.target == wanted


@given(vaults, st.lists(targets, max_size=6), st.randoms())
def test_the_order_of_the_notes_does_not_matter(note_ids, written, random):
    """The same notes in another order resolve the same links."""
    shuffled = list(note_ids)
    random.shuffle(shuffled)
    fates = [
        {
            (one.source, one.link.line, one.target)
            for one in resolve_links(linked(ids, written)).resolved
        }
        for ids in (note_ids, shuffled)
    ]
    assert fates[0] == fates[1]
