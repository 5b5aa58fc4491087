"""The few calls of Kubeflow Pipelines' API (v2beta1) that tuning needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout, encode_multipart_formdata
from urllib3.exceptions import HTTPError

from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.runners.backend.runs import document_of, run_of

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 30.0
_CONNECTIONS = 16
_BUSY_STATUSES = frozenset({408, 429})
_REFUSED_STATUSES = frozenset({401, 403})
_MISSING_STATUS = 404
_CONFLICT_STATUS = 409
_FIRST_FAULT_STATUS = 400
_FIRST_SERVER_FAULT_STATUS = 500
_PAGE_SIZE = 100
# A pipeline that can never run is answered with 500, as a fault of the server is.
_NOT_COMPILED = ("Failed to compile job", "pipeline spec manifest")
_WITHHELD = "Internal Server Error"


class KfpApi:
    """A client for one backend; many threads may use it.

    Every method raises RunnerUnavailableError where the backend does not answer or is busy, and
    RunnerError where it refuses.

    Attributes:
        url: Where the backend is.
    """

    def __init__(
        self,
        url: str,
        *,
        token_path: Path | None = None,
        read_seconds: float = _READ_SECONDS,
    ) -> None:
        """Take where the backend is, without asking it.

        Args:
            url: Such as `http://ml-pipeline.kubeflow:8888`.
            token_path: File of a service account token for the audience
                `pipelines.kubeflow.org`, read anew for each call as it is replaced now and then;
                None where the backend asks for none.
            read_seconds: How long to wait for an answer.
        """
        self.url = url.rstrip("/")
        self._token_path = token_path
        self._http = PoolManager(
            maxsize=_CONNECTIONS,
            timeout=Timeout(connect=_CONNECT_SECONDS, read=read_seconds),
            # `read` repeats a GET alone: a submit must not happen twice.
            retries=Retry(total=None, connect=2, read=1, status=0, backoff_factor=0.2),
        )

    def experiment_id(self, name: str, *, namespace: str = "") -> str:
        """Return the id of a KFP experiment, which is made where there is none."""
        found = self._find_experiment(name, namespace)
        if found is None:
            body = {"display_name": name, **({"namespace": namespace} if namespace else {})}
            made = self._call("POST", "experiments", body=body, none_for=_CONFLICT_STATUS)
            found = made["experiment_id"] if made else self._find_experiment(name, namespace)
        if found is None:
            message = f"Kubeflow Pipelines has and has not an experiment `{name}`"
            raise RunnerUnavailableError(message)
        return found

    def find_run(self, name: str, *, experiment_id: str) -> str | None:
        """Return the id of the run of this name in a KFP experiment, the first of several."""
        query = {"experiment_id": experiment_id, "filter": _is("display_name", name)}
        found = list(self._pages("runs", "runs", query))
        first = min(found, key=lambda run: (run["created_at"], run["run_id"]), default=None)
        return str(first["run_id"]) if first else None

    def create_run(self, body: Mapping[str, Any]) -> str:
        """Start a run and return its id."""
        return str(self._call("POST", "runs", body=body)["run_id"])

    def run(self, run_id: str, *, with_tasks: bool = False) -> Mapping[str, Any] | None:
        """Return what the backend knows of a run; None where it knows no such run.

        Args:
            run_id: The run's id.
            with_tasks: Whether to ask for its tasks too, which a backend with MLMD ignores.
        """
        query = {"view": "FULL"} if with_tasks else {}
        found: Mapping[str, Any] | None = self._call(
            "GET", f"runs/{run_id}", query=query, none_for=_MISSING_STATUS
        )
        return found

    def active_runs(self, experiment: str, *, namespace: str = "") -> tuple[str, ...]:
        """Return the ids of the runs of a KFP experiment that have not ended."""
        experiment_id = self._find_experiment(experiment, namespace)
        if experiment_id is None:
            return ()
        found = self._pages("runs", "runs", {"experiment_id": experiment_id})
        return tuple(str(run["run_id"]) for run in found if not run_of(run).has_ended)

    def terminate(self, run_id: str) -> None:
        """End a run; RunnerError where it has ended."""
        self._call("POST", f"runs/{run_id}:terminate")

    def registered_pipeline(self, name: str, *, version: str, namespace: str = "") -> Document:
        """Return a registered pipeline.

        Args:
            name: The pipeline's name.
            version: The version's name.
            namespace: Where the pipeline is registered; empty for all namespaces.
        """
        found = self.find_pipeline(name, namespace=namespace)
        if found is None:
            message = f"no pipeline `{name}` is registered at `{self.url}`"
            raise RunnerError(message, hint="upload it, or name one of the registered pipelines")
        return _version(name, version, self.pipeline_versions(found["pipeline_id"]))

    def find_pipeline(self, name: str, *, namespace: str = "") -> Mapping[str, Any] | None:
        """Return what is known of the pipeline of a name; None where there is none."""
        query = {"namespace": namespace} if namespace else {}
        path = f"pipelines/names/{quote(name, safe='')}"
        found: Mapping[str, Any] | None = self._call(
            "GET", path, query=query, none_for=_MISSING_STATUS
        )
        return found

    def pipelines(self, *, namespace: str = "") -> Iterator[Mapping[str, Any]]:
        """Yield what is known of every pipeline."""
        query = {"namespace": namespace} if namespace else {}
        return self._pages("pipelines", "pipelines", query)

    def pipeline_versions(self, pipeline_id: str) -> Iterator[Mapping[str, Any]]:
        """Yield what is known of every version of a pipeline, the newest first."""
        path = f"pipelines/{pipeline_id}/versions"
        return self._pages(path, "pipeline_versions", {"sort_by": "created_at desc"})

    def create_pipeline(self, about: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Register a pipeline without a version; None where there is one of that name.

        Args:
            about: Its `name`, `display_name`, `description` and `namespace`, as far as it has any.
        """
        made: Mapping[str, Any] | None = self._call(
            "POST", "pipelines", body=about, none_for=_CONFLICT_STATUS
        )
        return made

    def upload_version(
        self, text: str, *, pipeline_id: str, about: Mapping[str, str]
    ) -> Mapping[str, Any] | None:
        """Add a version to a pipeline; None where there is one of that name.

        Args:
            text: The compiled pipeline.
            pipeline_id: The pipeline.
            about: The version's `name`, `display_name` and `description`, as far as it has any.
        """
        path = f"pipelines/upload_version?{urlencode({'pipelineid': pipeline_id, **about})}"
        made: Mapping[str, Any] | None = self._call(
            "POST", path, file=text, none_for=_CONFLICT_STATUS
        )
        return made

    def _find_experiment(self, name: str, namespace: str) -> str | None:
        query = {"filter": _is("display_name", name)}
        if namespace:
            query["namespace"] = namespace
        found = next(self._pages("experiments", "experiments", query), None)
        return str(found["experiment_id"]) if found else None

    def _pages(self, path: str, key: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        token = ""
        while True:
            page = {**query, "page_size": str(_PAGE_SIZE), "page_token": token}
            answer = self._call("GET", path, query=page)
            yield from answer.get(key) or ()
            token = answer.get("next_page_token", "")
            if not token:
                return

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        file: str | None = None,
        none_for: int | None = None,
    ) -> Any:
        """Return the content of an answer; None where its status is `none_for`.

        Args:
            method: The HTTP method.
            path: What is asked, below the API's version.
            query: What stands behind the `?`, of a GET.
            body: A document to send.
            file: The text of a pipeline to send in its place, as a form does.
            none_for: A status that is no refusal.
        """
        content, kind = _content_of(body, file)
        try:
            response = self._http.request(
                method,
                f"{self.url}/apis/v2beta1/{path}",
                fields=dict(query or {}) if method == "GET" else None,
                body=content,
                headers=self._headers(kind),
            )
        except HTTPError as error:
            message = f"no answer from Kubeflow Pipelines at `{self.url}`: {_cause(error)}"
            hint = "check the address, and whether `ml-pipeline` is up"
            raise RunnerUnavailableError(message, hint=hint) from error
        if response.status == none_for:
            return None
        if response.status >= _FIRST_FAULT_STATUS:
            raise self._refusal(path, response)
        return self._content(response)

    def _headers(self, kind: str) -> dict[str, str]:
        headers = {"Content-Type": kind}
        if self._token_path is not None:
            try:
                token = self._token_path.read_text().strip()
            except OSError as error:
                message = f"cannot read the token `{self._token_path}`: {error.strerror}"
                hint = "mount a service account token for the audience `pipelines.kubeflow.org`"
                raise RunnerError(message, hint=hint) from error
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def _content(self, response: BaseHTTPResponse) -> Any:
        try:
            return response.json()
        except ValueError as error:
            message = f"what answers at `{self.url}` is not the API of Kubeflow Pipelines"
            raise RunnerError(message, hint="give the address of `ml-pipeline`") from error

    def _refusal(self, path: str, response: BaseHTTPResponse) -> RunnerError:
        texts = _texts(response)
        message = f"Kubeflow Pipelines at `{self.url}` answers {response.status} to `{path}`"
        message = f"{message}: {texts[0].splitlines()[0].strip()}" if texts else message
        if any(sign in text for sign in _NOT_COMPILED for text in texts):
            return RunnerError(message, hint="compile the pipeline again with kfp 2")
        if response.status >= _FIRST_SERVER_FAULT_STATUS or response.status in _BUSY_STATUSES:
            return RunnerUnavailableError(message, hint="see the log of `ml-pipeline`")
        if response.status in _REFUSED_STATUSES:
            hint = "let this service account use the `pipelines.kubeflow.org` API here"
            return RunnerError(message, hint=hint)
        return RunnerError(message)


