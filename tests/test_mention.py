"""Names of notes are found where they stand literally, in every script, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card
from noteweb.links.mention import find_names, find_prose, index_names
from noteweb.links.names import fold_name
from noteweb.parse.notes import parse_note

NAMES = index_names(
    [
        make_card("Entropy", aliases=("disorder",)),
        make_card("Entropy production"),
        make_card("熵"),
        make_card("热力学"),
        make_card("दी"),
        make_card("Порог"),
        make_card("Café"),
        make_card("C++"),
        make_card("A"),
        make_card("7"),
    ]
)


def found(text):
    """Give the names that stand in a text, as it spells them."""
    return [text[start:end] for _, start, end in find_names(NAMES, text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The entropy of DISORDER.", ["entropy", "DISORDER"]),
        ("entropy\n  production rises", ["entropy\n  production"]),
        ("Entropyproduction, negentropy, entropy_2, entropies", []),
        ("(entropy)-like", ["entropy"]),
        ("孤立系统的热力学定律说", ["热力学"]),
        ("AI热力学", ["热力学"]),
        ("हिन्दी", []),
        ("बड़ी दी ने", ["दी"]),
        ("за порогом порог, Порог!", ["порог", "Порог"]),
        ("in the cafe\u0301.", ["cafe\u0301"]),
        ("cafe", []),
        ("C, C+ and C++.", ["C++"]),
        ("A 7 熵", []),
    ],
)
def test_a_name_is_a_whole_word(text, names):
    """A name counts where it begins and ends with words of its script; the longest one goes."""
    assert found(text) == names


def test_code_links_and_addresses_hold_no_names():
    """Only prose is looked at, and places are those in the file."""
    note = parse_note(
        (
            b"---\ntitle: Entropy\nReceptor:\n- The entropy rises.\n---\n"
            b"`entropy` [[Entropy|entropy]] [entropy](a.md) https://x.org/entropy #entropy\n\n"
            b"```\nentropy\n```\n\n<i title='entropy'>last</i> entropy\n"
        ),
        path="n.md",
    )
    places = [start for _, start, _ in find_names(NAMES, find_prose(note))]
    assert places == [note.text.index("entropy rises"), note.text.rindex("entropy")]


@given(
    titles=st.lists(st.text("ab é熵+ ", min_size=1, max_size=5), max_size=8),
    text=st.text("ab é熵+ .", max_size=60),
)
def test_what_is_found_is_the_name_it_is_said_to_be(titles, text):
    """Every place spells a name of the note it is given to, and no two places overlap."""
    names = index_names([make_card(str(i), title=title) for i, title in enumerate(titles)])
    last = 0
    for name, start, end in find_names(names, text):
        assert last <= start < end
        spelt = "".join(fold_name(text[start:end]).split())
        told = {"".join(fold_name(titles[int(note)]).split()) for note in names.owners[name]}
        assert spelt in told
        last = end


@given(before=st.text("b .熵", max_size=5), after=st.text("b .熵", max_size=5))
def test_a_word_is_found_unless_letters_stand_beside_it(before, after):
    """Nothing but a letter at its side hides a name."""
    names = index_names([make_card("aa")])
    is_free = not before.endswith("b") and not after.startswith("b")
    assert bool(list(find_names(names, f"{before}aa{after}"))) == is_free
