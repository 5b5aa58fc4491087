"""How the chart registers "EEIPU tune" with Kubeflow Pipelines."""

import pytest


def job_of(rendered):
    return rendered.one("Job")


def environment_of(rendered):
    (container,) = job_of(rendered)["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry.get("value") for entry in container["env"]}


def test_a_job_registers_it_after_every_install_and_upgrade(helm):
    job = job_of(helm.render())

    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "post-install,post-upgrade"
    assert container["command"] == ["eeipu", "register"]


def test_nothing_is_registered_where_nobody_wants_it(helm):
    assert helm.render({"tunePipeline": {"register": False}}).every("Job") == []


def test_its_tasks_run_in_the_controller_s_image(helm):
    rendered = helm.render({"image": {"repository": "r.io/x", "tag": "2"}})

    assert environment_of(rendered)["EEIPU_IMAGE"] == rendered.container["image"] == "r.io/x:2"


@pytest.mark.parametrize(
    ("values", "namespace"),
    [
        ({"kfp": {"namespace": "own"}}, ""),
        ({}, "own"),
        ({"watchNamespaces": ["a", "b"]}, "a"),
        ({"watchNamespaces": ["a", "kubeflow"]}, ""),
        ({"scope": "Cluster"}, ""),
        ({"kfp": {"multiUser": True}}, None),
    ],
    ids=["beside", "elsewhere", "a list", "one of a list", "cluster", "profiles"],
)
def test_experiments_are_made_where_the_controller_looks(helm, values, namespace):
    environment = environment_of(helm.render(values, namespace="own"))

    assert environment.get("EEIPU_EXPERIMENT_NAMESPACE") == namespace


def test_the_backend_is_the_controller_s_own(helm):
    environment = environment_of(helm.render({"kfp": {"url": "http://kfp:1"}}))

    assert environment["KFP_ENDPOINT"] == environment["EEIPU_KFP_URL"] == "http://kfp:1"


def test_a_backend_for_many_users_is_shown_a_token(helm):
    job = job_of(helm.render({"kfp": {"multiUser": True}}))

    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    named = {entry["name"]: entry.get("value") for entry in container["env"]}
    (mount,) = [m for m in container["volumeMounts"] if m["name"] == "kfp-token"]
    assert named["EEIPU_KFP_TOKEN_PATH"] == f"{mount['mountPath']}/token"
    assert pod["serviceAccountName"] == "eeipu-kfp"


def test_its_pod_is_not_taken_for_the_controller(helm):
    rendered = helm.render()

    selector = rendered.one("Service")["spec"]["selector"]
    labels = job_of(rendered)["spec"]["template"]["metadata"]["labels"]
    assert not selector.items() <= labels.items()
