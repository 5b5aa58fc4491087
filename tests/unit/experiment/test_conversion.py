import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.experiment import Algorithm, CachePolicy
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput, Stage
from eeipu_kfp.core.space import Categorical, Float, Int
from eeipu_kfp.core.values import canonical_json
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import check_document, parse_document
from eeipu_kfp.experiment.syntax import write_yaml
from tests.unit.experiment.samples import DOCUMENT, MISSING, PIPELINE, edited

SPACES = [f"spec/parameters/{place}/searchSpace" for place in range(4)]
RATE, DEPTH, KERNEL, SCALE = [f"spec.parameters[{place}].searchSpace" for place in range(4)]


def test_a_sound_document_becomes_an_experiment():
    experiment = resolve(check_document(DOCUMENT), PIPELINE)

    assert experiment.name == "demo"
    assert experiment.objective == Objective(
        metric="evaluate.metrics.auroc", direction=Direction.MAXIMIZE, goal=0.99
    )
    assert dict(experiment.space) == {
        "rate": Float(1e-4, 1e-1, log=True),
        "depth": Int(2, 10, step=2),
        "kernel": Categorical(("rbf", "linear")),
        "scale": Categorical((False, True)),
    }
    assert experiment.algorithm == Algorithm(name="random", seed=7, warm_up_trials=4)
    assert experiment.cache == CachePolicy(salt="v2", size_limit_bytes=10 * 2**30)
    assert (experiment.budget, experiment.stage_timeout_seconds) == (Budget(amount=600), 60)
    assert (experiment.max_trials, experiment.parallel_trials) == (50, 2)
    assert experiment.max_failed_trials == 3


def money(*prices, amount="20", **more):
    """A budget in money with prices by stage, as a document has it."""
    written = [{"name": name, "perHour": price} for name, price in prices]
    return {"money": {"amount": amount, "prices": written, **more}}


def test_a_budget_may_be_in_money_and_count_overhead():
    budget = money(("prepare", "0"), ("train", "9"), ("evaluate", "2.5"), currency="EUR")
    document = edited(("spec/budget", {**budget, "counts": "ComputeAndOverhead"}))

    assert resolve(check_document(document), PIPELINE).budget == Budget(
        amount=20.0,
        counts=Counted.COMPUTE_AND_OVERHEAD,
        prices={"prepare": 0.0, "train": 9.0, "evaluate": 2.5},
        currency="EUR",
    )


def test_arguments_are_read_by_type_and_defaults_fill_the_rest():
    experiment = resolve(check_document(DOCUMENT), PIPELINE)

    assert experiment.arguments == {"data": "d.csv", "layers": [1, 2], "seed": 0, "unread": 1.0}


