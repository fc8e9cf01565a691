"""Dumps a PostgreSQL desk to a file by pg_dump, a program of PostgreSQL's own.

The password reaches pg_dump through a pipe and the environment of that one process, never as an argument.
"""

import shutil
import subprocess
from pathlib import Path

from ivr.operations.backup import BackupRefused, beside, put, refusing
from ivr.storage.engines.address import libpq_words, without_password

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
            words, input=given, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise BackupRefused(f"pg_dump took more than {timeout:.0f} s") from None
    if done.returncode != 0:
        said = [*done.stderr.splitlines(), f"pg_dump ended with {done.returncode}"]
        raise BackupRefused(next((line for line in said if "error:" in line), said[0]))
