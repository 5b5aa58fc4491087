"""Runners: what executes a trial pipeline."""
