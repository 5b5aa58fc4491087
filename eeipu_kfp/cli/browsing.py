"""The command that shows experiments in a browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eeipu_kfp.cli.options import DIRECTORY, Place, on_cluster

if TYPE_CHECKING:
    from eeipu_kfp.ui.source import Source

PORT = 8321


@click.command()
@on_cluster
@DIRECTORY
@click.option(
    "--cluster",
    "is_on_cluster",
    is_flag=True,
    help="Show the experiments of a cluster; -n and --context mean that too.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; on any other address everybody who reaches it may read the page.",
)
@click.option(
    "-p",
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="The port; 0 for any that is free.",
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@click.option(
    "--kfp-url",
    default="",
    envvar="EEIPU_KFP_UI_URL",
    help="Where people reach Kubeflow Pipelines, for links to runs on a cluster; what the "
    "controller was told if left out.",
)
def ui(
    place: Place,
    directory: Path,
    host: str,
    port: int,
    kfp_url: str,
    *,
    is_on_cluster: bool,
    no_browser: bool,
) -> None:
    """Show all experiments as a web page that follows them while they run; it changes nothing."""
    from eeipu_kfp.ui.serving import checked_url, serve

    url = checked_url(kfp_url)
    if is_on_cluster or place.is_named:
        source = _cluster_source(place, url)
    else:
        source = _folder_source(directory)

    def ready(address: str) -> None:
        click.echo(f"experiments: {address}")
        click.echo("Ctrl-C ends this page; tuning goes on.", err=True)
        if not no_browser:
            webbrowser.open(address)

    try:
        serve(source, host=host, port=port, ready=ready)
    except KeyboardInterrupt:
        click.echo("the page has ended", err=True)


def _folder_source(directory: Path) -> Source:
    import time

    from eeipu_kfp.local.browsing import FolderSnapshots
    from eeipu_kfp.ui.source import SnapshotSource

    return SnapshotSource(FolderSnapshots(directory), monotonic=time.monotonic)


def _cluster_source(place: Place, url: str) -> Source:
    from eeipu_kfp.cluster.browsing import ClusterSource

    source = ClusterSource(place.open(), pipelines_url=url)
    source.experiments()  # a cluster that cannot be asked is better known before anything is served
    return source
