"""The tables of calls, traces, callers' languages, hosts and the reports' counts: columns and indexes only.

No column holds a telephone number.
"""

from sqlalchemy import Boolean, Column, Index, Integer, String, Text, text

from ivr.storage.column_types import StoredDay, UtcDateTime, table

calls = table(
    "calls",
    Column("mark", String(32), nullable=False, unique=True),
    Column("began", UtcDateTime, nullable=False),
    Column("line", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("path", String(1000), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("ended", String(8), nullable=False),
    Index("calls_by_began", "began", "line"),
)

caller_languages = table(
    "caller_languages",
    # A keyed hash of the number.
    Column("mark", String(64), nullable=False, unique=True),
    # The language that the number is greeted in; null until there is one.
    Column("language", String(8)),
    # The language of the last call; null where the number's data was erased.
    Column("latest", String(8)),
    Column("at", UtcDateTime, nullable=False, index=True),
)

UNRECORDED = text("NOT recorded")

call_traces = table(
    "call_traces",
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

hosts = table(
    "hosts",
    Column("name", String(40), nullable=False, unique=True),
    Column("seen", UtcDateTime, nullable=False),
)

DERIVED = {"derived": True}
"""The `info` of tables that need no copy, because they can be computed again from the rows of other tables."""

day_counts = table(
    "day_counts",
    # The clinic's day, from midnight to midnight.
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    # The key of a line, or a star for all lines; the row of all lines says how the day stands.
    Column("line", String(20), nullable=False),
    # A hash of the opening hours and the menu by which was counted.
    Column("counted_by", String(64), nullable=False),
    # The last day whose opening hours were asked.
    Column("last_day", StoredDay, nullable=False),
    # The numbers of the quarters of an hour that are to be counted anew.
    Column("stale", Text, nullable=False),
    # JSON: the counts of the day, those by five minutes, and those of patients reached on a later day.
    Column("counts", Text, nullable=False),
    Column("by_slot", Text, nullable=False),
    Column("later", Text, nullable=False),
    # JSON, in the row of all lines: the counts of each quarter and line; empty where only the whole day is known.
    Column("quarters", Text, nullable=False),
    Index("one_row_of_a_day_and_line", "starts", "line", unique=True),
    info=DERIVED,
)

counting = table(
    "counting",
    # Raised whenever a count is stored or becomes stale.
    Column("generation", Integer, nullable=False),
    # The last rows of which the counts know, so that whatever came after them is to be counted.
    Column("calls_seen", Integer, nullable=False),
    Column("history_seen", Integer, nullable=False),
    info=DERIVED,
)
