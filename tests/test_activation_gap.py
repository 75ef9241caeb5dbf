"""What a paper says that no note knows, and which claims it speaks of."""

from __future__ import annotations

import pytest

from made_garden import make_garden
from noteweb.activation.front import Options
from noteweb.documents.read import read_document
from noteweb.web import NoteWeb

#: Two windows or more a section, none on what the vault knows.
ROCKETS = [
    "A turbopump feeds liquid oxygen into the combustion chamber of the rocket engine.",
    "The injector plate of the rocket chamber was printed from a copper alloy powder.",
    "Firing the chamber at full throttle showed no combustion instability of the propellant.",
    "Film cooling by kerosene protects the copper nozzle and chamber of the rocket.",
]
TAXES = [
    "The revenue office refunds value added tax to exporters who file an invoice in time.",
    "Interest on the refund is owed by exporters who file a faulty invoice with the office.",
    "Courts split on whether a clerical mistake in an export invoice voids the refund.",
    "An appeal to the fiscal court suspends interest that the office claims from exporters.",
]
THANKS = [
    "We thank the harbour commission for funding and for the loan of a ferry on Mondays.",
    "The ferry crew of seven volunteers cooked for all of us, whatever the harbour weather.",
    "Harbour pilots and ferry stewards lent us maps, ropes, lamps and their funding letters.",
    "No volunteer of the ferry or the harbour had a say in what the funding was spent on.",
]


def write_paper(**sections):
    """Write a Markdown paper with these sections."""
    parts = [f"## {title.replace('_', ' ')}\n\n" + " ".join(sections[title]) for title in sections]
    return read_document(
        ("# A paper\n\n" + "\n\n".join(parts) + "\n").encode(), "paper.md", suffix=".md"
    )


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Open a vault of one note, so that nothing else is met by chance."""
    folder = make_garden(tmp_path_factory.mktemp("garden"), "Sourdough")
    with NoteWeb.open(folder) as opened:
        yield opened


def find(web, **sections):
    """Find the gaps of a paper."""
    return web.activate(write_paper(**sections), Options(with_gaps=True)).gaps


def test_a_gap_is_named_after_its_section(web):
    """What no note covers is grouped, named by its heading and tagged by its words."""
    gaps = find(web, Rocket_engines=ROCKETS, Refunds_of_tax=TAXES)
    assert {gap.title for gap in gaps} == {"Rocket engines", "Refunds of tax"}
    rockets = next(gap for gap in gaps if gap.title == "Rocket engines")
    assert {"chamber", "rocket"} <= set(rockets.tags)
    assert len(rockets.tags) <= 4
    assert all(passage.section == "Rocket engines" for passage in rockets.passages)


def test_a_heading_that_any_paper_has_names_nothing(web):
    """Under "2 Methods" a gap is named by what it says."""
    (gap,) = find(web, **{"2 Methods": ROCKETS})
    assert "method" not in gap.title.lower()
    assert gap.title.lower().split()[0] in " ".join(ROCKETS).lower()
    assert gap.title[0].isupper()


def test_apparatus_is_no_gap(web):
    """Acknowledgements are new to every vault and are no subject."""
    gaps = find(web, Rocket_engines=ROCKETS, Acknowledgements=THANKS)
    assert [gap.title for gap in gaps] == ["Rocket engines"]


def test_what_a_note_covers_is_no_gap(web):
    """A passage on a note's condition is left out."""
    covered = ["A sourdough starter ferments more slowly in a cold kitchen."] * 4
    assert find(web, Dough_again=covered) == ()


def test_passages_of_one_subject_go_together(web):
    """A long section is one gap with its first passages; without --gaps none is looked for."""
    gaps = find(web, Rocket_engines=ROCKETS * 6)
    assert [len(gap.passages) for gap in gaps] == [3]
    assert web.activate(write_paper(Rocket_engines=ROCKETS)).gaps == ()


def test_a_claim_is_found_in_the_sentence_that_speaks_of_it(web):
    """Of a long paper the one window, and in it the sentence, that is about the claim."""
    said = "A sourdough kept at four degrees needed twice as long to rise."
    paper = write_paper(Rockets=ROCKETS * 2, Dough=[*TAXES, said], Refunds=TAXES * 2)
    (spoken,) = web.activate(paper, Options(with_claims=True)).claims
    assert (spoken.claim, spoken.note, spoken.passage.text) == ("cold-dough", "Sourdough", said)
    assert spoken.passage.section == "Dough"
    assert spoken.verdict == "not-testable"
    assert 0 <= spoken.false_fire_rate <= 0.01


def test_the_longer_a_paper_the_likelier_chance_speaks(web):
    """The same passage in a paper twice as long is twice as likely by chance."""
    said = "A sourdough kept at four degrees needed twice as long to rise."
    odds = []
    for n in (2, 8):
        paper = write_paper(Rockets=ROCKETS * 2, Dough=[*TAXES, said], Refunds=TAXES * n)
        report = web.activate(paper, Options(with_claims=True))
        odds.append(report.claims[0].false_fire_rate / report.n_windows)
    assert odds[0] == pytest.approx(odds[1])


def test_a_claim_that_nobody_speaks_of_is_not_shown(web):
    """At no length of a paper does an unrelated text speak of a claim."""
    for n in (1, 5, 20):
        report = web.activate(write_paper(Rockets=ROCKETS * n), Options(with_claims=True))
        assert report.claims == ()
