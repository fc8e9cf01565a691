"""The free times that a card offers: of the wished part of a day, of another day, or the next ones. Reads only."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import request

from ivr.desk.requests import Request
from ivr.line.booking import Part
from ivr.line.clinic import Clinic
from ivr.line.diary import Slot
from ivr.web.desk.cards import part_words, wish_words
from ivr.web.i18n import FIRST_DAY, LAST_DAY, _, day, hour, language, local, moment
from ivr.web.services import services

NEXT = 6
"""The number of next free times that a card offers where none is free in the wished part of a day."""

DAYS = 7
"""The number of days that a card offers as buttons. For any other day, the card has a field."""


@dataclass(frozen=True)
class Chip:
    """A free time as a card offers it, to be booked by one tap: its value in the form, and its words."""

    value: str
    words: str


@dataclass(frozen=True)
class FreeOnCard:
    """The free times that a card offers: a heading, the times as chips, and the next days that have free times."""

    heading: str
    chips: Sequence[Chip]
    days: Sequence[tuple[date, str]]
    chosen: bool
    """True where somebody has asked on the card for the free times of another day."""
    parts: Sequence[tuple[Part, str]]


def free_on_card(found: Request) -> FreeOnCard:
    """Return a card's free times: those of the asked day, else of the wished day; if none is free, the next ones."""
    clinic, now = services().diary.free_times.lasting(services().hours.clinic_now(), found.about), services().clock()
    coming = services().diary.free_times.offered(clinic, found.line, now)
    asked, part = _asked()
    wished, part = (asked, part) if asked else (found.day, found.part)
    slots = _of_wish(clinic, found.line, wished, part, now) if wished else []
    chips = _chips(clinic, slots, hour) if slots else _next(clinic, coming)
    heading = _heading(wished, part, slots or coming[:1], are_wished=bool(slots))
    return FreeOnCard(heading, chips, _days(coming), asked is not None, list(part_words().items()))


def _heading(wished: date | None, part: Part | None, slots: Sequence[Slot], *, are_wished: bool) -> str:
    words = "" if wished is None else wish_words(wished, part) if part else day(wished)
    if are_wished:
        return _("Free: %(wish)s", wish=words)
    none = [_("Nothing is free: %(wish)s.", wish=words)] if words else []
    following = [_("The next free times: %(day)s", day=day(local(each.start).date())) for each in slots]
    return " ".join([*none, *(following or [_("No time is free in the days to come.")])])


def _next(clinic: Clinic, coming: Sequence[Slot]) -> list[Chip]:
    """Return the next free times as chips. A chip names its day, unless that is the day of the first free time."""
    days = {local(each.start).date() for each in coming[:1]}

    def words(at: datetime) -> str:
        return hour(at) if local(at).date() in days else moment(at)

    return _chips(clinic, coming, words)[:NEXT]


def _asked() -> tuple[date | None, Part | None]:
    """Return the day whose free times the form asks for, and the part of that day; None for either if it is empty."""
    written = request.form.get("on") or request.form.get("look_day", "")
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None, None
    part = "" if request.form.get("on") else request.form.get("look_part", "")
    return (found if FIRST_DAY <= found <= LAST_DAY else None), (Part(part) if part in set(Part) else None)


def _of_wish(clinic: Clinic, line: str, wished: date, part: Part | None, now: datetime) -> list[Slot]:
    slots = [each for each in services().diary.free_times.of_day(clinic, line, wished) if each.start > now]
    if part is None:
        return slots
    within = clinic.line(line).offer.stretches(wished, part)
    return [each for each in slots if any(start <= each.start < end for start, end in within)]


def _chips(clinic: Clinic, slots: Iterable[Slot], words: Callable[[datetime], str]) -> list[Chip]:
    """Return a card's chips, the buttons for free times. Columns without a name share one chip for the same time."""
    found: dict[str, Chip] = {}
    for each in slots:
        schedule = clinic.diary.schedule(each.schedule)
        name = schedule.name[language()] if schedule and schedule.name else ""
        value = f"{each.start.isoformat()} {each.schedule if name else ''}".strip()
        found.setdefault(value, Chip(value, f"{words(each.start)} {name}".strip()))
    return list(found.values())


def _days(coming: Sequence[Slot]) -> list[tuple[date, str]]:
    days = dict.fromkeys(local(each.start).date() for each in coming)
    return [(each, day(each)) for each in list(days)[:DAYS]]


def chosen_time(written: str) -> tuple[datetime, str]:
    """Return the moment and column in the value of a free time's button. Raises ValueError if malformed or past."""
    written, _blank, schedule = written.partition(" ")
    at = datetime.fromisoformat(written)
    if at.tzinfo is None or at < services().clock() - timedelta(minutes=1):
        raise ValueError
    return at, schedule
