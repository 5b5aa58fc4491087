import pytest
import yaml

from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.controller.api_server import MissingResourceError
from eeipu_kfp.controller.opening import open_resource
from eeipu_kfp.errors import PipelineError, RunnerError, SpecError
from tests.cluster_world import pipeline_text
from tests.unit.controller.samples import resource

CONFIG_MAPS = "/api/v1/namespaces/team/configmaps"


def opened(parts, **pipeline):
    found = resource()
    found.body["spec"]["pipeline"] = pipeline
    return open_resource(found, parts.tools)


def test_an_inline_pipeline_is_read(parts):
    found = opened(parts, inline=pipeline_text())

    assert found.pipeline.shape.names == ("prepare", "train", "evaluate")
    assert found.experiment.name == "small"
    assert found.experiment.arguments == {"mode": "good"}


def test_a_pipeline_is_read_from_a_config_map(parts):
    document = {"metadata": {"name": "ours"}, "data": {"p.yaml": pipeline_text()}}
    parts.api.create(CONFIG_MAPS, document)

    found = opened(parts, configMapRef={"name": "ours", "key": "p.yaml"})

    assert found.pipeline.shape.names == ("prepare", "train", "evaluate")


def test_a_config_map_that_is_not_there_yet_is_waited_for(parts):
    with pytest.raises(MissingResourceError, match="no ConfigMap `ours` yet"):
        opened(parts, configMapRef={"name": "ours", "key": "p.yaml"})


def test_a_key_that_is_not_there_is_told_with_those_that_are(parts):
    parts.api.create(CONFIG_MAPS, {"metadata": {"name": "ours"}, "data": {"other": ""}})

    with pytest.raises(MissingResourceError, match=r"no key `p\.yaml`; it has `other`"):
        opened(parts, configMapRef={"name": "ours", "key": "p.yaml"})


def test_a_registered_pipeline_is_read(parts):
    ir = yaml.safe_load(pipeline_text())
    parts.backend.pipelines["ours", "v1"] = Document(ir=ir, platform={})

    found = opened(parts, registered={"name": "ours", "version": "v1"})

    assert found.pipeline.shape.names == ("prepare", "train", "evaluate")
    with pytest.raises(RunnerError):
        opened(parts, registered={"name": "ours", "version": "v2"})


def test_a_pipeline_on_a_users_machine_cannot_be_read_here(parts):
    with pytest.raises(SpecError, match="eeipu apply"):
        opened(parts, path="pipeline.yaml")


def test_what_is_no_pipeline_is_refused(parts):
    with pytest.raises(PipelineError):
        opened(parts, inline="nothing: here")


def test_all_experiments_of_a_namespace_share_one_cache(parts):
    assert parts.tools.cache("a") is parts.tools.cache("a")
    assert parts.tools.cache("a") is not parts.tools.cache("b")


def test_namespaces_and_ledgers_have_folders_of_their_own(parts):
    parts.tools.open_store("team").put("x", b"")
    parts.tools.ledger_store(resource()).put("y", b"")

    names = [found.name for found in parts.store.list("")]
    assert names == ["team/experiments/small-12345678/y", "team/x"]


def test_the_size_of_a_cache_is_looked_up_now_and_then(parts):
    listed = []
    cache = parts.tools.cache("team")
    cache.entries = lambda: listed.append(1) or ()

    for _ in range(3):
        assert parts.tools.cache_size("team").entries == 0
    parts.clock.sleep(30.0)
    parts.tools.cache_size("team")

    assert len(listed) == 2
