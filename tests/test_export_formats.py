"""What each format says of an ordinary graph, read by programs that are not noteweb's own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import threading
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import networkx as nx
import pytest
import rdflib
from markdown_it import MarkdownIt
from rdflib.namespace import DCTERMS, RDF
from rocrate.rocrate import ROCrate

from bench_vault import write_fixed
from cards import make_card, make_link, make_mention, make_vault
from foreign import draw, read_with_node
from hostile import ATTACKS, make_hostile_graph
from noteweb.cli import run
from noteweb.errors import ClaimsMissing
from noteweb.export import EXPORTERS, export_graph, write_export
from noteweb.export.material import KnownClaim, Material
from noteweb.graph.build import build_graph
from noteweb.graph.claims import add_claims, add_findings
from noteweb.judge import judge_evidence
from noteweb.links.feedback import resolve_feedback
from noteweb.links.resolve import resolve_links
from noteweb.model.claim import Source, Stance
from noteweb.model.run import Artifact
from noteweb.web import NoteWeb
from records import ABOVE_ZERO, make_claim, make_records

DATA = Path(__file__).parent / "data"
NW = rdflib.Namespace("urn:noteweb:ns:")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")

# Of rdflib about itself.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")


def make_graph():
    """Give a small graph with every provenance but measured, and a claim."""
    cards = (
        make_card(
            "n",
            title="One",
            tags=("a/b",),
            links=(make_link("m"), make_link("wanted")),
            tools=(make_mention("Stan"),),
            domains=(make_mention("Optics"),),
            created="2025-01-31",
            attributes={"pages": 12, "share": 0.5, "done": True, "who": ["x", "y"], "parent": "p"},
        ),
        make_card("m", title="Two"),
    )
    similar = [("m", "n", 0.75)]
    graph = build_graph(cards, resolve_links(cards), resolve_feedback(cards), similar)
    add_claims(graph, [make_claim(ABOVE_ZERO)])
    add_findings(graph, {"c": {"verdict": "supported", "standing": "in"}})
    return graph


def counts(edges):
    """Give how many edges there are of each kind and provenance."""
    return Counter((edge["kind"], edge["provenance"]) for edge in edges)


EDGES = counts(edge for *_, edge in make_graph().edges(data=True))


@pytest.mark.parametrize(("form", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_xml_has_types_weights_and_verdicts(form, read):
    """Numbers, truth values, weights, provenances and verdicts come back with their types."""
    again = read(io.BytesIO(export_graph(make_graph(), form)))
    note = again.nodes["note:n"]
    assert (note["pages"], note["share"], note["done"]) == (12, 0.5, True)
    assert (note["who"], note["created"], note["label"]) == ("x; y", "2025-01-31", "One")
    assert again.nodes["claim:c"]["verdict"] == "supported"
    assert again.nodes["claim:c"]["standing"] == "in"
    edges = [edge for *_, edge in again.edges(data=True)]
    assert counts(edges) == EDGES
    assert [edge["weight"] for edge in edges if edge["kind"] == "similar"] == [0.75]


def test_gexf_and_cytoscape_are_laid_out():
    """Gephi and Cytoscape show the map that the page shows, without computing it."""
    again = nx.read_gexf(io.BytesIO(export_graph(make_graph(), "gexf")))
    places = {node: about["viz"]["position"] for node, about in again.nodes(data=True)}
    assert len({place["x"] for place in places.values()}) > 2
    assert len({place["y"] for place in places.values()}) > 2
    for element in json.loads(export_graph(make_graph(), "cytoscape"))["elements"]["nodes"]:
        own, other = element["position"], places[element["data"]["id"]]
        assert own["x"] / 15 == pytest.approx(other["x"] / 10)
        assert own["y"] / 15 == pytest.approx(-other["y"] / 10)  # Gephi counts upward


def test_cytoscape_holds_every_element_and_no_box():
    """cytoscape.js takes nodes, edges and data; a key named parent makes no compound node."""
    again = read_with_node("cytoscape", export_graph(make_graph(), "cytoscape"))
    assert counts(again["edges"]) == EDGES
    nodes = {node["id"]: node for node in again["nodes"]}
    assert nodes["note:n"]["who"] == ["x", "y"]
    assert nodes["note:n"]["frontmatter_parent"] == "p"
    assert "parent" not in nodes["note:n"]
    assert nodes["claim:c"]["verdict"] == "supported"


def test_mermaid_tells_kinds_and_origins_apart():
    """Mermaid's parser gives kinds as classes and provenances as lines."""
    again = read_with_node("mermaid", export_graph(make_graph(), "mermaid"))
    assert Counter(node["kind"] for node in again["nodes"])["note"] == 2
    assert "s · supported" in {node["label"] for node in again["nodes"]}
    lines = {edge["kind"]: (edge["line"], edge["arrow"]) for edge in again["edges"]}
    assert lines["links_to"] == ("normal", "arrow_point")
    assert lines["docks_to"] == ("dotted", "arrow_point")
    assert lines["similar"] == ("dotted", "arrow_open")


