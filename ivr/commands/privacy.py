"""`flask privacy`: exports what is stored about a number, for the person who asks, and erases it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from ivr.diary.diary import Diary
from ivr.diary.listing import FILE as SHEET
from ivr.diary.listing import Listing, SheetAway
from ivr.diary.patients import Patients
from ivr.line.phones import NumberRefused, Phone, plain, typed
from ivr.operations.backup import backups
from ivr.operations.personal_data import PersonalData, PersonalRecord, StoredNumber
from ivr.storage.audit import COMMAND_LINE, By
from ivr.storage.database import WORKER_TIMEOUT, Database, StoreAway, sqlite_path
from ivr.storage.redis import QueueAway
from ivr.web.services import services

privacy = AppGroup("privacy", help="What is held about a number, and its erasure.")

NOTHING_READ = "nothing was read"
NOTHING_ERASED = "nothing was erased"
STILL_IN_DATABASE = "what waited in Redis is erased, but nothing in the database is"
STILL_IN_FILE = "the requests are erased, but their bytes may still be in the database's file"
STILL_IN_SHEET = f"the database is done, but the names of two days may still be in STATE_DIR/{SHEET}"
"""This and the messages above: what was done before a store failed while data were read or erased."""

ELSEWHERE = """\
Not erased, because it is not ours to reach or names nobody:
  the carrier's own records of the calls (its console; see docs/privacy.md)
  diary.txt, with the appointments of two days, on other hosts (their clocks write it anew while they run)
  messages that the staff were sent (a reference and a time, no number)
  the audit (references only), and old commands in Redis' append-only file (sealed)"""


NO_NUMBER = "that is not a complete telephone number"


class PhoneNumber(click.ParamType[Phone | StoredNumber]):
    """A telephone number as people type it. If the number is invalid, its digits are looked up as a stored number."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Phone | StoredNumber:
        """Return the telephone number that was typed. Fails without repeating the text."""
        if isinstance(value, Phone | StoredNumber):
            return value
        try:
            return typed(str(value))
        except NumberRefused:
            as_stored = re.sub(r"[^\d+]", "", plain(str(value)))
        if not as_stored:
            self.fail(NO_NUMBER, param, ctx)
        return StoredNumber(as_stored)


WHOSE = click.argument("number", type=PhoneNumber(), required=False)


@privacy.command("export")
@WHOSE
def export(number: Phone | StoredNumber | None) -> None:
    """All that is held about NUMBER, as JSON. Asks for the number where none is given."""
    number = number or _asked()
    with _personal_data() as personal_data, _told(NOTHING_READ):
        held = _held(personal_data, number)
        personal_data.seen(held, By(COMMAND_LINE, services().clock()))
    click.echo(held.as_json())
    _warn_of_unreadable(held)


@privacy.command("erase")
@WHOSE
@click.option("--yes", is_flag=True, help="Does not ask.")
def erase(number: Phone | StoredNumber | None, yes: bool) -> None:
    """Erases all that is held about NUMBER, after showing what it is and asking."""
    number = number or _asked()
    with _personal_data() as personal_data:
        with _told(NOTHING_ERASED):
            held = _held(personal_data, number)
        _show(held)
        if not held.empty and not yes:
            click.confirm("Erase all of this?", abort=True)
        erase_all(personal_data, held)
    click.echo("Erased." if not held.empty else "There was nothing to erase.")
    _show_what_remains(held)


def _held(personal_data: PersonalData, number: Phone | StoredNumber) -> PersonalRecord:
    """Return all data about a number. Raises BadParameter for text that is no number and that no row contains."""
    held = personal_data.of(number)
    if held.empty and isinstance(number, StoredNumber):
        raise click.BadParameter(NO_NUMBER)
    return held


def _asked() -> Phone | StoredNumber:
    """Prompt for the telephone number, so that it need not be in the shell's history."""
    found: Phone | StoredNumber = click.prompt("PhoneNumber", type=PhoneNumber(), err=True)
    return found


