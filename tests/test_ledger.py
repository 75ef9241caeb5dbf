"""The ledger loses nothing, doubles nothing and survives a cut anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteweb.errors import WriteFailed
from noteweb.ledger import (
    Ledger,
    append_entries,
    find_post_hoc,
    name_ledger,
    read_ledger,
    register,
)
from noteweb.model.claim import EvidenceRef, Expectation, Op
from noteweb.model.run import GuardResult
from records import ABOVE_ZERO, SEEDS, make_claim, make_records

# U+2028 and a line feed in the text: neither may end a line of the file.
RECORDS = [
    replace(record, detail="two\nlines\u2028and π", guards=(GuardResult(name="ü", ok=True),))
    for record in make_records([1.0, 2.0, 3.0])
]


def test_what_is_appended_is_read(tmp_path):
    """Records and registrations come back equal, in their order."""
    path = tmp_path / "runs" / "toy.jsonl"
    entries = (*register("c", make_claim(ABOVE_ZERO).evidence[0]), *RECORDS)
    assert append_entries(path, entries) == 4
    ledger = read_ledger(path)
    assert ledger.entries == entries
    assert ledger.records == tuple(RECORDS)
    assert ledger.problems == ()
    assert path.read_bytes().count(b"\n") == 4


def test_no_file_is_an_empty_ledger(tmp_path):
    """Before the first run there is nothing, and nothing wrong."""
    assert read_ledger(tmp_path / "none.jsonl") == Ledger()


def test_a_folder_in_its_place_is_a_problem(tmp_path):
    """What cannot be read is reported under the name given, not raised."""
    (problem,) = read_ledger(tmp_path, "runs/toy.jsonl").problems
    assert (problem.code, problem.path) == ("ledger-unreadable", "runs/toy.jsonl")


def test_no_run_stands_twice(tmp_path):
    """Appending a run again adds nothing, also within one call; a new attempt is a new line."""
    path = tmp_path / "toy.jsonl"
    assert append_entries(path, [RECORDS[0], RECORDS[0]]) == 1
    before = path.read_bytes()
    assert append_entries(path, [replace(RECORDS[0], detail="another time")]) == 0
    assert path.read_bytes() == before
    again = replace(RECORDS[0], attempt=2)
    assert append_entries(path, [again]) == 1
    assert read_ledger(path).latest() == {again.key: again}


def test_lines_doubled_by_a_merge_are_read_once(tmp_path):
    """Two branches joined line by line may double lines; the first counts."""
    path = tmp_path / "toy.jsonl"
    append_entries(path, RECORDS)
    path.write_bytes(path.read_bytes() * 2)
    assert read_ledger(path).records == tuple(RECORDS)


WHOLE: dict[str, bytes] = {}


def whole(tmp_path_factory):
    """Give the bytes of a ledger with one registration and three records, made once."""
    if "data" not in WHOLE:
        path = tmp_path_factory.mktemp("whole") / "toy.jsonl"
        append_entries(path, [*register("c", make_claim(ABOVE_ZERO).evidence[0]), *RECORDS])
        WHOLE["data"] = path.read_bytes()
    return WHOLE["data"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_cut_at_any_byte_it_keeps_every_whole_line_and_goes_on(tmp_path_factory, data):
    """After a cut anywhere: the whole lines are there, and the lost ones can be appended again."""
    full = whole(tmp_path_factory)
    cut = data.draw(st.integers(0, len(full)))
    path = tmp_path_factory.mktemp("cut") / "toy.jsonl"
    path.write_bytes(full[:cut])
    # The last line is whole as soon as only its line feed is missing.
    n_whole = (full[:cut] + b"\n" if full[cut : cut + 1] == b"\n" else full[:cut]).count(b"\n")
    assert len(read_ledger(path).entries) == n_whole
    assert read_ledger(path).problems == ()
    assert append_entries(path, RECORDS) == 4 - max(n_whole, 1)
    assert path.read_bytes().startswith(full[:cut])
    assert sorted(record.key for record in read_ledger(path).records) == sorted(
        record.key for record in RECORDS
    )


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 3))
def test_no_bytes_upset_the_reader(tmp_path_factory, noise, place):
    """Any bytes as a line of their own cost that line alone."""
    lines = whole(tmp_path_factory).split(b"\n")
    lines.insert(place, noise)
    path = tmp_path_factory.mktemp("noise") / "toy.jsonl"
    path.write_bytes(b"\n".join(lines))
    assert len(read_ledger(path).entries) == 4


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        "null",
        "NaN",
        '{"registration": 1}',
        '{"registration": {}}',
        '{"registration": {"claim": "c", "params": "x", "expectation": "", "written": ""}}',
        '{"registration": {"claim": "c", "params": "[]", "expectation": "", "written": ""}}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_entry_is_a_problem_with_its_number(tmp_path, line):
    """JSON that is no record is reported and passed over."""
    path = tmp_path / "toy.jsonl"
    append_entries(path, RECORDS[:1])
    with path.open("a") as file:
        file.write(line + "\n")
    append_entries(path, RECORDS[1:])
    ledger = read_ledger(path, "runs/toy.jsonl")
    assert ledger.records == tuple(RECORDS)
    (problem,) = ledger.problems
    assert (problem.line, problem.code) == (2, "ledger-line-invalid")


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from records import SEEDS, make_record
from noteweb.ledger import append_entries
for seed in SEEDS[int(sys.argv[1])::int(sys.argv[2])]:
    append_entries(Path({path!r}), [make_record(seed, gap=0.5)])
"""


