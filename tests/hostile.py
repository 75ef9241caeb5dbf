"""Names and texts that attack whatever reads a graph."""

from __future__ import annotations

import json
import os
import re

from cards import make_card, make_link, make_mention
from noteweb.graph.build import build_graph
from noteweb.graph.claims import add_claims, add_findings
from noteweb.links.feedback import resolve_feedback
from noteweb.links.resolve import resolve_links
from noteweb.model.claim import Claim, Relation, Source

ATTACKS = (
    # HTML and XML
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "x]]>y <![CDATA[z]]> <!-- -- -->",
    "</style></textarea></title>",
    "<img src=x onerror=alert(1)>",
    "&amp; &lt; &#60; &#x3c; #60; #quot;",
    # quotes, and what escapes them
    "\"double\" 'single' `back` \\ \\\\ \\\" \\'",
    "ends in a backslash \\",
    "'",
    '"',
    # spreadsheets
    "=cmd|'/C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=already guarded",
    # Cypher, SPARQL, Turtle
    "'}) DETACH DELETE (node) //",
    "\\u0027}) DETACH DELETE (node) //",
    "\\U00000027 \\\\u0060",
    '" . <urn:a> <urn:b> <urn:c> . "',
    '"""\n;<urn:a> "',
    "> } INSERT DATA { <urn:a> <urn:b> <urn:c> } #",
    # Mermaid, DOT, Markdown
    'end"] --> n0',
    "%%{init: {'securityLevel': 'loose'}}%%",
    "ﬂ°°60¶ß ﬂ°lt¶ß Straße 45°",
    'n0 -> n1 [URL="javascript:x"] \\N \\G',
    "![[x]] [[y|z]] ![](http://example.invalid/x.png) **b** # h",
    "- item\n1. item\n> quote",
    # characters
    "line\nbreak\r\ncarriage\rtab\t.",
    "nul \x00 escape \x1b[31m bell \x07 delete \x7f next \x85",
    "lone \ud800 surrogate \udcff",
    "non-characters \ufffe \uffff",
    "\u202eright to left\u202c \u200f \u2066x\u2069",
    "separators \u2028 \u2029 \ufeff \u200b",
    "emoji \N{TEST TUBE} \N{WOMAN}\u200d\N{GIRL} e\u0301 \u00e9",
    "long " + "x" * 10_000,
    # words that mean something
    "../../../etc/passwd",
    "__proto__",
    "constructor",
    "toString",
    "null",
    "true",
    "NaN",
    "1e5",
    " ",
)


def make_hostile_graph():
    """Give a graph whose ids, titles, tags, tools, links, keys, values and claims are attacks."""
    cards = tuple(
        make_card(
            f"{number} {text}",
            path=f"{number} {text}.md",
            title=text,
            tags=(text,),
            tools=(make_mention(text),),
            links=(make_link("ghost of " + text), make_link(f"0 {ATTACKS[0]}", relation=text)),
            attributes={text: text, "list": [text, text], "map": {text: [text]}, "n": number},
        )
        for number, text in enumerate(ATTACKS)
    )
    graph = build_graph(cards, resolve_links(cards), resolve_feedback(cards))
    add_claims(graph, [_make_claim(number, text) for number, text in enumerate(ATTACKS)])
    add_findings(graph, {f"{n} {text}": {"verdict": "refuted"} for n, text in enumerate(ATTACKS)})
    return graph


def write_hostile_vault(folder):
    """Write a vault whose file names, frontmatter keys and values, tags and claims are attacks."""
    (folder / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    for number, text in enumerate(ATTACKS):
        name = re.sub("[/\0\ud800]", "-", text).encode("utf-8", "surrogateescape")[:200]
        quoted = json.dumps(re.sub("[\ud800-\udfff]", "\ufffd", text))
        head = f"title: {quoted}\ntags: [{quoted}]\n{quoted}: {quoted}\nReceptor:\n  - {quoted}\n"
        claim = f"claims:\n  - id: c{number}\n    statement: {quoted}\n    kind: normative\n"
        path = os.fsencode(folder) + b"/" + str(number).encode() + b" " + name + b".md"
        with open(path, "wb") as file:  # noqa: PTH123 - the name is no text
            file.write(f"---\n{head}{claim}---\n[[{number + 1}]] #{number}\n".encode())


def _make_claim(number, text):
    return Claim(
        id=f"{number} {text}",
        statement=text,
        source=Source(quote=text, doi=text),
        relations=(Relation(kind="supports", target=f"0 {ATTACKS[0]}"),),
        note_id=f"{number} {text}",
        path=f"{number} {text}.md",
        line=1,
    )
