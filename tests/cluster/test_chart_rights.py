"""Which rights the chart asks for, and where."""

import pytest

from eeipu_kfp.controller.lease import NAME as LEASE


def rules_of(rendered, kind, name):
    (found,) = [o for o in rendered.every(kind) if o["metadata"]["name"] == name]
    return {
        (group, resource): set(rule["verbs"])
        for rule in found["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (
            {},
            {
                ("Role", "own", "eeipu-kfp"),
                ("Role", "own", "eeipu-kfp-lease"),
                ("Role", "kubeflow", "eeipu-kfp-runs-own"),
            },
        ),
        (
            {"watchNamespaces": ["a", "b"], "kfp": {"namespace": "pipes"}},
            {
                ("Role", "a", "eeipu-kfp"),
                ("Role", "b", "eeipu-kfp"),
                ("Role", "own", "eeipu-kfp-lease"),
                ("Role", "pipes", "eeipu-kfp-runs-own"),
            },
        ),
        (
            {"watchNamespaces": ["a"], "kfp": {"multiUser": True}},
            {
                ("Role", "a", "eeipu-kfp"),
                ("Role", "own", "eeipu-kfp-lease"),
                ("Role", "a", "eeipu-kfp-runs-own"),
            },
        ),
        (
            {"scope": "Cluster"},
            {
                ("ClusterRole", "", "eeipu-kfp"),
                ("Role", "own", "eeipu-kfp-lease"),
                ("Role", "kubeflow", "eeipu-kfp-runs-own"),
            },
        ),
        (
            {"scope": "Cluster", "kfp": {"multiUser": True}},
            {
                ("ClusterRole", "", "eeipu-kfp"),
                ("Role", "own", "eeipu-kfp-lease"),
                ("ClusterRole", "", "eeipu-kfp-runs-own"),
            },
        ),
    ],
    ids=["own namespace", "a list", "a list of profiles", "cluster", "cluster of profiles"],
)
def test_rights_are_asked_for_only_where_the_controller_works(helm, values, wanted):
    others = {"userRoles": {"create": False}, "tunePipeline": {"rbac": False}}
    rendered = helm.render({**others, **values}, namespace="own")

    roles = {name for name in rendered.names if name[0] in {"Role", "ClusterRole"}}
    bound = {
        (found["roleRef"]["kind"], found["metadata"].get("namespace", ""), found["roleRef"]["name"])
        for kind in ("RoleBinding", "ClusterRoleBinding")
        for found in rendered.every(kind)
        if found["roleRef"]["name"] != "kubeflow-pipelines-edit"
    }

    assert roles == bound == wanted


def test_every_binding_but_those_of_tasks_is_for_the_controller_s_own_account(helm):
    values = {"watchNamespaces": ["a"], "tunePipeline": {"rbac": False}}
    rendered = helm.render(values, namespace="own")
    account = {"kind": "ServiceAccount", "name": "eeipu-kfp", "namespace": "own"}

    assert all(found["subjects"] == [account] for found in rendered.every("RoleBinding"))
    assert rendered.pod["serviceAccountName"] == rendered.one("ServiceAccount")["metadata"]["name"]


def test_nothing_but_what_the_controller_does_is_asked_for(helm):
    rendered = helm.render()

    assert rules_of(rendered, "Role", "eeipu-kfp") == {
        ("eeipu.dev", "tuningexperiments"): {"get", "list", "watch", "patch", "delete"},
        ("eeipu.dev", "tuningexperiments/status"): {"patch"},
        ("", "events"): {"create"},
        ("", "configmaps"): {"get"},
    }
    assert rules_of(rendered, "Role", "eeipu-kfp-runs-kubeflow") == {
        ("", "pods"): {"get", "list"},
        ("", "pods/log"): {"get"},
    }


def test_the_lease_is_the_one_that_the_controller_takes(helm):
    (role,) = [
        found
        for found in helm.render().every("Role")
        if found["metadata"]["name"] == "eeipu-kfp-lease"
    ]

    create, change = role["rules"]

    assert create["verbs"] == ["create"]
    assert (change["verbs"], change["resourceNames"]) == (["get", "update"], [LEASE])


