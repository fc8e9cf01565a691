"""The engine of the call: follows the menu's table for a key, a silence or an outcome, and returns the next turn.

Pure: no HTTP, no XML, no store, no clock, no randomness.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from ivr.line import standing as languages
from ivr.line.actions import Doing, wait_at
from ivr.line.blanks import Say
from ivr.line.booking import Kind
from ivr.line.free_offers import READ_OUT, offered_at
from ivr.line.known import answer, has
from ivr.line.menu import BACK, HOME, LANGUAGE, LANGUAGES_PLACE, PERSON, PERSON_PLACE, REPEAT, START
from ivr.line.offers import choices
from ivr.line.phones import NumberRefused
from ivr.line.places import ChangeWish, Changing, Checking, End, Filing, Fork, Keying, Menu, Option, Passage, Ringing
from ivr.line.speeches import spoken
from ivr.line.standing import DIGITS, SILENCE, WRONG, announced, help_after
from ivr.line.turn import Call, Choice, Facts, KeyNumber, PressKey, Turn

KEY_SECONDS = (6, 8, 10)
"""Seconds to wait for a key: at first, after one miss, after two. The wait grows to give more time."""

NUMBER_SECONDS = (8, 10, 12)
"""Seconds to wait between two digits of a number: at first, after one miss, after two."""

NOT_BOOKED = frozenset({"taken", "full", "unbooked"})
"""The outcomes after which the time that was chosen is not the caller's."""

RESTART = "*"
"""The key that starts the number again while the caller is entering it."""


def begin(call: Call, facts: Facts) -> Turn:
    """Return the first turn of an incoming call."""
    return _arrive(call, START, facts)


def press(call: Call, keys: str | None, facts: Facts) -> Turn:
    """Return the turn after the caller pressed `keys` at the current place; None means that no key was pressed."""
    place = facts.menu.get(call.place)
    if not isinstance(place, Menu | Keying) or not has(call, facts, place.needs):
        return _arrive(call.afresh(), HOME, facts)
    if keys is None:
        return _silent(call, place, facts)
    return _keyed(call, place, keys, facts) if isinstance(place, Keying) else _chosen(call, place, keys, facts)


def resume(call: Call, outcome: str, facts: Facts) -> Turn:
    """Return the turn after an action for the call has finished: a request was filed, or the reception was called."""
    place = facts.menu.get(call.place)
    on = place.on if isinstance(place, Filing | Ringing | Checking | Changing) else {}
    if outcome in NOT_BOOKED:
        call = replace(call, slot=None)
    return _arrive(call, on[outcome], facts) if outcome in on else _arrive(call.afresh(), HOME, facts)


def enter(call: Call, place: str, facts: Facts) -> Turn:
    """Return the turn at the place of this name, for example at the place that files a request."""
    return _arrive(call, place, facts)


def keys_of(menu: Menu, call: Call, facts: Facts) -> dict[str, tuple[Say, Callable[[Facts], Turn]]]:
    """Return the numbered keys of this menu: for each, its sentence and a function that makes the next turn."""
    found: dict[str, tuple[Say, Callable[[Facts], Turn]]] = {}
    for number, choice in enumerate(choices(menu.offers, call, facts), start=1):
        says = Say(choice.says.name, {**choice.says.values, "key": str(number)}, choice.says.language)
        found[str(number)] = (says, partial(_offered, call, menu, choice))
    for option in menu.options:
        found[option.key] = (Say(option.says, {"key": option.key}), partial(_wanted, call, option))
    return found


def _offered(call: Call, menu: Menu, choice: Choice, facts: Facts) -> Turn:
    leads = choice.leads or (menu.more if choice.more else menu.leads)
    return _arrive(replace(call, **choice.gathers), leads, facts)


def _wanted(call: Call, option: Option, facts: Facts) -> Turn:
    return _arrive(_wanting(call, option), option.leads, facts)


def _wanting(call: Call, option: Option) -> Call:
    call = call.afresh(option.kind) if option.kind or option.afresh else call
    if option.change:
        kind = Kind.BOOKING if option.change is ChangeWish.MOVE else None
        return replace(call, change=option.change, kind=kind, slot=None)
    return replace(call, other=True) if option.other else call


# -- coming to a place


def _arrive(call: Call, name: str, facts: Facts, said: tuple[Say, ...] = ()) -> Turn:
    """Return the turn at this place. A Passage or a Fork does not wait, so the call moves on from it at once."""
    place, call = facts.menu[name], call.afresh().at(name) if name == HOME else call.at(name)
    match place:
        case Passage():
            said += _all(place.says, call, facts)
            return _through(name, _arrive(_dropped(call, place), place.leads, facts, said))
        case Fork():
            return _through(name, _arrive(call, place.on[answer(place.asks, call, facts)], facts, said))
        case Menu() | Keying():
            return _waiting(_ready(call, place, facts), place, facts, said)
        case Filing() | Ringing() if call.over_limit:
            return _arrive(call, place.on["refused"], facts, said)
        case Ringing() if facts.clinic.reception.caller_id is None:
            return _arrive(call, place.on["unanswered"], facts, said)
        case _:
            return _doing(call, place, facts, said)


def _waiting(call: Call, place: Menu | Keying, facts: Facts, said: tuple[Say, ...]) -> Turn:
    if isinstance(place, Menu) and place.empty and not call.offered:
        return _arrive(call, place.empty, facts, said)
    return _asking(call, place, facts, said)


