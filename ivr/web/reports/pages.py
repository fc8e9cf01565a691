"""The reports page: do patients get through? For today, a week or a month, as a page and as a spreadsheet.

Counts only; nothing personal.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from ivr.diary.appointments import Source
from ivr.reports.appointment_stats import Attendance
from ivr.reports.call_stats import Fate
from ivr.reports.period import Period
from ivr.reports.reports import PeriodReport
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, language, later, local, minutes
from ivr.web.reports.figures import Figure
from ivr.web.reports.headline import headline, no_longer_whole
from ivr.web.reports.tables import figure_groups
from ivr.web.services import services

reports = Blueprint("reports", __name__)

PERIODS: Mapping[str, tuple[int, str]] = {
    "today": (1, later("today")),
    "week": (7, later("the last 7 days")),
    "month": (30, later("the last 30 days")),
}
"""Periods that end today: their number of days and their name."""

COLUMNS = ("table", "row", "column", "value")
"""Columns of the spreadsheet; docs/reports.md explains them."""


@dataclass(frozen=True)
class ReportQuery:
    """The report that was asked for: a period, and a line or all lines."""

    name: str
    line: str
    period: Period

    @property
    def report(self) -> PeriodReport:
        """Return the report. Raises StoreAway."""
        here = services()
        set_by_the_desk = [each.closure for each in here.hours.closures.current(self.period.before.first)]
        return here.reports.reports.of(self.period, self.line, here.clinic.with_closures(set_by_the_desk), here.clock())


@reports.get("/desk/reports")
@guarded_by(staff_only)
def page() -> ResponseReturnValue:
    """Show the report, each figure as a picture and as a table."""
    wanted = _wanted()
    report = wanted.report
    return render_template(
        "reports.html",
        wanted=wanted,
        headline=[*headline(report), *no_longer_whole(wanted.period)],
        groups=figure_groups(report, wanted.period.days, services().script),
        periods={name: _(words) for name, (_days, words) in PERIODS.items()},
        lines={"": _("all lines"), **{key: line.name[language()] for key, line in services().clinic.lines.items()}},
    )


@reports.get("/desk/reports.csv")
@guarded_by(staff_only)
def spreadsheet() -> ResponseReturnValue:
    """Return the report as a CSV file, with one number a line."""
    wanted = _wanted()
    report, written = wanted.report, StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    # No cell holds free text, which a spreadsheet program could evaluate as a formula.
    groups = figure_groups(report, wanted.period.days, services().script)
    rows.writerows((*_summary(wanted, report), *_numbers(each for group in groups for each in group.figures)))
    name = f"reports-{wanted.line or 'all'}-{wanted.period.first}-{wanted.period.last}.csv"
    answer = Response(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _wanted() -> ReportQuery:
    name, line = request.args.get("period", "week"), request.args.get("line", "")
    days, _words = PERIODS.get(name, PERIODS["week"])
    today = local(services().clock()).date()
    period = Period(today - timedelta(days=days - 1), today, services().clinic.line("").hours.zone)
    return ReportQuery(name if name in PERIODS else "week", line if line in services().clinic.lines else "", period)


# -- the spreadsheet


def _summary(wanted: ReportQuery, report: PeriodReport) -> Iterator[tuple[str, str, str, str]]:
    summary = {
        "first_day": wanted.period.first,
        "last_day": wanted.period.last,
        "line": wanted.line or "all",
        **_of_calls(report),
        **_of_requests(report),
        **_of_appointments(report),
    }
    left_out = {"not_readable": report.left_out} if report.left_out else {}
    return (("summary", row, "", str(value)) for row, value in {**summary, **left_out}.items())


def _of_calls(report: PeriodReport) -> Mapping[str, object]:
    calls = report.calls
    return {
        "calls": calls.count,
        "calls_served": calls.served,
        "calls_without_a_choice": calls.fates.get(Fate.BEFORE, 0),
        "calls_failed": calls.fates.get(Fate.FAILED, 0),
        "asked_for_reception": calls.asked_for_reception,
        "found_nobody": calls.found_nobody,
    }


def _of_requests(report: PeriodReport) -> Mapping[str, object]:
    asked, told = report.requests, report.to_tell
    return {
        "requests": asked.count,
        "requests_to_reach": asked.to_reach,
        "requests_reached": sum(asked.reached.values()),
        "first_try_median_minutes": _minutes(asked.middle),
        "first_try_nine_in_ten_minutes": _minutes(asked.most),
        "first_try_late": asked.late,
        "not_tried_yet": asked.untried,
        "overdue_now": report.overdue,
        "to_be_told": told.to_reach,
        "told": sum(told.reached.values()),
    }


def _of_appointments(report: PeriodReport) -> Mapping[str, object]:
    counted = report.appointments
    return {
        "appointments": counted.count,
        "appointments_booked_by_phone": counted.booked.get(Source.PHONE, 0),
        "appointments_booked_at_the_desk": counted.booked.get(Source.DESK, 0),
        **{f"appointments_{each}": counted.attendance.get(each, 0) for each in Attendance},
    }


def _numbers(found: Iterable[Figure]) -> Iterator[tuple[str, str, str, str]]:
    for figure in found:
        for row in figure.rows:
            for (column, _words), value in zip(figure.columns, row.values, strict=True):
                yield figure.key, row.key, column, str(value)


def _minutes(span: timedelta | None) -> int | str:
    return "" if span is None else minutes(span)
