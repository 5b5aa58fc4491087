"""The container image that both tasks run in."""

IMAGE = "eeipu-kfp:0.1.0"
"""The controller's image; `eeipu register` writes the name that it has in an installation."""
