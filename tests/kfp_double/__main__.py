"""The double as a program, with its artifacts in a bucket of MinIO."""

from __future__ import annotations

import argparse
import os
import signal
import threading

from eeipu_kfp.cache.minio_store import MinioStore
from tests.kfp_double.double import KfpDouble
from tests.kfp_double.instant import InstantStages


def main() -> None:
    """Serve until a signal comes."""
    options = _options()
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    store = MinioStore(
        endpoint=options.s3_endpoint,
        bucket=options.s3_bucket,
        access_key=os.environ["AWS_ACCESS_KEY_ID"],
        secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        secure=False,
    )
    with KfpDouble(
        store=store,
        bucket=options.s3_bucket,
        instant=InstantStages() if options.instant else None,
        lag_seconds=options.lag_seconds,
        host=options.host,
        http_port=options.http_port,
        grpc_port=options.grpc_port,
    ) as double:
        print(f"API at {double.url}, run metadata at {double.mlmd_address}", flush=True)  # noqa: T201
        done.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kfp_double", description=__doc__)
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--http-port", type=int, default=8888)
    parser.add_argument("--grpc-port", type=int, default=8080)
    parser.add_argument("--s3-endpoint", default="minio-service.kubeflow:9000")
    parser.add_argument("--s3-bucket", default="mlpipeline")
    parser.add_argument("--lag-seconds", type=float, default=1.0)
    parser.add_argument("--instant", action="store_true", help="execute nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
