"""Counts the figures of a report anew from every row, so that tests can compare the kept counts with them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config import clinic as clinic_file
from ivr.line.clinic import Clinic
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import OF_THE_MENU, Calls, call_stats
from ivr.reports.counts.reports import PeriodReport
from ivr.reports.period import Period
from ivr.reports.reported_calls import read_calls
from ivr.reports.reported_requests import DatedRequest, dated, read_requests, waits_in
from ivr.reports.request_stats import RequestStats, request_stats
from ivr.reports.timetable import OpeningTime, When
from ivr.storage.database import Database
from tests.clinic import SHIPPED

CLINIC = clinic_file.read(SHIPPED)
ZONE = CLINIC.line("").hours.zone
FIVE_MINUTES = timedelta(minutes=5)


@dataclass(frozen=True)
class Asked:
    """A report that somebody asks for: its period, its line, its clinic and the moment."""

    period: Period
    line: str
    clinic: Clinic
    now: datetime


def told(report: PeriodReport) -> dict[str, object]:
    """Return a report's figures of calls and requests, in a form by which two reports can be compared."""
    calls, days, before = report.calls, report.days, report.before
    parts = [calls.hours, calls.choices, calls.endings, calls.fates, calls.receptions]
    parts += [each for stats in (days, before) for each in (stats.calls, stats.served, stats.reached)]
    requests = [_told(each) for each in (report.requests, report.to_tell)]
    return {"parts": [_counts(each) for each in parts], "requests": requests, "odd": report.left_out}


def _told(stats: RequestStats) -> object:
    counts = [_counts(each) for each in (stats.made, stats.rung, stats.unrung, stats.reached, stats.outcomes)]
    return counts, stats.to_reach, stats.untried, stats.late, stats.middle, stats.most


def _counts(counts: Any) -> dict[Any, int]:
    return {key: count for key, count in counts.items() if count}


def from_rows(database: Database, asked: Asked) -> dict[str, object]:
    """Return the figures that a report should show, counted from single rows and not from stored counts."""
    period, clinic = asked.period, asked.clinic
    with database.reading() as read:
        calls = [row for row in read_calls(read, period.before.start, period.end) if asked.line in {"", row.line}]
        requests = read_requests(read, period.before.start, period.end)
    last = max([asked.now, *(row.at for row in requests.lines)])
    lines = clinic.lines.items()
    opening = {key: OpeningTime.of(each.hours, period.before.start, last) for key, each in lines}
    made = [each for each in dated(requests, waits_in(opening, clinic.default_line, asked.now)) if each]
    made = [each for each in made if asked.line in {"", each.line}]
    own = [each for each in made if each.made >= period.start]
    until = _until(asked)
    early = [row for row in calls if row.began < until]
    stats = call_stats(
        [Calls(row.path, Ending(row.ended), 1) for row in calls if row.began >= period.start],
        Counter(row.began.astimezone(ZONE).hour for row in calls if row.began >= period.start),
    )
    parts = [stats.hours, stats.choices, stats.endings, stats.fates, stats.receptions]
    parts += _days(asked, [row for row in calls if row.began >= period.start], own, period.end)
    parts += _days(asked, early, [each for each in made if each.made < period.start], until)
    of = [request_stats([e.request for e in own if e.is_of_the_diary is diary]) for diary in (False, True)]
    return {"parts": [_counts(each) for each in parts], "requests": [_told(each) for each in of], "odd": 0}


def _until(asked: Asked) -> datetime:
    """Return the moment up to which the days of the comparison period are counted, rounded down to five minutes."""
    moment = asked.period.moment_before(asked.now)
    return moment - timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)


def _days(asked: Asked, calls: list[Any], made: list[DatedRequest], until: datetime) -> list[Counter[When]]:
    def when(line: str, moment: datetime) -> When:
        hours = asked.clinic.lines.get(line, asked.clinic.line("")).hours
        return When(asked.period.day_of(moment), hours.is_open(moment))

    served = [row for row in calls if OF_THE_MENU.served(row.path.split())]
    patients = [each for each in made if not each.is_of_the_diary and each.reached]
    reached = [each for each in patients if until == asked.period.end or (each.reached and each.reached < until)]
    return [
        Counter(when(row.line, row.began) for row in calls),
        Counter(when(row.line, row.began) for row in served),
        Counter(when(each.line, each.made) for each in reached),
    ]
