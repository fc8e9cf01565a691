"""The desk's tables, and how a database is brought up to them.

Columns and indexes only; what is done with them stands in the stores beside this.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    text,
)

from ivr.desk.database import sqlite_path

MIGRATIONS = Path(__file__).with_name("migrations")

MIGRATION_LOCK = 4_907_112
"""Any number of our own: two copies that start at once bring the schema up one after the other."""


class Moment(TypeDecorator[datetime]):
    """A moment, kept as UTC without its zone, so that both databases sort and compare it alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database."""
        return value if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData()

LIVE_ONLY = text("status IN ('open', 'taken')")

requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(12), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("line", String(20), nullable=False),
    Column("phone", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("day", Date),
    Column("part", String(12)),
    Column("due", Moment, nullable=False),
    Column("status", String(8), nullable=False),
    Column("created", Moment, nullable=False),
    Column("call_sid", String(64), nullable=False),
    Column("rang_again", Integer, nullable=False),
    Column("taken_by", String(80)),
    Index("requests_by_status_and_due", "status", "due"),
    Index("requests_by_phone", "phone"),
    Index(
        "one_live_request",
        "phone",
        "kind",
        unique=True,
        sqlite_where=LIVE_ONLY,
        postgresql_where=LIVE_ONLY,
    ),
)

promises = Table(
    "promises",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", String(64), nullable=False, unique=True),
    Column("request_id", Integer, ForeignKey("requests.id"), nullable=False, index=True),
    Column("reference", String(12), nullable=False, index=True),
    Column("spoken", String(12), nullable=False),
    Column("joined", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
)

history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", Integer, ForeignKey("requests.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("who", String(80), nullable=False),
    Column("what", String(20), nullable=False),
    Column("detail", String(200), nullable=False),
)

errands = Table(
    "errands",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", Integer, ForeignKey("requests.id"), nullable=False, index=True),
    Column("task", String(20), nullable=False),
    Column("created", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("leased_until", Moment, nullable=False),
    Column("rings", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("done_at", Moment),
    Column("failed_at", Moment),
    Column("error", String(80), nullable=False),
    Index("errands_to_do", "done_at", "failed_at", "next_at"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
)


def migrate(database_url: str) -> None:
    """Brings the schema of this database up to date, making the database's file where it is SQLite's.

    Raises SQLAlchemyError where the database cannot be reached.
    """
    engine = create_engine(_ready(database_url), hide_parameters=True, connect_args=_patience(database_url))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            _hold(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _ready(url: str) -> str:
    if url.startswith("sqlite"):
        path = sqlite_path(url)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    return url


def _patience(url: str) -> dict[str, Any]:
    return {"timeout": 10} if url.startswith("sqlite") else {"connect_timeout": 5}


def _hold(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    else:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
