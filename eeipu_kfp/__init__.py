"""Tune whole ML pipelines on Kubeflow Pipelines and never pay twice for the same stage."""
