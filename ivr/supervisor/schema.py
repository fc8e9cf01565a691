"""Checks the database's address and migrates its tables, before any process uses it.

Turns an error into one line without a password. The migrations themselves are elsewhere.
"""

from collections.abc import Callable

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from ivr.storage.migrate import MigrationRefused
from ivr.supervisor.errors import CannotStart

NO_ADDRESS = "DATABASE_URL is no address: expected postgresql://USER:PASSWORD@HOST/NAME, an @ in a password as %40"


def bring_up_to_date(database_url: str, upgrade: Callable[[], None]) -> None:
    """Migrate the database by `upgrade`.

    Raises CannotStart where it cannot be used or `upgrade` refuses; an error within a migration is not caught.
    """
    place = where(database_url)
    try:
        upgrade()
    except MigrationRefused as refused:
        raise CannotStart(str(refused), code=1) from None
    except (DBAPIError, OSError) as refused:
        raise CannotStart(f"the database ({place}) cannot be used: {type(refused).__name__}", code=1) from refused


def where(database_url: str) -> str:
    """Return the kind, host and name of the database, without a password. Raises CannotStart for an invalid URL."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise CannotStart(NO_ADDRESS) from None
    if "@" in f"{url.host}{url.database}":  # after a bare @ in the password, the rest of the password would be printed
        raise CannotStart(NO_ADDRESS)
    at = f" at {url.host}:{url.port or 5432}" if url.host else ""
    return f"{url.get_backend_name()}{at}, {url.database}"
