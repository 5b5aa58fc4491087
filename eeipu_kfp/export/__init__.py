"""Experiments for other programs: tables, one document, an Optuna study."""