def erase_all(personal_data: PersonalData, held: PersonalRecord) -> None:
    """Erase a number's data, first in Redis, so that no pending request comes back. Errors say what was erased."""
    with _told(NOTHING_ERASED):
        personal_data.erase_waiting(held)
    with _told(STILL_IN_DATABASE if held.waiting or held.sealed_missed else NOTHING_ERASED):
        personal_data.erase(held, By(COMMAND_LINE, services().clock()))
    with _told(STILL_IN_FILE):
        personal_data.database.scrub()
        left = personal_data.of(held.phone)
    with _told(STILL_IN_SHEET):
        _write_sheet_anew(personal_data.database)
    if not left.empty:
        raise click.ClickException("this number has called again meanwhile: please run the command once more")


def _write_sheet_anew(database: Database) -> None:
    """Write this host's file of today's and tomorrow's appointments anew, if there is one, as the clock may not run."""
    here = services()
    if (here.settings.state_dir / SHEET).exists():
        listing = Listing(Diary(database), Patients(database), here.clinic)
        listing.keep_sheet(here.settings.state_dir, here.clock())


def _show(held: PersonalRecord) -> None:
    click.echo(f"Held about this number: {len(held.requests)} requests with their history, {len(held.blocks)} blocks,")
    click.echo(f"{len(held.waiting)} requests that wait in Redis. References: {', '.join(held.references) or 'none'}.")
    if held.appointments or held.patients:
        click.echo(f"{len(held.appointments)} appointments with their history, and {len(held.patients)} names.")
    if held.booked:
        click.echo(f"STILL IN THE DIARY, and then nobody expects the patient: {', '.join(held.booked)}")
    if held.missed or held.sealed_missed:
        click.echo(f"Missed calls, or calls that the reception took: {len(held.missed) + len(held.sealed_missed)}.")
    if held.drafts:
        click.echo(f"Typed about it at the desk and not sent: {len(held.drafts)}.")
    if held.language:
        click.echo("The language in which it is greeted, or was last spoken to.")
    if held.live:
        click.echo(f"STILL TO BE CALLED, and then nobody will: {', '.join(held.live)}")


def _show_what_remains(held: PersonalRecord) -> None:
    _warn_of_unreadable(held)
    if held.mentions:
        click.echo(f"Notes of other people's requests have this number in them: {', '.join(held.mentions)}")
    if held.merged:
        click.echo(f"Merged at the desk with requests of another number, which stay: {', '.join(held.merged)}")
    settings = services().settings
    sqlite = settings.database_url.startswith("sqlite")
    old = backups(settings.state_dir, sqlite_path(settings.database_url) if sqlite else None)
    click.echo("Backups that may still hold it, and would bring it back:" if old else "No backup lies here.")
    for path in old:
        click.echo(f"  {path}")
    click.echo("So may copies that you keep elsewhere.")
    click.echo(ELSEWHERE)


def _warn_of_unreadable(held: PersonalRecord) -> None:
    if count := held.unreadable:
        words = f"{count} requests in Redis were sealed under another SECRET_KEY: nobody can say whose they are"
        click.echo(words, err=True)


@contextmanager
def _personal_data() -> Iterator[PersonalData]:
    """Yield the object that finds and erases data about a number, with a worker's time limits, as no caller waits."""
    database = Database(services().settings.database_url, timeout=WORKER_TIMEOUT)
    try:
        desk, drafts = services().desk, services().staff.drafts.over(database)
        yield PersonalData(database, desk.pending, desk.sealed_missed, services().reports.keyed_ids, drafts)
    finally:
        database.close()


@contextmanager
def _told(undone: str) -> Iterator[None]:
    """Turn a store that is away into a message that says which one, and what was not done."""
    try:
        yield
    except StoreAway as away:
        raise click.ClickException(f"{undone}: the database is away ({away}); please run it again") from None
    except SheetAway as away:
        raise click.ClickException(f"{undone}: it cannot be written ({away}); please delete it") from None
    except QueueAway as away:
        raise click.ClickException(f"{undone}: Redis is away ({away}); please run it again") from None
