"""Follows the menu's table from place to place until the call waits, and collects the sentences said on the way.

Pure: no HTTP, no XML, no store, no clock, no randomness.
"""

from dataclasses import dataclass, replace

from ivr.line.actions import Doing, wait_at
from ivr.line.blanks import Say
from ivr.line.engine.speeches import spoken
from ivr.line.free_offers import READ_OUT, offered_at
from ivr.line.known import answer
from ivr.line.menu import HOME, LANGUAGES_PLACE
from ivr.line.offers import numbered
from ivr.line.places import End, Filing, Fork, Keying, Menu, Passage, Return, Ringing
from ivr.line.standing import Announce, announced, in_the_others, warns
from ivr.line.turn import Call, Facts, KeyNumber, PressKey, Turn

KEY_SECONDS = (6, 8, 10)
"""Seconds to wait for a key: at first, after one miss, after two. The wait grows to give more time."""

NUMBER_SECONDS = (8, 10, 12)
"""Seconds to wait between two digits of a number: at first, after one miss, after two."""

FIXED_FOR = frozenset({"days", "parts", "times", *READ_OUT})
"""The offers that change with time. A call repeats an offer as first heard, so that each key keeps its meaning."""


@dataclass(frozen=True)
class Said:
    """The sentences collected on the way to a place that waits. A key press interrupts `asks`, but not `first`."""

    first: tuple[Say, ...] = ()
    asks: tuple[Say, ...] = ()
    keys: Announce = Announce.NONE
    """The standing keys that are announced at the place where the call arrives."""


NOTHING = Said()


def arrive(call: Call, name: str, facts: Facts, said: Said = NOTHING) -> Turn:
    """Return the turn of a call that comes to this place. From a Passage, Fork or Return, the call goes on at once."""
    place, call = facts.menu[name], call.afresh().at(name) if name == HOME else call.at(name)
    match place:
        case Passage():
            said, call = _passed(call, place, facts, said)
            return _through(name, arrive(call, place.leads, facts, said))
        case Fork() | Return():
            to = place.on[answer(place.asks, call, facts)] if isinstance(place, Fork) else call.left or HOME
            return _through(name, arrive(call, to, facts, said))
        case Menu() | Keying():
            return _waiting(_ready(call, place, facts), place, facts, said)
        case Filing() | Ringing() if call.over_limit:
            return arrive(call, place.on["refused"], facts, said)
        case Ringing() if facts.clinic.reception.caller_id is None:
            return arrive(call, place.on["unanswered"], facts, said)
        case _:
            return _doing(call, place, facts, said)


def ask(call: Call, place: Menu | Keying, facts: Facts, said: Said = NOTHING, help_first: tuple[Say, ...] = ()) -> Turn:
    """Return the turn that asks for keys at this place; after a mistake, `help_first` is said before the rest."""
    missed = min(max(call.silences, call.wrongs), len(KEY_SECONDS) - 1)
    if isinstance(place, Keying):
        asks = said.asks + help_first + _all(place.says, call, facts)
        return Turn(call, said.first, asks, KeyNumber(NUMBER_SECONDS[missed], place.digits))
    if place.first and not help_first:
        said = replace(said, first=said.first + _all(place.first, call, facts))
        call = call.but(warned=True) if warns(place, call) else call
    says, options = _all(place.says, call, facts), _options(call, place, facts, missed=bool(help_first))
    keys = announced(place, call, facts, Announce.ALL if help_first else said.keys)
    asks = said.asks + help_first + says + options + tuple(say for say in keys if say not in said.asks)
    if call.mute and not said.asks:
        again = help_first if call.place == HOME else help_first + says + options
        asks = in_the_others(again, call, facts, to_change=True) + asks
    return Turn(call, said.first, asks, PressKey(KEY_SECONDS[missed]))


def _options(call: Call, menu: Menu, facts: Facts, *, missed: bool) -> tuple[Say, ...]:
    """Return the sentences of a menu's options; none if the menu says them only after a miss and `missed` is False."""
    return tuple(says for _, says, _ in numbered(menu, call, facts)) if menu.says_options or missed else ()


def _passed(call: Call, passage: Passage, facts: Facts, said: Said) -> tuple[Said, Call]:
    """Return the sentences said so far, with those of this passage added, and the call after the passage."""
    said = replace(
        said,
        first=said.first + _all(passage.says, call, facts),
        asks=said.asks + _all(passage.asks, call, facts),
    )
    if any(say.name == "warning_signs" for say in said.first) and call.language not in call.signs_heard:
        call = replace(call, signs_heard=(*call.signs_heard, call.language))
    return said, call.begins(passage.kind) if passage.kind else call


def _waiting(call: Call, place: Menu | Keying, facts: Facts, said: Said) -> Turn:
    if isinstance(place, Menu) and place.empty and not call.offered:
        return arrive(call, place.empty, facts, said)
    return ask(call, place, facts, said)


def _through(name: str, turn: Turn) -> Turn:
    return replace(turn, through=(name, *turn.through))


def _doing(call: Call, place: Doing, facts: Facts, said: Said) -> Turn:
    """Return the turn at a place that does something for the call; the main menu's turn if the call lacks data."""
    wait = wait_at(place, call, facts)
    if wait is None:
        return arrive(call.afresh(), HOME, facts, said)
    if isinstance(place, Ringing):
        call = replace(call, rung=call.rung + 1)
    says = _all(place.says, call, facts) if isinstance(place, Ringing | End) else ()
    if isinstance(place, End) and call.mute:
        says = in_the_others(says, call, facts, to_change=False) + says
    return Turn(call, said.first + said.asks + says, (), wait)


def _ready(call: Call, place: Menu | Keying, facts: Facts) -> Call:
    """Return the call as it waits at this place, with the offered options stored, so that each key has its meaning."""
    if call.left and call.place != LANGUAGES_PLACE:
        call = call.but(left="")
    if "chosen" in place.needs and call.chosen is None and len(call.own.appointments) == 1:
        call = replace(call, chosen=call.own.appointments[0])
    offer = (place.offers or place.reads_out) if isinstance(place, Menu) else ""
    if offer not in FIXED_FOR:
        return call
    read_out = offered_at(offer, call, facts) if offer in READ_OUT else ()
    return call.but(offered_at=call.offered_at or facts.now, offered=read_out)


def _all(names: tuple[str, ...], call: Call, facts: Facts) -> tuple[Say, ...]:
    return tuple(say for name in names for say in spoken(name, call, facts))
