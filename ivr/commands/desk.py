"""`flask desk`: lists the requests at the desk, in words or as JSON."""

import json
from datetime import datetime

import click
from flask.cli import AppGroup

from ivr.desk.requests import Request
from ivr.storage.database import StoreAway
from ivr.web.services import services

desk = AppGroup("desk", help="The requests at the desk.")


@desk.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--all", "everything", is_flag=True, help="The closed requests too.")
def list_requests(as_json: bool, everything: bool) -> None:
    """The open and taken requests, soonest due first."""
    try:
        found = services().desk.store.all() if everything else services().desk.store.waiting()
    except StoreAway as away:
        raise click.ClickException(f"the database is away: {away}") from None
    for each in found:
        row = _row(each)
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else _in_words(row))


def _row(found: Request) -> dict[str, str | None]:
    return {
        "reference": found.reference,
        "kind": found.kind,
        "line": found.line,
        "phone": found.phone.e164,
        "language": found.language,
        "day": found.day.isoformat() if found.day else None,
        "window": found.part,
        "due": _local(found.due),
        "status": found.status,
        "created": _local(found.created),
        "call_sid": found.call_id,
    }


def _in_words(row: dict[str, str | None]) -> str:
    names = ("reference", "status", "kind", "line", "phone", "due", "day", "window")
    return "  ".join(row[name] or "-" for name in names)


def _local(moment: datetime) -> str:
    return services().clinic.line("").hours.local(moment).isoformat(timespec="seconds")
