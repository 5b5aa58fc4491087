"""A Kubernetes API of one process: what it is asked, and the answers that a test has laid out."""

import json

from eeipu_kfp.cluster.refusals import refusal

COLLECTION = "/apis/eeipu.dev/v1alpha1/namespaces/team/tuningexperiments"
PROXY = "/api/v1/namespaces/eeipu/services/eeipu-kfp:http/proxy/namespaces/team"


class FakeConnection:
    """Fulfils `Connection`; an answer is text, plain data, the status of a refusal, or that and its
    message."""

    context, namespace = "test", "team"

    def __init__(self, answers):
        self.answers = dict(answers)
        self.asked = []

    def get(self, path, query=None):
        return self._answer("GET", path, query)

    def post(self, path, query=None):
        return self._answer("POST", path, query)

    def apply(self, path, document, query):
        self.applied = document
        return self._answer("PATCH", path, query)

    def delete(self, path):
        self._answer("DELETE", path, None)

    def _answer(self, method, path, query):
        self.asked.append((method, path, dict(query or {})))
        found = self.answers.get(path, 404)
        if isinstance(found, int):
            found = (found, forbidden() if found == 403 else "page not found")
        if isinstance(found, tuple):
            raise refusal(found[0], json.dumps({"message": found[1]}))
        return found if isinstance(found, str) else json.dumps(found)


def forbidden(verb="list", resource="services", group="", where="at the cluster scope"):
    return (
        f'{resource} is forbidden: User "ann" cannot {verb} resource "{resource}" '
        f'in API group "{group}" {where}'
    )


def listed(*names, namespace="eeipu"):
    return {"items": [{"metadata": {"name": name, "namespace": namespace}} for name in names]}


def resource(name="demo", *, generation=1, **status):
    return {
        "metadata": {"name": name, "namespace": "team", "generation": generation},
        "spec": {"objective": {"metric": "evaluate.score", "direction": "Maximize"}},
        "status": status,
    }


def condition(kind, holds, reason, message="because"):
    return {"type": kind, "status": holds, "reason": reason, "message": message}