def test_dot_is_drawn():
    """Graphviz draws each node once, with a line for each provenance."""
    data = export_graph(make_graph(), "dot")
    picture = draw(data, "svg")
    assert picture.count('class="node"') == len(make_graph())
    assert picture.count('class="edge"') == make_graph().number_of_edges()
    assert "s · supported</text>" in picture
    told = json.loads(draw(data, "dot_json"))
    note = next(node for node in told["objects"] if node["data_id"] == "note:n")
    assert (note["data_pages"], note["data_done"], note["data_who"]) == ("12", "true", "x; y")
    styles = {edge["data_provenance"]: edge["style"] for edge in told["edges"]}
    assert styles == {"explicit": "solid", "inferred": "dashed", "similarity": "dotted"}


def test_turtle_says_what_prov_and_dublin_core_have_words_for():
    """Titles, dates, broader tags and derivation are there in words that others know."""
    graph = rdflib.Graph().parse(data=export_graph(make_graph(), "turtle"), format="turtle")
    note, claim = rdflib.URIRef("urn:noteweb:note:n"), rdflib.URIRef("urn:noteweb:claim:c")
    assert str(graph.value(note, DCTERMS.title)) == "One"
    assert graph.value(note, NW.pages).toPython() == 12
    assert graph.value(note, NW.done).toPython() is True
    assert [str(one) for one in graph.items(graph.value(note, NW.who))] == ["x", "y"]
    assert (claim, PROV.wasDerivedFrom, note) in graph
    assert (claim, RDF.type, PROV.Entity) in graph
    similar = graph.value(predicate=RDF.predicate, object=NW.similar)
    assert graph.value(similar, NW.weight).toPython() == 0.75
    assert str(graph.value(similar, NW.provenance)) == "similarity"


def test_the_canvas_follows_its_schema_and_no_card_lies_on_another():
    """Notes are cards with their files, the rest cards with text that does nothing."""
    schema = json.loads((DATA / "canvas.schema.json").read_text(encoding="utf-8"))
    crowd = make_vault(40)
    crowded = build_graph(crowd, resolve_links(crowd), resolve_feedback(crowd))
    for graph in (make_graph(), make_hostile_graph(), crowded):
        canvas = json.loads(export_graph(graph, "canvas"))
        jsonschema.validate(canvas, schema)
        ids = {node["id"] for node in canvas["nodes"]}
        assert ids == set(graph)
        assert len(canvas["edges"]) == graph.number_of_edges()
        assert {edge[end] for edge in canvas["edges"] for end in ("fromNode", "toNode")} <= ids
        cards = [
            (n["x"], n["y"], n["x"] + n["width"], n["y"] + n["height"]) for n in canvas["nodes"]
        ]
        assert not [
            (one, other)
            for number, one in enumerate(cards)
            for other in cards[:number]
            if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
        ]


def test_a_card_of_the_canvas_does_nothing():
    """Rendered as Markdown, the text of a card is one paragraph of plain text: the label."""
    canvas = json.loads(export_graph(make_hostile_graph(), "canvas"))
    tags = [node for node in canvas["nodes"] if node["id"].startswith("tag:")]
    assert len(tags) > 40
    for node in tags:
        label = make_hostile_graph().nodes[node["id"]]["label"]
        tokens = MarkdownIt().parse(node["text"])
        assert [token.type for token in tokens] in (
            [], ["paragraph_open", "inline", "paragraph_close"]
        )  # fmt: skip
        inside = tokens[1].children if tokens else []
        assert {token.type for token in inside} <= {"text", "text_special"}
        words = "".join(token.content for token in inside).split()
        assert words == label.replace("\x00", "\ufffd").split()


