"""How a move is taken back: the line of history that it left, how the request stood before it, who may undo it.

No move is made here. No HTTP, no clock.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from ivr.desk.requests import LIVE, Status
from ivr.storage import schema
from ivr.storage.audit import By

table = schema.requests

UNDO_WITHIN = timedelta(seconds=15)
"""Ten seconds are offered on the page; the rest is the way there and back."""

RESTORED = ("status", "taken_by", "touched", "tries", "outcome", "appointment", "due", "merged_into")
"""What an undo puts back."""


def last_line(write: Connection, request_id: int) -> Row[Any]:
    """The last line of a request's history; every request has one."""
    lines = schema.history
    query = select(lines).where(lines.c.request_id == request_id).order_by(lines.c.id.desc()).limit(1)
    return write.execute(query).one()


def may_undo(last: Row[Any], by: By) -> bool:
    """Whether they made this move a moment ago."""
    return last.before is not None and last.who == by.who and by.at - last.at <= UNDO_WITHIN


def has_another(write: Connection, row: Row[Any]) -> bool:
    """Whether the number has asked for the same anew since this was closed: then the new request is the live one."""
    same = (table.c.phone == row.phone, table.c.kind == row.kind, table.c.status.in_(LIVE), table.c.id != row.id)
    return row.status == Status.CLOSED and write.execute(select(table.c.id).where(*same)).first() is not None


def standing(row: Row[Any], **more: Any) -> str:
    """How a request stands, to be put back by an undo."""
    values = {name: getattr(row, name) for name in RESTORED}
    told = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in values.items()}
    return json.dumps({**told, **more})


def restored(before: str) -> Mapping[str, Any]:
    """How it stood, for the columns of its row."""
    values = {name: each for name, each in json.loads(before).items() if name in RESTORED}
    moments = {name: datetime.fromisoformat(values[name]) for name in ("touched", "appointment", "due") if values[name]}
    return {**values, **moments}
