"""The tables of calls, of the traces they are made from and of what they have taught: columns and indexes only.

No number stands in them.
"""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, text

from ivr.storage.column_types import UtcDateTime, metadata

calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", String(32), nullable=False, unique=True),
    Column("began", UtcDateTime, nullable=False),
    Column("line", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("path", String(1000), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("ended", String(8), nullable=False),
    Index("calls_by_began", "began", "line"),
)

caller_languages = Table(
    "caller_languages",
    metadata,
    Column("id", Integer, primary_key=True),
    # A keyed hash of the number.
    Column("mark", String(64), nullable=False, unique=True),
    # The language that the number is greeted in; null until there is one.
    Column("language", String(8)),
    # The language of the last call; null where the number's data was erased.
    Column("latest", String(8)),
    Column("at", UtcDateTime, nullable=False, index=True),
)

UNRECORDED = text("NOT recorded")

call_traces = Table(
    "call_traces",
    metadata,
    Column("id", Integer, primary_key=True),
    # A hash of all that the trace says: one that is sent twice is known by it.
    Column("digest", String(32), nullable=False, unique=True),
    # That of the call, as in its record.
    Column("mark", String(32), nullable=False, index=True),
    Column("host", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("line", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("what", Text, nullable=False),
    Column("step", String(64), nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("lasted", Integer),
    # A keyed hash of the number, until the call is recorded.
    Column("caller", String(64), nullable=False),
    Column("arrived", UtcDateTime, nullable=False, index=True),
    Column("recorded", Boolean, nullable=False),
    Index("traces_unrecorded", "mark", sqlite_where=UNRECORDED, postgresql_where=UNRECORDED),
)

hosts = Table(
    "hosts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("seen", UtcDateTime, nullable=False),
)