def make_evidence(folder):
    """Give the material of a claim with two runs, one of which failed, and what they left."""
    (folder / "runs").mkdir()
    (folder / "runs" / "plot.svg").write_text("<svg/>", encoding="utf-8")
    (folder / "secret").write_text("secret", encoding="utf-8")
    (folder / "toy.py").write_text("'''A toy.'''\n", encoding="utf-8")

    def left(path, text):
        return Artifact(name="plot", path=path, sha256=hashlib.sha256(text).hexdigest())

    good, bad = make_records([1.0, None])
    artifacts = (
        left("plot.svg", b"<svg/>"),
        left("../secret", b"secret"),
        left("gone.svg", b""),
        Artifact(name="changed", path="plot.svg", sha256="0" * 64),
    )
    good = replace(good, artifacts=artifacts, started="2025-05-01T10:00:00+00:00",
                   ended="2025-05-01T10:00:09+00:00")  # fmt: skip
    claim = make_claim(ABOVE_ZERO)
    verdict = judge_evidence(claim, claim.evidence[0], [good, bad], frozenset(), None)
    return Material(
        graph=make_graph(),
        title="vault",
        evidence=lambda: [KnownClaim(claim=claim, verdict=verdict, records=(good, bad))],
        code=lambda name: folder / f"{name}.py",
        runs=folder / "runs",
        today=date(2025, 6, 1),
    )


def write(material, form):
    """Give material as the bytes of a file."""
    stream = io.BytesIO()
    write_export(material, form, stream)
    return stream.getvalue()


def test_a_crate_holds_claims_code_runs_and_what_they_left(tmp_path):
    """The library rocrate opens it; a file that is not what the run left stays behind."""
    material = make_evidence(tmp_path)
    packed = zipfile.ZipFile(io.BytesIO(write(material, "rocrate")))
    packed.extractall(tmp_path / "crate")
    crate = ROCrate(tmp_path / "crate")
    assert crate.root_dataset["datePublished"] == "2025-05-01T10:00:09+00:00"
    runs = crate.get_by_type("CreateAction")
    assert [run["actionStatus"].rpartition("/")[2] for run in runs] == [
        "CompletedActionStatus", "FailedActionStatus"
    ]  # fmt: skip
    assert runs[0]["instrument"].id == "experiments/toy.py"
    results = [result.id for result in runs[0]["result"]]
    assert results[0] == "runs/toy.jsonl"
    assert [(tmp_path / "crate" / path).read_bytes() for path in results[1:]] == [b"<svg/>"]
    claim = crate.dereference("#claim-c")
    assert (claim["identifier"], claim["text"]) == ("c", "s")
    assert claim["creativeWorkStatus"] == "not-run"
    assert [picture.id for picture in claim["image"]] == results[1:]
    assert {run.id for run in claim["subjectOf"]} == {run.id for run in runs}
    names = {name for name in packed.namelist() if not name.startswith("artifacts/")}
    files = "claims.json experiments/toy.py runs/toy.jsonl ro-crate-metadata.json"
    assert names == set(files.split())
    assert len(packed.read("runs/toy.jsonl").splitlines()) == 2
    (told,) = json.loads(packed.read("claims.json"))
    assert told["claim"]["evidence"][0]["experiment"] == "toy"
    assert told["verdict"]["n_seeds"] == 2


def make_judged(folder):
    """Give the material of a claim with a source, judged on twenty seeds."""
    source = Source(
        doi="10.1000/182",
        locator="page 3",
        title="On going",
        is_verified=False,
        stance=Stance.HEDGES,
    )
    claim = replace(make_claim(ABOVE_ZERO), source=source)
    records = make_records([1.0 + 0.01 * n for n in range(20)])
    verdict = judge_evidence(claim, claim.evidence[0], records)
    known = KnownClaim(claim=claim, verdict=verdict, records=tuple(records))
    return replace(make_evidence(folder), evidence=lambda: [known])


