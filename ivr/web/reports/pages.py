"""The reports page: do patients get through? For today, a week or a month, as a page and as a spreadsheet.

Counts only; nothing personal.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from ivr.reports.call_stats import Fate
from ivr.reports.reports import Period, PeriodReport
from ivr.reports.request_stats import LATE
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, language, later, local, minutes
from ivr.web.reports.tables import Figure, figures, how_soon_rung
from ivr.web.services import services

reports = Blueprint("reports", __name__)

PERIODS: Mapping[str, tuple[int, str]] = {
    "today": (1, later("today")),
    "week": (7, later("the last 7 days")),
    "month": (30, later("the last 30 days")),
}
"""Periods that end today: their number of days and their name."""

ENOUGH = 20
"""Fewest cases for which a percentage is shown beside the count."""

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
        set_by_the_desk = [each.closure for each in here.hours.closures.current(self.period.first)]
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
        headline=[*_headline(report), *_left_out(report), *_no_longer_whole(wanted.period)],
        figures=figures(report, services().script),
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
    rows.writerows((*_summary(wanted, report), *_numbers(figures(report, services().script))))
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


# -- the answer in a sentence


def _headline(report: PeriodReport) -> Iterator[str]:
    """Yield the main results in sentences."""
    yield from _about_calls(report)
    yield from _about_requests(report)
    if report.overdue:
        yield _("Waiting now and overdue: %(count)s.", count=report.overdue)


def _about_calls(report: PeriodReport) -> Iterator[str]:
    calls = report.calls
    if not calls.count:
        yield _("No calls yet.")
        return
    yield _(
        "Calls: %(count)s. Heard what they wanted, talked to somebody or left a request: %(served)s. "
        "Went without choosing anything: %(before)s.",
        count=calls.count,
        served=_part(calls.served, calls.count),
        before=_part(calls.fates.get(Fate.BEFORE, 0), calls.count),
    )
    if failed := calls.fates.get(Fate.FAILED):
        yield _("Met a fault of the line: %(failed)s.", failed=_part(failed, calls.count))


def _about_requests(report: PeriodReport) -> Iterator[str]:
    asked = report.requests
    if not asked.count:
        yield _("No requests yet.")
        return
    reached = _part(sum(asked.reached.values()), asked.to_reach)
    yield _(
        "Requests: %(count)s. Patients to be reached: %(to_reach)s, reached: %(reached)s.",
        count=asked.count,
        to_reach=asked.to_reach,
        reached=reached,
    )
    yield from how_soon_rung(asked)
    yield _(
        "First rung more than %(minutes)s minutes late, or late by now: %(late)s. Not rung yet: %(untried)s.",
        minutes=minutes(LATE),
        late=asked.late,
        untried=asked.untried,
    )


def _left_out(report: PeriodReport) -> Iterator[str]:
    """Yield how many calls and requests are not counted, because this version cannot read them."""
    if report.left_out:
        yield _("Not counted, because this version cannot read them: %(count)s.", count=report.left_out)


def _no_longer_whole(period: Period) -> Iterator[str]:
    """Yield a warning where the clinic keeps its counts for fewer days than the period has."""
    kept = services().clinic.retention.counted
    if kept < period.last - period.first + timedelta(days=1):
        yield _("What is older than %(days)s days may be missing: it is deleted.", days=kept.days)


def _part(some: int, of_all: int) -> str:
    """Return the count, with its percentage where there are enough cases."""
    if of_all < ENOUGH:
        return str(some)
    return _("%(count)s (%(percent)s %%)", count=some, percent=round(100 * some / of_all))


# -- the spreadsheet


def _summary(wanted: ReportQuery, report: PeriodReport) -> Iterator[tuple[str, str, str, str]]:
    calls, asked = report.calls, report.requests
    summary = {
        "first_day": wanted.period.first,
        "last_day": wanted.period.last,
        "line": wanted.line or "all",
        "calls": calls.count,
        "calls_served": calls.served,
        "calls_without_a_choice": calls.fates.get(Fate.BEFORE, 0),
        "calls_failed": calls.fates.get(Fate.FAILED, 0),
        "requests": asked.count,
        "requests_to_reach": asked.to_reach,
        "requests_reached": sum(asked.reached.values()),
        "first_try_median_minutes": _minutes(asked.middle),
        "first_try_nine_in_ten_minutes": _minutes(asked.most),
        "first_try_late": asked.late,
        "not_tried_yet": asked.untried,
        "overdue_now": report.overdue,
    }
    left_out = {"not_readable": report.left_out} if report.left_out else {}
    return (("summary", row, "", str(value)) for row, value in {**summary, **left_out}.items())


def _numbers(found: list[Figure]) -> Iterator[tuple[str, str, str, str]]:
    for figure in found:
        for row in figure.rows:
            for (column, _words), value in zip(figure.columns, row.values, strict=True):
                yield figure.key, row.key, column, str(value)


def _minutes(span: timedelta | None) -> int | str:
    return "" if span is None else minutes(span)
