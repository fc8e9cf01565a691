"""The contents of the opening-hours page: the closures that are set, and coming holidays.

Values in the reader's language; no routes, no stores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from ivr.hours.closures import Standing
from ivr.line.clinic import Clinic
from ivr.line.hours import DeskClosure
from ivr.storage.odd import Odd
from ivr.web.hours.holidays import Holiday, holidays_from, reason_of
from ivr.web.i18n import _, language
from ivr.web.wording import line_words, span_words


@dataclass(frozen=True)
class Change:
    """The hours in words that a closure gives a line; none if it is closed. `holds` is False if a later one counts."""

    line: str
    hours: str
    holds: bool


@dataclass(frozen=True)
class ListedClosure:
    """Closures that somebody set in one go, and that are undone together, as the page lists them."""

    ids: tuple[int, ...]
    day: date
    reason: str
    who: str
    at: datetime | Odd
    changes: tuple[Change, ...]


def entries(clinic: Clinic, standing: Sequence[Standing]) -> list[ListedClosure]:
    """Return the desk's closures for the page of the hours, by day. Closures that were set in one go are one entry."""
    lines = {*clinic.lines, *(each.closure.line for each in standing if each.closure.line)}
    holding = {each for line in lines for each in _holding(line, standing)}
    ordered = sorted(standing, key=_tap)
    return [_entry(clinic, list(together), holding) for _key, together in groupby(ordered, key=_tap)]


def _tap(each: Standing) -> tuple[date, str, str]:
    return each.closure.day, str(each.at), each.who


def _holding(line: str, standing: Sequence[Standing]) -> set[int]:
    """Return the ids of the closures that callers of this telephone line hear, at most one for each day."""
    ordered = [each for whose in ("", line) for each in standing if each.closure.line == whose]
    return set({each.closure.day: each.id for each in ordered}.values())


def _entry(clinic: Clinic, together: Sequence[Standing], holding: set[int]) -> ListedClosure:
    first, reason = together[0], clinic.reasons.get(together[0].closure.reason, {})
    return ListedClosure(
        ids=tuple(each.id for each in together),
        day=first.closure.day,
        reason=reason.get(language(), ""),
        who=first.who,
        at=first.at,
        changes=tuple(_change(clinic, each.closure, each.id in holding) for each in together),
    )


def _change(clinic: Clinic, closure: DeskClosure, holds: bool) -> Change:
    line = line_words(clinic, closure.line) if closure.line else _("All lines")
    return Change(line, ", ".join(map(span_words, closure.shifts)), holds)


# -- holidays


@dataclass(frozen=True)
class Suggestion:
    """A holiday and a reason for closing; `settled` is true if every line has a closure or other hours on that day."""

    holiday: Holiday
    reason: str
    settled: bool


def suggestions(clinic: Clinic, today: date) -> list[Suggestion]:
    """Return the holidays of the year ahead, as suggestions for closures."""
    return [_suggestion(clinic, each) for each in holidays_from(today, language())]


def _suggestion(clinic: Clinic, holiday: Holiday) -> Suggestion:
    settled = all(line.hours.closure(holiday.day) for line in clinic.lines.values())
    return Suggestion(holiday, reason_of(holiday, clinic.reasons, language()), settled)
