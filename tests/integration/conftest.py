"""Fixtures that tests across rooms share with those of one room."""

from tests.unit.search.conftest import make_world

__all__ = ["make_world"]
