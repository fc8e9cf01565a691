"""Measures how much of the diary's time is filled, day by day and week by week.

Pure: the appointments and the time that can be given are arguments.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from ivr.diary.appointments import TAKES_TIME, AppointmentStatus
from ivr.diary.working_hours import Stretch
from ivr.reports.appointment_stats import ReportedVisit

Offered = Mapping[date, Mapping[str, Sequence[Stretch]]]
"""The time that can be given to patients on each day, by the column's key: opening hours without blocked times."""


@dataclass(frozen=True)
class FilledHours:
    """The filled, missed and free time of the diary on some days."""

    first: date
    last: date
    filled: timedelta
    """The time of all appointments that are booked or whose patient came, also in extra places and closed hours."""
    missed: timedelta
    """The time of patients who did not come, as far as no other patient had that time."""
    free: timedelta
    """The time offered to patients in which nobody had an appointment, without the buffers after visits."""


def filled_by_day(
    offered: Offered, visits: Iterable[tuple[date, ReportedVisit]], buffer: timedelta = timedelta()
) -> list[FilledHours]:
    """Return the filled, missed and free time of each day in `offered`, in order. Each visit comes with its day."""
    of_day: defaultdict[date, list[ReportedVisit]] = defaultdict(list)
    for day, visit in visits:
        of_day[day].append(visit)
    return [_of_day(day, columns, of_day[day], buffer) for day, columns in sorted(offered.items())]


def by_week(days: Sequence[FilledHours]) -> list[FilledHours]:
    """Return the filled, missed and free time by week, from Monday on. Days that are not in `days` do not count."""
    weeks = (list(week) for _monday, week in groupby(days, lambda each: each.first - _since_monday(each.first)))
    return [together(week) for week in weeks]


def together(days: Sequence[FilledHours]) -> FilledHours:
    """Return the filled, missed and free time of all these days as one sum. `days` must not be empty."""
    return FilledHours(
        first=days[0].first,
        last=days[-1].last,
        filled=_sum(each.filled for each in days),
        missed=_sum(each.missed for each in days),
        free=_sum(each.free for each in days),
    )


def _of_day(
    day: date, columns: Mapping[str, Sequence[Stretch]], visits: Sequence[ReportedVisit], buffer: timedelta
) -> FilledHours:
    taken = _by_column((each for each in visits if each.status in TAKES_TIME), buffer)
    missed = _by_column(each for each in visits if each.status is AppointmentStatus.NOSHOW)
    nobodys = {key: _apart(without(found, taken.get(key, ()))) for key, found in missed.items()}
    free = (without(open_, [*taken.get(key, ()), *nobodys.get(key, ())]) for key, open_ in columns.items())
    return FilledHours(
        first=day,
        last=day,
        filled=_sum(each.ends - each.starts for each in visits if each.status in TAKES_TIME),
        missed=_sum(_length(stretches) for stretches in nobodys.values()),
        free=_sum(_length(stretches) for stretches in free),
    )


def without(stretches: Sequence[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """Return the parts of `stretches` that remain when those of `taken` are cut out of them."""
    left = list(stretches)
    for since, until in taken:
        parts = [part for start, end in left for part in ((start, min(end, since)), (max(start, until), end))]
        left = [(start, end) for start, end in parts if start < end]
    return left


def _apart(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Join overlapping stretches of time. Return stretches that cover the same time and do not overlap."""
    found: list[Stretch] = []
    for each in stretches:
        found += without([each], found)
    return found


def _by_column(visits: Iterable[ReportedVisit], buffer: timedelta = timedelta()) -> dict[str, list[Stretch]]:
    found: dict[str, list[Stretch]] = {}
    for each in visits:
        found.setdefault(each.schedule, []).append((each.starts, each.ends + buffer))
    return found


def _length(stretches: Iterable[Stretch]) -> timedelta:
    return _sum(end - start for start, end in stretches)


def _sum(spans: Iterable[timedelta]) -> timedelta:
    return sum(spans, timedelta())


def _since_monday(day: date) -> timedelta:
    return timedelta(days=day.weekday())
