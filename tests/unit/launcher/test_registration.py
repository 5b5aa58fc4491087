from importlib.metadata import version

import pytest
import yaml

from eeipu_kfp.errors import RunnerUnavailableError
from eeipu_kfp.launcher.registration import (
    NAME,
    TITLE,
    Installation,
    pipeline_text,
    register,
    version_name,
)
from tests.unit.launcher.catalogue import FakeKfp

HERE = Installation(image="registry.example.org/eeipu-kfp:1", kfp_url="http://kfp:8888")


def containers_of(text):
    executors = yaml.safe_load(text)["deploymentSpec"]["executors"]
    return [executor["container"] for executor in executors.values()]


def test_every_task_runs_in_the_installation_s_image_and_knows_its_way():
    there = Installation(
        image="x:1", kfp_url="http://kfp:1", controller_namespace="a", experiment_namespace="b"
    )

    containers = containers_of(pipeline_text(there))

    assert len(containers) == 2
    assert {container["image"] for container in containers} == {"x:1"}
    assert (
        containers[0]["env"]
        == containers[1]["env"]
        == [
            {"name": "EEIPU_KFP_URL", "value": "http://kfp:1"},
            {"name": "EEIPU_CONTROLLER_NAMESPACE", "value": "a"},
            {"name": "EEIPU_EXPERIMENT_NAMESPACE", "value": "b"},
        ]
    )


def test_what_an_installation_leaves_open_is_not_said():
    assert [entry["name"] for entry in HERE.environment] == ["EEIPU_KFP_URL"]


def test_a_version_is_named_after_the_package_and_all_that_is_in_it():
    name = version_name(pipeline_text(HERE))

    assert name.startswith(f"{version('eeipu-kfp')}-")
    assert name == version_name(pipeline_text(HERE))
    assert name != version_name(pipeline_text(Installation(image="x:2", kfp_url="http://kfp:8888")))


def test_the_pipeline_is_made_with_its_title_and_its_first_version():
    api = FakeKfp()

    done = register(api, HERE)

    assert done.is_new
    assert api.known[NAME]["display_name"] == TITLE
    assert "parameters" in api.known[NAME]["description"]
    assert [kept["display_name"] for kept in api.kept[f"id-{NAME}"]] == [done.version]


def test_registering_the_same_again_changes_nothing():
    api = FakeKfp()

    first, second = register(api, HERE), register(api, HERE)

    assert second.version == first.version
    assert not second.is_new
    assert len(api.uploads) == 1


def test_what_has_changed_is_a_new_version_of_the_same_pipeline():
    api = FakeKfp()
    first = register(api, HERE)

    second = register(api, Installation(image="x:2", kfp_url="http://kfp:8888"))

    assert second.is_new
    assert len(api.known) == 1
    assert [kept["display_name"] for kept in api.kept[f"id-{NAME}"]] == [
        first.version,
        second.version,
    ]


def test_a_pipeline_that_somebody_makes_at_the_same_time_is_used():
    api = FakeKfp()
    create = api.create_pipeline

    def lose(about):
        create(about)

    api.create_pipeline = lose

    assert register(api, HERE).is_new


def test_a_version_that_somebody_uploads_at_the_same_time_is_not_new():
    api = FakeKfp()
    api.upload_version = lambda *_, **__: None

    assert not register(api, HERE).is_new


def test_a_backend_that_contradicts_itself_may_be_asked_again():
    api = FakeKfp()
    api.create_pipeline = lambda _: None

    with pytest.raises(RunnerUnavailableError, match="has and has not"):
        register(api, HERE)
