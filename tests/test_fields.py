"""The seven fields become units with exact places, and the names they give."""

import pytest
from hypothesis import given

from noteweb.model.note import Field
from noteweb.parse.fields import match_field
from noteweb.parse.notes import parse_note
from strategies import prose


def read(frontmatter: str):
    """Parse a note with this frontmatter."""
    return parse_note(f"---\n{frontmatter}\n---\n".encode(), path="n.md")


def block(key: str, value: str) -> str:
    """Write a key with a literal block."""
    return f"{key}: |-\n" + "\n".join(f"  {line}" if line else "" for line in value.split("\n"))


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("Receptor", Field.RECEPTOR),
        ("receptor_fields", Field.RECEPTOR),
        ("ACTIVATION", Field.ACTIVATION),
        ("activation-conditions", Field.ACTIVATION),
        ("signal_transduction", Field.SIGNAL_TRANSDUCTION),
        ("Signal Transduction Pathways", Field.SIGNAL_TRANSDUCTION),
        ("Feedback_Loops", Field.FEEDBACK_LOOP),
        ("emergence_metrics", Field.EMERGENCE),
        ("signalamplification", Field.SIGNAL_AMPLIFICATION),
        ("Acceptors", Field.ACCEPTOR),
        ("title", None),
        ("receptors of the cell", None),
        ("", None),
    ],
)
def test_keys_name_fields(key, field):
    """Case, underscores and the forms the format's author sketched do not matter."""
    assert match_field(key) is field


@pytest.mark.parametrize(
    "value",
    [
        block("Receptor", "Scenario 1: when  loss\nstalls\n\nScenario 2: if memory ends"),
        'Receptor: "Scenario 1: when loss stalls\\n\\nScenario 2: if memory ends"',
        "Receptor: '1) when loss stalls 2) if memory ends'",
        "Receptor: >-\n  when loss\n  stalls\n\n\n  if memory ends",
        "receptor_fields: [when loss stalls, if memory ends]",
        "Receptor:\n  - 1) when loss stalls\n  - '- if memory ends'",
        "Receptor:\n  any:\n    - when loss stalls\n    - if memory ends",
        "Receptor:\n  Scenario 1: when loss stalls\n  Scenario 2: if memory ends",
        "Receptor: |\n  1. when loss stalls\n  2. if memory ends\ntitle: [broken",
    ],
)
def test_every_form_gives_the_same_units(value):
    """Prose in any style of scalar, lists and maps say the same two things."""
    note = read(value)
    units = note.units
    assert [unit.text for unit in units] == ["when loss stalls", "if memory ends"]
    assert [unit.ordinal for unit in units] == [0, 1]
    for unit in units:
        assert note.text[unit.start : unit.end].split() == unit.text.split()
        assert unit.line == note.text.count("\n", 0, unit.start) + 1


def test_units_of_an_escaped_scalar_point_at_their_source():
    """A unit with escapes inside still spans what was written."""
    note = read('Activation: "1) caf\\u00e9 \\"x\\"\\n2) y"')
    assert [unit.text for unit in note.units] == ['café "x"', "y"]
    first = note.units[0]
    assert note.text[first.start : first.end] == 'caf\\u00e9 \\"x\\"'


def test_joint_conditions_are_marked():
    """``all`` makes a field's units hold only together; ``any`` does not."""
    assert read("Activation: {all: [a, b]}").card.joint == (Field.ACTIVATION,)
    assert read("Activation: {any: [a, b]}").card.joint == ()


def test_joint_conditions_have_groups():
    """Every group of an ``all`` must hold; an ``any`` among them is one group of alternatives."""
    note = read("Activation:\n  all:\n    - a\n    - any: [b, c]\n    - d\n  any: [e, f]")
    assert [(unit.text, unit.group) for unit in note.units] == [
        ("a", 1),
        ("b", 2),
        ("c", 2),
        ("d", 3),
        ("e", 4),
        ("f", 4),
    ]


@pytest.mark.parametrize(
    ("value", "groups"),
    [
        ("{any: [a, b]}", [0, 0]),
        ("[a, b]", [0, 0]),
        ("{all: a}", [1]),
        ("{all: {x: a, y: b}}", [1, 2]),
        ("[{all: [a, b]}, c]", [1, 2, 0]),
        ("{all: [{all: [a, b]}, c]}", [1, 2, 3]),
    ],
)
def test_groups_follow_all_wherever_it_stands(value, groups):
    """Outside an ``all`` a unit counts by itself; inside, however it is nested, it has a group."""
    assert [unit.group for unit in read(f"Activation: {value}").units] == groups