def test_two_writers_at_once_tear_and_double_nothing(tmp_path):
    """Two processes append overlapping runs: each stands once, every line is whole."""
    path = tmp_path / "toy.jsonl"
    code = WRITER.format(tests=str(Path(__file__).parent), path=str(path))
    # The first writes every seed, the second every other one.
    writers = [
        subprocess.Popen([sys.executable, "-c", code, "0", step], env=dict(os.environ))
        for step in ("1", "2")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    ledger = read_ledger(path)
    assert ledger.problems == ()
    assert sorted(record.seed for record in ledger.records) == sorted(SEEDS)
    assert path.read_bytes().count(b"\n") == 20


def test_a_folder_that_cannot_be_made_is_an_error_for_the_user(tmp_path):
    """A file stands where the folder should be: one line says so."""
    (tmp_path / "runs").write_text("")
    with pytest.raises(WriteFailed, match=r"runs"):
        append_entries(tmp_path / "runs" / "toy.jsonl", RECORDS)


def test_a_full_disk_leaves_a_torn_line_and_says_so(tmp_path, monkeypatch):
    """A write cut short is an error; what stood there stands, and the next append goes on."""
    path = tmp_path / "toy.jsonl"
    append_entries(path, RECORDS[:1])
    before = path.read_bytes()
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: write(file, data[: len(data) // 2]))
        with pytest.raises(WriteFailed, match="bytes fit"):
            append_entries(path, RECORDS[1:2])
    assert path.read_bytes().startswith(before)
    assert append_entries(path, RECORDS[1:]) == 2
    assert read_ledger(path).records == tuple(RECORDS)


@pytest.mark.parametrize("name", ["a/b", "a_b", "../x", "x.y", ".", "", "ü", "x" * 300])
def test_names_of_ledgers_stay_in_the_folder_and_apart(name, tmp_path):
    """Whatever the experiment is called, its file lies in the folder and is its alone."""
    path = name_ledger(tmp_path, name)
    assert path.parent == tmp_path
    assert len(path.name.encode()) < 200
    assert path != name_ledger(tmp_path, f"{name}?")
    assert name_ledger(tmp_path, "double_descent").name == "double_descent.jsonl"


OTHER = Expectation(metric="gap", op=Op.GT, threshold=0.5)


def test_before_the_first_run_nothing_is_post_hoc():
    """An expectation may be edited as long as nobody has seen a result."""
    evidence = make_claim(ABOVE_ZERO).evidence[0]
    assert find_post_hoc(Ledger(), "c", evidence) == ()
    assert find_post_hoc(Ledger(entries=register("x", evidence)), "c", evidence) == ()


def test_what_was_written_down_before_the_first_run_is_not_post_hoc():
    """Registered first, run afterwards; what is added or edited later is post-hoc."""
    before = make_claim(ABOVE_ZERO).evidence[0]
    edited = make_claim(ABOVE_ZERO, OTHER).evidence[0]
    ledger = Ledger(entries=(*register("c", before), *RECORDS, *register("c", edited)))
    assert find_post_hoc(ledger, "c", before) == ()
    assert find_post_hoc(ledger, "c", edited) == (OTHER,)
    assert find_post_hoc(ledger, "another claim", before) == (ABOVE_ZERO,)


def test_runs_with_other_parameters_make_nothing_post_hoc():
    """Only runs that the evidence could rest on have shown anything."""
    parts = replace(RECORDS[0].parts, params={"n": 10})
    ledger = Ledger(entries=(replace(RECORDS[0], parts=parts),))
    asks_ten = EvidenceRef(experiment="toy", params={"n": 10}, expect=(ABOVE_ZERO,))
    asks_more = EvidenceRef(experiment="toy", params={"n": 40}, expect=(ABOVE_ZERO,))
    assert find_post_hoc(ledger, "c", asks_ten) == (ABOVE_ZERO,)
    assert find_post_hoc(ledger, "c", asks_more) == ()


def record_with(**params):
    """Give a run of `toy` with these parameters."""
    return replace(RECORDS[0], parts=replace(RECORDS[0].parts, params=params))


def ask(**params):
    """Give evidence that expects a gap with these parameters."""
    return EvidenceRef(experiment="toy", params=params, expect=(ABOVE_ZERO,))


def fill_in(given, _profile):
    """Give all parameters of `toy` as its code has them today."""
    return {"n": 10, "idle": 1, **given}


def test_another_parameter_does_not_wash_the_mark_off():
    """After runs for the claim every expectation is late, whatever its parameters are by then."""
    ran = (*register("c", ask()), record_with(n=10, idle=1))
    touched = ask(idle=2)
    for more in ((), register("c", touched), (*register("c", touched), record_with(n=10, idle=2))):
        ledger = Ledger(entries=(*ran, *more))
        assert find_post_hoc(ledger, "c", touched, fill_in) == (ABOVE_ZERO,)
        assert find_post_hoc(ledger, "c", ask(), fill_in) == ()
    # Another claim of which no run has been made is written down in time.
    other = Ledger(entries=(*ran, *register("d", touched), record_with(n=10, idle=2)))
    assert find_post_hoc(other, "d", touched, fill_in) == ()


def test_two_parameter_sets_written_down_together_are_both_in_time():
    """A claim may rest on two settings, whichever of them runs first."""
    entries = (*register("c", ask(n=10)), *register("c", ask(n=40)), record_with(n=40, idle=1))
    assert find_post_hoc(Ledger(entries=entries), "c", ask(n=10), fill_in) == ()
    assert find_post_hoc(Ledger(entries=entries), "c", ask(n=40), fill_in) == ()


def test_a_default_is_the_same_whether_written_or_left_out():
    """It neither makes an honest claim late nor an edited one honest."""
    ledger = Ledger(entries=(*register("c", ask(n=10)), record_with(n=10, idle=1)))
    for same in (ask(), ask(n=10), ask(idle=1), ask(n=10, idle=1)):
        assert find_post_hoc(ledger, "c", same, fill_in) == ()
        assert find_post_hoc(ledger, "d", same, fill_in) == (ABOVE_ZERO,)
    # Runs of others with another value show nothing of the default.
    foreign = Ledger(entries=(*register("x", ask(n=5)), record_with(n=5, idle=1)))
    assert find_post_hoc(foreign, "c", ask(), fill_in) == ()


def test_a_parameter_that_the_code_has_got_since_had_its_default():
    """So runs made before it count as those with the default, and as no others."""
    ledger = Ledger(entries=(record_with(n=10),))
    assert find_post_hoc(ledger, "c", ask(), fill_in) == (ABOVE_ZERO,)
    assert find_post_hoc(ledger, "c", ask(idle=2), fill_in) == ()


def make_odd(path, kind, victim):
    """Put something that is no regular file where a ledger should be."""
    if kind == "link":
        path.symlink_to(victim)
    elif kind == "dangling link":
        path.symlink_to(victim.with_name("new"))
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "FIFO":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(1 << 40)  # takes no space


@pytest.mark.parametrize("kind", ["link", "dangling link", "device", "FIFO", "huge"])
def test_a_strangers_ledger_leads_nowhere(tmp_path, kind):
    """What is no regular file of a sane size is a problem, is not waited for and not written to."""
    victim = tmp_path / "bashrc"
    victim.write_text("before")
    path = tmp_path / "runs" / "toy.jsonl"
    path.parent.mkdir()
    make_odd(path, kind, victim)
    ledger = read_ledger(path)
    assert [problem.code for problem in ledger.problems] == ["ledger-unreadable"]
    with pytest.raises(WriteFailed, match=r"toy\.jsonl"):
        append_entries(path, RECORDS)
    assert victim.read_text() == "before"
    assert not (tmp_path / "new").exists()


def test_a_linked_folder_of_ledgers_is_not_entered(tmp_path):
    """Neither records nor the lock are written where a link of the vault leads."""
    elsewhere = tmp_path / "elsewhere"
    append_entries(elsewhere / "toy.jsonl", RECORDS[:1])
    before = sorted(elsewhere.iterdir())
    (tmp_path / "runs").symlink_to(elsewhere)
    ledger = read_ledger(tmp_path / "runs" / "toy.jsonl")
    assert [problem.message for problem in ledger.problems] == ["its folder is a symbolic link"]
    with pytest.raises(WriteFailed, match="symbolic link"):
        append_entries(tmp_path / "runs" / "other.jsonl", RECORDS)
    assert sorted(elsewhere.iterdir()) == before
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / ".lock").symlink_to(tmp_path / "made")
    with pytest.raises(WriteFailed, match=r"\.lock"):
        append_entries(tmp_path / "more" / "toy.jsonl", RECORDS)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("field", ["metrics", "cpu_s", "attempt"])
def test_a_number_beyond_all_bounds_is_a_problem_of_its_line(tmp_path, field):
    """A committed number of 400 digits costs its line alone."""
    path = tmp_path / "toy.jsonl"
    append_entries(path, RECORDS)
    lines = path.read_text().split("\n")
    raw = json.loads(lines[1])
    raw[field] = {"gap": 10**400} if field == "metrics" else 10**400
    path.write_text("\n".join([lines[0], json.dumps(raw), lines[2], ""]))
    ledger = read_ledger(path)
    assert ledger.records == (RECORDS[0], RECORDS[2])
    (problem,) = ledger.problems
    assert (problem.line, problem.code) == (2, "ledger-line-invalid")
    assert problem.message.startswith(f"{field}: ")


def test_half_a_character_survives_the_file(tmp_path):
    """A parameter that no UTF-8 can hold is written and read as it is."""
    path = tmp_path / "toy.jsonl"
    record = replace(RECORDS[0], parts=replace(RECORDS[0].parts, params={"p": "\ud800"}))
    append_entries(path, [record])
    assert read_ledger(path).records == (record,)
