"""Where requests that were merged lead: each to the one that remained, and from there on, should that be merged too.

Queries, and what is mended when one of them is deleted. merging.py does the merging. No HTTP, no clock.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, union_all, update

from ivr.desk.requests import HistoryEvent
from ivr.storage import schema

table = schema.requests

WAS_MERGED: ColumnElement[bool] = table.c.merged_into > 0
"""Said so that both databases find the few by their index."""


def merged_into(*starts: Select[int]) -> Select[int]:
    """These requests, with those that they were merged into, and so on to the end."""
    begun = union_all(*starts).subquery()
    path = select(begun.c[0].label("id")).cte(recursive=True)
    further = select(table.c.merged_into).join(path, table.c.id == path.c.id).where(WAS_MERGED)
    return select(path.union(further).c.id)


def let_go(write: Connection, ids: Any) -> None:
    """Before these are deleted: what was merged into them leads nowhere, and nobody else's history tells their wish."""
    write.execute(update(table).where(table.c.merged_into.in_(ids)).values(merged_into=None))
    lines = schema.history
    for row in write.execute(select(table.c.reference, table.c.merged_into).where(table.c.id.in_(ids), WAS_MERGED)):
        of_it = (lines.c.request_id == row.merged_into) & (lines.c.what == HistoryEvent.TOOK_IN)
        forget_wish(write, of_it & lines.c.detail.startswith(row.reference), row.reference)


def forget_wish(write: Connection, of_it: ColumnElement[bool], reference: str) -> None:
    """Of what was merged into another, the other's history keeps the reference alone; there is no undo any more."""
    write.execute(update(schema.history).where(of_it).values(detail=reference, before=None))
