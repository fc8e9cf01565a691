"""The tables of the diary, of missed calls, and of the days that the desk has closed: columns and indexes only.

schema.py has further tables and exports these too; the stores use all tables by way of schema.py.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Text, text

from ivr.storage.column_types import StoredDay, UtcDateTime, table

TO_HEAR = text("to_hear IS NOT NULL")
TAKES_TIME = text("status IN ('booked', 'arrived')")

patients = table(
    "patients",
    Column("phone", String(16), index=True),
    Column("name", String(80), nullable=False),
    Column("language", String(8)),
    Column("created", UtcDateTime, nullable=False),
)

appointments = table(
    "appointments",
    Column("reference", String(12), nullable=False),
    # The mark of the promise in the call that booked it: a webhook that comes twice is known by it.
    Column("mark", String(64), unique=True),
    Column("phone", String(16)),
    Column("patient_id", Integer, ForeignKey("patients.id"), index=True),
    Column("line", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("schedule", String(20), nullable=False),
    # 0, or the number of an extra place beside it, where two were booked at once on purpose or by an upgrade.
    Column("extra", Integer, nullable=False, server_default="0"),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("status", String(12), nullable=False),
    Column("source", String(8), nullable=False),
    Column("whose", String(8), nullable=False, server_default="own"),
    Column("made_by", String(80), nullable=False),
    Column("call_sid", String(64), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("touched", UtcDateTime, nullable=False),
    Column("request_id", Integer, ForeignKey("requests.id"), index=True),
    # The call that has still to show that its caller has heard of the last change; NULL once that is known.
    Column("to_hear", String(64)),
    Index("appointments_to_hear", "to_hear", sqlite_where=TO_HEAR, postgresql_where=TO_HEAR),
    Index("appointments_by_start", "starts"),
    Index("appointments_by_phone", "phone"),
    Index("appointments_by_reference", "reference"),
    Index(
        "one_patient_at_a_time",
        *("schedule", "extra", "starts"),
        unique=True,
        sqlite_where=TAKES_TIME,
        postgresql_where=TAKES_TIME,
    ),
)

appointment_times = table(
    "appointment_times",
    Column("appointment_id", Integer, ForeignKey("appointments.id"), nullable=False, index=True),
    Column("schedule", String(20), nullable=False),
    Column("extra", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("one_patient_in_each_step", "schedule", "extra", "at", unique=True),
)

appointment_history = table(
    "appointment_history",
    Column("appointment_id", Integer, ForeignKey("appointments.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(80), nullable=False),
    Column("what", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("before", Text),
    Index("appointment_history_by_at", "at"),
)

blocked_times = table(
    "blocked_times",
    # The key of a column of the diary; empty for all.
    Column("schedule", String(20), nullable=False),
    Column("first_day", StoredDay, nullable=False),
    Column("last_day", StoredDay, index=True),
    # Monday is 0; NULL for every day from the first to the last.
    Column("weekday", Integer),
    Column("shift", String(11), nullable=False),
    Column("words", String(80), nullable=False),
    Column("who", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("undone_by", String(80)),
    Column("undone_at", UtcDateTime),
    # What another diary calls it, as a keyed hash; NULL where the desk has set it.
    Column("mark", String(64)),
    Index("blocked_times_by_mark", "mark"),
)

phone_booking = table(
    "phone_booking",
    Column("what", String(12), nullable=False),
    Column("rules", String(80), nullable=False),
    Column("who", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

closures = table(
    "closures",
    Column("day", StoredDay, nullable=False, index=True),
    Column("line", String(20), nullable=False),
    Column("shifts", String(200), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("who", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("undone_by", String(80)),
    Column("undone_at", UtcDateTime),
)

missed_calls = table(
    "missed_calls",
    Column("call_sid", String(64), nullable=False, unique=True),
    Column("phone", String(16), nullable=False, index=True),
    Column("line", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # NULL while nobody knows how far the call came: it is not shown until its record is there.
    Column("kind", String(12)),
    Column("reached", String(20), nullable=False),
    # Whether the record of the call has been looked at, which knows better than the first look.
    Column("checked", Boolean, nullable=False),
    Column("called_by", String(80)),
    Column("called_at", UtcDateTime),
)

calendar_links = table(
    "calendar_links",
    Column("nonce", String(64)),
    Column("who", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
