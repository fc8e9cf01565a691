"""What the tests of the desk have at hand: its people."""

from tests.staff.conftest import desk

__all__ = ["desk"]
