"""The figures of the reports by day: calls, served calls, reached patients, and a comparison with the days before.

Makes figures in the reader's language from given counts. Has no routes, and reads no store.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ivr.reports.timetable import DayStats, When, total
from ivr.web.i18n import _, day
from ivr.web.reports.figures import Figure, Row, most_of


def day_figures(days: Sequence[date], counted: DayStats, before: DayStats) -> Iterator[Figure]:
    """Yield a figure that compares the period with the days before it, then one figure by day for each count."""
    yield _against_before(counted, before)
    yield _by_day("calls_by_day", _("Calls by day"), days, counted.calls)
    yield _by_day("served_by_day", _("Calls that were helped, by day"), days, counted.served)
    yield _by_day("reached_by_day", _("Patients reached, by the day on which they asked"), days, counted.reached)


def _against_before(counted: DayStats, before: DayStats) -> Figure:
    columns = (("these_days", _("These days")), ("days_before", _("The days before")))
    pairs = [(counted.calls, before.calls), (counted.served, before.served), (counted.reached, before.reached)]
    rows = [
        Row(key, words, tuple(total(each, is_open=is_open) for each in pair))
        for pair, named in zip(pairs, _named(), strict=True)
        for (key, words), is_open in zip(named, (True, False), strict=True)
    ]
    now, then = (sum(each.calls.values()) for each in (counted, before))
    says = _(
        "Calls in these days: %(now)s. In as many days before, until the same hour: %(before)s.", now=now, before=then
    )
    return Figure("against_before", _("Against the days before"), says, _("Count"), columns, rows, beside=True)


def _named() -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
    """Return the key and words of each row, in pairs by count: first the row for open hours, then for closed hours."""
    return (
        (("calls_open", _("calls while open")), ("calls_closed", _("calls while closed"))),
        (("served_open", _("helped while open")), ("served_closed", _("helped while closed"))),
        (
            ("reached_open", _("patients reached who asked while open")),
            ("reached_closed", _("patients reached who asked while closed")),
        ),
    )


def _by_day(key: str, title: str, days: Sequence[date], counts: Mapping[When, int]) -> Figure:
    columns = (("open", _("While open")), ("closed", _("While closed")))
    rows = [
        Row(each.isoformat(), day(each), tuple(counts.get(When(each, is_open), 0) for is_open in (True, False)))
        for each in days
    ]
    return Figure(key, title, most_of(rows), _("Day"), columns, rows, upright=True)
