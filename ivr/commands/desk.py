"""`flask desk`: lists the requests at the desk, in words or as JSON."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from ivr.desk.request_rows import AnyRequest, OddRequest
from ivr.desk.requests import Status
from ivr.line.booking import Kind
from ivr.storage.database import StoreAway
from ivr.web.services import services

Row = dict[str, Any]
"""A request as this command shows it; if the request cannot be read, its values as they are stored."""

NAMES = ("reference", "kind", "line", "phone", "language", "day", "window", "due", "status", "created", "call_sid")
COLUMNS = {"window": "part"}
"""The database columns of values that have another name in the JSON, by the name in the JSON."""

desk = AppGroup("desk", help="The requests at the desk.")


@desk.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--all", "everything", is_flag=True, help="The closed requests too.")
def list_requests(as_json: bool, everything: bool) -> None:
    """The open and taken requests, soonest due first."""
    try:
        found = services().desk.store.stored(closed=everything)
    except StoreAway as away:
        raise click.ClickException(f"the database is away: {away}") from None
    for each in found:
        click.echo(json.dumps(_row(each), ensure_ascii=False) if as_json else _in_words(each))


def _row(found: AnyRequest) -> Row:
    if isinstance(found, OddRequest):
        values = {name: found.stored[COLUMNS.get(name, name)] or None for name in NAMES}
        return {**values, "cannot_read": list(found.odd)}
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


def _in_words(found: AnyRequest) -> str:
    if isinstance(found, OddRequest):
        row = _row(found)
        shown = "  ".join(row[name] or "-" for name in ("reference", "status", "kind", "line", "phone", "due"))
        return f"{shown}  cannot be read: {', '.join(found.odd)}"
    line = services().clinic.line(found.line)
    number, due = " ".join(found.phone.groups), f"due {line.hours.local(found.due):%a %d %b %H:%M}"
    wish = f"{found.day:%a %d %b}, {found.part}" if found.day and found.part else "as soon as possible"
    return "  ".join((found.reference, STATUSES[found.status], KINDS[found.kind], line.name["en"], number, due, wish))


STATUSES: Mapping[Status, str] = {Status.OPEN: "waiting", Status.TAKEN: "taken", Status.CLOSED: "closed"}
KINDS: Mapping[Kind, str] = {Kind.BOOKING: "appointment", Kind.CALLBACK: "call back"}


def _local(moment: datetime) -> str:
    return services().clinic.line("").hours.local(moment).isoformat(timespec="seconds")
