"""Makes the report of a period: has its calls, requests and appointments read from the database and counted.

Reads only, and besides the overdue requests only the rows of the period and of the days before. No clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from ivr.line.clinic import Clinic
from ivr.line.menu import MENU
from ivr.reports.appointment_stats import AppointmentStats, appointment_stats, standing
from ivr.reports.call_stats import CallStats, Reading, call_stats
from ivr.reports.day_stats import DayStats, day_stats
from ivr.reports.filled_hours import FilledHours, filled_by_day
from ivr.reports.opening_time import OpeningTime
from ivr.reports.period import Period
from ivr.reports.reported_appointments import ReportedDiary, in_columns, offered, read_diary
from ivr.reports.reported_calls import DatedCalls, by_hour, by_path, grouped, read_calls
from ivr.reports.reported_requests import (
    DatedRequest,
    RequestRows,
    Waits,
    dated,
    no_waits,
    overdue,
    read_requests,
    waits_in,
)
from ivr.reports.request_stats import RequestStats, request_stats
from ivr.reports.timetable import Timetable
from ivr.storage.database import Database

LOOKS_AHEAD = timedelta(days=366)
"""Time ahead for which opening hours are looked up: moments further ahead come from a wrong clock."""

NO_DAYS = DayStats({}, {}, {})
NO_APPOINTMENTS = AppointmentStats({}, {}, {})


@dataclass(frozen=True)
class PeriodReport:
    """The report of a period."""

    calls: CallStats
    requests: RequestStats
    """The requests that patients made."""
    overdue: int
    """The number of open requests that are overdue now, whenever they were made."""
    left_out: int = 0
    """The number of calls, requests and appointments that this version cannot read, which are not counted."""
    to_tell: RequestStats = field(default_factory=lambda: request_stats([]))
    """The patients whom the clinic has something to tell about an appointment. Nobody made these requests."""
    days: DayStats = NO_DAYS
    before: DayStats = NO_DAYS
    """The counts of the days before, until the same hour as now."""
    appointments: AppointmentStats = NO_APPOINTMENTS
    hours: Sequence[FilledHours] = ()
    """The time of the diary, day by day."""


class Reports:
    """Makes the reports of the desk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        """A client with a long timeout and no breaker: a month takes longer to read than a caller waits."""

    def of(self, period: Period, line: str, clinic: Clinic, now: datetime) -> PeriodReport:
        """Return the report of a line, or of all lines (""), by the opening hours of this clinic. Raises StoreAway.

        The clinic's closures are to be those from the first of the days before.
        """
        with self._database.reading() as read:
            found = _found(read, period, line, now)
        # Counted after the transaction, so that no connection is held meanwhile.
        return _Counting(clinic, period, line, now).report(found)


@dataclass(frozen=True)
class _Found:
    """The rows of a report, not yet counted."""

    calls: Sequence[Row[Any]]
    calls_before: Sequence[Row[Any]]
    requests: RequestRows
    requests_before: RequestRows
    diary: ReportedDiary
    overdue: int

    def last(self, now: datetime) -> datetime:
        """Return the last moment of which the opening hours are asked."""
        moments = (row.at for row in self.requests.lines if isinstance(row.at, datetime))
        return min(max((now, *moments)), now + LOOKS_AHEAD)


def _found(read: Connection, period: Period, line: str, now: datetime) -> _Found:
    before, until = period.before.start, period.moment_before(now)
    return _Found(
        calls=read_calls(read, period.start, period.end, line),
        calls_before=read_calls(read, before, until, line),
        requests=read_requests(read, period.start, period.end, line),
        requests_before=read_requests(read, before, until, line, until),
        diary=read_diary(read, period, line),
        overdue=overdue(read, line, now),
    )


# -- counting, without the database


@dataclass(frozen=True)
class _Counting:
    """The clinic with its hours, the period, the line and the moment by which a report is counted."""

    clinic: Clinic
    period: Period
    line: str
    now: datetime

    def report(self, found: _Found) -> PeriodReport:
        """Return the report of these rows."""
        timetables = self._timetables()
        calls, odd_calls = grouped(found.calls, timetables, self.clinic.default_line)
        made = dated(found.requests, self._waits(found))
        patients = [each for each in made if each and not each.is_of_the_diary]
        return PeriodReport(
            calls=call_stats(by_path(calls), by_hour(found.calls, self.period.zone)),
            requests=request_stats([each.request for each in patients]),
            overdue=found.overdue,
            left_out=odd_calls + made.count(None) + len(found.diary.odd),
            to_tell=request_stats([each.request for each in made if each and each.is_of_the_diary]),
            days=self._by_day(timetables, calls, patients),
            before=self._before(timetables, found),
            appointments=self._appointments(found.diary),
            hours=self._hours(found.diary),
        )

    def _timetables(self) -> Mapping[str, Timetable]:
        first, last = self.period.before.first, self.period.last
        return {key: Timetable.of(each.hours, first, last) for key, each in self.clinic.lines.items()}

    def _waits(self, found: _Found) -> Waits:
        first, last = self.period.start, found.last(self.now)
        opening = {key: OpeningTime.of(each.hours, first, last) for key, each in self.clinic.lines.items()}
        return waits_in(opening, self.clinic.default_line, self.now)

    def _before(self, timetables: Mapping[str, Timetable], found: _Found) -> DayStats:
        calls, _odd = grouped(found.calls_before, timetables, self.clinic.default_line)
        made = dated(found.requests_before, no_waits)
        return self._by_day(timetables, calls, [each for each in made if each and not each.is_of_the_diary])

    def _by_day(
        self, timetables: Mapping[str, Timetable], calls: Sequence[DatedCalls], patients: Sequence[DatedRequest]
    ) -> DayStats:
        reading, default = Reading(MENU), timetables[self.clinic.default_line]
        served = {path: reading.served(path.split()) for path in {each.calls.path for each in calls}}
        return day_stats(
            [(each.when, served[each.calls.path], each.calls.count) for each in calls],
            [(timetables.get(each.line, default).when(each.made), each.is_reached) for each in patients],
        )

    def _appointments(self, diary: ReportedDiary) -> AppointmentStats:
        visits = [each for each in diary.visits if self.line in {"", each.line}]
        changes = [each for each in standing(diary.changes) if each.at < self.period.end]
        return appointment_stats(visits, changes, self.now)

    def _hours(self, diary: ReportedDiary) -> list[FilledHours]:
        visits = in_columns(diary, self.clinic, self.line)
        timed = ((self.period.day_of(each.starts), each) for each in visits)
        given = offered(diary, self.clinic, self.line, self.period.days)
        return filled_by_day(given, timed, self.clinic.diary.buffer)
