"""What is in the images, as a pod sees it."""

import json
import re
from functools import partial

import pytest

from tests.cluster.charts import ROOT
from tests.cluster.pods import run_python

pytestmark = pytest.mark.cluster

LOOK = """
import importlib.metadata, importlib.util, json, os, pathlib, sys

cached = pathlib.Path(importlib.util.find_spec("numpy").cached).read_bytes()
print(json.dumps({
    "user": os.getuid(),
    "modules": [name for name in sys.argv[1:] if importlib.util.find_spec(name)],
    "versions": {d.name: d.version for d in importlib.metadata.distributions(path=sys.path[-1:])},
    "flags": int.from_bytes(cached[4:8], "little"),
}))
"""
STAGE = "import kfp.dsl.executor_main, numpy, sklearn.ensemble, tempfile; tempfile.mkdtemp()"
UNCHECKED_HASH = 1


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture
def run_in(kubectl, namespace):
    """Run Python code in a pod of an image as Kubernetes lets it; return what it prints."""
    return partial(run_python, kubectl, namespace)


@pytest.fixture(params=["controller", "stacking"])
def image(request):
    return request.getfixturevalue(f"{request.param}_image")


def test_an_image_holds_pinned_versions_without_torch_for_a_user_that_is_not_root(run_in, image):
    pins = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    )
    pinned = {normal(name): version for name, version in pins.items()}

    seen = json.loads(run_in(image, LOOK, "torch", "botorch", "kfp"))

    versions = {normal(name): version for name, version in seen["versions"].items()}
    versions.pop("eeipu-kfp", None)
    assert versions == {name: pinned.get(name) for name in versions}
    assert seen["modules"] == ["kfp"]
    assert seen["user"] > 0


def test_byte_code_is_there_and_bears_no_time(run_in, image):
    seen = json.loads(run_in(image, LOOK))

    assert seen["flags"] == UNCHECKED_HASH


def test_a_stage_finds_all_it_needs(run_in, stacking_image):
    run_in(stacking_image, STAGE, _KFP_RUNTIME="true")


def test_a_stage_image_holds_nothing_of_the_tuner(run_in, stacking_image):
    seen = json.loads(run_in(stacking_image, LOOK, "eeipu_kfp", "kubernetes", "google"))

    assert seen["modules"] == []
