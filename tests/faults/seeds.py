"""What the fuzzer starts from: texts as the tests make them, and the marks that break parsers."""

from __future__ import annotations

from importlib.resources import files

from hostile import ATTACKS
from noteweb.config import TEMPLATE
from strategies import MARKS
from test_documents_webpage import PAGE
from test_library import BIBTEX, CSL, CSV, RIS

_FRONTMATTER = """\
title: "Dropout"
id: a
aliases: [d, "e f"]
tags: [x/y, '#z']
created: 2025-01-02
Receptor: |
  Scenario 1: a threshold moves with the margin.
  Scenario 2: 1) one; 2) two.
Acceptor:
  - PyTorch, which trains it
SignalTransduction: {Statistics: "bias -> offset", "Physics": [x, y]}
Emergence: Novelty 8/10, value 0.7
FeedbackLoop: See [[Noise]] and the note on "label noise".
a: &a [1, 2.5e3, 0x1F, ~, yes, 12:30:45]
b: {<<: *a, ? k : v}
relations: {type: supports, target: b}
"""
_CLAIMS = """\
- id: one
  statement: One point fixes no polynomial.
  kind: empirical
  source: {doi: 10.1000/a, quote: "x", verified: true}
  relations: [{type: supports, target: two}]
  evidence:
    - experiment: polynomial
      params: {degree: 6}
      expect: [{metric: nullity_gap, op: between, threshold: [0, 1], unit: share}]
- two: {statement: y, evidence: [polynomial]}
"""
_BODY = """\
# One
Text with [[a|b]], ![[c#d^e]], [f](g.md "h"), <a href='i'>j</a>, `k`, $l$, #m/n and ^o

> [!note] p
> - q:: [[r]] [s:: t]

| a | b |
|---|---|
| [^1] | {{embed [[u]]}} |

```py
[[v]]
```
[^1]: %% w %% <!-- x -->
"""
_TOML = """\
title = "a"
n = [1, 2.5, 0x1f, 1979-05-27T07:32:00Z, true]
claims = [{id = "a", statement = '''b'''}]
[new]
folder = "inbox"
"""
_RECORD = (
    '{"noteweb_record":1,"key":"ab","experiment":"toy","profile":"quick","seed":3,"params":{"n":1},'
    '"code":{"a.py":"00"},"status":"ok","metrics":{"gap":0.5},"guards":[{"name":"known","ok":true}]'
    ',"attempt":1,"cpu_s":0.1}\n'
    '{"registration":{"claim":"a","params":"{}","expectation":"b","written":"2026-01-01"}}\n'
)
_LABELS = (
    '{"document":"a.pdf","digest":"00","note":"a","label":"fires","passages":["x"],"rate":0.004,'
    '"written":"2026-01-02T03:04:05+00:00"}\n{"key":"a","label":"include","written":"2026-01-02"}\n'
)
_QUERY = r'peak -tag:draft after:2025-01 "label noise" path:"a b",c field:body \tag:x «ä» 12:30'
_SENTENCES = (
    "Test error falls by 12 % (cf. Smith et al. 2020) when width is doubled. See the note on "
    "**Dropout**.\nПопуляция: растёт, т. е. в 3 раза… 它是。\n\nExclude: e.g. U.S. trials? - No!\n"
)

SEEDS: dict[str, tuple[str, ...]] = {
    "note": (f"---\n{_FRONTMATTER}claims:\n{_CLAIMS}---\n{_BODY}", f"+++\n{_TOML}+++\n{_BODY}"),
    "frontmatter": (_FRONTMATTER, f"claims:\n{_CLAIMS}", _TOML),
    "markdown": (_BODY,),
    "field": (_FRONTMATTER, _SENTENCES, "1) a; 2) b", "{all: [a, b]}", "- **a**: b (c)\n- d"),
    "claims": (_CLAIMS, "{a: {statement: b}}", "a claim"),
    "repair": (
        *(text.encode().decode("latin-1") for text in ("«да»", "é — 字")),
        "слово —".encode().decode("mac_roman") + "\n" + "ж".encode().decode("cp437"),
    ),
    "query": (_QUERY,),
    "sentences": (_SENTENCES,),
    "bibtex": (BIBTEX,),
    "ris": (RIS,),
    "csljson": (CSL, '{"items": [{"id": "a", "title": "b", "issued": {"date-parts": [[2020]]}}]}'),
    "csv": (CSV, "title;abstract\na;b\n", "title\tyear\na\t2020\n"),
    "html": (PAGE,),
    "text": (_SENTENCES, _BODY, "a paper\n\nReferences\n[1] A. Name (2020). A title. doi:10.1/x\n"),
    "ledger": (_RECORD,),
    "labels": (_LABELS,),
    "config": (TEMPLATE.replace("\n# ", "\n"), TEMPLATE, _TOML),
    "experiment": (
        (files("noteweb.experiments") / "polynomial.py").read_text(encoding="utf-8"),
        '# coding: utf-8\nfrom noteweb.lab import *\nexperiment = Experiment(summary="a")\n',
    ),
}


def make_seeds(target: str) -> tuple[bytes, ...]:
    """Give the inputs that a target starts from."""
    attacks = "\n".join(text for text in ATTACKS if len(text) < 1_000)
    return tuple(text.encode("utf-8", "surrogatepass") for text in (*SEEDS[target], attacks))


def make_dictionary() -> str:
    """Give the marks of all languages here as a dictionary of libFuzzer."""
    words = {mark.encode("utf-8", "surrogatepass") for mark in MARKS.elements}
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in sorted(words))
    return "".join(f'"{word}"\n' for word in escaped)
