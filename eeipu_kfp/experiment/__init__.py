"""The TuningExperiment document."""
