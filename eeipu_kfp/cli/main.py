"""The `eeipu` command: what it knows, and how it ends."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import click

from eeipu_kfp.cli.applying import apply
from eeipu_kfp.cli.authoring import convert, init, plan, validate
from eeipu_kfp.cli.browsing import ui
from eeipu_kfp.cli.caching import cache
from eeipu_kfp.cli.complaints import complain
from eeipu_kfp.cli.exporting import export
from eeipu_kfp.cli.logs import logs
from eeipu_kfp.cli.registering import register
from eeipu_kfp.cli.running import report, run, status
from eeipu_kfp.errors import EeipuError

BAD_INPUT = 2
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="eeipu-kfp", prog_name="eeipu")
def eeipu() -> None:
    """Tune a compiled Kubeflow pipeline under a budget, and never pay twice for a stage.

    \b
    eeipu init pipeline.yaml > experiment.yaml   write an experiment for a pipeline
    eeipu plan experiment.yaml                   see its stages and what is cached
    eeipu run experiment.yaml                    tune it here
    eeipu report experiment.yaml                 see the result as a page
    eeipu ui                                     watch all experiments in the browser

    \b
    eeipu apply experiment.yaml                  tune it on the cluster of the kube context
    eeipu status NAME                            see where it stands there, likewise report and logs
    """  # noqa: D301  # click leaves the lines after its mark as they are


_COMMANDS = (
    *(init, convert, validate, plan, run, apply, register),
    *(status, report, export, ui, logs, cache),
)

for command in _COMMANDS:
    eeipu.add_command(command)


def main() -> NoReturn:
    """Run the command line and exit: 0 done, 1 failed, 2 bad input, 130 interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = eeipu.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = _interrupted()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except EeipuError as error:
        complain(error)
        code = BAD_INPUT
    except KeyboardInterrupt:
        code = _interrupted()
    sys.exit(code)


def _interrupt(signum: int, frame: FrameType | None) -> Any:
    del signum, frame
    raise KeyboardInterrupt


def _interrupted() -> int:
    click.secho("interrupted; the same command goes on from here", fg="yellow", err=True)
    return INTERRUPTED


if __name__ == "__main__":
    main()
