"""Tuning that is started from Kubeflow Pipelines: the tasks of the pipeline "EEIPU tune"."""