def test_two_keys_of_one_field_count_on():
    """Ordinals stay distinct where a field stands under two spellings."""
    note = read("Receptor: [a, b]\nreceptor_fields: [c]")
    assert [(unit.text, unit.ordinal) for unit in note.units] == [("a", 0), ("b", 1), ("c", 2)]


def test_a_field_that_says_nothing_is_reported():
    """An empty field is no silence."""
    (problem,) = read("Receptor:\nActivation: x").problems
    assert (problem.code, problem.line, problem.column) == ("field-without-units", 2, 1)


def test_tools_are_what_units_lead_with():
    """Mentions in passing, of listed or general tools, name nothing."""
    value = (
        "Many tools fit. Tensorflow and PyTorch give layers.\n\n"
        "Scikit-learn offers baselines on NumPy arrays, with Python and a GPU.\n\n"
        "Integration involves data pipelines."
    )
    note = read(block("Acceptor", value))
    assert [tool.name for tool in note.card.tools] == ["TensorFlow", "PyTorch", "scikit-learn"]
    tool = note.card.tools[2]
    assert tool.line == 5
    assert tool.context.startswith("Scikit-learn offers")


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (block("Acceptor", "1. Integration: pipelines\n2. PyTorch: layers"), ["PyTorch"]),
        ("Acceptor: [pytorch, Thingamajig]", ["PyTorch", "Thingamajig"]),
        ("Acceptor:\n  - neo4j: graphs\n  - name: JAX", ["Neo4j", "JAX"]),
        ("Acceptor:\n  MLflow: runs\n  Optuna: search", ["MLflow", "Optuna"]),
        (block("Acceptor", "1. **Foo Studio** - a\n2. DuckDB: b"), ["Foo Studio", "DuckDB"]),
        (
            block("Acceptor", "Tools such as Weaviate, Milvus, and FAISS."),
            ["Weaviate", "Milvus", "FAISS"],
        ),
        (block("Acceptor", "1. foobar (a Python package): x\n2. JAX: y"), ["foobar", "JAX"]),
        (block("Acceptor", "1. quux, the Acme package: x\n2. JAX: y"), ["quux", "JAX"]),
        (
            block("Acceptor", "quux or FooBar: x\n\nJAX or nanoFoo: y"),
            ["quux", "FooBar", "JAX", "nanoFoo"],
        ),
        (block("Acceptor", "FOO or a comparable suite: x\n\nA plain cost sheet: y"), ["FOO"]),
        (block("Acceptor", "- MESA, the stellar code, as a view\n- LEAN: b"), ["MESA", "LEAN"]),
        (
            block("Acceptor", "- Foopy, whose units help.\n- quux, if all else fails.\n- JAX."),
            ["Foopy", "quux", "JAX"],
        ),
        (
            block("Acceptor", "Check, the open framework, which stores.\n\nHowever, for all."),
            ["Check"],
        ),
        (
            block("Acceptor", "A counter such as `quux` or by hand: x\n\n`statsmodels` or NumPy."),
            ["quux", "statsmodels", "NumPy"],
        ),
        (
            block("Acceptor", "**JAX**: a.\n\n**auto_FOO**: b when c.\n\n**SciPy**: d."),
            ["JAX", "auto_FOO", "SciPy"],
        ),
        (block("Acceptor", "PyTorch даёт слои.\n\nNeo4j хранит графы."), ["PyTorch", "Neo4j"]),
        (block("Acceptor", "Stan liefert Proben.\n\nDie Umsetzung braucht Zeit."), ["Stan"]),
    ],
)
def test_tools_in_other_forms(value, names):
    """Lists, maps, bold leads, announcements and other languages name tools too."""
    assert [tool.name for tool in read(value).card.tools] == names


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (
            block(
                "SignalTransduction",
                "Domains including game theory, ecology, and law. Game theory gives a.\n\n"
                "Ecology gives b.\n\nCross-domain links show c.\n\nHistorically, d.",
            ),
            ["game theory", "ecology", "law"],
        ),
        (block("SignalTransduction", "1. Law - a\n\n2. Game Theory - b"), ["Law", "Game Theory"]),
        (block("SignalTransduction", "**Law**: a\n**Optics**: b"), ["Law", "Optics"]),
        (
            block("SignalTransduction", "The field of optics provides a.\n\nLaw offers b."),
            ["optics", "Law"],
        ),
        (
            block("SignalTransduction", "Области, включая право, оптику и игры. Право даёт a."),
            ["право", "оптику", "игры"],
        ),
        (
            block("SignalTransduction", "Bereiche wie Optik, Recht und Spiel. Optik gibt a."),
            ["Optik", "Recht", "Spiel"],
        ),
        (
            block("SignalTransduction", "Law: a\n\nOptics: b\n\nNames: 'c' is 'd' in optics."),
            ["Law", "Optics"],
        ),
        (
            block("SignalTransduction", "Law - a\n\nOptics - b\n\nDictionary: 'c' is 'd'."),
            ["Law", "Optics"],
        ),
        (
            block("SignalTransduction", 'Law gives a.\n\nWhat is "c" in law is "d" in optics.'),
            ["Law"],
        ),
        (
            block(
                "SignalTransduction",
                "Law gives a.\n\nСлова по областям: «мера» в праве, «свет» в оптике.",
            ),
            ["Law"],
        ),
        (
            block("SignalTransduction", "Game theory. Play b.\n\nIt moves. Fast."),
            ["Game theory"],
        ),
        (
            block("SignalTransduction", "Thermodynamics: a\n\nItem response theory: b"),
            ["Thermodynamics", "Item response theory"],
        ),
        (
            block("SignalTransduction", "Interpretability: a\n\nInteractions: b\n\nLaw: c"),
            ["Interpretability", "Law"],
        ),
        ("SignalTransduction: [Optics, Law]", []),
        ("SignalTransduction: {Optics: rays, Law: rules}", ["Optics", "Law"]),
    ],
)
def test_domains(value, names):
    """A list of domains counts where leads confirm it; commentary leads name none."""
    found = [domain.name for domain in read(value).card.domains]
    assert found == (names or ["Optics", "Law"])


