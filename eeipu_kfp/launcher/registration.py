"""The pipeline "EEIPU tune" in the catalogue of Kubeflow Pipelines, where its form is found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import yaml

from eeipu_kfp.errors import RunnerUnavailableError
from eeipu_kfp.launcher.surroundings import CONTROLLER_NAMESPACE, EXPERIMENT_NAMESPACE, KFP_URL
from eeipu_kfp.runners.backend.api import KfpApi

NAME = "eeipu-tune"
"""What Kubeflow Pipelines knows it by; lower case, since it may keep it as a resource."""
TITLE = "EEIPU tune"
"""What people see."""
_DISTRIBUTION = "eeipu-kfp"
_DIGEST_LETTERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What the pipeline must know of the cluster that it runs in.

    Attributes:
        image: The controller's image, which its tasks run in.
        kfp_url: The API of Kubeflow Pipelines, as pods reach it.
        controller_namespace: Where the controller runs; empty for beside the experiments.
        experiment_namespace: Where experiments are made; empty for where the tasks run.
    """

    image: str
    kfp_url: str
    controller_namespace: str = ""
    experiment_namespace: str = ""

    @property
    def environment(self) -> list[dict[str, str]]:
        """The same as variables of the tasks' containers."""
        values = {
            KFP_URL: self.kfp_url,
            CONTROLLER_NAMESPACE: self.controller_namespace,
            EXPERIMENT_NAMESPACE: self.experiment_namespace,
        }
        return [{"name": name, "value": value} for name, value in values.items() if value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What has become of the pipeline.

    Attributes:
        version: The name of its version.
        is_new: Whether it was uploaded; it was there already otherwise.
    """

    version: str
    is_new: bool


def pipeline_text(installation: Installation) -> str:
    """Return the compiled pipeline for an installation."""
    document = yaml.safe_load(files("eeipu_kfp.launcher").joinpath("tune.yaml").read_text())
    for executor in document["deploymentSpec"]["executors"].values():
        executor["container"]["image"] = installation.image
        executor["container"]["env"] = installation.environment
    return yaml.safe_dump(document, sort_keys=True)


def version_name(text: str) -> str:
    """Return the name of a version: the package's version and a digest of the whole pipeline."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LETTERS]
    return f"{version(_DISTRIBUTION)}-{digest}"


def register(api: KfpApi, installation: Installation, *, namespace: str = "") -> Registration:
    """Make the pipeline known as it is now; nothing changes where it is already.

    Args:
        api: Kubeflow Pipelines.
        installation: The cluster that the pipeline runs in.
        namespace: Whose pipeline it is; empty for everybody's.

    Raises:
        RunnerError: Kubeflow Pipelines does not answer, or refuses.
    """
    text = pipeline_text(installation)
    name, described = version_name(text), _description(text)
    pipeline = _pipeline(api, described, namespace)
    pipeline_id = str(pipeline["pipeline_id"])
    known = {found.get("display_name") for found in api.pipeline_versions(pipeline_id)}
    if name in known:
        return Registration(version=name, is_new=False)
    about = {"name": f"{NAME}-{name}", "display_name": name, "description": described}
    made = api.upload_version(text, pipeline_id=pipeline_id, about=about)
    return Registration(version=name, is_new=made is not None)


def _pipeline(api: KfpApi, described: str, namespace: str) -> Mapping[str, Any]:
    owner = {"namespace": namespace} if namespace else {}
    about = {"name": NAME, "display_name": TITLE, "description": described, **owner}
    found = (
        api.find_pipeline(NAME, namespace=namespace)
        or api.create_pipeline(about)
        or api.find_pipeline(NAME, namespace=namespace)
    )
    if found is None:
        message = f"Kubeflow Pipelines has and has not a pipeline `{NAME}`"
        raise RunnerUnavailableError(message)
    return found


def _description(text: str) -> str:
    return str(yaml.safe_load(text)["pipelineInfo"]["description"])
