"""Related notes, what ties them, and what a title in the text is worth in this vault."""

from __future__ import annotations

import json

import jsonschema
import pytest

from noteweb import NoteWeb
from noteweb.cli import run
from noteweb.schema import read_schema
from noteweb.search.naming import PRIOR

N_TOPICS = 26


def write(folder, name, text):
    """Write a note."""
    (folder / f"{name}.md").write_text(text, encoding="utf-8")


@pytest.fixture
def trio(tmp_path):
    """Write three notes about bees, two of which link to a third and one names another."""
    write(tmp_path, "Queen", "The queen lays eggs.\nShe leaves with a Swarm at noon. [[Hive]]\n")
    write(tmp_path, "Swarm", "Bees leave the hive.\n\nThey hang in a tree. [[Hive]]\n")
    write(tmp_path, "Hive", "A box of wood.\n")
    write(tmp_path, "Tax", "Money for the state, paid in March.\n")
    return tmp_path


def as_json(capsys, *words):
    """Run a command and read its answer."""
    assert run([*words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_why_says_what_can_be_looked_up(trio, capsys):
    """--why names the line of a title, the note both are tied to, passages and the way."""
    asked = ["related", "Queen", "--why", "-q", "-C", str(trio)]
    (trio / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    told = as_json(capsys, *asked)
    jsonschema.validate(told, read_schema("query-result"))
    why = next(hit["why"] for hit in told["hits"] if hit["note"] == "Swarm")
    (title,) = [each for each in why["titles"] if each["note"] == "Queen"]
    assert (title["name"], title["line"], title["column"]) == ("Swarm", 2, 19)
    assert title["sentence"] == "She leaves with a Swarm at noon."
    assert [(each["note"], each["n_tied"]) for each in why["shared"]] == [("Hive", 2)]
    assert {place["source"]: place["line"] for place in why["shared"][0]["places"]} == {
        "Queen": 2,
        "Swarm": 3,
    }
    assert [place["note"] for place in why["nearest"]] == ["Queen", "Swarm"]
    assert why["route"] == ["Queen both link to Hive → Swarm"] or "Hive" in why["route"][0]
    assert run(asked) == 0
    assert "“Swarm” stands here, line 2: She leaves with" in capsys.readouterr().out


@pytest.mark.parametrize("model", ["hashing", "none"])
def test_a_score_is_the_sum_of_its_reasons(trio, model):
    """Nothing enters a score that --explain does not show."""
    with NoteWeb.open(trio, model=model) as web:
        hits = web.related("Queen")
    assert hits
    for hit in hits:
        assert hit.score == pytest.approx(sum(reason.value for reason in hit.reasons), abs=1e-3)
    named = next(hit for hit in hits if hit.note_id == "Swarm")
    assert [r.value for r in named.reasons if r.kind == "title"] == [PRIOR]


def write_topics(folder, *, is_named):
    """Write notes that link to six others each, whose titles do or do not tell of links."""
    for i in range(N_TOPICS):
        linked = [f"Topic {chr(97 + (i * k + k) % N_TOPICS)}{k}x" for k in range(1, 7)]
        other = [f"Topic {chr(97 + (i * 7 + k) % N_TOPICS)}{k}x" for k in range(1, 7)]
        named = ", ".join(linked if is_named else other)
        links = " ".join(f"[[{name}]]" for name in linked)
        write(folder, f"Note {i}", f"Of {named}.\n\n{links}\n")
    for k in range(1, 7):
        for i in range(N_TOPICS):
            write(folder, f"Topic {chr(97 + i)}{k}x", "Said before.\n")


@pytest.mark.parametrize("is_named", [True, False])
def test_a_title_counts_as_the_vaults_links_would_have_it(tmp_path, is_named):
    """A title counts more where links follow the names in the text, and is learned the same."""
    write_topics(tmp_path, is_named=is_named)
    with NoteWeb.open(tmp_path, model="none") as web:
        web.related("Note 1")
        kept = web.index.catalogue.meta("title_weight")
        web.index.catalogue.set_meta("title_weight", "")
        web.related("Note 2")
        assert web.index.catalogue.meta("title_weight") == kept
    weight = float(kept.split()[1])
    assert weight > PRIOR if is_named else weight <= PRIOR


@pytest.fixture
def gaps(tmp_path):
    """Write notes with a name that is no link, a copied sentence and notes that nobody wrote."""
    copied = "The queen leaves the old hive with half of all the workers at noon."
    write(tmp_path, "Swarm", f"{copied}\n\nIt hangs in a tree.\n")
    write(tmp_path, "Copy", f"Read somewhere.\n\n{copied}\n")
    write(tmp_path, "Log", "A day.\nThen a swarm came. The swarm left; see [[Drone]], [[Drone]].\n")
    write(
        tmp_path, "Linked", "[[Swarm]] is a swarm, not a [[drone]], says [swarm](http://x.org).\n"
    )
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    return tmp_path


def test_suggestions_name_line_and_sentence(gaps, capsys):
    """Each kind is found with its place; what is linked already is not suggested."""
    told = as_json(capsys, "graph", "suggest", "-q", "-C", str(gaps))
    jsonschema.validate(told, read_schema("suggestions"))
    by_kind = {}
    for one in told:
        by_kind.setdefault(one["kind"], []).append(one)
    (mention,) = by_kind["mentions"]
    assert (mention["note"], mention["other"]) == ("Log", "Swarm")
    assert (mention["line"], mention["column"]) == (2, 8)
    assert mention["evidence"] == "Then a swarm came."
    (copy,) = by_kind["duplicates"]
    assert {copy["note"], copy["other"]} == {"Copy", "Swarm"}
    assert copy["evidence"].startswith("The queen leaves")
    (ghost,) = by_kind["ghosts"]
    assert (ghost["other"].casefold(), ghost["score"]) == ("drone", 2)
    links = {frozenset((one["note"], one["other"])) for one in by_kind["links"]}
    assert frozenset(("Copy", "Swarm")) in links
    assert frozenset(("Linked", "Swarm")) not in links


def test_suggestions_are_asked_by_note_and_kind(gaps, capsys):
    """A note's own come alone, a kind alone; an unknown kind is refused with those there are."""
    asked = ["graph", "suggest", "Log", "--kind", "mentions", "-q", "-C", str(gaps)]
    assert run([*asked, "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0] == "kind,note,other,score,line,column,evidence,detail"
    assert run(asked) == 0
    assert "Log:2:8 → Swarm" in capsys.readouterr().out
    assert run(["graph", "suggest", "Copy", "--kind", "ghosts", "-C", str(gaps)]) == 1
    assert run(["graph", "suggest", "--kind", "mention", "-C", str(gaps)]) == 2
    assert "mentions" in capsys.readouterr().err
