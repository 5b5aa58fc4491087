import pytest

from eeipu_kfp.errors import SpecError
from eeipu_kfp.launcher.pipelines import find_registered
from tests.unit.launcher.catalogue import FakeKfp


@pytest.mark.parametrize("version", ["latest", "", " two "])
def test_a_version_is_found_by_its_name_and_the_newest_by_none(version):
    found = find_registered(FakeKfp("one", "two"), "small", version)

    assert (found.name, found.version) == ("small", "two")
    assert found.reference == {"pipeline_id": "id-small", "pipeline_version_id": "id-two"}
    assert found.compiled.shape.names == ("prepare", "train", "evaluate")


def test_a_pipeline_is_found_by_the_name_that_people_see():
    found = find_registered(FakeKfp("one"), "Small one", "one")

    assert found.name == "small"


def test_an_unknown_pipeline_is_an_error_that_names_a_near_one():
    with pytest.raises(SpecError, match=r"`pipeline_name`: .* no pipeline `smal`") as caught:
        find_registered(FakeKfp("one", title="small"), "smal", "latest")

    assert caught.value.hint == "did you mean `small`?"


def test_an_unknown_version_is_an_error_that_names_those_there_are():
    with pytest.raises(SpecError, match=r"`pipeline_version`: .* no version `seven`") as caught:
        find_registered(FakeKfp("one", "two"), "small", "seven")

    assert caught.value.hint == "known are `two`, `one`, `latest`"


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name_is_no_pipeline(name):
    with pytest.raises(SpecError, match="pipeline_name"):
        find_registered(FakeKfp("one"), name, "latest")
