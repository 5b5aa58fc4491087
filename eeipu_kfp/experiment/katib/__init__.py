"""Katib's `Experiment` documents, and what becomes of them here."""
