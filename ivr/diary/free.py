"""Computes the diary's free times: the opening hours without what is taken, cut into visits.

Pure: the hours, what is taken and the moment are arguments.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from ivr.line.diary import DiaryRules, Schedule, Slot
from ivr.line.hours import Hours, Shift

Stretch = tuple[datetime, datetime]

Busy = Mapping[str, Sequence[Stretch]]
"""The taken times of each column, by its key, each time as (start, end)."""


def free_slots(rules: DiaryRules, line: str, hours: Hours, busy: Busy, now: datetime) -> list[Slot]:
    """Return the free times that callers of this telephone line can be given, in order, in the next `rules.days` days.

    The first is at least `rules.lead` from now.
    """
    today = hours.local(now).date()
    days = (today + timedelta(days=ahead) for ahead in range(rules.days))
    earliest = now + rules.lead
    found = (slot for day in days for slot in slots_of_day(rules, rules.of_line(line), hours, busy, day))
    return [slot for slot in found if slot.start >= earliest]


def slots_of_day(rules: DiaryRules, schedules: Sequence[Schedule], hours: Hours, busy: Busy, day: date) -> list[Slot]:
    """Return the free times of these columns on a day, in order, those that are past included."""
    # Sorted in UTC: Python orders moments of one time zone by the wall clock, which repeats an hour in autumn.
    found = sorted(
        Slot(start, each.key)
        for each in schedules
        for opens, closes in open_stretches(each, hours, day)
        for taken in [_touching(busy.get(each.key, ()), opens, closes + rules.buffer)]
        for start in _starts(opens, closes, each.length, rules.buffer)
        if is_free(taken, start, start + each.length + rules.buffer)
    )
    return [Slot(hours.local(each.start), each.schedule) for each in found]


def _touching(taken: Sequence[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    """Return the taken stretches that touch the span from `start` to `end`: the only ones to compare its times with."""
    return [each for each in taken if start < each[1] and each[0] < end]


def is_free(taken: Sequence[Stretch], start: datetime, end: datetime) -> bool:
    """Return whether none of the taken stretches lies between `start` and `end`."""
    return all(until <= start or end <= since for since, until in taken)


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
    # Python's arithmetic within one time zone ignores clock changes.
    return ((start.astimezone(UTC), end.astimezone(UTC)) for start, end in stretches)


def _starts(opens: datetime, closes: datetime, length: timedelta, buffer: timedelta) -> Iterator[datetime]:
    start = opens
    while start + length <= closes:
        yield start
        start += length + buffer
