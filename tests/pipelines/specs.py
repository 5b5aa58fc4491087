"""Compiled pipelines written by hand, as small as a test needs them."""

from collections.abc import Mapping


def container(**changes: object) -> dict:
    return {"image": "python:3.11", "command": ["run"], "args": ["--fast"], **changes}


def component(label: str, parameters: Mapping = {}, artifacts: Mapping = {}) -> dict:
    """A component with parameter inputs by type, and an output of each kind."""
    return {
        "executorLabel": label,
        "inputDefinitions": {
            "parameters": {name: {"parameterType": kind} for name, kind in parameters.items()},
            "artifacts": {name: {"artifactType": schema(kind)} for name, kind in artifacts.items()},
        },
        "outputDefinitions": {
            "parameters": {"score": {"parameterType": "NUMBER_DOUBLE"}},
            "artifacts": {"model": {"artifactType": schema("system.Model")}},
        },
    }


def schema(title: str) -> dict:
    return {"schemaTitle": title, "schemaVersion": "0.0.1"}


def task(name: str, parameters: Mapping = {}, artifacts: Mapping = {}, after=()) -> dict:
    found = {
        "componentRef": {"name": f"comp-{name}"},
        "taskInfo": {"name": name},
        "cachingOptions": {"enableCache": True},
        "inputs": {"parameters": dict(parameters), "artifacts": dict(artifacts)},
    }
    return {**found, "dependentTasks": list(after)} if after else found


def constant(value: object) -> dict:
    return {"runtimeValue": {"constant": value}}


def given(name: str) -> dict:
    return {"componentInputParameter": name}


def output(producer: str, name: str = "score") -> dict:
    return {"taskOutputParameter": {"producerTask": producer, "outputParameterKey": name}}


def artifact(producer: str, name: str = "model") -> dict:
    return {"taskOutputArtifact": {"producerTask": producer, "outputArtifactKey": name}}


def pipeline(tasks: Mapping, components: Mapping, inputs: Mapping = {}, **executors) -> dict:
    labels = [found["executorLabel"] for found in components.values() if "executorLabel" in found]
    return {
        "pipelineInfo": {"name": "by-hand"},
        "components": dict(components),
        "deploymentSpec": {
            "executors": {
                label: executors.get(label.replace("-", "_"), {"container": container()})
                for label in labels
            }
        },
        "root": {
            "dag": {"tasks": dict(tasks)},
            "inputDefinitions": {
                "parameters": {name: {"parameterType": kind} for name, kind in inputs.items()}
            },
        },
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
    }


def chain() -> dict:
    """Two stages: `prepare` reads `rows`, `train` reads `lr` and what `prepare` puts out."""
    parameters = {"lr": given("lr"), "limit": output("prepare")}
    return pipeline(
        {
            "prepare": task("prepare", {"rows": given("rows"), "mode": constant("fast")}),
            "train": task("train", parameters, {"base": artifact("prepare")}, ["prepare"]),
        },
        {
            "comp-prepare": component("exec-prepare", {"rows": "NUMBER_INTEGER", "mode": "STRING"}),
            "comp-train": component(
                "exec-train",
                {"lr": "NUMBER_DOUBLE", "limit": "NUMBER_DOUBLE"},
                {"base": "system.Model"},
            ),
        },
        {"rows": "NUMBER_INTEGER", "lr": "NUMBER_DOUBLE"},
    )
