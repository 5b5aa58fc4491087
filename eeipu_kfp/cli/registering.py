"""The command that makes "EEIPU tune" known to Kubeflow Pipelines."""

from __future__ import annotations

from pathlib import Path

import click

_IN_CLUSTER = "http://ml-pipeline.kubeflow:8888"


@click.command()
@click.option(
    "--kfp-endpoint",
    envvar="KFP_ENDPOINT",
    default=_IN_CLUSTER,
    show_default=True,
    help="The API of Kubeflow Pipelines, as it is reached from here.",
)
@click.option(
    "--image",
    envvar="EEIPU_IMAGE",
    required=True,
    help="The controller's image; the tasks of the pipeline run in it.",
)
@click.option(
    "--kfp-url",
    envvar="EEIPU_KFP_URL",
    default=_IN_CLUSTER,
    show_default=True,
    help="The same API, as it is reached from pods.",
)
@click.option(
    "--controller-namespace",
    envvar="EEIPU_CONTROLLER_NAMESPACE",
    default="",
    help="Where the controller runs; beside the experiments if left out.",
)
@click.option(
    "--experiment-namespace",
    envvar="EEIPU_EXPERIMENT_NAMESPACE",
    default="",
    help="Where experiments are made; where the tasks run if left out.",
)
@click.option(
    "-n", "--namespace", default="", help="In multi-user mode: whose pipeline it is; else shared."
)
@click.option(
    "--token",
    envvar="EEIPU_KFP_TOKEN_PATH",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file with a token for Kubeflow Pipelines, where it asks for one.",
)
def register(
    *,
    kfp_endpoint: str,
    image: str,
    kfp_url: str,
    controller_namespace: str,
    experiment_namespace: str,
    namespace: str,
    token: Path | None,
) -> None:
    """Register the pipeline "EEIPU tune", whose form starts tuning from the KFP UI.

    A version that is there already is left as it is.
    """
    from eeipu_kfp.launcher.registration import TITLE, Installation
    from eeipu_kfp.launcher.registration import register as make_known
    from eeipu_kfp.runners.backend.api import KfpApi

    installation = Installation(
        image=image,
        kfp_url=kfp_url,
        controller_namespace=controller_namespace,
        experiment_namespace=experiment_namespace,
    )
    api = KfpApi(kfp_endpoint, token_path=token)
    done = make_known(api, installation, namespace=namespace)
    what = "registered" if done.is_new else "is registered already"
    click.echo(f'pipeline "{TITLE}", version {done.version}, {what} at {api.url}')
