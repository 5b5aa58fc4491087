from dataclasses import asdict
from types import SimpleNamespace

import pytest

from eeipu_kfp.errors import RunnerError
from eeipu_kfp.launcher import tasks
from eeipu_kfp.launcher.outputs import Outcome
from eeipu_kfp.launcher.surroundings import Surroundings, TerminatedError
from tests.unit.launcher.forms import FORM, RUN

INPUTS = {**asdict(FORM), "run_id": RUN.id, "run_name": RUN.name}
BEST_RUN = {
    "pipeline_name": "small",
    "pipeline_version": "one",
    "arguments": {},
    "best": {"rate": 0.25},
    "run_id": RUN.id,
    "run_name": RUN.name,
}
OUTCOME = Outcome(
    experiment="demo",
    namespace="team",
    version="one",
    metric="evaluate.metrics.score",
    result={
        "best": {"trial": 1, "objective": 0.5, "configuration": {"rate": 0.25}},
        "trials": 1,
        "failed": 0,
        "spentSeconds": None,
        "savedSeconds": 0.0,
        "stageRuns": 3,
        "stageHits": 0,
        "stop": None,
    },
    page="<html>é</html>",
)


class Figures(dict):
    """An artifact with numbers."""

    def log_metric(self, metric, value):
        self[metric] = value


@pytest.fixture
def outputs(tmp_path):
    files = {name: SimpleNamespace(path=str(tmp_path / name)) for name in ("report", "summary")}
    return {"metrics": Figures(), **files}


@pytest.fixture
def launched(monkeypatch):
    """What the form and the run were that a task was launched with."""
    seen = []
    monkeypatch.setattr(Surroundings, "from_environment", lambda _: None)
    monkeypatch.setattr(tasks, "launch", lambda form, run, _: seen.append((form, run)) or OUTCOME)
    return seen


def test_the_first_task_hands_its_inputs_over_and_writes_every_output(launched, outputs, tmp_path):
    found = tasks.tune(INPUTS, **outputs)

    assert found is OUTCOME
    assert launched == [(FORM, RUN)]
    assert outputs["metrics"]["best objective"] == 0.5
    assert (tmp_path / "report").read_text(encoding="utf-8") == "<html>é</html>"
    assert (tmp_path / "summary").read_text().startswith("# evaluate.metrics.score: 0.5")


def ended_by(error):
    def end(*_):
        raise error

    return end


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (
            RunnerError("it is wrong", hint="correct it"),
            1,
            "error: it is wrong\nhint: correct it\n",
        ),
        (TerminatedError(), 143, ""),
    ],
    ids=["mistake", "termination"],
)
def test_either_task_ends_without_a_trace_of_its_code(monkeypatch, capsys, error, code, told):
    monkeypatch.setattr(Surroundings, "from_environment", ended_by(error))
    monkeypatch.setattr(tasks, "run_best", ended_by(error))
    nothing = dict.fromkeys(("metrics", "report", "summary"))

    for call in (lambda: tasks.tune(INPUTS, **nothing), lambda: tasks.run_with(BEST_RUN)):
        with pytest.raises(SystemExit) as caught:
            call()
        assert caught.value.code == code
        assert capsys.readouterr().err == told


def test_the_last_task_hands_its_inputs_over(monkeypatch):
    seen = []
    monkeypatch.setattr(tasks, "run_best", lambda *given: seen.append(given) or "run-1")

    assert tasks.run_with(BEST_RUN) == "run-1"

    ((wanted, run, *_),) = seen
    assert run == RUN
    assert wanted.best == {"rate": 0.25}
