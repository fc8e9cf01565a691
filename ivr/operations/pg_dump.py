"""Builds the shell commands that back up and restore a PostgreSQL database; they contain no password.

Nothing is run here.
"""

import shlex
from collections.abc import Sequence

from sqlalchemy import URL
from sqlalchemy.engine import make_url

SECRETS = ("password", "sslpassword")


def dumping(database_url: str, file: str) -> Sequence[str]:
    """Return the commands that make the backup."""
    return (f"umask 077 && pg_dump --format=custom --no-owner --file={_quoted(file)} {_quoted(address(database_url))}",)


def restoring(database_url: str, file: str) -> Sequence[str]:
    """Return the commands that restore the backup into a new database; the present one stays as it is."""
    name = f"{make_url(database_url).database}_restored"
    return (
        f"createdb --maintenance-db={_quoted(address(database_url))} {_quoted(name)}",
        "pg_restore --no-owner --exit-on-error --single-transaction "
        f"--dbname={_quoted(address(database_url, name))} {_quoted(file)}",
    )


def address(database_url: str, name: str | None = None) -> str:
    """Return the address of the database, or of another one beside it, as libpq reads it and without a password."""
    url = make_url(database_url).difference_update_query(SECRETS)
    return URL.create(
        "postgresql", url.username, None, url.host, url.port, name or url.database, url.query
    ).render_as_string()


def _quoted(word: str) -> str:
    return shlex.quote(word)