def test_in_multi_user_mode_the_controller_may_start_runs(helm):
    rendered = helm.render({"kfp": {"multiUser": True}, "watchNamespaces": ["a"]})

    bound = {
        found["metadata"]["namespace"]
        for found in rendered.every("RoleBinding")
        if found["roleRef"]
        == {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "kubeflow-pipelines-edit",
        }
    }

    assert bound == {"a"}


def test_users_get_their_rights_with_those_they_have(helm):
    roles = {found["metadata"]["name"]: found for found in helm.render().every("ClusterRole")}

    aggregated = {
        name: {
            label.rpartition("-")[2] for label in role["metadata"]["labels"] if "aggregate" in label
        }
        for name, role in roles.items()
    }

    assert aggregated == {"eeipu-kfp-view": {"view"}, "eeipu-kfp-edit": {"edit", "admin"}}
    assert helm.render({"userRoles": {"create": False}}).every("ClusterRole") == []


@pytest.mark.parametrize(("keep", "policy"), [(True, "keep"), (False, None)])
def test_the_definition_outlives_the_release_where_it_is_kept(helm, keep, policy):
    definition = helm.render({"crds": {"keep": keep}}).one("CustomResourceDefinition")

    assert definition["metadata"].get("annotations", {}).get("helm.sh/resource-policy") == policy


LAUNCHER = {("eeipu.dev", "tuningexperiments"): {"get", "create", "patch", "delete"}}
RESULTS = {("", "services/proxy"): {"get"}}


def bound_to(rendered, role):
    """The namespaces of a role's bindings, and who is bound there."""
    return {
        found["metadata"]["namespace"]: {(s["namespace"], s["name"]) for s in found["subjects"]}
        for found in rendered.every("RoleBinding")
        if found["roleRef"]["name"] == role
    }


@pytest.mark.parametrize(
    ("values", "experiments", "everyone"),
    [
        ({}, {"own": {("kubeflow", "pipeline-runner")}}, {("kubeflow", "pipeline-runner")}),
        (
            {"kfp": {"namespace": "own"}},
            {"own": {("own", "pipeline-runner")}},
            {("own", "pipeline-runner")},
        ),
        (
            {"watchNamespaces": ["a", "pipes"], "kfp": {"namespace": "pipes"}},
            {"pipes": {("pipes", "pipeline-runner")}},
            {("pipes", "pipeline-runner")},
        ),
        (
            {"scope": "Cluster"},
            {"kubeflow": {("kubeflow", "pipeline-runner")}},
            {("kubeflow", "pipeline-runner")},
        ),
        (
            {"watchNamespaces": ["a", "b"], "kfp": {"multiUser": True}},
            {"a": {("a", "default-editor")}, "b": {("b", "default-editor")}},
            {("a", "default-editor"), ("b", "default-editor")},
        ),
        (
            {"tunePipeline": {"serviceAccount": "runner"}},
            {"own": {("kubeflow", "runner")}},
            {("kubeflow", "runner")},
        ),
    ],
    ids=["elsewhere", "beside", "one of a list", "cluster", "profiles", "another account"],
)
def test_tasks_may_make_their_experiment_and_read_its_result(helm, values, experiments, everyone):
    rendered = helm.render(values, namespace="own")

    assert rules_of(rendered, "Role", "eeipu-kfp-launcher-results") == RESULTS
    assert bound_to(rendered, "eeipu-kfp-launcher-results") == {"own": everyone}
    assert bound_to(rendered, "eeipu-kfp-launcher") == experiments
    for found in rendered.every("Role"):
        if found["metadata"]["name"] == "eeipu-kfp-launcher":
            rules = {
                (r["apiGroups"][0], r["resources"][0]): set(r["verbs"]) for r in found["rules"]
            }
            assert rules == LAUNCHER


def test_where_profiles_are_everywhere_they_are_bound_by_hand(helm):
    rendered = helm.render({"scope": "Cluster", "kfp": {"multiUser": True}})

    assert not [o for o in rendered.every("Role") if "launcher" in o["metadata"]["name"]]


def test_tasks_get_no_rights_where_nobody_wants_it(helm):
    rendered = helm.render({"tunePipeline": {"rbac": False}})

    assert not [name for name in rendered.names if "launcher" in name[2]]
