"""Criteria are read from what reviewers write."""

from __future__ import annotations

import pytest

from noteweb.errors import BadRequest
from noteweb.screening.criteria import Criteria, read_criteria

WANTED = Criteria(
    title="Sleep in shift workers",
    wanted=("Adults who work nights.", "Bright light in the morning."),
    unwanted=("Reviews and letters.",),
)
FORMS = {
    "leads": """# Sleep in shift workers

Population: Adults who work nights.
Intervention: Bright light in
the morning.

Excluded: Reviews and letters.
""",
    "bold leads in a list": """# Sleep in shift workers

- **Population:** Adults who work nights.
- **Kind of intervention**: Bright light in the morning.
- **Exclusion criteria:** Reviews and letters.
""",
    "headings": """# Sleep in shift workers

## Inclusion criteria
1. Adults who work nights.
2. Bright light in the morning.

## Exclusion criteria
- Reviews and letters.
""",
    "plain lines, the first the title": """Sleep in shift workers

Adults who work nights.

Bright light in
the morning.

Exclude: Reviews and letters.
""",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_parts(form):
    """Leads, lists, headings and plain paragraphs say the same; leads are no part of it."""
    assert read_criteria(FORMS[form]) == WANTED


def test_a_title_given_goes_first():
    """The name of a note that holds only its parts is the title."""
    assert read_criteria("Adults.\n\nLight.", title="Sleep").parts == ("Sleep", "Adults.", "Light.")


def test_a_colon_within_a_sentence_is_no_lead():
    """Only a few words before a colon are a lead."""
    text = "What keeps people awake at night: light."
    assert read_criteria(text).wanted == (text,)


@pytest.mark.parametrize("text", ["", "\n\n", "Exclude: reviews", "# \n"])
def test_criteria_that_want_nothing_are_refused(text):
    """Without anything looked for there is nothing to rank by."""
    with pytest.raises(BadRequest, match="nothing that is looked for"):
        read_criteria(text)
