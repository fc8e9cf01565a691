"""Follows the links from merged requests to those that stayed, and repairs the links when requests are deleted.

merging.py does the merging. No HTTP, no clock.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, union_all, update

from ivr.desk.requests import HistoryEvent
from ivr.storage import schema

table = schema.requests

WAS_MERGED: ColumnElement[bool] = table.c.merged_into > 0
"""The SQL condition of a merged request, in the form for which both databases use their index."""


def merged_into(*starts: Select[int]) -> Select[int]:
    """Return an SQL query of request ids: those that `starts` select, and those that these requests were merged into.

    If a request was merged into one that was itself merged, the query returns every request along the way.
    """
    begun = union_all(*starts).subquery()
    path = select(begun.c[0].label("id")).cte(recursive=True)
    further = select(table.c.merged_into).join(path, table.c.id == path.c.id).where(WAS_MERGED)
    return select(path.union(further).c.id)


def let_go(write: Connection, ids: Any) -> None:
    """Remove all links to these requests, and erase their wishes from the histories of requests they were merged into.

    Removes links from appointments too. Call this before deleting the requests.
    """
    write.execute(update(table).where(table.c.merged_into.in_(ids)).values(merged_into=None))
    booked = schema.appointments
    write.execute(update(booked).where(booked.c.request_id.in_(ids)).values(request_id=None))
    for row in write.execute(select(table.c.reference, table.c.merged_into).where(table.c.id.in_(ids), WAS_MERGED)):
        unlink(write, row.reference, row.merged_into)


def unlink(write: Connection, reference: str, into_id: int) -> None:
    """Erase the wish of a merged request from the history of the one that stayed, before the link is removed."""
    lines = schema.history
    of_it = (lines.c.request_id == into_id) & (lines.c.what == HistoryEvent.TOOK_IN)
    forget_wish(write, of_it & lines.c.detail.startswith(reference), reference)


def link_again(write: Connection, wish: str, reference: str, into_id: int) -> None:
    """Undo `unlink`: `wish` is the merged request's wish, as the history of the one that stayed tells it."""
    lines = schema.history
    of_it = (lines.c.request_id == into_id, lines.c.what == HistoryEvent.TOOK_IN, lines.c.detail == reference)
    latest = select(func.max(lines.c.id)).where(*of_it).scalar_subquery()
    write.execute(update(lines).where(lines.c.id == latest).values(detail=wish))


def forget_wish(write: Connection, of_it: ColumnElement[bool], reference: str) -> None:
    """Erase a merged request's wish from the history of the request that stayed, and leave only its `reference`.

    `of_it` selects the history events of the merge. The merge cannot be undone any more.
    """
    write.execute(update(schema.history).where(of_it).values(detail=reference, before=None))
