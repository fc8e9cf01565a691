"""The parts of an undo: the last line of history, the state before the move, and who may undo it.

moves.py and merging.py do the undoing. No HTTP, no clock.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from ivr.desk.requests import Status
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.odd import Odd

table = schema.requests

UNDO_WITHIN = timedelta(seconds=15)
"""Time limit of an undo. The page offers ten seconds; the rest is for the request's way to the server."""

RESTORED = ("status", "taken_by", "touched", "tries", "outcome", "appointment", "due", "merged_into")
"""The columns that an undo restores."""

MOMENTS = ("touched", "appointment", "due")
"""Those of them that are moments."""


def last_line(write: Connection, request_id: int) -> Row[Any] | None:
    """Return the last line of a request's history; None for one that was put there by hand."""
    lines = schema.history
    query = select(lines).where(lines.c.request_id == request_id).order_by(lines.c.id.desc()).limit(1)
    return write.execute(query).first()


def may_undo(last: Row[Any], by: By) -> bool:
    """Return whether this person made this move within `UNDO_WITHIN`."""
    known = last.before is not None and isinstance(last.at, datetime)
    return known and last.who == by.who and by.at - last.at <= UNDO_WITHIN


def has_another(write: Connection, row: Row[Any]) -> bool:
    """Return whether the request is closed and its number has another live request of the kind."""
    same = (table.c.phone == row.phone, table.c.kind == row.kind, schema.IS_LIVE, table.c.id != row.id)
    return row.status == Status.CLOSED and write.execute(select(table.c.id).where(*same)).first() is not None


def standing(row: Row[Any], **more: Any) -> str | None:
    """Return the request's state as JSON, for an undo to restore; None where a moment in it cannot be read."""
    values = {name: getattr(row, name) for name in RESTORED}
    if any(isinstance(each, Odd | bytes) for each in values.values()):
        return None
    told = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in values.items()}
    return json.dumps({**told, **more})


def restored(before: str | None) -> Mapping[str, Any] | None:
    """Return the columns of a request from the JSON of `standing`; None where they cannot be read."""
    try:
        values = {name: each for name, each in json.loads(before or "").items() if name in RESTORED}
        moments = {name: datetime.fromisoformat(values[name]) for name in MOMENTS if values[name]}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return {**values, **moments} if "status" in values else None


def noted(before: str | None, name: str) -> Any:
    """Return what a merge has added to the state before it (`more` of `standing`); None where it cannot be read."""
    try:
        return json.loads(before or "")[name]
    except (ValueError, TypeError, KeyError):
        return None
