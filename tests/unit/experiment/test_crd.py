import runpy
import sys
from pathlib import Path

import pytest
import yaml

from eeipu_kfp.experiment import crd

ROOT = Path(__file__).parents[3]
COPIES = ("manifests/crd/tuningexperiments.yaml", "helm/eeipu-kfp/files/tuningexperiments.yaml")
VERSION = crd.definition()["spec"]["versions"][0]


@pytest.mark.parametrize("copy", COPIES)
def test_the_committed_definition_is_the_generated_one(copy):
    assert (ROOT / copy).read_text() == crd.to_yaml(), "run `make generate`"


def test_the_text_holds_the_definition():
    assert yaml.safe_load(crd.to_yaml()) == crd.definition()


def test_the_module_writes_every_file_it_is_given(tmp_path, monkeypatch):
    files = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    monkeypatch.setattr(sys, "argv", ["crd", *map(str, files)])
    monkeypatch.delitem(sys.modules, crd.__name__)

    runpy.run_module(crd.__name__, run_name="__main__")

    assert [file.read_text() for file in files] == [crd.to_yaml()] * 2


def test_the_definition_has_the_documented_names():
    names = crd.definition()["spec"]["names"]

    assert crd.definition()["metadata"]["name"] == "tuningexperiments.eeipu.dev"
    assert (names["kind"], names["shortNames"]) == ("TuningExperiment", ["tune"])
    assert VERSION["subresources"] == {"status": {}}


def test_every_column_shows_a_field_that_exists():
    fields = VERSION["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"]

    for column in VERSION["additionalPrinterColumns"]:
        first, _, rest = column["jsonPath"].partition(".status.")[2].partition(".")
        if column["jsonPath"].startswith(".status.conditions["):
            continue
        assert column["jsonPath"] == ".metadata.creationTimestamp" or (
            rest in fields[first]["properties"]
        )
