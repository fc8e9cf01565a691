"""Dumps a PostgreSQL database of the desk to a file by pg_dump, and builds the commands of a backup and of a restore.

A password reaches pg_dump through a pipe and the environment of that one process, never as an argument. The commands
contain no password.
"""

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ivr.operations.backup import BackupRefused, beside, refusing
from ivr.operations.newer_promises import CHANGED_SINCE, LISTED
from ivr.operations.newer_rows import KNOWN_BY, SET_AT_THE_DESK, newer
from ivr.storage.engines.address import database_name, libpq_words, without_password
from ivr.storage.engines.durable_files import put


def dumping(database_url: str, file: str) -> Sequence[str]:
    """Return the shell commands that make a backup of the database in this file."""
    address = _quoted(without_password(database_url))
    return (f"umask 077 && pg_dump --format=custom --no-owner --file={_quoted(file)} {address}",)


SET_SINCE = {table: (*KNOWN_BY[table], *later) for table, later in SET_AT_THE_DESK.items()}

KNOWN = {
    "promises": "mark, created",
    "requests": "id, call_sid, created, reference, appointment, touched",
    "history": "request_id, at, who, what",
    "appointments": "id, reference, created, touched",
    "appointment_history": "appointment_id, at, who, what",
    **{table: ", ".join(columns) for table, columns in SET_SINCE.items()},
}
"""The columns, by table, that are copied from a restored database to find what it lacks or has in an older state."""

NEWER = (
    f"SELECT due, reference, phone, kind, status, appointment FROM ({LISTED}) AS newer",  # noqa: S608 - words of ours
    "SELECT starts, schedule, reference, phone, (SELECT name FROM patients WHERE id = patient_id), status "  # noqa: S608 - as above
    f"FROM ({CHANGED_SINCE}) AS newer",
    "SELECT DISTINCT about AS erased_since FROM main.audit WHERE what = 'erased' AND EXISTS (SELECT 1 FROM (SELECT "
    "reference, created FROM restored.requests UNION SELECT reference, created FROM restored.appointments) AS then_ "
    "WHERE reference = about AND created <= at) ORDER BY about",
    "SELECT phone AS blocked_only_in_the_backup FROM restored.blocked AS then_ WHERE lifted_at IS NULL AND phone "
    "NOT IN (SELECT phone FROM main.blocked) ORDER BY phone",
    *(
        f"SELECT '{table}' AS newer_in, now.* {newer(table, columns, 'IS NOT DISTINCT FROM')} ORDER BY id"
        for table, columns in SET_SINCE.items()
    ),
)
"""The SQL queries of what is newer than the restored database, of who was erased since, and of blocks that are gone."""

END_OF_ROWS = r"\echo '\\.'"
"""The psql command that ends the rows of one table when the rows of several tables come through one pipe."""


def restoring(database_url: str, file: str) -> Sequence[str]:
    """Return the shell commands that restore the backup into a new database, and do not change the present database.

    The last command lists the requests and appointments that were promised or changed since the backup was made, who
    was erased since, and what the desk has set since.
    """
    name = f"{database_name(database_url)}_restored"
    return (
        f"createdb --maintenance-db={_quoted(without_password(database_url))} {_quoted(name)}",
        "pg_restore --no-owner --exit-on-error --single-transaction "
        f"--dbname={_quoted(without_password(database_url, name))} {_quoted(file)}",
        _naming_newer(without_password(database_url), without_password(database_url, name)),
    )


def _naming_newer(former: str, restored: str) -> str:
    """Return the shell command that lists what is newer in `former` than in `restored`, and who was erased there."""
    sent, taken = [], []
    for name, columns in KNOWN.items():
        sent += [f"\\copy {name} ({columns}) TO STDOUT", END_OF_ROWS]
        taken += [f"CREATE TEMPORARY TABLE known_{name} AS TABLE {name} WITH NO DATA"]
        taken += [f"\\copy known_{name} ({columns}) FROM pstdin"]
    taken += [query.replace("main.", "").replace("restored.", "known_") for query in NEWER]
    return (
        f"psql -X -q {_quoted(restored)} {_asked(sent)} | "
        f"psql -X -q -v ON_ERROR_STOP=1 {_quoted(former)} {_asked(taken)}"
    )


def _asked(steps: Sequence[str]) -> str:
    return " ".join(f"-c {_quoted(' '.join(step.split()))}" for step in steps)


def _quoted(word: str) -> str:
    return shlex.quote(word)


TIME_LIMIT = 300.0
"""Seconds that pg_dump may take; half of what the unit of systemd gives to a migration."""

THROUGH_A_PIPE = 'IFS= read -r PGPASSWORD; export PGPASSWORD; exec "$@"'


def dump(database_url: str, target: Path, timeout: float = TIME_LIMIT) -> None:
    """Dump the desk's PostgreSQL database to the file `target`, which appears only when whole. Raises BackupRefused."""
    program = shutil.which("pg_dump")
    if not program:
        raise BackupRefused("pg_dump is not installed (Debian: apt-get install postgresql-client)")
    if target.exists():
        raise BackupRefused(f"{target} is there already, and is not replaced")
    with refusing("the backup failed"), beside(target) as folder:
        part = folder / target.name
        part.touch(mode=0o600)
        words = ["--format=custom", "--no-owner", "--no-password", f"--file={part}", without_password(database_url)]
        _run([program, *words], libpq_words(database_url).get("password"), timeout)
        put(part, target)


def _run(command: list[str], password: str | None, timeout: float) -> None:
    words = command if password is None else ["/bin/sh", "-c", THROUGH_A_PIPE, "sh", *command]
    given = f"{password}\n" if password is not None else ""
    try:
        done = subprocess.run(  # noqa: S603 - an address of the settings, which no shell reads
            words, input=given, capture_output=True, encoding="utf-8", errors="replace", timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise BackupRefused(f"pg_dump took more than {timeout:.0f} s") from None
    if done.returncode != 0:
        said = [*done.stderr.splitlines(), f"pg_dump ended with {done.returncode}"]
        raise BackupRefused(next((line for line in said if "error:" in line), said[0]))
