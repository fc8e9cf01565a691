"""Makes the report of a period from its days' counts, its appointments, and the requests that are due now.

The counts of days are stored (see counts/), and counted again where they are out of date. Reads no clock.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.line.clinic import Clinic
from ivr.reports.appointment_stats import AppointmentStats, appointment_stats, standing
from ivr.reports.call_stats import CallStats
from ivr.reports.counts.day_counts import DayCount, FoundCounts, counted, gather
from ivr.reports.counts.kept_days import NewDay, bring_up_to_date
from ivr.reports.counts.of_period import of_days_before, of_period, wanted
from ivr.reports.counts.tally import TOLD, calls_of, requests_of
from ivr.reports.filled_hours import FilledHours, filled_by_day
from ivr.reports.period import Period
from ivr.reports.reported_appointments import ReportedDiary, in_columns, offered, read_diary
from ivr.reports.reported_requests import RequestRows, dated, overdue, read_due, waits_in
from ivr.reports.request_stats import RequestStats, Waits, request_stats
from ivr.reports.timetable import DayStats, OpeningTime
from ivr.storage.database import Database, StoreAway, UniqueViolation

log = logging.getLogger(__name__)

LONGEST = 30
"""The number of days in the longest report. A report also reads as many days before its period, for comparison."""

MOST_DAYS = 3
"""The most days that the clock process counts in one round, while nobody waits for a report."""

NO_DAYS = DayStats({}, {}, {})
NO_APPOINTMENTS = AppointmentStats({}, {}, {})


@dataclass(frozen=True)
class PeriodReport:
    """The report of a period: the counts of its calls, requests and appointments."""

    calls: CallStats
    requests: RequestStats
    """The counts of the requests that patients made."""
    overdue: int
    """The number of open requests that are overdue now, whenever they were made."""
    left_out: int = 0
    """The number of calls, requests and appointments that are not counted, because this version cannot read them."""
    to_tell: RequestStats = field(default_factory=lambda: request_stats([]))
    """The counts of requests that the program made itself, to have patients told something about an appointment."""
    days: DayStats = NO_DAYS
    before: DayStats = NO_DAYS
    """The counts of an equally long time before the period, for comparison. The last day may be counted in part."""
    appointments: AppointmentStats = NO_APPOINTMENTS
    hours: Sequence[FilledHours] = ()
    """The filled, missed and free hours of the diary, day by day."""


class Reports:
    """Makes the reports of the desk, and keeps the counts of days that they need."""

    def __init__(self, database: Database) -> None:
        self._database = database
        """The database client, with a long timeout and no breaker: reading a month takes longer than a caller waits."""

    def of(self, period: Period, line: str, clinic: Clinic, now: datetime) -> PeriodReport:
        """Return a period's report, for a line or all lines (""), by this clinic's opening hours. Raises StoreAway.

        `clinic` must have all closures from the first day of `period.before` on. New counts of days are stored.
        """
        days = wanted(period, line)
        with self._database.reading() as read:
            found = _Found(
                counts=gather(read, days, clinic),
                due=read_due(read, line, now),
                diary=read_diary(read, period, line),
                overdue=overdue(read, line, now),
            )
        # Counted after the transaction, so that no connection is held meanwhile.
        counts, new = counted(found.counts, days, clinic, now)
        self._keep(found.counts, new)
        return _Making(clinic, period, line, now).report(found, counts)

    def keep_counts(self, clinic: Clinic, now: datetime) -> int:
        """Store counts for those days of a report's longest period that lack valid ones; return how many were stored.

        Counts at most `MOST_DAYS` days. `clinic` must have all closures since the period's first day. Raises StoreAway.
        """
        days = wanted(longest(clinic, now), "")
        with self._database.reading() as read:
            found = gather(read, days, clinic, MOST_DAYS)
        _days, new = counted(found, days, clinic, now)
        return len(new) if self._keep(found, new) else 0

    def _keep(self, found: FoundCounts, new: Sequence[NewDay]) -> bool:
        """Store new counts of days; return False if none was stored, as when another process was first."""
        if found.changes.since == found.changes.upto and not new:
            return False
        try:
            with self._database.writing() as write:
                return bring_up_to_date(write, found.changes, new)
        except (StoreAway, UniqueViolation) as away:
            log.warning("counts of days are not kept: %s", away)
            return False


def longest(clinic: Clinic, now: datetime) -> Period:
    """Return the longest period for which the desk shows reports. The period ends today."""
    zone = clinic.line("").hours.zone
    today = now.astimezone(zone).date()
    return Period(today - timedelta(days=LONGEST - 1), today, zone)


@dataclass(frozen=True)
class _Found:
    """The counts and rows that a period's report is made of, as the database has them."""

    counts: FoundCounts
    due: RequestRows
    diary: ReportedDiary
    overdue: int


# -- counting, without the database


@dataclass(frozen=True)
class _Making:
    """Makes the report of a period and a line, by the clinic's opening hours and the present moment."""

    clinic: Clinic
    period: Period
    line: str
    now: datetime

    def report(self, found: _Found, days: Sequence[DayCount]) -> PeriodReport:
        """Return the report, made of the rows that were found in the period and of the counts of the period's days."""
        total, by_day = of_period(days, self.period)
        patients, told = self._unrung(found.due)
        return PeriodReport(
            calls=calls_of(total),
            requests=requests_of(total, patients),
            overdue=found.overdue,
            left_out=sum(total.get("odd", {}).values()) + len(found.diary.odd),
            to_tell=requests_of(total, told, TOLD),
            days=by_day,
            before=of_days_before(days, self.period, self.period.moment_before(self.now)),
            appointments=self._appointments(found.diary),
            hours=self._hours(found.diary),
        )

    def _unrung(self, due: RequestRows) -> tuple[Waits, Waits]:
        """Return the waits of patients not called yet: of those who asked, and of those to be told of a change."""
        if not due.made:
            return {}, {}
        found = dated(due, waits_in(self._opening(), self.clinic.default_line, self.now))
        made = [each for each in found if each and self.period.start <= each.made < self.period.end]
        patients = request_stats([each.request for each in made if not each.is_of_the_diary])
        told = request_stats([each.request for each in made if each.is_of_the_diary])
        return patients.unrung, told.unrung

    def _opening(self) -> Mapping[str, OpeningTime]:
        lines = self.clinic.lines.items()
        return {key: OpeningTime.of(each.hours, self.period.start, self.now) for key, each in lines}

    def _appointments(self, diary: ReportedDiary) -> AppointmentStats:
        visits = [each for each in diary.visits if self.line in {"", each.line}]
        changes = [each for each in standing(diary.changes) if each.at < self.period.end]
        return appointment_stats(visits, changes, self.now)

    def _hours(self, diary: ReportedDiary) -> list[FilledHours]:
        visits = in_columns(diary, self.clinic, self.line)
        timed = ((self.period.day_of(each.starts), each) for each in visits)
        given = offered(diary, self.clinic, self.line, self.period.days)
        return filled_by_day(given, timed, self.clinic.diary.buffer)
