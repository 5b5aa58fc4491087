from eeipu_kfp.core.outputs import Artifact, StageOutputs


def test_a_stage_may_put_out_nothing():
    outputs = StageOutputs()

    assert outputs.parameters == {}
    assert outputs.artifacts == {}


def test_an_artifact_is_plain_unless_said_otherwise():
    artifact = Artifact(uri="minio://b/k")

    assert artifact.type == "system.Artifact"
    assert artifact.metadata == {}
