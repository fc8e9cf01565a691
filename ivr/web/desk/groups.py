"""Divides the waiting list into groups: came in overnight, late, due now, due later, and taken. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.desk.requests import Status
from ivr.line.hours import HORIZON_DAYS
from ivr.web.desk.cards import Card
from ivr.web.i18n import _, local
from ivr.web.services import services

MORNING = timedelta(hours=3)
"""The time after the opening hour, during which the list begins with the requests that came in overnight."""


@dataclass(frozen=True)
class Group:
    """A group of cards in the waiting list, with its heading."""

    key: str
    words: str
    cards: Sequence[Card]


def groups(cards: Sequence[Card]) -> list[Group]:
    """Return the groups of the waiting list that are not empty, in the list's order. Cards keep their order."""
    night, now = overnight(), services().clock()
    keys = [_key(each, night, now) for each in cards]
    words = {
        "night": _("Since closing"),
        "late": _("Late"),
        "now": _("Due now"),
        "later": _("Later"),
        "taken": _("Taken"),
    }
    of_each = {key: [card for card, its in zip(cards, keys, strict=True) if its == key] for key in words}
    return [Group(key, words[key], found) for key, found in of_each.items() if found]


def due_ids(shown: Sequence[Group]) -> list[int]:
    """Return the ids of due requests that nobody has taken. An open list uses them to announce a newly due request."""
    now = services().clock()
    cards = [card for group in shown if group.key != "taken" for card in group.cards]
    return sorted(each.request.id for each in cards if each.request.due <= now)


def _key(card: Card, night: tuple[datetime, datetime] | None, now: datetime) -> str:
    found = card.request
    if found.status is Status.TAKEN:
        return "taken"
    if night and night[0] <= found.created < night[1]:
        return "night"
    if card.late:
        return "late"
    return "now" if found.due <= now + timedelta(minutes=1) else "later"


def overnight() -> tuple[datetime, datetime] | None:
    """Return the clinic's last closing time before today and today's opening; None except in the `MORNING` hours."""
    hours, now = services().hours.clinic_now().line("").hours, services().clock()
    today = local(now).date()
    opens = next((start for start, _end in hours.stretches(today)), None)
    if opens is None or not opens <= now < opens + MORNING:
        return None
    before = (today - timedelta(days=back) for back in range(1, HORIZON_DAYS))
    closed = next((end for day in before for _start, end in reversed(list(hours.stretches(day)))), None)
    return (closed, opens) if closed else None