def test_a_crate_tells_figures_guards_and_source(tmp_path):
    """Of each claim: estimate and interval against what is expected, guards, what is cited how."""
    packed = zipfile.ZipFile(io.BytesIO(write(make_judged(tmp_path), "rocrate")))
    packed.extractall(tmp_path / "crate")
    claim = ROCrate(tmp_path / "crate").dereference("#claim-c")
    assert claim["creativeWorkStatus"] == "supported"
    figure, guard = claim["variableMeasured"]
    assert (figure["name"], figure["value"]) == ("gap", pytest.approx(1.095))
    assert figure["minValue"] < 1.095 < figure["maxValue"]
    assert figure["measurementTechnique"] == "mean over 20 seeds"
    assert figure["description"] == "supported, expected gap > 0"
    assert (guard["name"], guard["value"], guard["propertyID"]) == (
        "guard: known", True, "known-answer"
    )  # fmt: skip
    cited = claim["citation"]
    cited = cited[0] if isinstance(cited, list) else cited
    assert cited["identifier"] == "https://doi.org/10.1000/182"
    assert (cited["name"], cited["pagination"]) == ("On going", "page 3")
    assert cited["description"] == "recalled by the note; the source hedges it"


def test_rdf_tells_figures_guards_files_and_source(tmp_path):
    """The same in Turtle and JSON-LD, with the files that runs have left."""
    material = make_judged(tmp_path)
    (known,) = material.evidence()
    left = Artifact(name="plot.svg", path="artifacts/a/plot.svg", sha256="ab" * 32)
    first = replace(known.records[0], artifacts=(left,))
    known = replace(known, records=(first, *known.records[1:]))
    material = replace(material, evidence=lambda: [known])
    graph = rdflib.Graph().parse(data=write(material, "turtle"), format="turtle")
    other = rdflib.Graph().parse(data=write(material, "jsonld"), format="json-ld")
    assert len(graph) == len(other)
    claim = rdflib.URIRef("urn:noteweb:claim:c")
    result, guard = graph.value(claim, NW.result), graph.value(claim, NW.guard)
    assert graph.value(result, NW.estimate).toPython() == pytest.approx(1.095)
    assert [str(graph.value(result, NW[key])) for key in ("metric", "outcome")] == [
        "gap", "supported"
    ]  # fmt: skip
    assert (str(graph.value(guard, NW.name)), graph.value(guard, NW.ok).toPython()) == (
        "known", True
    )  # fmt: skip
    assert str(graph.value(claim, PROV.hadPrimarySource)) == "https://doi.org/10.1000/182"
    (file,) = graph.subjects(NW.sha256, None)
    assert graph.value(file, PROV.wasGeneratedBy) == rdflib.URIRef(f"urn:noteweb:run:{first.key}:1")
    assert str(graph.value(file, NW.path)) == "artifacts/a/plot.svg"


def test_a_crate_without_runs_is_dated_and_one_without_claims_refused(tmp_path):
    """A claim that nobody has tested is worth a crate; a view without claims is told."""
    material = make_evidence(tmp_path)
    bare = [replace(each, records=()) for each in material.evidence()]
    data = write(
        replace(material, evidence=lambda: bare, code=lambda _name: None, runs=None), "rocrate"
    )
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path / "crate")
    crate = ROCrate(tmp_path / "crate")
    assert crate.root_dataset["datePublished"] == "2025-06-01"
    with pytest.raises(ClaimsMissing, match="no claim"):
        export_graph(make_graph(), "rocrate")


