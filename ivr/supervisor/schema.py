"""The database, before anything uses it: its address is read and its schema brought up to date.

Turns what goes wrong into a line that holds no password. The schema itself is the desk's.
"""

from collections.abc import Callable

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from ivr.supervisor.errors import CannotStart

NO_ADDRESS = "DATABASE_URL is no address: expected postgresql://USER:PASSWORD@HOST/NAME, an @ in a password as %40"


def bring_up_to_date(database_url: str, migrate: Callable[[str], None]) -> None:
    """Raises CannotStart if the database cannot be used. A mistake in the migration itself is let through."""
    place = where(database_url)
    try:
        migrate(database_url)
    except (DBAPIError, OSError) as refused:
        raise CannotStart(f"the database ({place}) cannot be used: {type(refused).__name__}", code=1) from refused


def where(database_url: str) -> str:
    """Enough to find it by, and no password. Raises CannotStart if it is no address."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise CannotStart(NO_ADDRESS) from None
    if "@" in f"{url.host}{url.database}":  # what follows a bare @ of a password would be said aloud
        raise CannotStart(NO_ADDRESS)
    at = f" at {url.host}:{url.port or 5432}" if url.host else ""
    return f"{url.get_backend_name()}{at}, {url.database}"