BAD = {
    "stage without a price": (
        ("spec/budget", money(("evaluate", "2.5"))),
        "spec.budget.money.prices",
        ["no price for `prepare`, `train`, but", "add `- {name: prepare, perHour: ...}`"],
    ),
    "price of no stage": (
        (
            "spec/budget",
            money(("prepare", "1"), ("train", "1"), ("evaluate", "1"), ("evaluat", "1")),
        ),
        "spec.budget.money.prices[3].name",
        ["pipeline `demo` has no stage `evaluat`", "use `prepare`, `train`, `evaluate`"],
    ),
    "price below zero": (
        ("spec/budget", money(("prepare", "-1"), ("train", "1"), ("evaluate", "1"))),
        "spec.budget.money",
        ["price of stage `prepare` is -1.0"],
    ),
    "all stages free": (
        ("spec/budget", money(("prepare", "0"), ("train", "0"), ("evaluate", "0"))),
        "spec.budget.money",
        ["all prices are 0", "above 0"],
    ),
    "no money": (
        ("spec/budget", money(("prepare", "1"), ("train", "1"), ("evaluate", "1"), amount="0")),
        "spec.budget.money",
        ["budget is 0.0, but must be above 0"],
    ),
    "unknown parameter": (
        ("spec/parameters/0/name", "rates"),
        "spec.parameters[0].name",
        ["pipeline `demo` has no input `rates`", "did you mean `rate`?"],
    ),
    "unknown argument": (
        ("spec/arguments/1/name", "layer"),
        "spec.arguments[1].name",
        ["has no input `layer`", "did you mean `layers`?"],
    ),
    "name far from all": (
        ("spec/arguments/1/name", "zzz"),
        "spec.arguments[1].name",
        ["known are `data`, `rate`"],
    ),
    "parameter no stage reads": (
        ("spec/parameters/0/name", "unread"),
        "spec.parameters[0].name",
        ["no stage reads pipeline input `unread`", "remove it"],
    ),
    "tuned and fixed": (
        ("spec/arguments/1", {"name": "rate", "value": "0.1"}),
        "spec.arguments[1].name",
        ["`rate` is fixed here, but tuned", "remove it from one"],
    ),
    "required input without a value": (
        ("spec/arguments", []),
        "spec.arguments",
        ["`data` has neither a value nor a default", "add `- {name: data, value: ...}`"],
    ),
    "metric of no stage": (
        ("spec/objective/metric", "evaluat.Output"),
        "spec.objective.metric",
        ["begins with no stage", "use one of `evaluate.Output`, `evaluate.metrics.<key>`"],
    ),
    "metric of no output": (
        ("spec/objective/metric", "evaluate.auroc"),
        "spec.objective.metric",
        ["stage `evaluate` has no output", "`evaluate.metrics.<key>`"],
    ),
    "metric left to fill in": (
        ("spec/objective/metric", "evaluate.metrics.<key>"),
        "spec.objective.metric",
        ["names no value of the Metrics artifact yet", "`log_metric`"],
    ),
    "goal beyond all numbers": (
        ("spec/objective/goal", "1e999"),
        "spec.objective.goal",
        ['"1e999" is no finite number', "choose one between"],
    ),
    "more at once than at all": (
        ("spec/parallelTrials", 51),
        "spec.parallelTrials",
        ["51 is above maxTrials, 50", "lower it, or raise maxTrials"],
    ),
    "nothing but warm-up": (
        ("spec/algorithm/warmUpTrials", 51),
        "spec.algorithm.warmUpTrials",
        ["51 is above maxTrials, 50"],
    ),
    "bounds reversed": (
        (SPACES[0], {"uniform": {"min": 2, "max": 1}}),
        f"{RATE}.uniform",
        ["min 2.0 must be below max 1.0", "swap them"],
    ),
    "bounds equal": (
        (SPACES[1], {"uniform": {"min": 2, "max": 2}}),
        f"{DEPTH}.uniform",
        ["min 2 must be below max 2", "fix the value under `arguments`"],
    ),
    "bound infinite": (
        (SPACES[0], {"uniform": {"min": 0, "max": "1e999"}}),
        f"{RATE}.uniform.max",
        ["is no finite number"],
    ),
    "logarithm of zero": (
        (SPACES[0], {"logUniform": {"min": 0, "max": 1}}),
        f"{RATE}.logUniform",
        ["min 0.0 of a logarithmic range must be above 0", "raise min"],
    ),
    "step that does not fit": (
        (SPACES[1], {"uniform": {"min": 1, "max": 10, "step": 2}}),
        f"{DEPTH}.uniform",
        ["step 2 does not lead from min 1 to max 10", "make max 9"],
    ),
    "step of nothing": (
        (SPACES[1], {"uniform": {"min": 1, "max": 10, "step": 0}}),
        f"{DEPTH}.uniform",
        ["step 0 must be above 0"],
    ),
    "fraction of a whole number": (
        (SPACES[1], {"uniform": {"min": "1.5", "max": 10}}),
        f"{DEPTH}.uniform.min",
        ['"1.5" is no whole number', "leave the fraction out"],
    ),
    "fraction as a step of whole numbers": (
        (SPACES[1], {"uniform": {"min": 1, "max": 10, "step": "0.5"}}),
        f"{DEPTH}.uniform.step",
        ['"0.5" is no whole number'],
    ),
    "range of texts": (
        (SPACES[2], {"uniform": {"min": 1, "max": 10}}),
        f"{KERNEL}.uniform",
        ["a range does not fit pipeline input `kernel`, which is text", "use `categorical`"],
    ),
    "range of booleans": (
        (SPACES[3], {"logUniform": {"min": 1, "max": 10}}),
        f"{SCALE}.logUniform",
        ["which is a boolean", "use `boolean` or `categorical`"],
    ),
    "boolean of numbers": (
        (SPACES[0], {"boolean": {}}),
        f"{RATE}.boolean",
        ["which is a real number", "use `uniform`, `logUniform` or `categorical`"],
    ),
    "choice of another type": (
        (SPACES[1], {"categorical": {"choices": [1, "two"]}}),
        f"{DEPTH}.categorical.choices[1]",
        ['"two" is no number'],
    ),
    "choice twice": (
        (SPACES[0], {"categorical": {"choices": ["0.5", 1, "5e-1"]}}),
        f"{RATE}.categorical.choices",
        ["choice 0.5 stands 2 times", "once"],
    ),
    "argument of another type": (
        ("spec/arguments/1/value", "{}"),
        "spec.arguments[1].value",
        ['"{}" is no JSON list', "[...]"],
    ),
}


