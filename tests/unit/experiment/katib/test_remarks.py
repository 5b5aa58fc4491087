import pytest

from eeipu_kfp.experiment.katib.remarks import remarks_on


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"earlyStopping": {"algorithmName": "medianstop"}}, "stageTimeoutSeconds"),
        ({"metricsCollectorSpec": {"collector": {"kind": "File"}}}, "log_metric"),
        ({"resumePolicy": "FromVolume"}, "resumePolicy FromVolume"),
        ({"nasConfig": {"graphConfig": {}}}, "nasConfig"),
        ({"algorithm": {"algorithmName": "grid"}}, "algorithm grid: no grid"),
        ({"algorithm": {"algorithmName": "new"}}, "algorithm new: `eeipu` takes its place"),
        ({"objective": {"additionalMetricNames": ["auc", "f1"]}}, "auc, f1"),
    ],
    ids=["early", "collector", "resume", "nas", "grid", "unknown", "metrics"],
)
def test_what_has_no_counterpart_is_named(spec, said):
    (remark,) = remarks_on(spec, ())

    assert said in remark


@pytest.mark.parametrize(
    "spec",
    [{}, {"algorithm": {"algorithmName": "random"}}, {"resumePolicy": "Never"}],
    ids=["empty", "random", "never resumed"],
)
def test_nothing_is_said_of_what_stays_the_same(spec):
    assert remarks_on(spec, ()) == ()


def test_images_of_the_template_are_named_once():
    container = {"image": "registry/train:1"}
    template = {"trialSpec": {"spec": {"replicas": [container, container, {"image": "side:2"}]}}}

    (remark,) = remarks_on({"trialTemplate": template}, ())

    assert "components of `registry/train:1`, `side:2`, one" in remark


def test_the_resource_of_hyperband_is_named():
    settings = [{"name": "resource_name", "value": "epochs"}]

    found = remarks_on(
        {"algorithm": {"algorithmName": "hyperband", "algorithmSettings": settings}}, ["eta"]
    )

    assert "`epochs`" in found[0]
    assert found[1] == "algorithmSettings eta: there is nothing to set"


@pytest.mark.parametrize(("name", "count"), [("loss", 1), ("auc", 0)])
def test_an_extreme_of_the_objective_is_left_to_the_stage(name, count):
    strategies = [{"name": name, "value": "min"}]
    objective = {"objectiveMetricName": "loss", "metricStrategies": strategies}

    assert len(remarks_on({"objective": objective}, ())) == count