def test_terms_are_paired_with_their_domains():
    """The terminology map gives pairs, and the domains it names."""
    value = (
        "Law is old.\n\nTerms: 'norm' maps from law to game theory as 'rule'; 'payoff' connects"
        " ecology with law via 'benefit'. A 'lone' term."
        " Both 'one' and 'two' differ."
    )
    terms = read(block("SignalTransduction", value)).card.terms
    assert [(t.source, t.target, t.source_domain, t.target_domain) for t in terms] == [
        ("norm", "rule", "law", "game theory"),
        ("payoff", "benefit", "ecology", "law"),
    ]


@pytest.mark.parametrize(
    ("value", "pairs"),
    [
        ("Optics: луч → ray; фокус (оптика) → focus.", [("луч", "ray"), ("фокус", "focus")]),
        (
            "**Optics:** луч → ray\n\n- **Law**: a norm → a rule!",
            [("луч", "ray"), ("a norm", "a rule")],
        ),
        ("луч → ray (optics). Law: норма -> rule. A remark.", [("луч", "ray"), ("норма", "rule")]),
        ("a: b; c → d", [("c", "d")]),
    ],
)
def test_arrows_pair_terms_without_the_lead_and_the_stop_around_them(value, pairs):
    """A lead before the first pair and a stop behind the last belong to no term."""
    terms = read(block("SignalTransduction", value)).card.terms
    assert [(t.source, t.target) for t in terms] == pairs


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (
            (
                "Two notes matter. First, the note on attention budgets informs this.\n\n"
                "Second, the concept of noise floors in sensors limits it.\n\nThese interact."
            ),
            ["attention budgets", "noise floors in sensors"],
        ),
        (
            "1. Attention budgets - it informs\n2. Noise floors: bounds",
            ["Attention budgets", "Noise floors"],
        ),
        (
            "- [[Attention|budgets]] informs\n- **Noise floors** bound",
            ["Attention", "Noise floors"],
        ),
        (
            'First, the note titled "Old maps" helps. Second, the note on seas helps.',
            ["Old maps", "seas"],
        ),
        (
            "First, the note on the sea The tide turns.\n\nSecond, sparse codes It is so.",
            ["the sea", "sparse codes"],
        ),
        ("This leans on [[A b]] and [[C]].", ["A b", "C"]),
        ("It builds on “Old maps here” and the rest.", ["Old maps here"]),
        (
            "The note on old maps provides a. The note about seas supports the b.",
            ["old maps", "seas"],
        ),
        ("Nothing in particular is named here.", []),
        (
            (
                "Sea ice is the parent.\n\nThe note Old maps changes the a, because b.\n\n"
                "For the rest, see Does salt matter.\n\nA note still to be written, Tides and"
                " moons, would add c."
            ),
            ["Sea ice", "Old maps", "Does salt matter", "Tides and moons"],
        ),
        (
            (
                "The note Old maps is first. Sea ice and its limits supplies a. Gulls fly. Salt,"
                " sand and foam warns that b. This note feeds c. A note on tides, not written yet,"
                " would d."
            ),
            ["Old maps", "Sea ice and its limits", "Salt, sand and foam", "tides"],
        ),
        ("The nearest relative is Old maps, the atlas, in which a is b.", ["Old maps"]),
        (
            (
                "1) Old maps holds the best.\n2) Sea ice tells a.\n3) Salt argues from b.\n"
                "4) Foam and sand treats c.\n5) Tides, still to be written"
            ),
            ["Old maps", "Sea ice", "Salt", "Foam and sand", "Tides"],
        ),
        (
            (
                "1) Sands and what gulls can do supplies a.\n2) Random maps and its limits"
                " continues b.\n3) Ice lists what c is."
            ),
            ["Sands and what gulls can do", "Random maps and its limits", "Ice"],
        ),
        (
            "First, 'Old maps and the choice of ink' because a. Second, 'Ice' owns b.",
            ["Old maps and the choice of ink", "Ice"],
        ),
        (
            '1) "One two three four five six seven eight" is a.\n2) **Old_maps**: b',
            ["One two three four five six seven eight", "Old_maps"],
        ),
        (
            "1. заметка о забывании влияет на это\n2. заметка о шуме дополняет",
            ["забывании", "шуме"],
        ),
        ("1. Die Notiz über Karten liefert a\n2. Die Notiz zum Meer ist b", ["Karten", "Meer"]),
        ("1. one two three four five six seven eight nine ten eleven twelve thirteen\n2. x", None),
    ],
)
def test_feedback_names(value, names):
    """A name is what is set off, else the phrase up to its verb, else a dozen words."""
    found = [mention.name for mention in read(block("FeedbackLoop", value)).card.feedback]
    if names is None:
        assert found[0] == "one two three four five six seven eight nine ten eleven twelve"
    else:
        assert found == names


