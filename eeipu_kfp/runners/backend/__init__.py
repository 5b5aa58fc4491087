"""The KFP runner: trial pipelines on a Kubeflow Pipelines backend."""
