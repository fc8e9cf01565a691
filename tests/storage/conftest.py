"""Fixtures of the stores' tests: the people of the desk."""

from tests.staff.conftest import desk

__all__ = ["desk"]
