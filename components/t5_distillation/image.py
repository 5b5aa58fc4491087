"""The container image that all stages run in."""

import os

IMAGE = os.environ.get("T5_DISTILLATION_IMAGE", "python:3.11-slim")
"""Where the pipeline is compiled, this names the image; on a laptop no image is used."""
