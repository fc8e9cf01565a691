"""Builds the shell commands that back up and restore a PostgreSQL database; they contain no password.

Nothing is run here.
"""

import shlex
from collections.abc import Sequence

from ivr.storage.engines.address import database_name, without_password


def dumping(database_url: str, file: str) -> Sequence[str]:
    """Return the commands that make the backup."""
    address = _quoted(without_password(database_url))
    return (f"umask 077 && pg_dump --format=custom --no-owner --file={_quoted(file)} {address}",)


def restoring(database_url: str, file: str) -> Sequence[str]:
    """Return the commands that restore the backup into a new database; the present one stays as it is."""
    name = f"{database_name(database_url)}_restored"
    return (
        f"createdb --maintenance-db={_quoted(without_password(database_url))} {_quoted(name)}",
        "pg_restore --no-owner --exit-on-error --single-transaction "
        f"--dbname={_quoted(without_password(database_url, name))} {_quoted(file)}",
    )


def _quoted(word: str) -> str:
    return shlex.quote(word)
