"""The numbers in the reports' spreadsheet, and calls that the reports count, for the tests of the reports."""

import csv
from html import unescape
from io import StringIO

from ivr.reports.call_records import SETTLES
from tests.people import Clock, Conversation, Staff
from tests.workers import record_calls
from workers.services import WorkerServices

Numbers = dict[tuple[str, str, str], str]


def hangs_up(call: Conversation) -> Conversation:
    return call.hangs_up(CallDuration="30")


def sees(staff: Staff, **query: str) -> str:
    answer = staff.browser.get("/desk/reports", query_string=query)
    assert answer.status_code == 200
    return unescape(answer.text)


def numbers(staff: Staff, worker: WorkerServices, clock: Clock, **query: str) -> Numbers:
    """Return the numbers of the reports' spreadsheet, after the clock process has made records of all calls."""
    clock.goes_on(seconds=SETTLES.total_seconds())
    record_calls(worker)
    staff.logs_in()
    answer = staff.browser.get("/desk/reports.csv", query_string=query)
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    head, *rows = csv.reader(StringIO(answer.text))
    assert head == ["table", "row", "column", "value"]
    return {(table, row, column): value for table, row, column, value in rows}


def rows_of(found: Numbers, figure: str) -> dict[tuple[str, str], int]:
    """Return the numbers of one table of the spreadsheet, by row and column, without the zeros."""
    return {
        (row, column): int(value) for (table, row, column), value in found.items() if table == figure and value != "0"
    }
