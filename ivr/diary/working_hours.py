"""Tells when a column of the diary may have visits: while the clinic is open, and its practitioner works.

Pure: the hours are arguments.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from ivr.line.diary import Schedule
from ivr.line.hours import Hours, Shift

Stretch = tuple[datetime, datetime]
"""A stretch of time, from its start to its end."""


def is_open(schedule: Schedule | None, hours: Hours, start: datetime, end: datetime) -> bool:
    """Return whether the clinic, and the practitioner of this column, work from `start` to `end` without a break."""
    day = hours.local(start).date()
    opened = open_stretches(schedule, hours, day) if schedule else _in_utc(hours.stretches(day))
    return any(opens <= start and end <= closes for opens, closes in opened)


def open_stretches(schedule: Schedule, hours: Hours, day: date) -> Iterator[Stretch]:
    """Yield the stretches in which a column's visits may take place: the clinic's shifts, cut to the practitioner's."""
    clinics = list(_in_utc(hours.stretches(day)))
    if schedule.week is None:
        yield from clinics
        return
    own = list(_in_utc(shift.on(day, hours.zone) for shift in _shifts(schedule, day)))
    both = ((max(a, c), min(b, d)) for a, b in clinics for c, d in own)
    yield from ((opens, closes) for opens, closes in both if opens < closes)


def _shifts(schedule: Schedule, day: date) -> tuple[Shift, ...]:
    return schedule.week[day.weekday()] if schedule.week else ()


def _in_utc(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    # Python's arithmetic within one time zone ignores clock changes. An hour that comes twice is open from its second
    # opening to its first close: by the clock on the wall the clinic is closed in between.
    return ((max(_readings(start)), min(_readings(end))) for start, end in stretches)


def _readings(wall: datetime) -> tuple[datetime, datetime]:
    """Return the two UTC moments that a wall-clock time can mean; they differ only when the clocks change."""
    return wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
