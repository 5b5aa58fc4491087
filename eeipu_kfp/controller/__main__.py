"""The controller as a process: `python -m eeipu_kfp.controller`."""

from __future__ import annotations

import os
import socket
import sys


def main() -> int:
    """Tune until the process is asked to end; return its exit status."""
    # Worker processes read this module again, and need none of what the controller imports.
    from eeipu_kfp.controller.operator import run  # noqa: PLC0415
    from eeipu_kfp.controller.settings import read_settings  # noqa: PLC0415
    from eeipu_kfp.errors import EeipuError  # noqa: PLC0415

    host = socket.gethostname()
    in_pod = "KUBERNETES_SERVICE_HOST" in os.environ
    try:
        # A container that starts again in its pod is the same controller, and waits for nobody.
        identity = host if in_pod else f"{host}-{os.getpid()}"
        return run(read_settings(os.environ, identity=identity))
    except EeipuError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  # before there is a log
        return 2


if __name__ == "__main__":
    sys.exit(main())
