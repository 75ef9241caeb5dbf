"""arXiv ids and DOIs are known however they are written, the paper's own first."""

import pytest

from noteweb.documents.identifier import find_identifiers, find_own, read_arxiv_id


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arXiv:1611.03530", ("arxiv:1611.03530",)),
        ("arXiv:2501.10120v1 [cs.IR]", ("arxiv:2501.10120", "arxiv:2501.10120v1")),
        (
            "https://arxiv.org/abs/hep-th/9901001v3",
            ("arxiv:hep-th/9901001", "arxiv:hep-th/9901001v3"),
        ),
        ("arXiv:math.GT/0309136", ("arxiv:math.gt/0309136",)),
        ("https://arxiv.org/pdf/0704.0001.pdf", ("arxiv:0704.0001",)),
        ("arXiv preprint arXiv: 1412.6980.", ("arxiv:1412.6980",)),
        ("doi:10.1000/ABC", ("doi:10.1000/abc",)),
        (
            "(see https://doi.org/10.1016/S0370-2693(96)01510-3).",
            ("doi:10.1016/s0370-2693(96)01510-3",),
        ),
        ("https://doi.org/10.1145/\n3292500.3330701, 2019", ("doi:10.1145/3292500.3330701",)),
        ("10.48550/arXiv.2203.02155", ("arxiv:2203.02155", "doi:10.48550/arxiv.2203.02155")),
        ("version 10.1/2 of 1611.03530 things, arXiv:9913.00001", ()),
        ("", ()),
    ],
)
def test_ids_in_text(text, found):
    """Punctuation around an id is no part of it, brackets that it opened itself are."""
    assert find_identifiers(text) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1611.03530", ("arxiv:1611.03530",)),
        ("arXiv_1611.03530v2", ("arxiv:1611.03530", "arxiv:1611.03530v2")),
        ("hep-th/9901001", ("arxiv:hep-th/9901001",)),
        ("3.14", ()),
        ("1611.03530-notes", ()),
    ],
)
def test_ids_of_files_and_fields(value, found):
    """A name that is an id and nothing else is read as one."""
    assert read_arxiv_id(value) == found


def test_a_page_speaks_of_itself_where_a_line_begins():
    """The DOI on a line of its own is the paper's; those it cites in passing are not."""
    lines = [
        "Glass was studied before (10.1000/1; arXiv:1611.03530).",
        "See also 10.1000/2.",
        "DOI: 10.1000/own",
    ]
    assert find_own(lines) == ("doi:10.1000/own",)
    assert find_own(lines[:2]) == ()
    assert find_own(lines[1:2]) == ("doi:10.1000/2",)
