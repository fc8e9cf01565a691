"""Reads the days and hours that somebody typed in a form of the diary, in the clinic's time zone. Changes nothing."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from ivr.diary.desk_diary import FARTHEST
from ivr.line.diary import GRAIN
from ivr.web.i18n import FIRST_DAY, LAST_DAY, _, local
from ivr.web.services import services

DAY, HOUR = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d\d:\d\d")


class NoMoment(ValueError):
    """The words typed in a form are no day or hour, or one that cannot be meant. The message tells the reader why."""


def today() -> date:
    """Return the present day in the clinic's time zone."""
    return local(services().clock()).date()


def day_of(written: str) -> date | None:
    """Return the day that a URL or a field names; None where it is no day, or none that can be shown."""
    found = _date(written)
    return found if found and FIRST_DAY <= found <= LAST_DAY else None


def day_typed(written: str, label: str) -> date:
    """Return the day that was typed. Raises NoMoment with the field's `label`, also for a year far off by mistake."""
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
    """Return the hour that was typed, at a step of the diary. Raises NoMoment with the field's `label`."""
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
    """Return the moment typed in the fields `day` and `hour`. Raises NoMoment, also for an hour that a clock skips."""
    day, hour = day_typed(form.get("day", ""), _("Day")), hour_typed(form.get("hour", ""), _("Time"))
    at = datetime.combine(day, hour, services().clinic.line("").hours.zone)
    if local(at.astimezone(UTC)).time() != hour:
        raise NoMoment(_("On that day the clocks leave this hour out."))
    return at
