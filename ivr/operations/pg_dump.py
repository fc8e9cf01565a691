"""Builds the shell commands that back up and restore a PostgreSQL database; they contain no password.

Nothing is run here.
"""

import shlex
from collections.abc import Sequence

from ivr.storage.engines.address import database_name, without_password


def dumping(database_url: str, file: str) -> Sequence[str]:
    """Return the shell commands that make a backup of the database in this file."""
    address = _quoted(without_password(database_url))
    return (f"umask 077 && pg_dump --format=custom --no-owner --file={_quoted(file)} {address}",)


KNOWN = "SELECT mark, appointment FROM promises JOIN requests ON requests.id = request_id"

NEWER = """\
SELECT DISTINCT requests.due, requests.reference, phone, kind, status, requests.appointment
FROM requests JOIN promises ON request_id = requests.id LEFT JOIN known USING (mark)
WHERE known.mark IS NULL OR requests.appointment IS NOT NULL AND requests.appointment IS DISTINCT FROM known.appointment
ORDER BY due"""
"""The SQL query of the requests whose promise or appointment the restored database does not know."""


def restoring(database_url: str, file: str) -> Sequence[str]:
    """Return the shell commands that restore the backup into a new database; the present one stays as it is.

    The last one names the requests that were promised or booked since the backup was made.
    """
    name = f"{database_name(database_url)}_restored"
    return (
        f"createdb --maintenance-db={_quoted(without_password(database_url))} {_quoted(name)}",
        "pg_restore --no-owner --exit-on-error --single-transaction "
        f"--dbname={_quoted(without_password(database_url, name))} {_quoted(file)}",
        _naming_newer(without_password(database_url), without_password(database_url, name)),
    )


def _naming_newer(former: str, restored: str) -> str:
    """Return the command that takes the backup's promises to a session of the former database, and lists newer ones."""
    steps = ("CREATE TEMPORARY TABLE known (mark text, appointment timestamptz)", "\\copy known FROM pstdin", NEWER)
    asked = " ".join(f"-c {_quoted(' '.join(step.split()))}" for step in steps)
    known = _quoted(f"\\copy ({KNOWN}) TO STDOUT")
    return f"psql -X {_quoted(restored)} -c {known} | psql -X -q -v ON_ERROR_STOP=1 {_quoted(former)} {asked}"


def _quoted(word: str) -> str:
    return shlex.quote(word)
