"""Tuning problems with known optima, for the product's own loop in virtual time."""
