"""The operator: tunes the `TuningExperiment`s of a cluster."""
