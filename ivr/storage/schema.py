"""Defines the desk's tables, with columns and indexes only. Modules in other folders read and write the rows."""

from datetime import UTC, datetime

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Text, false, literal_column, text

from ivr.storage.call_schema import (
    DERIVED,
    UNRECORDED,
    call_traces,
    caller_languages,
    calls,
    counting,
    day_counts,
    hosts,
)
from ivr.storage.column_types import StoredDay, UtcDateTime, metadata, table
from ivr.storage.diary_schema import (
    appointment_history,
    appointment_times,
    appointments,
    blocked_times,
    calendar_links,
    closures,
    missed_calls,
    patients,
    phone_booking,
)

__all__ = [
    "DERIVED",
    "UNRECORDED",
    "appointment_history",
    "appointment_times",
    "appointments",
    "blocked_times",
    "calendar_links",
    "call_traces",
    "caller_languages",
    "calls",
    "closures",
    "counting",
    "day_counts",
    "hosts",
    "metadata",
    "missed_calls",
    "patients",
    "phone_booking",
]

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LIVE_ONLY = text("status IN ('open', 'taken')")
UNDONE_ONLY = text("done_at IS NULL AND failed_at IS NULL")
OF_APPOINTMENTS = text("appointment_id IS NOT NULL")
FAILED_ONLY = text("failed_at IS NOT NULL")

requests = table(
    "requests",
    Column("reference", String(12), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("line", String(20), nullable=False),
    Column("phone", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("day", StoredDay),
    Column("part", String(12)),
    Column("due", UtcDateTime, nullable=False),
    Column("status", String(8), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("call_sid", String(64), nullable=False),
    Column("rang_again", Integer, nullable=False),
    Column("taken_by", String(80)),
    Column("touched", UtcDateTime),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("outcome", String(20)),
    Column("appointment", UtcDateTime),
    Column("source", String(8), nullable=False, server_default="call"),
    # The request that this one was merged into. No foreign key: a restore and a copy write the rows in any order.
    Column("merged_into", Integer, index=True),
    Column("patient_id", Integer, index=True),
    # The appointment that the patient is to be told of, or wishes to change, and the reason; no foreign keys, as above.
    Column("about", Integer, index=True),
    Column("why", String(16)),
    Index("live_requests", "due", "id", sqlite_where=LIVE_ONLY, postgresql_where=LIVE_ONLY),
    Index("requests_by_phone", "phone"),
    Index("requests_by_reference", "reference"),
    Index("requests_by_appointment", "appointment"),
    Index("requests_by_touched", "status", "touched"),
    Index("requests_by_created", "created"),
    Index("live_requests_of_a_number", "phone", "kind", sqlite_where=LIVE_ONLY, postgresql_where=LIVE_ONLY),
)

IS_LIVE = requests.c.status.in_([literal_column("'open'"), literal_column("'taken'")])
"""The SQL condition of a live request, worded exactly as in the tables' indexes, so that every database uses them."""

promises = table(
    "promises",
    Column("mark", String(64), nullable=False, unique=True),
    Column("request_id", Integer, ForeignKey("requests.id"), nullable=False, index=True),
    Column("reference", String(12), nullable=False, index=True),
    Column("spoken", String(12), nullable=False),
    Column("joined", Boolean, nullable=False),
    Column("created", UtcDateTime, nullable=False),
)

history = table(
    "history",
    Column("request_id", Integer, ForeignKey("requests.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(80), nullable=False),
    Column("what", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("before", Text),
)

errands = table(
    "errands",
    Column("request_id", Integer, ForeignKey("requests.id"), index=True),
    Column("appointment_id", Integer),
    Column("task", String(20), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime, nullable=False),
    Column("rings", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("done_at", UtcDateTime),
    Column("failed_at", UtcDateTime),
    Column("error", String(80), nullable=False),
    # The number of the last dispatch when it was last begun: a job of that dispatch, or of one before, comes too late.
    Column("begun", Integer, nullable=False, server_default="0"),
    Column("channel", String(16), nullable=False, server_default=text("''")),
    Index("errands_undone", "next_at", sqlite_where=UNDONE_ONLY, postgresql_where=UNDONE_ONLY),
    Index("errands_of_appointments", "appointment_id", sqlite_where=OF_APPOINTMENTS, postgresql_where=OF_APPOINTMENTS),
    Index("errands_failed", "failed_at", sqlite_where=FAILED_ONLY, postgresql_where=FAILED_ONLY),
)

channel_troubles = table(
    "channel_troubles",
    Column("channel", String(16), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

staff = table(
    "staff",
    Column("name", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("role", String(8), nullable=False, server_default="staff"),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("second_factor_required", Boolean, nullable=False, server_default=false()),
)

second_factors = table(
    "second_factors",
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False, unique=True),
    Column("secret", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("last_step", Integer, nullable=False),
)

recovery_codes = table(
    "recovery_codes",
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False, index=True),
    Column("mark", String(64), nullable=False),
    Column("used", UtcDateTime),
)

rules = table(
    "rules",
    Column("name", String(40), nullable=False, unique=True),
)

invitations = table(
    "invitations",
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False, index=True),
    Column("expires", UtcDateTime, nullable=False),
    Column("used", UtcDateTime),
)

sessions = table(
    "sessions",
    Column("mark", String(64), nullable=False, unique=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("began", UtcDateTime, nullable=False, index=True),
    Column("typed", UtcDateTime),
    Column("ended", UtcDateTime),
)

drafts = table(
    "drafts",
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("mark", String(64), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Index("one_draft_of_a_place", "staff_id", "mark", unique=True),
)

failed_logins = table(
    "failed_logins",
    Column("at", UtcDateTime, nullable=False),
    Column("name", String(80), nullable=False),
    Column("address", String(64), nullable=False),
    Column("device", String(64)),
    Column("code", Boolean, nullable=False, server_default=false()),
    Index("failed_logins_by_name", "name", "at"),
    Index("failed_logins_by_address", "address", "at"),
)

blocked = table(
    "blocked",
    Column("phone", String(16), nullable=False, index=True),
    Column("reason", String(80), nullable=False),
    Column("who", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("lifted_by", String(80)),
    Column("lifted_at", UtcDateTime),
)

audit = table(
    "audit",
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("who", String(80), nullable=False),
    Column("what", String(30), nullable=False),
    Column("about", String(80), nullable=False),
    Column("detail", Text, nullable=False),
)
