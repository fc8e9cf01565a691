"""Fixtures of the desk's tests: its people, and the service on each kind of database."""

from tests.diary.conftest import database, desk, desk_url

__all__ = ["database", "desk", "desk_url"]
