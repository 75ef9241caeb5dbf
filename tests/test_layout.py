"""A prose field falls into the items its author meant."""

import pytest
from hypothesis import given

from noteweb.parse.layout import find_layout
from strategies import prose


def items(value: str) -> list[str]:
    """Give the items of a prose field."""
    return [value[start:end] for start, end in find_layout(value).items]


A, B, C = "when loss stalls.", "if memory ends.", "once labels drift."


@pytest.mark.parametrize("mark", ["1) ", "1. ", "(1) ", "- ", "Scenario 1: ", "**Way 4:** "])
@pytest.mark.parametrize("opening", ["", "There is one way:\n\n"])
def test_a_list_of_one_has_no_mark(mark, opening):
    """A single item loses its mark, and is one item whatever it says."""
    layout = find_layout(f"{opening}{mark}{A} W{B[1:]}")
    assert layout.is_enumerated
    assert items(f"{opening}{mark}{A} W{B[1:]}") == [f"{A} W{B[1:]}"]


@pytest.mark.parametrize("value", ["20. May came, when loss stalled.", "-", "1)", "# Way", "3.5 x"])
def test_what_marks_no_list_of_one_stays(value):
    """A number that counts nothing, a lone mark and a heading are text."""
    assert items(value) == [value]


def test_the_first_of_several_paragraphs_loses_its_mark():
    """What follows a list of one without a mark of its own stays a paragraph."""
    assert items(f"1) {A}\n\nThat is {B}") == [A, f"That is {B}"]


@pytest.mark.parametrize(
    "value",
    [
        f"Scenario 1: {A}\n\nScenario 2: {B}\n\nScenario 3: {C}",
        f"Condition 1 - {A}\nCondition 2 - {B}\nCondition 3 - {C}",
        f"**Trigger 1:** {A}\n**Trigger 2:** {B}\n**Trigger 3:** {C}",
        f"- Threshold 1: {A}\n- Threshold 2: {B}\n- Threshold 3: {C}",
        f"### Way 1\n{A}\n### Way 2\n{B}\n### Way 3\n{C}",
        f"Condition One: {A}\nCondition Two: {B}\nCondition Three: {C}",
        f"Condition A: {A}\nCondition B: {B}\nCondition C: {C}",
        f"Условие 1: {A}\nУсловие 2: {B}\nУсловие 3: {C}",
        f"Bedingung 1: {A}\nBedingung 2: {B}\nBedingung 3: {C}",
        f"场景1：{A}\n场景2：{B}\n场景3：{C}",
        f"1) {A}\n2) {B}\n3) {C}",
        f"1. {A}\n\n2. {B}\n\n3. {C}",
        f"(1) {A}\n(2) {B}\n(3) {C}",
        f"### {A}\n### {B}\n### {C}",
        f"- {A}\n- {B}\n- {C}",
        f"• {A}\n• {B}\n• {C}",
        f"First, {A}\n\nSecond, {B}\n\nThird, {C}",
        f"First, {A} Second, {B} Third, {C}",
        f"Firstly, {A} Secondly, {B} Finally, {C}",
        f"Во-первых, {A}\n\nВо-вторых, {B}\n\nВ-третьих, {C}",
        f"Erstens, {A} Zweitens, {B} Drittens, {C}",
        f"Premièrement, {A} Deuxièmement, {B} Troisièmement, {C}",
        f"The conditions include: 1) {A} 2) {B} 3) {C}",
        f"They are: (1) {A} (2) {B} (3) {C}",
        f"{A}\n\n{B}\n\n{C}",
    ],
)
def test_each_layout_gives_the_same_items(value):
    """However three conditions are set out, they are the same three."""
    assert items(value) == [A, B, C]


def test_bold_leads_stay_in_the_item():
    """A bold lead is part of what the item says."""
    value = f"**Stall**: {A}\n**Memory**: {B}"
    assert items(value) == [f"**Stall**: {A}", f"**Memory**: {B}"]


def test_a_heading_takes_what_stands_under_it():
    """All paragraphs under an item's heading are the item."""
    value = f"### Scenario 1: review\n{A}\n\nMore of it.\n\n### Scenario 2: audit\n{B}"
    assert items(value) == [f"review\n{A}\n\nMore of it.", f"audit\n{B}"]