@pytest.mark.parametrize(("edit", "path", "words"), BAD.values(), ids=BAD)
def test_a_document_that_does_not_fit_its_pipeline_is_refused(edit, path, words):
    document = check_document(edited(edit))

    with pytest.raises(SpecError) as caught:
        resolve(document, PIPELINE)

    errors = [line for line in str(caught.value).splitlines() if f"`{path}`" in line]
    assert len(errors) == 1, str(caught.value)
    assert all(word in errors[0] for word in words), errors[0]


def test_both_bounds_are_reported_with_everything_else():
    document = check_document(
        edited(
            (SPACES[1], {"uniform": {"min": "1.5", "max": "2.5"}}),
            ("spec/objective/metric", "x.y"),
            ("spec/arguments", MISSING),
        )
    )

    with pytest.raises(SpecError) as caught:
        resolve(document, PIPELINE)

    heading, *lines = str(caught.value).splitlines()
    assert heading == "4 problems in experiment `demo`"
    assert [line.split("`")[1] for line in lines] == [
        "spec.objective.metric",
        f"{DEPTH}.uniform.min",
        f"{DEPTH}.uniform.max",
        "spec.arguments",
    ]


def test_an_optional_input_needs_no_value():
    experiment = resolve(check_document(DOCUMENT), PIPELINE)

    assert "extra" not in experiment.arguments


NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 6))
GAPS = st.floats(1e-3, 1e6).map(lambda x: round(x, 6))
REAL_RANGES = st.tuples(NUMBERS, GAPS).map(lambda p: Float(p[0], p[0] + p[1]))
LOG_RANGES = st.tuples(GAPS, st.floats(1.5, 1e4)).map(lambda p: Float(p[0], p[0] * p[1], log=True))
WHOLE_RANGES = st.tuples(st.integers(-999, 999), st.integers(1, 99), st.integers(1, 9)).map(
    lambda p: Int(p[0], p[0] + p[1] * p[2], step=p[2])
)
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, unique=True)
LISTS = st.lists(st.lists(st.integers() | st.booleans()), min_size=1, unique_by=canonical_json)
DOMAINS = (
    st.tuples(st.just(ParameterType.DOUBLE), REAL_RANGES | LOG_RANGES)
    | st.tuples(st.just(ParameterType.INTEGER), WHOLE_RANGES)
    | st.tuples(st.just(ParameterType.STRING), TEXTS.map(lambda c: Categorical(tuple(c))))
    | st.tuples(st.just(ParameterType.LIST), LISTS.map(lambda c: Categorical(tuple(c))))
    | st.tuples(st.just(ParameterType.BOOLEAN), st.just(Categorical((True, False))))
)


def as_written(domain):
    if isinstance(domain, Categorical):
        texts = [c if isinstance(c, str) else canonical_json(c) for c in domain.choices]
        return {"categorical": {"choices": texts}}
    bounds = {"min": repr(domain.low), "max": repr(domain.high)}
    step = {"step": repr(domain.step)} if domain.step else {}
    return {"logUniform": bounds} if domain.log else {"uniform": {**bounds, **step}}


@given(DOMAINS)
def test_a_domain_survives_being_written_read_and_resolved(typed):
    type_, domain = typed
    pipeline = Pipeline(
        name="p",
        inputs=(PipelineInput(name="x", type=type_),),
        stages=(Stage(name="s", reads=("x",), output_parameters={"m": ParameterType.DOUBLE}),),
    )
    document = edited(
        ("spec/objective", {"metric": "s.m", "direction": "Minimize"}),
        ("spec/parameters", [{"name": "x", "searchSpace": as_written(domain)}]),
        ("spec/arguments", MISSING),
    )

    experiment = resolve(parse_document(write_yaml(document)), pipeline)

    assert experiment.space["x"] == domain
    assert math.isfinite(experiment.budget.amount)
