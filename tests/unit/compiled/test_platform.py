from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.compiled.platform import platform_settings, platform_sources, without_sources
from tests.pipelines import specs

SETTINGS = {
    "pvcMount": [{"mountPath": "/d", "pvcNameParameter": specs.given("volume")}],
    "podMetadata": {"labels": {"team": "a"}},
}


def test_only_what_the_container_sees_counts():
    executors = {"exec-train": SETTINGS}
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}
    document = Document(ir=specs.chain(), platform=platform)
    components = document.ir["components"]

    assert platform_settings(document, components["comp-train"]).keys() == {"pvcMount"}
    assert platform_settings(document, components["comp-prepare"]) == {}


def test_settings_say_where_they_take_names_from():
    path = "platform.pvcMount[0].pvcNameParameter"

    assert list(platform_sources(SETTINGS)) == [(path, specs.given("volume"))]


def test_settings_without_sources_name_no_input():
    assert without_sources(SETTINGS)["pvcMount"] == [{"mountPath": "/d", "pvcNameParameter": {}}]
