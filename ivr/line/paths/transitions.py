"""Reads from the menu's table the places that follow each place, and the data that a call needs there and later.

Pure: no call is played.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.line.menu import HOME, LANGUAGE, PERSON, PERSON_PLACE, SIGNS, SIGNS_PLACE
from ivr.line.places import Changing, Checking, Filing, Fork, Keying, Menu, Passage, Place, Ringing
from ivr.line.standing import OFFER

KEPT_FOR_FORKS = frozenset({"own"})
"""The data that forks read and that a call keeps to its end."""

KEPT_FOR_A_REQUEST = KEPT_FOR_FORKS | {"change"}
"""The data that a call keeps where a request begins: beside those for forks, the change that the caller wishes."""

OF_A_PLACE = frozenset({"page"})
"""The data that a call has at one place only, and loses when it leaves that place."""

TO_FILE = frozenset({"kind", "number", "offered", "slot"})
"""The data of a call without which no request can be filed."""

CHANGED = frozenset({"moved", "cancelled"})
"""The outcomes of an action that has changed an appointment."""

PROVED = "proved"
"""The outcome of a successful check of keyed digits, after which the caller may change an appointment."""

KEPT, BOOKED = "kept", "booked"
"""The outcomes of filing that give the call its promise: the wish is kept, or the time is booked."""


NOTHING: frozenset[str] = frozenset()
A_NUMBER = frozenset({"keyed", "number"})
DIGITS = frozenset({"entered"})
A_TIME = frozenset({"slot"})
A_CHANGE = frozenset({"change", "kind", "slot"})
A_PROMISE = frozenset({"promise", "change"})
PROOF = frozenset({"chosen", "proved"})
OF_OUTCOMES = {
    KEPT: A_PROMISE,
    BOOKED: A_PROMISE,
    PROVED: PROOF,
    **dict.fromkeys(CHANGED, frozenset({"change"})),
}
OF_OFFERS = {
    "days": frozenset({"day", "slot"}),
    "parts": frozenset({"part"}),
    "free_days": frozenset({"day", "part", "slot"}),
    "free_parts": frozenset({"part"}),
    "first_times": frozenset({"slot"}),
    "next_times": frozenset({"slot"}),
    "free_times": frozenset({"slot"}),
    "own": frozenset({"chosen"}),
    "topics": frozenset({"topic"}),
}


OF_FORKS = {
    "own": frozenset({"own"}),
    "proved": frozenset({"proved", "change"}),
    "for_whom": frozenset({"proved", "change", "kind", "own", "slot"}),
    "at_once": frozenset({"keyed", "change", "own", "kind"}),
    "number": frozenset({"keyed", "slot"}),
}
"""The data that decide each fork, by the fork's question, without data that cannot change within a call."""

OF_ACTIONS = {
    Filing: TO_FILE,
    Checking: frozenset({"entered", "chosen", "number"}),
    Changing: frozenset({"chosen", "proved", "change", "slot"}),
}
"""The data that a call needs at a place with an action, by the kind of place."""


@dataclass(frozen=True)
class Transition:
    """A way from one place to another: its cause, the data gathered, and whether earlier data are dropped."""

    by: str
    to: str
    gathers: frozenset[str] = NOTHING
    afresh: bool = False


def transitions(place: Place) -> Iterator[Transition]:
    """Yield every transition from this place of the menu, except those of the standing keys."""
    match place:
        case Menu():
            yield from _of_menu(place)
        case Keying():
            yield Transition(
                "the digits" if place.digits else "the number", place.leads, DIGITS if place.digits else A_NUMBER
            )
            yield Transition("giving up", place.gives_up)
        case Passage():
            yield Transition("going on", place.leads, afresh=place.kind is not None)
        case Filing() | Checking() | Changing():
            yield from (Transition(each, to, OF_OUTCOMES.get(each, NOTHING)) for each, to in place.on.items())
        case Fork() | Ringing():
            yield from (Transition(outcome, to) for outcome, to in place.on.items())


def _of_menu(menu: Menu) -> Iterator[Transition]:
    for each in menu.options:
        gathers = A_CHANGE if each.change else A_TIME if each.earliest else NOTHING
        yield Transition(f"key {each.key}", each.leads, gathers, afresh=each.kind is not None or each.afresh)
    yield Transition("giving up", menu.gives_up)
    if menu.empty:
        yield Transition("nothing to offer", menu.empty)
    if menu.offers and menu.offers != OFFER:  # the menu of languages leads back to the place where 9 was pressed
        yield Transition(f"the {menu.offers} on offer", menu.leads, OF_OFFERS.get(menu.offers, NOTHING))
    if menu.more:
        yield Transition("what else is on offer", menu.more)
    if menu.language_leads:
        yield Transition(f"key {LANGUAGE}", menu.language_leads)


def standing_leads(place: Place) -> Iterator[Transition]:
    """Yield the transitions from a place by 0, # and the key for the warning signs, as far as these keys work there."""
    if isinstance(place, Keying) or (isinstance(place, Menu) and place.standing):
        yield Transition(f"key {PERSON}", PERSON_PLACE)
    if isinstance(place, Menu) and place.standing:
        yield Transition("key #", HOME, afresh=True)
    if isinstance(place, Menu) and "warning" in place.first:
        yield Transition(f"key {SIGNS}", SIGNS_PLACE)


def onward(menu: Mapping[str, Place], start: str) -> frozenset[str]:
    """Return the places that a call from `start` can reach."""
    found, todo = set[str](), [start]
    while todo:
        name = todo.pop()
        if name in menu and name not in found:
            found.add(name)
            todo += [transition.to for transition in (*transitions(menu[name]), *standing_leads(menu[name]))]
    return frozenset(found)


def matters(menu: Mapping[str, Place]) -> Mapping[str, frozenset[str]]:
    """Return, for each place, the data that decide where a call can go from this place.

    This place or a later one uses the data, and no place between drops them. Calls with equal data take the same ways.
    """
    found = {name: _own(place) for name, place in menu.items()}
    while True:
        more = {name: found[name].union(*_onward(place, found)) for name, place in menu.items()}
        if more == found:
            return found
        found = more


def _own(place: Place) -> frozenset[str]:
    if isinstance(place, Menu):
        paged = {"page"} if place.more and place.more == place.offers else NOTHING
        return frozenset({*place.needs, *paged, *({"warned"} if "warning" in place.first else NOTHING)})
    if isinstance(place, Keying):
        return frozenset(place.needs)
    if isinstance(place, Fork):
        return OF_FORKS.get(place.asks, NOTHING)
    return OF_ACTIONS.get(type(place), NOTHING)


def _onward(place: Place, found: Mapping[str, frozenset[str]]) -> Iterator[frozenset[str]]:
    for transition in (*transitions(place), *standing_leads(place)):
        matters_there = found.get(transition.to, NOTHING)
        if transition.to == HOME:  # the main menu drops what was gathered
            yield matters_there & KEPT_FOR_FORKS
        elif transition.afresh:
            yield matters_there & KEPT_FOR_A_REQUEST
        else:
            yield matters_there - transition.gathers - OF_A_PLACE
