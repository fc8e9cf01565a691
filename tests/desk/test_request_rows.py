"""Requests with a status that this version does not know are found without reading all closed requests."""

import pytest
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.dialects import sqlite

from ivr.desk.request_rows import of_unknown_status
from ivr.storage import schema
from tests.storage.test_schema import request


@pytest.mark.parametrize("prepares", ["SELECT 1", "ANALYZE"])
def test_an_unknown_status_is_looked_up_in_the_index(sqlite_url: str, prepares: str) -> None:
    statuses = ("open", "taken", "closed", "", "a", "paused", "opened", "zzz", "Closed")
    rows = [request(status=each, phone=f"+91999990000{n}") for n, each in enumerate(statuses)]
    rows += [request(status="closed", phone=f"+9198765{n:05}") for n in range(500)]
    table, engine = schema.requests, create_engine(sqlite_url)
    query = select(table).where(table.c.id.in_(of_unknown_status())).order_by(table.c.id)
    told = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with engine.begin() as write:
        write.execute(insert(table), rows)
        write.execute(text(prepares))
        assert {row.status for row in write.execute(query)} == {"", "a", "paused", "opened", "zzz", "Closed"}
        plan = [row[3] for row in write.execute(text(f"EXPLAIN QUERY PLAN {told}"))]
    engine.dispose()
    assert [line for line in plan if line.startswith("SCAN requests")] == []
    assert any("INDEX requests_by" in line for line in plan)
