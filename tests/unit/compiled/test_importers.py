import json

import pytest

from eeipu_kfp.compiled.importers import (
    artifact_importer,
    importer_name,
    is_portable,
    list_importer,
)
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.errors import PipelineError


def models(*metadata):
    return tuple(
        Artifact(uri=f"/models/{number}", type="system.Model", metadata=found)
        for number, found in enumerate(metadata)
    )


def test_an_artifact_keeps_type_and_metadata():
    (model,) = models({"depth": 3})

    found = artifact_importer("cached-fit-model", model)

    importer = found.executors["exec-cached-fit-model"]["importer"]
    assert importer["metadata"] == {"depth": 3}
    assert importer["typeSchema"]["schemaTitle"] == "system.Model"


def test_a_list_is_imported_by_a_loop_over_its_uris():
    found = list_importer("cached-fit-model", models({"by": "x"}, {"by": "x"}))

    items = found.task["parameterIterator"]["items"]["raw"]
    assert json.loads(items) == ["/models/0", "/models/1"]
    importer = found.executors["exec-cached-fit-model-item"]["importer"]
    assert importer["metadata"] == {"by": "x"}
    assert importer["artifactUri"] == {"runtimeParameter": "uri"}


def test_a_list_whose_artifacts_differ_in_metadata_is_refused():
    with pytest.raises(PipelineError, match="`cached-fit-model` differ in type or metadata"):
        list_importer("cached-fit-model", models({"depth": 1}, {"depth": 2}))


@pytest.mark.parametrize(
    ("artifacts", "wanted"),
    [
        ((), True),
        (models({"depth": 1}), True),
        (models({}, {}), True),
        (models({"store_session_info": "a"}, {"store_session_info": "b"}), True),
        (models({"depth": 1}, {"depth": 2}), False),
    ],
)
def test_outputs_are_portable_where_lists_are_alike(artifacts, wanted):
    assert is_portable(StageOutputs(artifacts={"models": artifacts})) is wanted


@pytest.mark.parametrize(
    ("stage", "output", "taken", "wanted"),
    [
        ("fit", "model", (), "cached-fit-model"),
        (
            "for-loop-1",
            "pipelinechannel--fit-Model_a",
            (),
            "cached-for-loop-1-pipelinechannel-fit-model-a",
        ),
        ("fit", "model", ("cached-fit-model", "cached-fit-model-2"), "cached-fit-model-3"),
    ],
)
def test_an_importer_has_a_name_that_kubernetes_takes_and_no_other_task_has(
    stage, output, taken, wanted
):
    assert importer_name(stage, output, taken) == wanted
