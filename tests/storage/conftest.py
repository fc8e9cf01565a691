"""What the tests of the stores have at hand: the people of the desk."""

from tests.staff.conftest import desk

__all__ = ["desk"]
