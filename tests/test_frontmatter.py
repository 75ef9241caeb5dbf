"""Frontmatter: found exactly, read without silent loss, kept where it is broken."""

import frontmatter
import pytest
from hypothesis import given

from noteweb.parse.frontmatter import NoteHandler, read_frontmatter
from noteweb.parse.notes import parse_note
from strategies import note_texts


def values(text: str) -> dict:
    """Give the values by key."""
    return {entry.key: entry.value for entry in read_frontmatter(text).entries}


def codes(text: str) -> list[str]:
    """Give the codes of what is wrong."""
    return [finding.code for finding in read_frontmatter(text).findings]


def body(text: str) -> str:
    """Give what follows the frontmatter."""
    fences = read_frontmatter(text).fences
    return text if fences is None else text[fences.body_start :]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("---\na: 1\n---\nbody", "body"),
        ("\ufeff---\na: 1\n---\nbody", "body"),
        ("\n \n---\na: 1\n---\nbody", "body"),
        ("---\r\na: 1\r\n---\r\nbody", "body"),
        ("---\ra: 1\r---\rbody", "body"),
        ("---  \na: 1\n--- \nbody", "body"),
        ("---\na: 1\n...\nbody", "body"),
        ("---\na: 1\n---", ""),
        ("---\na: 1\n---\n---\nb: 2\n---\n", "---\nb: 2\n---\n"),
    ],
)
def test_the_fences_are_found(text, rest):
    """A mark, blank lines, CR LF, CR and blanks after the hyphens hide no frontmatter."""
    assert values(text) == {"a": 1}
    assert body(text) == rest


def test_an_indented_fence_belongs_to_its_scalar():
    """A line of hyphens inside a block scalar closes nothing."""
    assert values("---\na: |-\n  x\n  ---\n  y\n---\nz") == {"a": "x\n---\ny"}


@pytest.mark.parametrize("text", ["{a: 1}\n", "a: 1\n---\n", "text", "", "----\na: 1\n----\n"])
def test_a_note_without_frontmatter_is_all_body(text):
    """Braces, a late fence and longer rules begin no frontmatter."""
    assert body(text) == text
    assert codes(text) == []


def test_an_unclosed_frontmatter_stays_body():
    """Nothing is swallowed where the closing fence is missing; the opening one is reported."""
    text = "\n---\na: 1\nbody"
    (finding,) = read_frontmatter(text).findings
    assert (finding.code, finding.offset) == ("frontmatter-unclosed", 1)
    assert body(text) == text


def test_prose_between_rules_is_body():
    """A note that begins with a thematic break has no frontmatter."""
    text = "---\nSome words here.\n---\nmore"
    assert body(text) == text
    assert codes(text) == ["frontmatter-not-mapping"]


def test_a_list_is_reported_not_lost_in_silence():
    """A frontmatter that is a list has no keys, and says so."""
    assert codes("---\n- a\n---\nb") == ["frontmatter-not-mapping"]
    assert body("---\n- a\n---\nb") == "b"


def test_values_are_json_and_keep_what_yaml_would_change():
    """Only true and false are booleans, only plain numbers are numbers, dates are ISO."""
    text = """---
no: no
on: On
yes: true
clock: 12:30
under: 1_000
code: 007
long: 12345678901234567890123
hex: 0x1F
nan: .nan
inf: -.inf
pi: 3.14
int: -42
empty:
tilde: ~
day: 2025-08-12
at: 2025-08-12 10:00:00
quoted: "2025-08-12"
bin: !!binary aGk=
set: !!set {x, y}
tagged: !mine text
link: [[A note]]
links: [[[A]], [[B|b]]]
template: {{date}}
---
"""
    assert values(text) == {
        "no": "no",
        "on": "On",
        "yes": True,
        "clock": "12:30",
        "under": "1_000",
        "code": "007",
        "long": "12345678901234567890123",
        "hex": "0x1F",
        "nan": ".nan",
        "inf": "-.inf",
        "pi": 3.14,
        "int": -42,
        "empty": None,
        "tilde": None,
        "day": "2025-08-12",
        "at": "2025-08-12T10:00:00",
        "quoted": "2025-08-12",
        "bin": "aGk=",
        "set": ["x", "y"],
        "tagged": "text",
        "link": "[[A note]]",
        "links": ["[[A]]", "[[B|b]]"],
        "template": "{{date}}",
    }


def test_one_broken_key_does_not_lose_the_others():
    """The rest is read, the broken key keeps its raw text, and the problem has its place."""
    text = "---\ngood: 1\naliases:\n- @name\n- two\ntitle: A: B\nlast: [x]\n---\n"
    assert values(text) == {
        "good": 1,
        "aliases": ["@name", "two"],
        "title": "A: B",
        "last": ["x"],
    }
    (finding,) = read_frontmatter(text).findings
    assert (finding.code, text[finding.offset]) == ("yaml-syntax", "@")


def test_a_tab_is_reported_where_it_stands():
    """Tabs for indentation break one key only."""
    text = "---\na: b\n\tc: d\nx: 1\n---\n"
    assert values(text)["x"] == 1
    (finding,) = read_frontmatter(text).findings
    assert text[finding.offset] == "\t"


