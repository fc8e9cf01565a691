"""`flask backup` and `flask restore`: the whole desk in one file, made and restored while the service runs."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from ivr.operations import pg_dump
from ivr.operations.backup import BackupRefused, back_up, folder_of, named, tidy
from ivr.operations.newer_promises import NewerPromise, newer_promises
from ivr.operations.restore import Restored, kept_as, prepared, requests_in
from ivr.operations.restore import restore as put_back
from ivr.storage.database import sqlite_path
from ivr.web.services import services

A_FILE = click.Path(path_type=Path, dir_okay=False)

NOT_IN_IT = """\
Not in it, and needed too: SECRET_KEY (references, sealed requests and second factors depend on it; keep it
elsewhere than the backup), config/clinic.toml, and what waits in Redis: {redis}."""

CANNOT_TELL = """\
The desk's database cannot be read, so nobody can tell what was promised since {backup} was made: those promises are
not at the desk afterwards. The log of the web has a line for each ("is promised"), with its call; the carrier's list
of calls has the numbers. Nor can anybody tell who was erased since, what was closed or blocked, and what was called."""

AFTERWARDS = """\
The people of the desk, their passwords and second factors are those of the backup: look at /desk/people, also for
telephones that were lost since. Recovery codes that were used since work again: whoever used one makes new ones.
The calendar's link is as it was before; where the database could not be read, the calendar is switched off.
Closures reach the telephone within seconds, by the clock.
Everybody is logged out, and what was typed and not sent is gone."""

WITH_POSTGRESQL = 2
"""The exit code of a command that only printed the PostgreSQL programs to run in its place."""


@click.command("backup")
@click.argument("file", type=A_FILE, required=False)
@click.option("--keep", type=click.IntRange(min=1), help="Keep so many in the folder; older ones are removed.")
@with_appcontext
def backup(file: Path | None, keep: int | None) -> None:
    """Backs up the desk to FILE, or to a file in STATE_DIR/backups that is named by the moment."""
    settings = services().settings
    if not settings.database_url.startswith("sqlite"):
        _say_how(pg_dump.dumping(settings.database_url, str(file or "clinic.dump")))
    if file and keep:
        raise click.UsageError("--keep goes with the backups in STATE_DIR/backups, not with a FILE")
    target = file or folder_of(settings.state_dir) / named(services().clinic.line("").hours.local(services().clock()))
    try:
        back_up(sqlite_path(settings.database_url), target)
        gone = tidy(target.parent, keep, target) if keep else []
        click.echo(f"{target}: {requests_in(target)} requests, read again and whole.")
    except BackupRefused as refused:
        raise click.ClickException(str(refused)) from None
    if gone:
        click.echo(f"{len(gone)} older ones are removed.")
    click.echo(NOT_IN_IT.format(redis=settings.state_dir / "redis" if settings.embedded_redis else "its own backup"))


@click.command("restore")
@click.argument("file", type=A_FILE)
@click.option("--yes", is_flag=True, help="Does not ask.")
@click.option("--drop-newer", is_flag=True, help="Drops what was promised, booked or set since the backup, too.")
@with_appcontext
def restore(file: Path, yes: bool, drop_newer: bool) -> None:
    """Replaces the desk's database by the backup FILE. The old database stays in the same folder. The service may run.

    Prints the requests that were promised or booked since the backup. They stay at the desk, and so do closures, blocks
    and missed calls, unless --drop-newer.
    """
    settings = services().settings
    if not settings.database_url.startswith("sqlite"):
        _say_how(pg_dump.restoring(settings.database_url, str(file)), RESTORED)
    database = sqlite_path(settings.database_url)
    kept = kept_as(database, services().clinic.line("").hours.local(services().clock()))
    try:
        with prepared(file, database) as part:
            click.echo(f"The backup has {requests_in(part)} requests, the desk has {_count(database)}.")
            _name_newer(part, database, drop_newer)
            if not yes:
                click.confirm("Replace all that is at the desk by the backup?", abort=True)
            done = put_back(part, database, kept, keeps_newer=not drop_newer)
    except BackupRefused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"Restored. What was there is kept as {done.kept}" if done.kept else "Restored.")
    if done.erased:
        click.echo(f"ERASED since, and back now; please erase again: {', '.join(done.erased)}")
    if done.without_room:
        click.echo("NOT kept; please call these patients, and write their requests down at the desk:")
        _list(done.without_room)
    _tell_of_rows(done, drop_newer)
    click.echo(AFTERWARDS)


RESTORED = (
    "then set DATABASE_URL to the restored database, and run: flask --app wsgi database upgrade",
    "and write down at the desk whom the last command names: promised, booked, moved or cancelled since the backup,",
    "they stand in the former database alone, which is as it was: keep it until that is done;",
    "erase again whom its third table names, and the numbers of the fourth if they were erased and not unblocked;",
    "set again what the further tables have: closures, blocked times, booking by telephone, blocked numbers; call",
    "their missed calls. Requests that were called or noted on since are as in the backup: look before you call;",
    "then look at /desk/people: second factors and recovery codes are those of the backup, as the people are;",
    "and make a new link at /desk/diary, or switch the calendar off: an old link may open it again.",
)


def _name_newer(part: Path, database: Path, drop: bool) -> None:
    """Print the newer requests and appointments, which the backup lacks. If `drop`, say that the restore drops them."""
    try:
        newer = newer_promises(part, database)
    except BackupRefused:
        click.echo(CANNOT_TELL.format(backup=part.name))
        return
    if newer:
        fate = "They are DROPPED, and stand in the kept database only" if drop else "They stay at the desk"
        click.echo(f"Promised or booked since this backup was made: {len(newer)}. {fate}:")
        _list(newer)


SET_SINCE: Mapping[str, str] = {
    "closures": "changes of the opening hours",
    "blocked_times": "blocked times",
    "phone_booking": "switches of booking by telephone",
    "blocked": "blocked numbers",
    "missed_calls": "missed calls",
    "patients": "names of patients",
}
"""The words for newer rows, by table, that the staff have to know of where a restore drops them."""


def _tell_of_rows(done: Restored, drop: bool) -> None:
    """Print how much was set, undone or noted since the backup, what did not come back, and what stands as in it."""
    if left := _counted(done.left):
        words = "Not brought back, since some were erased and nobody can tell which"
        click.echo(f"{words}: {left}. Block again whom you have to.")
    if counts := _counted(done.newer):
        fate = "DROPPED, so look at the hours, the diary and the list" if drop else "kept as it is now"
        click.echo(f"Set, undone or noted since this backup was made, and {fate}: {counts}.")
    if done.as_before:
        words = "Worked on since, and as in the backup again; look before you call"
        click.echo(f"{words}: {', '.join(done.as_before)}")


def _counted(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{rows[table]} {words}" for table, words in SET_SINCE.items() if table in rows)


def _list(promises: Iterable[NewerPromise]) -> None:
    for each in promises:
        state = "waits" if each.live else "closed"
        click.echo(f"  {each.reference}  {each.number}  {each.kind}  due {_at_the_clinic(each.due)}  {state}")


def _at_the_clinic(stored: str) -> str:
    """Return a stored moment as text in the clinic's local time; unchanged if it cannot be read."""
    with suppress(ValueError):
        at = datetime.fromisoformat(stored).replace(tzinfo=UTC)
        return f"{services().clinic.line('').hours.local(at):%a %d %b %H:%M}"
    return stored


def _count(database: Path) -> str:
    with suppress(BackupRefused):
        return str(requests_in(database))
    return "none that can be read"


def _say_how(commands: Sequence[str], afterwards: Sequence[str] = ()) -> None:
    """Print the PostgreSQL commands to run, without a password, and the notes `afterwards`. Exit with code 2."""
    click.echo("The desk is in PostgreSQL, which has its own programs for this. Run:", err=True)
    for each in commands:
        click.echo(each)
    for each in afterwards:
        click.echo(each, err=True)
    click.echo("Where a pooler such as PgBouncer stands before it, write PostgreSQL's own host and port.", err=True)
    click.echo("SECRET_KEY and config/clinic.toml are to be kept too; see docs/privacy.md.", err=True)
    raise SystemExit(WITH_POSTGRESQL)