@pytest.mark.parametrize(
    ("value", "scores"),
    [
        (
            block(
                "Emergence",
                "High novelty (score 8/10). The value is rated 9/10.\n\nFeasibility scores 7.5/10.",
            ),
            (8, 9, 7.5),
        ),
        (
            block("Emergence", "Novelty: 8. Value: 7. Feasibility is rated six out of ten."),
            (8, 7, 6),
        ),
        (
            block("Emergence", "novelty score (9), value (8 out of 10), implementation 7-8/10"),
            (9, 8, 7.5),
        ),
        (block("Emergence", "Новизна 8/10, ценность 9 из 10, реализуемость: 7/10"), (8, 9, 7)),
        (block("Emergence", "Neuheit 8 von 10, Nutzen 6 von 10, Machbarkeit 5 von 10"), (8, 6, 5)),
        (block("Emergence", "Novelty 12/10 cuts 30% in 2024."), (None, None, None)),
        ("Emergence: {novelty: 8, value_score: 9.5, feasibility: '7/10'}", (8, 9.5, 7)),
        ("emergence_metrics:\n  novelty_score: 7\n  value: {score: 6}", (7, 6, None)),
        ("Emergence: ['Novelty: 7/10', 'Value: 6/10']", (7, 6, None)),
        ("Emergence: 8", (None, None, None)),
        ("Emergence: {novelty: true, value: 0}", (None, None, None)),
    ],
)
def test_scores(value, scores):
    """Scores are found by their labels; what lies outside 1 to 10 is none."""
    found = read(value).card.scores
    assert (found.novelty, found.value, found.feasibility) == scores


@given(prose)
def test_spans_point_at_the_text_they_claim(value):
    """Whatever the prose, a unit's words stand at its place in the file, in order."""
    note = read(block("Receptor", f"z\n{value}"))
    for unit in note.units:
        assert unit.text.split() == note.text[unit.start : unit.end].split()
