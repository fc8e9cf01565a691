"""Computes the diary's free times: takes the taken times out of the opening hours, and divides the rest into visits.

Pure: the hours, the taken times and the moment are arguments.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from ivr.diary.working_hours import Stretch, open_stretches
from ivr.line.diary import DiaryRules, Schedule, Slot
from ivr.line.hours import Hours

Busy = Mapping[str, Sequence[Stretch]]
"""The taken times of each column, by its key, each time as (start, end)."""


def free_slots(rules: DiaryRules, line: str, hours: Hours, busy: Busy, now: datetime) -> list[Slot]:
    """Return the free times that callers of this telephone line can be given, in order, in the next `rules.days` days.

    The first free time is at least `rules.lead` after now.
    """
    today = hours.local(now).date()
    days = (today + timedelta(days=ahead) for ahead in range(rules.days))
    earliest = now + rules.lead
    found = (slot for day in days for slot in _in_order(rules, rules.of_line(line), hours, busy, day))
    return [_local(slot, hours) for slot in _apart(rules, (each for each in found if each.start >= earliest))]


def slots_of_day(rules: DiaryRules, schedules: Sequence[Schedule], hours: Hours, busy: Busy, day: date) -> list[Slot]:
    """Return the free times of these columns on a day, in order, including past ones."""
    return [_local(slot, hours) for slot in _in_order(rules, schedules, hours, busy, day)]


def _in_order(rules: DiaryRules, schedules: Sequence[Schedule], hours: Hours, busy: Busy, day: date) -> list[Slot]:
    """Return the free times of these columns on a day, in order, in UTC.

    Python sorts the times of one time zone by the wall clock, which shows one hour twice in autumn. UTC sorts rightly.
    """
    return sorted(
        Slot(start, each.key)
        for each in schedules
        for opens, closes in open_stretches(each, hours, day)
        for taken in [_touching(busy.get(each.key, ()), opens, closes + rules.buffer)]
        for start in _starts(opens, closes, each, rules.buffer)
        if is_free(taken, start, start + each.length + rules.buffer)
    )


def _local(slot: Slot, hours: Hours) -> Slot:
    return Slot(hours.local(slot.start), slot.schedule)


def _apart(rules: DiaryRules, found: Iterator[Slot]) -> Iterator[Slot]:
    """Yield the free times in order, except times that overlap an earlier one of their column or the buffer after it.

    Free times overlap where the clinic opens again at once: at midnight, or after a break shorter than the buffer.
    """
    until: dict[str, datetime] = {}
    for slot in found:
        schedule = rules.schedule(slot.schedule)
        if schedule and slot.start >= until.get(slot.schedule, slot.start):
            until[slot.schedule] = slot.start + (schedule.interval or schedule.length) + rules.buffer
            yield slot


def _touching(taken: Sequence[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    """Return the taken stretches that overlap the span from `start` to `end`, so that fewer are compared later."""
    return [each for each in taken if start < each[1] and each[0] < end]


def is_free(taken: Sequence[Stretch], start: datetime, end: datetime) -> bool:
    """Return whether no taken stretch overlaps the span from `start` to `end`."""
    return all(until <= start or end <= since for since, until in taken)


def _starts(opens: datetime, closes: datetime, schedule: Schedule, buffer: timedelta) -> Iterator[datetime]:
    start = opens
    while start + schedule.length <= closes:
        yield start
        start += (schedule.interval or schedule.length) + buffer
