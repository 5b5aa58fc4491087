import re

import pytest

from eeipu_kfp.errors import PipelineError, SpecError


def test_what_init_writes_can_be_tuned_after_naming_the_metric(call, folder):
    call("init", "pipeline.yaml", "-o", "new.yaml", "--name", "mine")
    text = (folder / "new.yaml").read_text()

    (folder / "new.yaml").write_text(re.sub(r"metric: \S+", "metric: evaluate.Output", text))

    assert "new.yaml is good: 3 stages" in call("validate", "new.yaml").stdout


def test_init_prints_where_no_file_is_named(call):
    printed = call("init", "pipeline.yaml").stdout

    assert "kind: TuningExperiment" in printed
    assert "name: rate" in printed


def test_init_names_the_pipeline_as_the_new_file_sees_it(call, folder):
    (folder / "deep").mkdir()

    call("init", "pipeline.yaml", "-o", "deep/new.yaml")

    assert "../pipeline.yaml" in (folder / "deep/new.yaml").read_text()


def test_init_overwrites_nothing(call, folder):
    before = (folder / "experiment.yaml").read_text()

    with pytest.raises(SpecError, match="would be overwritten"):
        call("init", "pipeline.yaml", "-o", "experiment.yaml")

    assert (folder / "experiment.yaml").read_text() == before


def test_init_of_what_is_no_pipeline_is_an_error(call, folder):
    (folder / "other.yaml").write_text("kind: Workflow")

    with pytest.raises(PipelineError):
        call("init", "other.yaml")


def test_validate_names_the_place_the_value_and_the_remedy(call, rewrite):
    rewrite(('min: "0.0"', 'min: "3"'))

    with pytest.raises(SpecError) as caught:
        call("validate", "experiment.yaml")

    assert "spec.parameters[1].searchSpace.uniform" in caught.value.message
    assert "3" in caught.value.message


def test_plan_shows_stages_owners_and_that_nothing_is_known_yet(call):
    printed = call("plan", "experiment.yaml").stdout

    assert "pipeline small: 3 stages, 3 tuned parameters" in printed
    assert re.search(r"prepare .*\n +owns +rows", printed)
    assert re.search(r"train .*\n +owns +rate\n +reads +mode\n +follows prepare", printed)
    assert "known after the first one" in printed


def test_plan_tells_what_is_cached_and_what_the_rest_of_the_budget_is_good_for(call):
    call("run", "experiment.yaml", "--json")

    printed = call("plan", "experiment.yaml").stdout

    assert re.search(r"evaluate .* cached for 4 configurations", printed)
    assert "a whole trial takes about" in printed


KATIB = """\
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: small}
spec:
  objective: {type: maximize, objectiveMetricName: score}
  algorithm: {algorithmName: random}
  maxTrialCount: 3
  parameters:
  - {name: rate, parameterType: double, feasibleSpace: {min: "0", max: "1"}}
  trialTemplate: {primaryContainerName: main}
"""


@pytest.fixture
def katib(folder):
    (folder / "katib.yaml").write_text(KATIB)


def test_a_katib_experiment_is_converted_to_one_that_can_be_tuned(call, folder, katib):
    written = call("convert", "katib.yaml", "--pipeline", "pipeline.yaml", "-o", "new.yaml")

    assert "settle each TODO, then: eeipu validate new.yaml" in written.stderr
    assert "metric: evaluate.metrics.score" in (folder / "new.yaml").read_text()
    assert "new.yaml is good: 3 stages, 1 tuned parameters" in call("validate", "new.yaml").stdout


def test_a_katib_experiment_is_printed_where_no_file_is_named(call, katib):
    printed = call("convert", "katib.yaml").stdout

    assert "metric: <stage>.score" in printed
    assert "# - trialTemplate:" in printed


def test_convert_overwrites_nothing(call, folder, katib):
    with pytest.raises(SpecError, match="would be overwritten"):
        call("convert", "katib.yaml", "-o", "experiment.yaml")
