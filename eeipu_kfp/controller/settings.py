"""What the controller is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from eeipu_kfp.errors import InvalidValueError

_DEFAULT_KFP_URL = "http://ml-pipeline.kubeflow:8888"
_DEFAULT_MLMD_ADDRESS = "metadata-grpc-service.kubeflow:8080"
_MOST_WORKERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketSettings:
    """Where everything that outlives the controller is kept.

    Attributes:
        endpoint: The URL of an S3 server, such as `http://minio-service.kubeflow:9000`.
        bucket: The bucket's name.
        prefix: What the name of every object begins with.
        region: The bucket's region; None to ask the server.
        scheme: What artifact URIs begin with, as Kubeflow Pipelines is set up.
        access_key: Who asks.
        secret_key: Proof of it.
    """

    endpoint: str
    bucket: str = "mlpipeline"
    prefix: str = "eeipu"
    region: str | None = None
    scheme: Literal["minio", "s3"] = "minio"
    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        return f"BucketSettings(endpoint={self.endpoint!r}, bucket={self.bucket!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of the controller.

    Attributes:
        namespaces: The namespaces whose experiments it tunes; empty for all.
        own_namespace: The namespace that it runs in.
        identity: Tells it apart from another controller.
        bucket: Where ledgers, the cache and artifacts are kept.
        kfp_url: The API of Kubeflow Pipelines.
        mlmd_address: Host and port of its run metadata.
        kfp_namespace: Where the pods of runs are; empty in multi-user mode, where they are beside
            their experiment.
        kfp_token_path: A file with the token for both; None for none.
        workers: Processes that compute suggestions.
        log_format: `json`, `plain` or `full`.
        serves_page: Whether the web page is served.
        pipelines_url: Where people reach Kubeflow Pipelines, for links to runs; empty for none.
    """

    namespaces: tuple[str, ...] = ()
    own_namespace: str = "default"
    identity: str
    bucket: BucketSettings
    kfp_url: str = _DEFAULT_KFP_URL
    mlmd_address: str = _DEFAULT_MLMD_ADDRESS
    kfp_namespace: str = ""
    kfp_token_path: Path | None = None
    workers: int = 2
    log_format: Literal["json", "plain", "full"] = "json"
    serves_page: bool = False
    pipelines_url: str = ""


def read_settings(environment: Mapping[str, str], *, identity: str) -> Settings:
    """Return the settings that environment variables mean.

    Args:
        environment: The variables; one that is empty counts as not set.
        identity: Tells this controller apart from another one.

    Raises:
        InvalidValueError: One is missing or wrong; the message names it.
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    token_path = given.get("EEIPU_KFP_TOKEN_PATH")
    return Settings(
        namespaces=_names(given.get("EEIPU_NAMESPACES", "")),
        own_namespace=given.get("EEIPU_OWN_NAMESPACE", "default"),
        identity=identity,
        bucket=_bucket(given),
        kfp_url=_url("EEIPU_KFP_URL", given.get("EEIPU_KFP_URL", _DEFAULT_KFP_URL)),
        mlmd_address=given.get("EEIPU_MLMD_ADDRESS", _DEFAULT_MLMD_ADDRESS),
        kfp_namespace=given.get("EEIPU_KFP_NAMESPACE", ""),
        kfp_token_path=Path(token_path) if token_path else None,
        workers=_workers(given.get("EEIPU_WORKERS", "2")),
        log_format=cast(
            "Literal['json', 'plain', 'full']",
            _one_of("EEIPU_LOG_FORMAT", given.get("EEIPU_LOG_FORMAT", "json"), _LOG_FORMATS),
        ),
        serves_page=_one_of("EEIPU_UI", given.get("EEIPU_UI", "false"), _SWITCH) == "true",
        pipelines_url=_page_url(given.get("EEIPU_UI_PIPELINES_URL", "")),
    )


_LOG_FORMATS = ("json", "plain", "full")
_SCHEMES = ("minio", "s3")
_SWITCH = ("true", "false")


def _bucket(given: Mapping[str, str]) -> BucketSettings:
    scheme = _one_of("EEIPU_S3_SCHEME", given.get("EEIPU_S3_SCHEME", "minio"), _SCHEMES)
    return BucketSettings(
        endpoint=_url("EEIPU_S3_ENDPOINT", _needed("EEIPU_S3_ENDPOINT", given)),
        bucket=given.get("EEIPU_S3_BUCKET", "mlpipeline"),
        prefix=given.get("EEIPU_S3_PREFIX", "eeipu"),
        region=given.get("EEIPU_S3_REGION"),
        scheme=cast("Literal['minio', 's3']", scheme),
        access_key=_needed("AWS_ACCESS_KEY_ID", given),
        secret_key=_needed("AWS_SECRET_ACCESS_KEY", given),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _needed(name: str, given: Mapping[str, str]) -> str:
    if name not in given:
        message = f"environment variable {name} is not set"
        raise InvalidValueError(message, hint="the chart sets it from its values")
    return given[name]


def _url(name: str, text: str) -> str:
    if not text.startswith(("http://", "https://")):
        message = f"{name} is {text!r}, but must be a URL that begins with http:// or https://"
        raise InvalidValueError(message)
    return text


def _page_url(text: str) -> str:
    return _url("EEIPU_UI_PIPELINES_URL", text).rstrip("/") if text else ""


def _one_of(name: str, text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        message = f"{name} is {text!r}, but must be one of {', '.join(allowed)}"
        raise InvalidValueError(message)
    return text


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        message = f"EEIPU_WORKERS is {text!r}, but must be a number from 1 to {_MOST_WORKERS}"
        raise InvalidValueError(message)
    return int(text)
