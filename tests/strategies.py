"""Hypothesis strategies for notes: made of the marks that break parsers, not of random letters."""

from hypothesis import strategies as st

MARKS = st.sampled_from(
    [
        *("---\n", "+++\n", "...\n", "\n", "\n\n", "\r", "\r\n", "\u2028", "\x85", "\ufeff", "\0"),
        *(
            "key: ",
            "tags:\n",
            "- #x\n",
            "- Yes\n",
            "  ",
            "\t",
            ": ",
            "'",
            '"',
            "&a ",
            "*a ",
            "|-\n",
        ),
        *(
            ">\n",
            "{",
            "}",
            "[",
            "]",
            ", ",
            "#",
            "<<: ",
            "? ",
            "!!str ",
            "relations:\n",
            "- type: x\n",
            "claims:\n- id: a\n  ",
            "supports: [b]\n",
        ),
        *(
            "Receptor: |-\n  ",
            "Activation: ",
            "Acceptor:\n  - ",
            "Emergence: 8/10\n",
            "FeedbackLoop: ",
        ),
        *("Scenario 1: a\n", "Scenario 2: b\n", "1) ", "2) ", "First, ", "Second, ", "**a**: "),
        *(
            "[[",
            "]]",
            "![[",
            "|",
            "\\|",
            "^id",
            " ^3df057\n",
            "[a](b.md)",
            "](",
            ")",
            "<a href='x'>",
        ),
        *(
            "# ",
            "## H\n",
            "===\n",
            "```\n",
            "```py\n",
            "~~~\n",
            "`",
            "``",
            "%%",
            "%%\n",
            "$",
            "$$\n",
        ),
        *("<!--", "-->", "> [!note] T\n", "> ", "- ", "1. ", "[^1]: ", "[^1]", "| a |\n|---|\n"),
        *(
            "key:: value\n",
            "[k:: [[v]]]",
            "((",
            "))",
            "{{embed [[A]]}}",
            "#tag ",
            "#[[two words]] ",
        ),
        *("слово ", "字。", "é", "word ", "a", ". ", "\udcff", "√π", "–ü—Ä", "😀"),
    ]
)

#: The text of a note, well-formed or not; may hold lone surrogates, as decoded bytes do.
note_texts = st.lists(MARKS | st.text(max_size=4), max_size=30).map("".join)

#: The bytes of a note.
note_bytes = st.one_of(
    note_texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    note_texts.map(lambda text: f"---\n{text}\n---\n{text}".encode("utf-8", "replace")),
    note_texts.map(lambda text: text.encode("utf-16", "replace")),
    st.binary(max_size=60),
)

#: Lines of words for a prose field.
prose = st.lists(
    st.sampled_from(
        ["when loss stalls", "a  b", "", "- x", "It is so. And so", "«да»", "q: w", "  deep", "#c"]
    ),
    min_size=1,
    max_size=8,
).map("\n".join)
