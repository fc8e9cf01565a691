"""`flask diary import`: enters the bookings of another diary from its ICS or CSV file.

Prints positions in the file, times and references. Prints no name, no number and no words of the other diary.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import click
from flask.cli import with_appcontext

from ivr.diary.imports.csv_file import TableReader
from ivr.diary.imports.diary_import import DiaryImport
from ivr.diary.imports.entries import REPEATED, FileContent, LeftOutWhy, Marks, Reach, UnreadableFile
from ivr.diary.imports.file_text import text_of_file
from ivr.diary.imports.ics_file import BEGINS, CalendarReader
from ivr.diary.imports.plan import Plan
from ivr.line.clinic import Clinic
from ivr.storage.audit import COMMAND_LINE, By
from ivr.storage.database import WORKER_TIMEOUT, Database, StoreAway
from ivr.web.services import services

MOST_LINES = 100
"""The most lines that the command prints about imported entries at which somebody should look."""

NAMED = (LeftOutWhy.UNREADABLE, LeftOutWhy.FAR)
"""The reasons for leaving an entry out that the report names one by one, since somebody should look at them."""

DRY_RUN = "Nothing is kept: this is what would be done."

NOTHING = "There is neither an event nor a line of a table in this file: is it the right one?"

GONE = """\
In the diary from an earlier import, and not in this file: {count}. They stay. If this file is a newer export of the
whole diary, --take-away takes away those within the time that it covers."""

GONE_PERHAPS = """\
In the diary from an earlier import, and not in what can be read of this file: {count}. They stay, with --take-away too:
an entry that cannot be read may be one of them. Correct those entries there, and import a newer export."""

REPEATS = f"Repeated entries are entered for the next {REPEATED.days} days: import the file again before they are over."

NOT_WHOLE = "A part of it may be in the diary: run it again; what is there is not entered twice"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--practitioner", "key", default="", help="Whose diary it is: a key of [[practitioners]], or a place.")
@click.option("--names", is_flag=True, help="ICS: takes the titles over, and one with a number as an appointment.")
@click.option("--take-away", is_flag=True, help="Takes away what an earlier import brought and FILE has no longer.")
@click.option("--dry-run", is_flag=True, help="Says the same, and keeps nothing.")
@with_appcontext
def import_diary(file: Path, key: str, names: bool, take_away: bool, dry_run: bool) -> None:
    """Enters what is booked elsewhere: busy times and appointments from FILE, ICS or CSV. May be repeated."""
    now, clinic = services().clock(), services().hours.clinic_now()
    column = _column(clinic, key)
    try:
        found = _read(file, clinic, Reach(now, clinic.line("").hours.zone), column, names=names)
    except UnreadableFile as unreadable:
        raise click.ClickException(f"{file.name}: {unreadable}") from None
    with closing(Database(services().settings.database_url, timeout=WORKER_TIMEOUT)) as database:
        importing = DiaryImport(database, clinic, Marks(services().reports.keyed_ids, column))
        try:
            plan = importing.plan(found, now, take_away=take_away)
        except StoreAway as away:
            raise click.ClickException(f"nothing was entered: the database is away ({away})") from None
        if not dry_run:
            _enter(importing, plan, By(COMMAND_LINE, now))
    click.echo("\n".join(_report(found, plan, dry_run=dry_run)))
    if _is_all_unreadable(found):
        raise SystemExit(1)


def _column(clinic: Clinic, key: str) -> str:
    """Return the column's key for the import: `key`, or that of the only column; empty if there are several."""
    keys = [each.key for each in clinic.diary.schedules]
    if key and key not in keys:
        raise click.BadParameter(f"clinic.toml has no such column of the diary; there is: {', '.join(keys)}")
    return key or (keys[0] if len(keys) == 1 else "")


def _read(file: Path, clinic: Clinic, reach: Reach, column: str, *, names: bool) -> FileContent:
    """Return the content of another diary's file, which is ICS or CSV. Raises UnreadableFile, click.UsageError."""
    try:
        text = text_of_file(file.read_bytes())
    except OSError as refused:
        raise UnreadableFile(f"it cannot be opened: {refused.strerror}") from None
    if not text.lstrip().upper().startswith(BEGINS):
        return TableReader(clinic, reach, column).read(text)
    if clinic.diary.practitioners and not column:
        keys = ", ".join(each.key for each in clinic.diary.schedules)
        raise click.UsageError(f"whose calendar is it? Say --practitioner and one of: {keys}")
    return CalendarReader(reach, clinic.dialling, column, names).read(text)


def _enter(importing: DiaryImport, plan: Plan, by: By) -> None:
    try:
        importing.enter(plan, by)
    except StoreAway as away:
        raise click.ClickException(f"the database is away ({away}). {NOT_WHOLE}") from None


# -- what is printed


def _report(found: FileContent, plan: Plan, *, dry_run: bool) -> Iterator[str]:
    yield from (DRY_RUN,) if dry_run else ()
    yield from () if found.entries or found.left_out else (NOTHING,)
    yield f"Appointments: {_counted(_visits(plan))}"
    yield f"Busy times: {_counted(_busy(plan))}"
    yield f"In the diary already: {plan.same + plan.known}"
    yield f"Left out: {_counted(Counter(each.why for each in found.left_out).items())}"
    yield from (f"Columns that are not read: {', '.join(found.unused)}",) if found.unused else ()
    yield from (REPEATS,) if found.repeats else ()
    yield from ((GONE if found.is_whole else GONE_PERHAPS).format(count=plan.gone),) if plan.gone else ()
    yield from _to_look_at(found, plan)


def _visits(plan: Plan) -> Iterable[tuple[str, int]]:
    return (
        ("entered", len(plan.book)),
        ("moved", len(plan.move)),
        ("booked again", len(plan.reopen)),
        ("corrected", len(plan.name)),
        ("cancelled", len(plan.cancel)),
    )


def _busy(plan: Plan) -> Iterable[tuple[str, int]]:
    return (("entered", plan.busy), ("moved", plan.busy_moved), ("taken away", plan.busy_gone))


def _counted(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts if count) or "none"


def _to_look_at(found: FileContent, plan: Plan) -> Iterator[str]:
    """Yield the lines of the report that somebody should look at, the most urgent first.

    A cancelled appointment's patient knows nothing of it yet; an appointment that lost only its number stays as it is.
    """
    unread = ((each.where, each.detail or each.why) for each in found.left_out if each.why in NAMED)
    lines = [
        *(f"reference {each.reference}: cancelled, since the other diary has it no longer" for each in plan.cancel),
        *(f"{where}: left out, {why}" for where, why in unread),
        *(f"{each.where}: {each.words}" for each in (*plan.notes, *plan.nameless)),
    ]
    if lines:
        yield f"To look at: {len(lines)}"
        yield from (f"  {each}" for each in lines[:MOST_LINES])
        yield from (f"  and {len(lines) - MOST_LINES} more",) if len(lines) > MOST_LINES else ()


def _is_all_unreadable(found: FileContent) -> bool:
    return bool(found.left_out) and not found.entries and all(e.why is LeftOutWhy.UNREADABLE for e in found.left_out)