def test_rdf_tells_of_the_runs(tmp_path):
    """A run is an activity of PROV that used an experiment; Turtle and JSON-LD say the same."""
    material = make_evidence(tmp_path)
    graph = rdflib.Graph().parse(data=write(material, "turtle"), format="turtle")
    other = rdflib.Graph().parse(data=write(material, "jsonld"), format="json-ld")
    assert len(graph) == len(other)
    runs = list(graph.subjects(RDF.type, PROV.Activity))
    assert len(runs) == 2
    assert {str(graph.value(run, PROV.used)) for run in runs} == {"urn:noteweb:experiment:toy"}
    assert sorted(str(graph.value(run, NW.status)) for run in runs) == ["error", "ok"]
    assert [str(when) for when in graph.objects(None, PROV.endedAtTime)] == [
        "2025-05-01T10:00:09+00:00"
    ]


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Stand in a vault with one claim that has been run, and a title that attacks."""
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    (folder / "Honey.md").write_text(
        f"---\ntitle: {json.dumps(ATTACKS[0])}\ntags: [bees]\nReceptor:\n  - honey is weighed\n"
        "  - wax is weighed\nclaims:\n  - id: up\n    statement: It goes up.\n"
        "    source: {quote: said so, stance: reports}\n"
        "    evidence: {experiment: toy, expect: {metric: gap, op: gt, threshold: 0}}\n---\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(folder)
    write_fixed(folder, "toy")
    return folder


def test_each_format_is_written_by_the_command(vault, capsys):
    """From notes to files: fields, verdicts, records and code are all there."""
    assert run(["trust", "allow", "toy", "--yes"]) == 0
    assert run(["verify", "-q"]) == 0
    for form, exporter in EXPORTERS.items():
        name = f"out{exporter.suffix}"
        assert run(["export", form, "-o", name, "--force"]) == 0, form
        assert Path(name).stat().st_size > 100
    assert "wrote out" in capsys.readouterr().err
    assert run(["export", "json", "-q"]) == 0
    nodes = {node["id"]: node for node in json.loads(capsys.readouterr().out)["nodes"]}
    assert nodes["note:Honey"]["Receptor"] == ["honey is weighed", "wax is weighed"]
    assert nodes["claim:up"]["verdict"] == "supported"
    assert nodes["claim:up"]["source_quote"] == "said so"
    assert nodes["claim:up"]["source_citation"] == "quoted"
    assert nodes["claim:up"]["source_stance"] == "reports"
    assert run(["export", "rocrate", "-o", "crate.zip", "-q"]) == 0
    with zipfile.ZipFile("crate.zip") as packed:
        assert b"Experiment(" in packed.read("experiments/toy.py")
        assert len(packed.read("runs/toy.jsonl").splitlines()) == 2
    with NoteWeb.open(vault) as web:
        assert b"honey is weighed" in web.export("json")
        assert b"honey is weighed" in web.export("turtle")
        assert "Receptor" not in web.graph.nodes["note:Honey"]


def test_what_is_not_to_be_written_over_is_left_alone(vault, capsys):
    """A folder, a file and a file behind a link stay; a link is written through, not replaced."""
    Path("there.json").write_text("mine", encoding="utf-8")
    Path("link.json").symlink_to("there.json")
    for name, told in (
        (".", "it is a folder"),
        ("there.json", "--force"),
        ("link.json", "--force"),
    ):
        assert run(["export", "json", "-o", name]) == 3
        assert told in "".join(capsys.readouterr())
    assert Path("there.json").read_text(encoding="utf-8") == "mine"
    assert run(["export", "json", "-o", "link.json", "--force", "-q"]) == 0
    assert Path("link.json").is_symlink()
    assert json.loads(Path("there.json").read_text(encoding="utf-8"))["nodes"]
    assert run(["export", "jsom"]) == 2
    assert "did you mean: json" in capsys.readouterr().err
    assert not list(Path().glob(".noteweb-*"))


def test_a_pipe_is_written_to_and_stays_a_pipe(vault):
    """What is no file of a disk is written to as it is, never replaced."""
    os.mkfifo("pipe")
    got = []
    reader = threading.Thread(target=lambda: got.append(Path("pipe").read_bytes()))
    reader.start()
    assert run(["export", "json", "-o", "pipe", "-q"]) == 0
    reader.join(timeout=30)
    assert json.loads(got[0])["nodes"]
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)


def test_a_device_that_is_full_is_told(vault, capsys):
    """The line names what could not be written, and the reason."""
    assert run(["export", "json", "-o", "/dev/full", "-q"]) == 3
    assert "cannot write /dev/full: No space left" in capsys.readouterr().err


def test_no_index_means_that_nothing_is_written_by_any_format(vault, capsysbinary):
    """With claims, notes and a map to ask for, the vault stays as it was."""
    before = sorted(Path().rglob("*"))
    for form in EXPORTERS:
        assert run(["export", form, "--no-index", "-q"]) == 0, form
        assert capsysbinary.readouterr().out
    assert sorted(Path().rglob("*")) == before


def test_a_zip_is_not_written_to_a_terminal(vault, capsys, monkeypatch):
    """Bytes that are no text would make a terminal unusable."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["export", "csv"]) == 2
    assert "-o FILE" in capsys.readouterr().err


def test_a_larger_graph_is_the_same_in_all_that_hold_it():
    """A made vault has as many nodes and edges in each format as in the graph."""
    cards = make_vault(30)
    graph = build_graph(cards, resolve_links(cards), resolve_feedback(cards))
    for form, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        again = read(io.BytesIO(export_graph(graph, form)))
        assert (len(again), again.number_of_edges()) == (len(graph), graph.number_of_edges())
    again = read_with_node("cytoscape", export_graph(graph, "cytoscape"))
    assert (len(again["nodes"]), len(again["edges"])) == (len(graph), graph.number_of_edges())