def _dropped(call: Call, passage: Passage) -> Call:
    if passage.kind is None:
        return call
    return call.about_change(passage.kind) if passage.about_change else call.afresh(passage.kind)


def _through(name: str, turn: Turn) -> Turn:
    return replace(turn, through=(name, *turn.through))


def _doing(call: Call, place: Doing, facts: Facts, said: tuple[Say, ...]) -> Turn:
    """Return the turn at a place where something is done for the call; the main menu where it cannot be."""
    wait = wait_at(place, call, facts)
    if wait is None:
        return _arrive(call.afresh(), HOME, facts, said)
    if isinstance(place, Ringing):
        call = replace(call, rung=call.rung + 1)
    says = place.says if isinstance(place, Ringing | End) else ()
    return Turn(call, said + _all(says, call, facts), (), wait)


def _ready(call: Call, place: Menu | Keying, facts: Facts) -> Call:
    """Fix what is offered and for which moment, so that the keys mean what the caller heard, even past midnight."""
    if "chosen" in place.needs and call.chosen is None and len(call.own.appointments) == 1:
        call = replace(call, chosen=call.own.appointments[0])
    if not isinstance(place, Menu) or place.offers not in {"days", "parts", "times", *READ_OUT}:
        return call
    read_out = offered_at(place.offers, call, facts) if place.offers in READ_OUT else ()
    return replace(call, offered_at=call.offered_at or facts.now, offered=read_out)


def _asking(
    call: Call,
    place: Menu | Keying,
    facts: Facts,
    said: tuple[Say, ...] = (),
    help_first: tuple[Say, ...] = (),
) -> Turn:
    missed = min(max(call.silences, call.wrongs), len(KEY_SECONDS) - 1)
    if isinstance(place, Keying):
        asks = help_first + _all(place.says, call, facts)
        return Turn(call, said, asks, KeyNumber(NUMBER_SECONDS[missed], place.digits))
    if not help_first:
        said += _all(place.first, call, facts)
    offered = tuple(says for says, _ in keys_of(place, call, facts).values())
    asks = help_first + _all(place.says, call, facts) + offered + announced(place, call, facts)
    return Turn(call, said, asks, PressKey(KEY_SECONDS[missed]))


def _all(names: tuple[str, ...], call: Call, facts: Facts) -> tuple[Say, ...]:
    return tuple(say for name in names for say in spoken(name, call, facts))


# -- what a key means


def _chosen(call: Call, menu: Menu, key: str, facts: Facts) -> Turn:
    options = keys_of(menu, call, facts)
    if key in options:
        return options[key][1](facts)
    if menu.standing and key in STANDING:
        return STANDING[key](call, menu, facts)
    return _missed(replace(call, wrongs=call.wrongs + 1), menu, facts, WRONG, call.wrongs)


def _keyed(call: Call, place: Keying, keys: str, facts: Facts) -> Turn:
    digits = keys.rpartition(RESTART)[2].rstrip(BACK)
    if not digits:
        return _asking(call, place, facts)
    if place.digits:
        if len(digits) != place.digits:
            return _missed(replace(call, wrongs=call.wrongs + 1), place, facts, DIGITS, call.wrongs)
        return _arrive(replace(call, entered=digits), place.leads, facts)
    try:
        number = facts.clinic.dialling.keyed(digits)
    except NumberRefused as refused:
        return _missed(replace(call, wrongs=call.wrongs + 1), place, facts, refused.why.value, call.wrongs)
    return _arrive(replace(call, keyed=number), place.leads, facts)


def _silent(call: Call, place: Menu | Keying, facts: Facts) -> Turn:
    if isinstance(place, Menu) and place.ends_on_silence:
        return _arrive(call, place.gives_up, facts)
    return _missed(replace(call, silences=call.silences + 1), place, facts, SILENCE, call.silences)


def _missed(call: Call, place: Menu | Keying, facts: Facts, what: str, before: int) -> Turn:
    """Return the turn after a mistake: more help each time; after the last one, the place for callers who give up."""
    if before + 1 >= place.misses:
        return _arrive(call, place.gives_up, facts)
    return _asking(call, place, facts, help_first=(help_after(what, before, place),))


def _person(call: Call, _menu: Menu, facts: Facts) -> Turn:
    return _arrive(call, PERSON_PLACE, facts)


def _again(call: Call, _menu: Menu, facts: Facts) -> Turn:
    return _arrive(call, call.place, facts)


def _back(call: Call, _menu: Menu, facts: Facts) -> Turn:
    return _arrive(call.afresh(), HOME, facts)


def _switched(call: Call, menu: Menu, facts: Facts) -> Turn:
    if menu.offers == languages.OFFER:
        return _again(call, menu, facts)
    if languages.need_a_menu(facts.clinic.name):
        return _arrive(replace(call, left=call.place), LANGUAGES_PLACE, facts)
    (other,) = languages.others(call, facts)
    return _arrive(replace(call, language=other), languages.leads_on(call, facts), facts)


STANDING: Mapping[str, Callable[[Call, Menu, Facts], Turn]] = {
    PERSON: _person,
    REPEAT: _again,
    BACK: _back,
    LANGUAGE: _switched,
}
