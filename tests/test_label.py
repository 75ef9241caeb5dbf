"""Labels of papers and notes in a text file."""

from dataclasses import replace

from noteweb.activation.label import LABELS, Answer, Label, append_labels, read_labels

ONE = Label(
    document="paper.pdf",
    digest="ab",
    note="theory/a",
    answer=Answer.FIRES,
    passages=("«quoted» text",),
    rate=0.004,
    written="2026-01-02T03:04:05+00:00",
)
TWO = replace(ONE, note="theory/b", answer=Answer.UNSURE)


def test_labels_come_back_as_they_were_given(tmp_path):
    """Labels are kept in the order written, and a vault without any has none."""
    assert read_labels(tmp_path) == ((), ())
    append_labels(tmp_path, [ONE])
    append_labels(tmp_path, [TWO])
    assert read_labels(tmp_path) == ((ONE, TWO), ())


def test_the_last_word_counts(tmp_path):
    """A later label of the same paper and note takes the place of the earlier."""
    changed = replace(ONE, answer=Answer.QUIET, document="renamed.pdf")
    append_labels(tmp_path, [ONE, TWO, changed])
    assert read_labels(tmp_path)[0] == (TWO, changed)


def test_a_file_cut_off_anywhere_keeps_its_whole_lines(tmp_path):
    """Whatever byte the file ends at, whole lines are read, and the next label is not lost."""
    append_labels(tmp_path, [ONE, TWO])
    whole = (tmp_path / LABELS).read_bytes()
    first_end = whole.index(b"\n") + 1
    for end in range(len(whole)):
        (tmp_path / LABELS).write_bytes(whole[:end])
        labels, problems = read_labels(tmp_path)
        n_whole = 2 if end >= len(whole) - 1 else 1 if end >= first_end - 1 else 0
        assert (len(labels), problems) == (n_whole, ())
    (tmp_path / LABELS).write_bytes(whole[: first_end + 9])
    append_labels(tmp_path, [TWO])
    assert read_labels(tmp_path)[0] == (ONE, TWO)


def test_a_line_that_is_no_label_is_told_and_the_others_count(tmp_path):
    """Hand-made mistakes are located and cost nothing else."""
    append_labels(tmp_path, [ONE])
    bad = ["[]", "{", '{"document": 3}', '{"label": "fires"}', ""]
    good = (tmp_path / LABELS).read_text()
    odd = good.replace("fires", "maybe")
    (tmp_path / LABELS).write_text("\n".join(bad) + "\n" + odd + good)
    labels, problems = read_labels(tmp_path)
    assert labels == (ONE,)
    assert [p.line for p in problems] == [1, 2, 3, 4, 6]
    assert {p.code for p in problems} == {"label-line-invalid"}
