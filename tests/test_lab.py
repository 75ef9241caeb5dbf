"""An experiment's declaration is kept to, and every breach of it is told."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from noteweb.lab import (
    Context,
    Experiment,
    FailingSetting,
    Guard,
    Metric,
    Parameter,
    Profile,
    resolve_params,
)
from noteweb.model.run import Complaint, GuardKind, RunStatus

TOY = Experiment(
    summary="A toy.",
    parameters={
        "n": Parameter(default=40, low=1, high=1000),
        "rate": Parameter(default=0.5),
        "sizes": Parameter(default=[1.0, 2.0], low=0),
        "mode": Parameter(default="slow", choices=("slow", "fast")),
        "deep": Parameter(default=False),
    },
    metrics={"gap": Metric(unit="1", direction="up")},
    guards={"control": Guard(kind="negative-control")},
    profiles={"quick": Profile(params={"n": 10}), "full": Profile(params={"n": 500})},
    failing=(FailingSetting(params={"n": 1}),),
)


@pytest.fixture
def ctx(tmp_path):
    """Give a context of the toy."""
    return Context(TOY, seed=7, out=tmp_path / "out")


def finish(ctx):
    """Report what the toy declares, and close."""
    ctx.metric("gap", 1.0)
    ctx.guard("control", ok=True)
    return ctx.close()


def test_a_run_that_reports_what_was_declared_is_ok(ctx):
    """Metrics, guards with their kind and artifacts arrive, and there is nothing to complain of."""
    ctx.plot("curve").write_bytes(b"png")
    ctx.table("rows").write_text("a,b")
    report = finish(ctx)
    assert report.status is RunStatus.OK
    assert report.metrics == {"gap": 1.0}
    (guard,) = report.guards
    assert (guard.name, guard.ok, guard.kind) == ("control", True, GuardKind.NEGATIVE_CONTROL)
    assert report.artifacts == ("curve.png", "rows.csv")
    assert report.complaints == ()


@pytest.mark.parametrize(
    ("breach", "code"),
    [
        (lambda ctx: ctx.metric("gpa", 1.0), "undeclared-metric"),
        (lambda ctx: (ctx.metric("gap", 1.0), ctx.metric("gap", 2.0)), "metric-twice"),
        (lambda ctx: ctx.metric("gap", float("nan")), "not-finite"),
        (lambda ctx: ctx.metric("gap", np.float32("inf")), "not-finite"),
        (lambda ctx: ctx.metric("gap", "1.0"), "not-a-number"),
        (lambda ctx: ctx.metric("gap", np.zeros(2)), "not-a-number"),
        (lambda ctx: ctx.metric("gap", 1j), "not-a-number"),
        (lambda ctx: ctx.metric("gap", 10**400), "not-a-number"),
        (lambda ctx: ctx.guard("cotrol", ok=True), "undeclared-guard"),
        (lambda ctx: (ctx.guard("control", ok=True),) * 2, None),
        (
            lambda ctx: (ctx.guard("control", ok=False), ctx.guard("control", ok=True)),
            "guard-twice",
        ),
        (lambda ctx: ctx.artifact("never written"), "missing-artifact"),
    ],
)
def test_a_breach_stops_nothing_and_makes_the_run_invalid(ctx, breach, code):
    """Each breach has a code of its own, and the run goes on to its end."""
    breach(ctx)
    report = ctx.close()
    found = [each.code for each in report.complaints]
    assert report.status is RunStatus.INVALID
    assert (code in found) if code else ("guard-twice" not in found)


def test_the_first_report_counts(ctx):
    """Nobody reports a guard until it is met, or a metric until it is good."""
    ctx.guard("control", ok=False)
    ctx.metric("gap", -1.0)
    report = finish(ctx)
    assert [guard.ok for guard in report.guards] == [False]
    assert report.metrics == {"gap": -1.0}


def test_what_is_left_out_is_told(ctx):
    """A run that reports nothing is invalid, by every name it left out."""
    assert ctx.close().complaints == (
        Complaint(code="missing-metric", detail="gap"),
        Complaint(code="missing-guard", detail="control"),
    )


def test_a_value_that_is_refused_is_told_once(ctx):
    """A metric that was NaN is not missing as well."""
    ctx.metric("gap", float("nan"))
    ctx.guard("control", ok=True)
    assert [each.code for each in ctx.close().complaints] == ["not-finite"]


@pytest.mark.parametrize(
    "value", [np.float32(2), np.int64(2), np.array(2.0), 2, np.array([2.0])[0]]
)
def test_scalars_of_any_library_are_numbers(ctx, value):
    """NumPy's scalars and arrays without axes are read as floats."""
    ctx.metric("gap", value)
    ctx.guard("control", ok=np.float64(2) > 1)
    report = ctx.close()
    assert report.status is RunStatus.OK
    assert type(report.metrics["gap"]) is float
    assert report.guards[0].ok is True


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/b", "", ".hidden", "a\0b", "x" * 200])
def test_an_artifact_stays_in_its_folder(ctx, name):
    """Only plain file names are taken."""
    with pytest.raises(ValueError, match="plain file name"):
        ctx.artifact(name)


