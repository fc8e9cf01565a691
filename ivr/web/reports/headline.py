"""The main results of a report in a few sentences, above the figures. In the reader's language; no routes."""

from collections.abc import Iterator
from datetime import timedelta

from ivr.reports.call_stats import Fate
from ivr.reports.counts.reports import PeriodReport
from ivr.reports.period import Period
from ivr.reports.request_stats import LATE
from ivr.web.i18n import _, minutes
from ivr.web.reports.appointment_figures import booked_words, came_words, changed_words, filled_words
from ivr.web.reports.tables import asked_for_reception, how_soon_rung
from ivr.web.services import services

ENOUGH = 20
"""The fewest cases for which a sentence shows a percentage beside the count."""


def headline(report: PeriodReport) -> Iterator[str]:
    """Yield the main results of a report in sentences."""
    yield from _about_calls(report)
    yield from _about_appointments(report)
    yield from _about_requests(report)
    if told := report.to_tell.to_reach:
        reached = sum(report.to_tell.reached.values())
        yield _("Patients to be told of a change: %(count)s, reached: %(reached)s.", count=told, reached=reached)
    if report.overdue:
        yield _("Waiting now and overdue: %(count)s.", count=report.overdue)
    yield from _left_out(report)


def _about_calls(report: PeriodReport) -> Iterator[str]:
    calls = report.calls
    if not calls.count:
        yield _("No calls yet.")
        return
    yield _(
        "Calls: %(count)s. Booked, left a request, talked to the reception or heard what they wanted: "
        "%(served)s. Hung up without choosing anything: %(before)s.",
        count=calls.count,
        served=_part(calls.served, calls.count),
        before=_part(calls.fates.get(Fate.BEFORE, 0), calls.count),
    )
    if failed := calls.fates.get(Fate.FAILED):
        yield _("Line fault: %(failed)s.", failed=_part(failed, calls.count))
    if calls.asked_for_reception:
        yield asked_for_reception(calls)


def _about_appointments(report: PeriodReport) -> Iterator[str]:
    counted = report.appointments
    if counted.empty:
        yield _("No appointments yet.")
        return
    yield f"{came_words(counted)} {filled_words(report.hours)}"
    yield f"{booked_words(counted)} {changed_words(counted)}"


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
        "First called more than %(minutes)s minutes late, or late by now: %(late)s. Not called yet: %(untried)s.",
        minutes=minutes(LATE),
        late=asked.late,
        untried=asked.untried,
    )


def _left_out(report: PeriodReport) -> Iterator[str]:
    """Yield a sentence on how many odd rows are not counted, because this version cannot read them."""
    if report.left_out:
        yield _("Not counted, because this version cannot read them: %(count)s.", count=report.left_out)


def no_longer_whole(period: Period) -> Iterator[str]:
    """Yield a warning if the clinic keeps records for too few days to cover the period and as many days before it."""
    kept = services().clinic.retention.counted
    if kept < timedelta(days=2 * len(period.days)):
        yield _("What is older than %(days)s days may be missing: it is deleted.", days=kept.days)


def _part(some: int, of_all: int) -> str:
    """Return the count `some` as text, with its percentage of `of_all` unless `of_all` is below ENOUGH."""
    if of_all < ENOUGH:
        return str(some)
    return _("%(count)s (%(percent)s %%)", count=some, percent=round(100 * some / of_all))
