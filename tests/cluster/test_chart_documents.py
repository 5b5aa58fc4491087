"""What is generated of the chart is current, and the manifests are its twin."""

import pytest
import yaml

from helm.generation import (
    MANIFESTS,
    VALUES,
    chart_documents,
    manifest_documents,
    read_values,
    readme,
    schema,
)
from tests.cluster.charts import CHART, ROOT, name_of, objects_of

HELM_LABELS = ("helm.sh/chart", "app.kubernetes.io/managed-by")
AGAIN = "run `make generate`"

SOME_VALUES = """
# About this file.

group:
  # -- What it is: `a`
  # or `b`.
  # @schema enum: [a, b]
  # @schema minLength: 1
  known: a
# -- Anything.
# @schema additionalProperties: {type: string}
free: {one: two}
"""


def leaves(values):
    for value in values:
        yield from leaves(value.members) if value.members else (value,)


def without_helm(found):
    """An object as it would be without Helm."""
    metadata = dict(found["metadata"])
    labels = metadata.get("labels", {})
    metadata["labels"] = {name: labels[name] for name in labels if name not in HELM_LABELS}
    annotations = metadata.pop("annotations", {})
    metadata["annotations"] = {
        name: annotations[name] for name in annotations if not name.startswith("helm.sh/")
    }
    return {**found, "metadata": metadata}


def by_name(rendered, *, without=()):
    return {
        name_of(found): without_helm(found) for found in rendered.objects if found not in without
    }


@pytest.mark.parametrize("document", chart_documents().items(), ids=lambda item: item[0].name)
def test_what_follows_from_the_values_is_current(document):
    path, text = document

    assert path.read_text() == text, AGAIN


def test_the_manifests_are_current(helm):
    del helm

    written = {path: path.read_text() for path in manifest_documents()}

    assert written == manifest_documents(), AGAIN


@pytest.mark.cluster
def test_the_manifests_make_what_the_chart_makes(helm, kubectl):
    rendered = helm.render()

    twin = objects_of(kubectl("kustomize", str(MANIFESTS)))

    charted = by_name(rendered, without=rendered.every("Pod"))
    definition = name_of(rendered.one("CustomResourceDefinition"))
    assert by_name(twin).keys() == charted.keys()
    assert by_name(twin)[definition]["spec"] == charted[definition]["spec"]
    assert {k: v for k, v in by_name(twin).items() if k != definition} == {
        k: v for k, v in charted.items() if k != definition
    }


def test_the_chart_and_the_package_have_one_version():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())

    package = (ROOT / "pyproject.toml").read_text()

    assert f'version = "{chart["appVersion"]}"' in package
    assert f"newTag: {chart['appVersion']}" in (MANIFESTS / "kustomization.yaml").read_text()


def test_every_value_has_a_description():
    silent = [
        value.path for value in leaves(read_values(VALUES.read_text())) if not value.description
    ]

    assert silent == []


def test_a_value_is_read_with_its_comment_and_its_rules():
    known, free = leaves(read_values(SOME_VALUES))

    assert (known.path, known.default) == (("group", "known"), "a")
    assert known.description == "What it is: `a` or `b`."
    assert known.rules == {"enum": ["a", "b"], "minLength": 1}
    assert (free.path, free.default) == (("free",), {"one": "two"})


def test_the_schema_is_closed_but_where_keys_are_free():
    built = yaml.safe_load(schema(read_values(SOME_VALUES)))

    assert built["additionalProperties"] is False
    assert built["properties"]["group"]["additionalProperties"] is False
    assert built["properties"]["group"]["properties"]["known"]["enum"] == ["a", "b"]
    assert built["properties"]["free"]["additionalProperties"] == {"type": "string"}


def test_the_readme_is_renewed_in_its_table_alone():
    page = "before\n<!-- values -->\nold\n<!-- end of values -->\nafter\n"

    renewed = readme(page, read_values(SOME_VALUES))

    assert renewed.startswith("before\n<!-- values -->\n| Value |")
    assert renewed.endswith("<!-- end of values -->\nafter\n")
    assert "old" not in renewed
    assert '| `group.known` | `"a"` | What it is: `a` or `b`. |' in renewed
