"""Reads from the diary's forms the days and hours, in the clinic's time zone, and the request that needs a time.

Changes nothing.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from flask import request

from ivr.desk.requests import LIVE, NoSuchRequest, Request
from ivr.diary.desk_diary import FARTHEST
from ivr.line.diary import GRAIN
from ivr.web.i18n import FIRST_DAY, LAST_DAY, _, local
from ivr.web.lengths import id_of
from ivr.web.services import services

DAY, HOUR = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d\d:\d\d")


class NoMoment(ValueError):
    """The error for a form whose typed day or hour is unreadable or impossible. The message tells the reader why."""


def today() -> date:
    """Return the present day in the clinic's time zone."""
    return local(services().clock()).date()


def day_of(written: str) -> date | None:
    """Return the day that a URL or a field names; None if the text is no day, or a day outside the diary's limits."""
    found = _date(written)
    return found if found and FIRST_DAY <= found <= LAST_DAY else None


def day_typed(written: str, label: str) -> date:
    """Return the day that was typed. Raises NoMoment with the field's `label`, also for a year that is too far off."""
    found = _date(written)
    if found is None:
        raise NoMoment(_("%(label)s: please choose a day.", label=label))
    if abs(found - today()) > FARTHEST:
        raise NoMoment(_("%(label)s: the year %(year)s cannot be meant.", label=label, year=found.year))
    return found


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if DAY.fullmatch(written) else None
    except ValueError:
        return None


def hour_typed(written: str, label: str) -> time:
    """Return the hour that was typed, a multiple of five minutes. Raises NoMoment with the field's `label`."""
    try:
        found = time.fromisoformat(written) if HOUR.fullmatch(written) else None
    except ValueError:
        found = None
    if found is None:
        raise NoMoment(_("%(label)s: please give a time, such as 17:00.", label=label))
    grain = int(GRAIN.total_seconds() // 60)
    if found.minute % grain:
        raise NoMoment(_("%(label)s: please choose a time in steps of %(grain)s minutes.", label=label, grain=grain))
    return found


def moment_typed(form: Mapping[str, str]) -> datetime:
    """Return the moment typed in `day` and `hour`. Raises NoMoment, also for an hour that summer time leaves out."""
    day, hour = day_typed(form.get("day", ""), _("Day")), hour_typed(form.get("hour", ""), _("Time"))
    at = datetime.combine(day, hour, services().clinic.line("").hours.zone)
    if local(at.astimezone(UTC)).time() != hour:
        raise NoMoment(_("On that day the clocks leave this hour out."))
    return at


def waiting_request() -> Request | None:
    """Return the live request for which a time is chosen in the diary; None if no live request was named."""
    found = _request()
    return found if found and found.status in LIVE else None


def booked_time() -> datetime | None:
    """Return the time booked for the request that the form or URL names; None without a booked time or a request."""
    found = _request()
    return found.appointment if found else None


def _request() -> Request | None:
    written = id_of(request.values.get("request", ""))
    try:
        found = None if written is None else services().desk.store.any_request(written)
    except NoSuchRequest:
        return None
    return found if isinstance(found, Request) else None