def test_streams_of_random_numbers(tmp_path):
    """The same seed and stream give the same numbers; another seed or stream gives others."""
    ctx, same, other = (Context(TOY, seed=seed, out=tmp_path) for seed in (7, 7, 8))
    assert ctx.rng().random() == same.rng().random()
    assert ctx.rng("a").random() == same.rng("a").random()
    draws = {ctx.rng().random(), ctx.rng("a").random(), ctx.rng("b").random(), other.rng().random()}
    assert len(draws) == 4
    assert ctx.random("a").random() == same.random("a").random()
    assert ctx.random("a").random() != ctx.random("b").random()


def test_progress_is_passed_on(tmp_path):
    """The share is kept between 0 and 1; without a listener nothing happens."""
    heard = []
    ctx = Context(TOY, seed=1, out=tmp_path, on_progress=lambda *told: heard.append(told))
    ctx.progress(0.5, "half")
    ctx.progress(7)
    assert heard == [(0.5, "half"), (1.0, "")]
    Context(TOY, seed=1, out=tmp_path).progress(0.5)


def test_parameters_come_in_layers():
    """Defaults, then the profile's, then those given; an unknown profile changes nothing."""
    assert resolve_params(TOY, {}, "quick")[0]["n"] == 10
    assert resolve_params(TOY, {"n": 20}, "quick")[0]["n"] == 20
    assert resolve_params(TOY, {}, "huge")[0]["n"] == 40


def test_a_whole_number_may_stand_for_a_float():
    """2 and 2.0 are one parameter value, so that they have one run key; tuples are lists."""
    params, defects = resolve_params(TOY, {"rate": 2, "sizes": (1, 2)}, "quick")
    assert json.dumps([params["rate"], params["sizes"]]) == "[2.0, [1.0, 2.0]]"
    assert defects == ()


@pytest.mark.parametrize(
    ("given", "defect"),
    [
        ({"m": 1}, "no parameter is named 'm'"),
        ({"n": "many"}, "'n' must be like 40"),
        ({"n": 1.5}, "'n' must be like 40"),
        ({"n": True}, "'n' must be like 40"),
        ({"n": 0}, "'n' must be at least 1"),
        ({"n": 1001}, "'n' must be at most 1000"),
        ({"rate": float("nan")}, "'rate' must be finite"),
        ({"sizes": [1.0, "x"]}, "'sizes' must be like"),
        ({"sizes": [1.0, -1.0]}, "'sizes' must be at least 0"),
        ({"mode": "medium"}, "'mode' must be one of 'slow', 'fast'"),
        ({"deep": 1}, "'deep' must be like False"),
    ],
)
def test_a_parameter_that_does_not_fit_is_told(given, defect):
    """Wrong names, types, sizes and choices are told, and the value from below is kept."""
    params, defects = resolve_params(TOY, given, "quick")
    assert len(defects) == 1
    assert defect in defects[0]
    assert params == resolve_params(TOY, {}, "quick")[0]


def test_a_sound_declaration_has_no_defects():
    """The toy is in order."""
    assert TOY.defects() == ()


@pytest.mark.parametrize(
    ("change", "defect"),
    [
        ({"metrics": {}}, "no metric"),
        ({"metrics": {"gap": Metric(direction="left")}}, "direction 'left'"),
        ({"metrics": {"gap": Metric(low=1, high=1)}}, "no room between low and high"),
        ({"guards": {"g": Guard(kind="luck")}}, "guard 'g' is of no kind"),
        ({"profiles": {"huge": Profile()}}, "profile 'huge'"),
        ({"profiles": {"quick": Profile(params={"m": 1})}}, "named 'm'"),
        ({"failing": (FailingSetting(params={"n": 0}),)}, "at least 1"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_told(change, defect):
    """What the runner would stumble over is found before anything runs."""
    (found,) = replace(TOY, **change).defects()
    assert defect in found


def test_an_experiment_pays_for_the_standard_library_alone():
    """Importing the lab loads nothing that is installed beside Python, but noteweb itself."""
    code = (
        "import sys; before = set(sys.modules); import noteweb.lab;"
        "print({name.split('.')[0] for name in set(sys.modules) - before}"
        " - set(sys.stdlib_module_names))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "{'noteweb'}"


@pytest.mark.parametrize(
    ("ok", "is_met"),
    [(float("nan"), False), (np.float64("nan"), False), (np.True_, True), (1.0, True), ([], False)],
)
def test_a_guard_that_is_not_a_number_is_not_met(tmp_path, ok, is_met):
    """Python takes NaN for true; a check that gives it has shown nothing."""
    ctx = Context(Experiment(summary="", guards={"g": Guard()}), seed=1, out=tmp_path)
    ctx.guard("g", ok=ok)
    assert ctx.close().guards[0].ok is is_met


def test_a_number_beyond_all_bounds_is_a_defect():
    """A whole number of 400 digits is no float, as a value and as a default."""
    made = Experiment(
        summary="", parameters={"n": Parameter(default=1), "xs": Parameter(default=[1.0, 10**400])}
    )
    defects = resolve_params(made, {"n": 10**400, "xs": [10**400]}, "")[1]
    assert defects == ("parameter 'n' must be finite", "parameter 'xs' must be finite")