@pytest.mark.parametrize(
    "opening",
    [
        "The receptor field analysis identifies twenty scenarios.",
        "Three conditions in particular call for it.",
        "Ниже три условия:",
        "The following triggers apply:",
    ],
)
@pytest.mark.parametrize("list_", [f"1) {A}\n2) {B}", f"First, {A}\n\nSecond, {B}", f"{A}\n\n{B}"])
def test_the_opening_is_no_item(opening, list_):
    """The sentence that announces the items is none of them."""
    assert items(f"{opening}\n\n{list_}") == [A, B]


def test_an_opening_on_the_first_item_s_line_is_cut():
    """The announcement may share a paragraph with the first item."""
    assert items(f"Two conditions matter. First, {A}\n\nSecond, {B}") == [A, B]


def test_commentary_after_a_list_is_no_item():
    """Paragraphs that speak about the whole list do not belong to its last item."""
    closing = "These thresholds relate to attention.\n\nIn practice, timing matters."
    assert items(f"1) {A}\n2) {B}\n\n{closing}") == [A, B]
    assert items(f"First, {A}\n\nSecond, {B}\n\n{closing}") == [A, B]
    assert items(f"First, {A} Second, {B} {closing}") == [A, B]


def test_the_last_item_may_have_as_many_paragraphs_as_the_others():
    """Where items have two paragraphs, so has the last."""
    value = f"1) {A}\n\nMore a.\n\n2) {B}\n\nMore b.\n\nAside."
    assert items(value) == [f"{A}\n\nMore a.", f"{B}\n\nMore b."]


def test_sub_lists_do_not_part_an_item():
    """Numbers that start again inside labelled or headed items are theirs."""
    value = f"### Review\n1. a\n2. b\n### Audit\n1. c\n2. d\n### Plan\n{C}"
    assert items(value) == ["Review\n1. a\n2. b", "Audit\n1. c\n2. d", f"Plan\n{C}"]
    labelled = f"Scenario 1: {A}\nFactor 1: x\nScenario 2: {B}\nFactor 1: y"
    assert items(labelled) == [f"{A}\nFactor 1: x", f"{B}\nFactor 1: y"]


def test_several_short_lists_are_all_items():
    """Lists under plain lines that end in a colon give their items, not the lines."""
    value = "Internal:\n1. a stalls\n2. b ends\nExternal:\n1. c drifts\n2. d grows"
    assert items(value) == ["a stalls", "b ends", "c drifts", "d grows"]


def test_lists_inside_prose_part_their_paragraph_only():
    """In running prose a paragraph with a list gives its items, the others stay whole."""
    value = f"One paragraph here.\n\nCases include: 1) {A} 2) {B}\n\nAnother paragraph there."
    assert items(value) == ["One paragraph here.", A, B, "Another paragraph there."]


def test_an_ordinal_in_passing_makes_no_list():
    """A "First, ... Second, ..." inside one of many paragraphs does not swallow the others."""
    filler = "\n\n".join(f"Paragraph {word} speaks of other things." for word in "abcdefghij")
    value = f"{filler}\n\nFirst, x. Second, y.\n\n{filler}"
    assert len(items(value)) == 21


def test_ordinals_count_from_first_without_a_gap():
    """A "Third" without a "Second" counts nothing."""
    value = "First, a is so. Third, c is so for a second."
    assert items(value) == [value]


def test_one_paragraph_of_conditions_is_split_where_they_begin():
    """Sentences that begin alike and say when are the items; what follows each belongs to it."""
    value = "The note fires when a grows. It does so slowly. The note fires when b falls. Yes."
    assert items(value) == [
        "The note fires when a grows. It does so slowly.",
        "The note fires when b falls. Yes.",
    ]
    russian = "Заметка нужна, когда растёт a. Заметка нужна, когда падает b."
    assert len(items(russian)) == 2


def test_the_first_condition_is_kept_though_it_begins_otherwise():
    """No condition is taken for an announcement."""
    value = "The note fires when a grows. It fires when b falls. It fires when c drifts."
    assert len(items(value)) == 3


def test_empty_text_has_no_items():
    """White space says nothing."""
    assert items("") == items(" \n\n ") == []


@given(prose)
def test_items_are_in_order_and_lie_inside(value):
    """Items never overlap, never are empty, and have no white space at their ends."""
    at = 0
    for start, end in find_layout(value).items:
        assert at <= start < end <= len(value)
        assert value[start:end] == value[start:end].strip()
        at = end
