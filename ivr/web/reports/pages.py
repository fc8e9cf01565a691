"""The reports page: do patients get through? For today, a week or a month, as a page and as a spreadsheet.

Counts only; nothing personal.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from ivr.reports.counts.reports import PeriodReport
from ivr.reports.period import Period
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, language, later, local
from ivr.web.reports.headline import headline, no_longer_whole
from ivr.web.reports.spreadsheet import for_people, for_programs
from ivr.web.reports.tables import figure_groups
from ivr.web.services import services

reports = Blueprint("reports", __name__)

PERIODS: Mapping[str, tuple[int, str]] = {
    "today": (1, later("today")),
    "week": (7, later("the last 7 days")),
    "month": (30, later("the last 30 days")),
}
"""The periods that a report may have, all of which end today: their number of days and their name."""

BOM = "\ufeff"
"""The mark at a file's beginning that says it is UTF-8. Without the mark some spreadsheet programs garble Hindi."""


@dataclass(frozen=True)
class ReportQuery:
    """The report that was asked for: a period, and a line or all lines."""

    name: str
    line: str
    period: Period

    @property
    def report(self) -> PeriodReport:
        """Return the report that was asked for. Raises StoreAway."""
        here = services()
        set_by_the_desk = [each.closure for each in here.hours.closures.current(self.period.before.first)]
        return here.reports.reports.of(self.period, self.line, here.clinic.with_closures(set_by_the_desk), here.clock())


@reports.get("/desk/reports")
@guarded_by(staff_only)
def page() -> ResponseReturnValue:
    """Show the report that was asked for, each figure as a picture and as a table."""
    wanted = _wanted()
    report = wanted.report
    return render_template(
        "reports.html",
        wanted=wanted,
        headline=[*headline(report), *no_longer_whole(wanted.period)],
        groups=figure_groups(report, wanted.period.days, services().script),
        periods={name: _(words) for name, (_days, words) in PERIODS.items()},
        lines=_lines(),
    )


@reports.get("/desk/reports.csv")
@guarded_by(staff_only)
def spreadsheet() -> ResponseReturnValue:
    """Return the report as a CSV file, one figure in a row: in words if the URL has `words`, else for programs."""
    wanted = _wanted()
    report, in_words = wanted.report, "words" in request.args
    groups = figure_groups(report, wanted.period.days, services().script)
    figures = [each for group in groups for each in group.figures]
    written = StringIO()
    if in_words:
        written.write(BOM)
        csv.writer(written).writerows(for_people(report, wanted.period, _lines()[wanted.line], figures))
    else:
        csv.writer(written).writerows(for_programs(report, wanted.period, wanted.line, figures))
    name = f"reports-{wanted.line or 'all'}-{wanted.period.first}-{wanted.period.last}.csv"
    answer = Response(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines() -> Mapping[str, str]:
    """Return the names of the telephone lines by key. The empty key has the words for all lines."""
    return {"": _("all lines"), **{key: line.name[language()] for key, line in services().clinic.lines.items()}}


def _wanted() -> ReportQuery:
    name, line = request.args.get("period", "week"), request.args.get("line", "")
    days, _words = PERIODS.get(name, PERIODS["week"])
    today = local(services().clock()).date()
    period = Period(today - timedelta(days=days - 1), today, services().clinic.line("").hours.zone)
    return ReportQuery(name if name in PERIODS else "week", line if line in services().clinic.lines else "", period)
