"""Describes an odd request in words for the desk's pages, as far as its values can be read. No routes, no stores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivr.desk.request_rows import AnyRequest, OddRequest
from ivr.desk.requests import Status
from ivr.web.desk.cards import Card, card, part_words
from ivr.web.desk.persons import known_of
from ivr.web.i18n import _, day, language, moment
from ivr.web.services import services
from ivr.web.wording import kind_words, language_words, outcome_words


@dataclass(frozen=True)
class OddCard:
    """An odd request, which has a value that cannot be read, as its own page and the waiting list show it."""

    request: OddRequest
    kind: str
    lines: Sequence[tuple[str, str, bool]]
    """The filled columns of the request's row: column name, value in words, and True if the value is unreadable."""
    mine: bool

    shape = "odd"


AnyCard = Card | OddCard


def any_cards(found: Sequence[AnyRequest], who: str) -> list[AnyCard]:
    """Return the cards of these requests, odd ones included, as the person `who` sees them now."""
    known = known_of(found)
    return [odd_card(each, who) if isinstance(each, OddRequest) else card(each, who, known) for each in found]


def odd_card(found: OddRequest, who: str) -> OddCard:
    """Return the card of an odd request, as the person `who` sees it."""
    names = column_words()
    shown = (name for name in found.stored if name in found.odd or (name in names and found.values[name]))
    lines = [(names.get(name, name), _value_words(found, name), name in found.odd) for name in shown]
    mine = found.status is Status.TAKEN and found.values.get("taken_by") == who
    return OddCard(found, _("A request that cannot be read"), lines, mine)


def _value_words(found: OddRequest, column: str) -> str:
    """Return a value of the request's row in words. A value that cannot be read is returned as it is stored."""
    if column in found.odd or column not in VALUES:
        return found.stored[column]
    return VALUES[column](found.values[column])


VALUES: Mapping[str, Callable[[Any], str]] = {
    "kind": kind_words,
    "line": lambda line: services().clinic.line(line).name[language()],
    "phone": lambda phone: " ".join(phone.groups),
    "language": language_words,
    "day": day,
    "part": lambda part: part_words()[part],
    "due": moment,
    "created": moment,
    "appointment": moment,
    "status": lambda status: status_words()[status],
    "outcome": lambda outcome: outcome_words()[outcome],
}
"""The functions that put a value of a request's row into words, by column. The other columns hold words already."""


def status_words() -> Mapping[Status, str]:
    """Return the words for each status of a request."""
    return {Status.OPEN: _("waits"), Status.TAKEN: _("taken"), Status.CLOSED: _("closed")}


def column_words() -> Mapping[str, str]:
    """Return the words for columns of the table of requests. A column without words is shown by its own name."""
    return {
        "reference": _("Reference"),
        "kind": _("Kind"),
        "line": _("Line"),
        "phone": _("Number"),
        "language": _("Language"),
        "day": _("Preferred day"),
        "part": _("Part of the day"),
        "due": _("Due"),
        "status": _("Status"),
        "created": _("Received"),
        "taken_by": _("Taken by"),
        "outcome": _("Outcome"),
        "appointment": _("The appointment"),
    }
