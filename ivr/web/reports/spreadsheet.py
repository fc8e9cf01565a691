"""The spreadsheets of a report: one for programs, with the same names for ever, and one for people, in words.

Rows of text; no routes, no stores.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from ivr.diary.appointments import Source
from ivr.reports.appointment_stats import Attendance
from ivr.reports.call_stats import Fate
from ivr.reports.counts.reports import PeriodReport
from ivr.reports.period import Period
from ivr.web.i18n import _, later, minutes
from ivr.web.reports.figures import Figure

Cells = tuple[str, str, str, str]
"""A number of a report, with the names of its table, row and column."""

COLUMNS: Cells = ("table", "row", "column", "value")
"""The headings of the spreadsheet for programs; docs/reports.md explains them."""

FORMULA = ("=", "+", "-", "@")
"""The characters that a spreadsheet program takes for the beginning of a formula."""


def for_programs(report: PeriodReport, period: Period, line: str, figures: Iterable[Figure]) -> Iterator[Cells]:
    """Yield the rows of the spreadsheet for programs. No cell holds free text, which a program could evaluate."""
    yield COLUMNS
    yield from (("summary", row, "", str(value)) for row, value in _summary(report, period, line or "all").items())
    for figure in figures:
        for row in figure.rows:
            for (column, _words), value in zip(figure.columns, row.values, strict=True):
                yield figure.key, row.key, column, str(value)


def for_people(report: PeriodReport, period: Period, line: str, figures: Iterable[Figure]) -> Iterator[Cells]:
    """Yield the rows of the spreadsheet in the reader's language; `line` is the name of the telephone line."""
    yield (_("Table"), _("Row"), _("Column"), _("Count"))
    for key, value in _summary(report, period, line).items():
        yield _told(_("In short"), _(SUMMARY[key]), "", str(value))
    for figure in figures:
        for row in figure.rows:
            for (_column, words), value in zip(figure.columns, row.values, strict=True):
                yield _told(figure.title, row.words, words, figure.shows(value))


def _told(*cells: str) -> Cells:
    table, row, column, value = (f"'{each}" if each.startswith(FORMULA) else each for each in cells)
    return table, row, column, value


def _summary(report: PeriodReport, period: Period, line: str) -> Mapping[str, object]:
    left_out = {"not_readable": report.left_out} if report.left_out else {}
    days = {"first_day": period.first, "last_day": period.last, "line": line}
    return {**days, **_of_calls(report), **_of_requests(report), **_of_appointments(report), **left_out}


SUMMARY: Mapping[str, str] = {
    "first_day": later("First day"),
    "last_day": later("Last day"),
    "line": later("Line"),
    "calls": later("Calls"),
    "calls_served": later("Calls that were helped"),
    "calls_without_a_choice": later("Calls without a choice"),
    "calls_failed": later("Calls with a line fault"),
    "asked_for_reception": later("Calls that asked for the reception"),
    "found_nobody": later("Calls that nobody at the reception answered"),
    "requests": later("Requests"),
    "requests_to_reach": later("Patients to be reached"),
    "requests_reached": later("Patients reached"),
    "first_try_median_minutes": later("Minutes that half of the patients waited at most"),
    "first_try_nine_in_ten_minutes": later("Minutes that nine in ten waited at most"),
    "first_try_late": later("First called late"),
    "not_tried_yet": later("Not called yet"),
    "overdue_now": later("Waiting now and overdue"),
    "to_be_told": later("Patients to be told of a change"),
    "told": later("Patients told of a change"),
    "appointments": later("Appointments"),
    "appointments_booked_by_phone": later("Appointments booked by phone"),
    "appointments_booked_at_the_desk": later("Appointments booked at the desk"),
    "appointments_came": later("Appointments: came"),
    "appointments_did_not_come": later("Appointments: did not come"),
    "appointments_not_marked": later("Appointments: not marked"),
    "appointments_ahead": later("Appointments: still to come"),
    "appointments_cancelled": later("Appointments: cancelled"),
    "not_readable": later("Not counted, because this version cannot read them"),
}
"""The words for each row of the report's summary."""


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


def _minutes(span: timedelta | None) -> int | str:
    return "" if span is None else minutes(span)