def test_duplicate_keys_are_reported():
    """The last one counts, and its place is named."""
    text = "---\na: 1\nb: 2\na: 3\n---\n"
    (finding,) = read_frontmatter(text).findings
    assert values(text) == {"a": 3, "b": 2}
    assert (finding.code, text[finding.offset :][:4]) == ("yaml-key-twice", "a: 3")


def test_keys_that_are_no_text_keep_their_spelling():
    """Numbers, dates and lists as keys keep their raw text; what is no text is reported."""
    text = "---\n2024: x\n2024-01-02: y\n? [k, l]\n: z\n---\n"
    assert values(text) == {"2024": "x", "2024-01-02": "y", "[k, l]": "z"}
    assert codes(text) == ["yaml-key-not-text"] * 2


def test_templates_are_reported():
    """Each ``{{...}}`` outside quotes keeps its raw text, and is said with its place."""
    text = "---\nauthor: {{name}}\nl: [a, {{b}}]\nm: {k: {{c}}}\nq: '{{d}}'\n---\n"
    assert values(text)["author"] == "{{name}}"
    assert values(text)["q"] == "{{d}}"
    problems = parse_note(text.encode(), path="n.md").problems
    assert {p.code for p in problems} == {"yaml-template"}
    assert [(p.line, p.column) for p in problems] == [(2, 9), (3, 8), (4, 8)]
    assert "{{name}}" in problems[0].message


def test_forbidden_characters_are_kept():
    """NUL, lone surrogates and U+2028 neither stop nor split a value."""
    text = "---\na: x\u2028y\nb: z\0\nc: \udcff\nd: 'p\x85q'\n---\n"
    assert values(text) == {"a": "x\u2028y", "b": "z\0", "c": "\udcff", "d": "p\x85q"}
    assert codes(text) == ["yaml-character"]


def test_aliases_that_multiply_are_bounded():
    """A billion laughs costs no memory: the value that explodes keeps its raw text."""
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    text = "---\n" + "\n".join(rows) + "\nafter: 1\n---\n"
    read = values(text)
    assert read["after"] == 1
    assert read["a11"] == "[*a10" + ", *a10" * 8 + "]" or read["a11"].startswith("&a11 [*a10")
    assert set(codes(text)) == {"yaml-expands"}


def test_an_alias_into_itself_ends():
    """A value that contains itself is kept as text."""
    text = "---\na: &r [1, *r]\nb: 2\n---\n"
    assert values(text)["b"] == 2
    assert codes(text) in (["yaml-expands"], ["yaml-too-deep"])


@pytest.mark.parametrize("deep", ["[" * 100_000, "{a: " * 50_000, "- " * 50_000, "? - " * 50_000])
def test_depth_overflows_no_stack(deep):
    """A value nested beyond what the C composer's stack holds is kept as raw text."""
    text = f"---\na:\n {deep}x\nb: 1\n---\n"
    assert values(text)["b"] == 1
    assert codes(text) == ["yaml-too-deep"]


def test_many_keys_and_a_long_value_are_plain_work():
    """Ten thousand keys and a value of megabytes are read like any other."""
    rows = "".join(f"k{i}: v{i}\n" for i in range(10_000))
    text = f"---\n{rows}big: {'x' * 2_000_000}\n---\n"
    read = values(text)
    assert (len(read), read["k9999"], len(read["big"])) == (10_001, "v9999", 2_000_000)


def test_toml_is_read():
    """Between +++ stands TOML; its dates and odd floats become JSON."""
    text = "+++\ntitle = 'T'\nday = 2024-05-06\nx = nan\n[deep]\nlist = [1, 2.5]\n+++\nbody"
    assert values(text) == {
        "title": "T",
        "day": "2024-05-06",
        "x": "nan",
        "deep": {"list": [1, 2.5]},
    }
    assert body(text) == "body"
    assert codes("+++\na = \n+++\n") == ["toml-syntax"]
    assert codes(f"+++\na = {'9' * 5_000}\n+++\n") == ["toml-syntax"]


@pytest.mark.parametrize(
    "deep",
    [
        f"a{'.a' * 4_000} = 1",
        f"[a{'.a' * 200}]",
        f"a = {'[' * 200}{']' * 200}",
        "a = " + "[" * 9_000,
    ],
)
def test_toml_too_deep_to_follow_is_told(deep):
    """Whatever reads a value goes down its levels, so a key of 4,000 parts is no value."""
    note = parse_note(f"+++\n{deep}\n+++\nbody".encode(), path="a.md")
    assert {problem.code for problem in note.problems} == {"toml-syntax"}


def test_the_handler_fits_python_frontmatter():
    """``frontmatter.loads`` with this handler reads what the default one loses."""
    post = frontmatter.loads("\n---\ntags:\n- #a\nno: no\n---\nbody", handler=NoteHandler())
    assert post.metadata == {"tags": ["#a"], "no": "no"}
    assert post.content == "body"


@given(note_texts)
def test_reading_never_raises_and_stays_inside(text):
    """Any text at all is read; every place lies in the text."""
    read = read_frontmatter(text)
    for entry in read.entries:
        assert 0 <= entry.start <= entry.value_start <= entry.end <= len(text)
    for finding in read.findings:
        assert 0 <= finding.offset <= len(text)
