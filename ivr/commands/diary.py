"""`flask diary`: lists the appointments, for other programs and for people, and imports those of another diary."""

from datetime import date, datetime, timedelta

import click
from flask.cli import AppGroup

from ivr.commands.diary_import import import_diary
from ivr.diary.listing import Listing
from ivr.storage.database import StoreAway
from ivr.web.services import services

diary = AppGroup("diary", help="The appointments.")
diary.add_command(import_diary)

A_YEAR = timedelta(days=366)

DAY = click.DateTime(["%Y-%m-%d"])


@diary.command("list")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each appointment.")
@click.option("--from", "first", type=DAY, help="The first day, such as 2026-11-24; today if not given.")
@click.option("--to", "last", type=DAY, help="The last day; a year ahead if not given.")
def list_appointments(as_json: bool, first: datetime | None, last: datetime | None) -> None:
    """Lists the appointments of these days by time, with names and numbers."""
    here = services()
    today = here.clinic.line("").hours.local(here.clock()).date()
    since = first.date() if first else today
    until = last.date() if last else max(since, today) + A_YEAR
    if until < since:
        raise click.UsageError("--to is before --from")
    listing = Listing(here.diary.reads, here.diary.patients, here.clinic)
    try:
        lines = list(listing.json_lines(since, until)) if as_json else _for_people(listing, since, until)
    except StoreAway as away:
        raise click.ClickException(f"the database is away: {away}") from None
    for line in lines:
        click.echo(line)


def _for_people(listing: Listing, first: date, last: date) -> list[str]:
    return listing.in_words(first, last) or ["There are no appointments on these days."]