def _content_of(body: Mapping[str, Any] | None, file: str | None) -> tuple[bytes | None, str]:
    """Return what is sent, and of which kind it is."""
    if file is not None:
        part = ("pipeline.yaml", file, "application/octet-stream")
        return encode_multipart_formdata({"uploadfile": part})
    return None if body is None else json.dumps(body, default=dict).encode(), "application/json"


def _is(key: str, value: str) -> str:
    predicate = {"operation": "EQUALS", "key": key, "string_value": value}
    return json.dumps({"predicates": [predicate]})


def _version(pipeline: str, version: str, found: Iterable[Mapping[str, Any]]) -> Document:
    for each in found:
        if version in {each.get("display_name"), each.get("name")}:
            return document_of(each["pipeline_spec"])
    message = f"pipeline `{pipeline}` has no version `{version}`"
    raise RunnerError(message, hint="name one of its versions")


def _texts(response: BaseHTTPResponse) -> tuple[str, ...]:
    """Return what the backend says is wrong, innermost first; some have a stack trace below."""
    try:
        body = response.json()
    except ValueError:
        return ()
    if not isinstance(body, Mapping):
        return ()
    details = [detail.get("message") for detail in body.get("details") or ()]
    texts = (*details, body.get("message"), body.get("error"))
    return tuple(str(text) for text in texts if text and text != _WITHHELD)


def _cause(error: HTTPError) -> str:
    """Return why there is no answer, without the connections and retries around it."""
    return str(getattr(error, "reason", None) or error).rpartition(": ")[2]
