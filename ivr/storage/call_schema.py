"""The tables of finished calls and of what they have taught: columns and indexes only. No number stands in them."""

from sqlalchemy import Column, Index, Integer, String, Table

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
