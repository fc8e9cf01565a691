"""Reads the calls of some days from the database, for the reports.

Uses the index of the calls' moments, and changes nothing. counts/counting.py counts the calls. No clock.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, select

from ivr.storage import schema

table = schema.calls


def within(
    moment: Column[Any], table_line: Column[Any], start: datetime, end: datetime, line: str
) -> ColumnElement[bool]:
    """Return the SQL condition of rows from `start` until before `end`, on one telephone line, or on all lines ("")."""
    days = and_(moment >= start, moment < end)
    return and_(days, table_line == line) if line else days


def read_calls(read: Connection, start: datetime, end: datetime) -> Sequence[Row[Any]]:
    """Return the records of the calls on all lines from `start` until before `end`, as they are stored."""
    columns = (table.c[name] for name in ("began", "line", "path", "ended"))
    return read.execute(select(*columns).where(within(table.c.began, table.c.line, start, end, ""))).all()
