"""The engine of the call: follows the menu's table for a key, a silence or an outcome, and returns the next turn.

Pure: no HTTP, no XML, no store, no clock, no randomness.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from ivr.line import standing as languages
from ivr.line.blanks import Say
from ivr.line.booking import Kind
from ivr.line.choices import Choice
from ivr.line.engine.arriving import Said, arrive, ask
from ivr.line.known import has
from ivr.line.menu import BACK, HOME, LANGUAGE, LANGUAGES_PLACE, PERSON, PERSON_PLACE, REPEAT, SIGNS, SIGNS_PLACE, START
from ivr.line.offers import numbered
from ivr.line.phones import NumberRefused
from ivr.line.places import ChangeWish, Changing, Checking, Filing, Keying, Menu, Option, Ringing
from ivr.line.standing import DIGITS, NOBODY, SILENCE, WRONG, Announce, help_after, reception, warns
from ivr.line.turn import Call, Facts, Turn

NOT_BOOKED = frozenset({"taken", "full", "unbooked"})
"""The outcomes of booking after which the caller does not have the time that they have chosen."""

SETTLED = frozenset({"kept", "booked", "moved", "cancelled"})
"""The outcomes after which the call's change to an appointment is made, or is with the desk."""

RESTART = "*"
"""The key with which a caller who is entering a number begins again; keys before it do not count."""


def begin(call: Call, facts: Facts) -> Turn:
    """Return the first turn of an incoming call.

    The call's `mute` becomes True if the call begins in its line's language, because the caller may speak another.
    """
    return arrive(replace(call, mute=call.language == facts.line.language), START, facts)


def press(call: Call, keys: str | None, facts: Facts) -> Turn:
    """Return the turn after the caller pressed `keys` at the current place; None means that no key was pressed."""
    place = facts.menu.get(call.place)
    if not isinstance(place, Menu | Keying) or not has(call, facts, place.needs):
        return arrive(call.afresh(), HOME, facts)
    if keys is None or (not keys.rstrip(BACK) and isinstance(place, Keying)):
        return _silent(call, place, facts)
    call = call.but(mute=False) if call.mute else call
    return _keyed(call, place, keys, facts) if isinstance(place, Keying) else _chosen(call, place, keys, facts)


def resume(call: Call, outcome: str, facts: Facts) -> Turn:
    """Return the turn after an action for the call has had this outcome, for example after a request was filed."""
    place = facts.menu.get(call.place)
    on = place.on if isinstance(place, Filing | Ringing | Checking | Changing) else {}
    call = call.but(slot=None) if outcome in NOT_BOOKED else call.but(change=None) if outcome in SETTLED else call
    return arrive(call, on[outcome], facts) if outcome in on else arrive(call.afresh(), HOME, facts)


def enter(call: Call, place: str, facts: Facts) -> Turn:
    """Return the turn at the place of this name, for example at the place that files a request."""
    return arrive(call, place, facts)


def keys_of(menu: Menu, call: Call, facts: Facts) -> dict[str, tuple[Say, Callable[[Facts], Turn]]]:
    """Return the keys of this menu's options: for each, its sentence and a function that makes the next turn."""
    return {key: (says, partial(_taken, call, menu, option)) for key, says, option in numbered(menu, call, facts)}


def _taken(call: Call, menu: Menu, option: Choice | Option, facts: Facts) -> Turn:
    return _offered(call, menu, option, facts) if isinstance(option, Choice) else _wanted(call, option, facts)


def _offered(call: Call, menu: Menu, choice: Choice, facts: Facts) -> Turn:
    leads = choice.leads or (menu.more if choice.more else menu.leads)
    return arrive(
        replace(call, **choice.gathers),
        leads,
        facts,
        Said(keys=Announce.ALL if menu.offers == languages.OFFER else Announce.NONE),
    )


def _wanted(call: Call, option: Option, facts: Facts) -> Turn:
    return arrive(
        _wanting(call, option), option.leads, facts, Said(keys=Announce.BACK if call.place == HOME else Announce.NONE)
    )


def _wanting(call: Call, option: Option) -> Call:
    if option.earliest:
        return replace(call, slot=call.offered[0] if call.offered else None)
    call = call.begins(option.kind) if option.kind else call.afresh() if option.afresh else call
    if option.change:
        kind = Kind.BOOKING if option.change is ChangeWish.MOVE else None
        return replace(call, change=option.change, kind=kind, slot=None)
    return call if option.other is None else replace(call, other=option.other)


# -- what a key means


def _chosen(call: Call, menu: Menu, key: str, facts: Facts) -> Turn:
    option = next((option for each, _, option in numbered(menu, call, facts) if each == key), None)
    if option is not None:
        return _taken(call, menu, option, facts)
    if key == SIGNS and warns(menu, call):
        return arrive(replace(call, left=call.place), SIGNS_PLACE, facts)
    if menu.standing and key in STANDING:
        return STANDING[key](call, menu, facts)
    return _wrong(call, menu, facts, WRONG)


def _keyed(call: Call, place: Keying, keys: str, facts: Facts) -> Turn:
    digits = keys.rpartition(RESTART)[2].rstrip(BACK)
    if not digits:
        return ask(call, place, facts)
    if digits == PERSON:
        return _person(call, place, facts)
    if facts.clinic.dialling.is_emergency(digits):
        return ask(call, place, facts, Said(first=(Say("emergency_keyed"),)))
    return _digits(call, place, digits, facts) if place.digits else _number(call, place, digits, facts)


def _digits(call: Call, place: Keying, digits: str, facts: Facts) -> Turn:
    if len(digits) != place.digits:
        return _wrong(call, place, facts, DIGITS)
    return arrive(replace(call, entered=digits), place.leads, facts)


def _number(call: Call, place: Keying, digits: str, facts: Facts) -> Turn:
    try:
        number = facts.clinic.dialling.keyed(digits)
    except NumberRefused as refused:
        return _wrong(call, place, facts, refused.why.value)
    return arrive(replace(call, keyed=number), place.leads, facts)


def _wrong(call: Call, place: Menu | Keying, facts: Facts, what: str) -> Turn:
    return _missed(call.but(wrongs=call.wrongs + 1), place, facts, what, call.wrongs)


def _silent(call: Call, place: Menu | Keying, facts: Facts) -> Turn:
    if isinstance(place, Menu) and place.ends_on_silence:
        return arrive(call, place.gives_up, facts)
    return _missed(call.but(silences=call.silences + 1), place, facts, SILENCE, call.silences)


def _missed(call: Call, place: Menu | Keying, facts: Facts, what: str, before: int) -> Turn:
    """Return the turn after the mistake `what` and `before` earlier ones: more help, or the place gives up."""
    if before + 1 >= place.misses:
        return arrive(call, place.gives_up, facts)
    if what == WRONG and isinstance(place, Menu) and place.ends_on_silence:
        return ask(call, place, facts)  # after a promise there is nothing to choose: it is said again
    return ask(call, place, facts, help_first=(help_after(what, before, place),))


def _person(call: Call, place: Menu | Keying, facts: Facts) -> Turn:
    """Return the turn after the key 0: the call to the reception, or why nobody answers (said only once in a call)."""
    nobody = reception(call, facts) != "rings"
    if nobody and call.nobody_told:
        return _wrong(call, place, facts, NOBODY)
    return arrive(replace(call, left=call.left or call.place, nobody_told=nobody), PERSON_PLACE, facts)


def _again(call: Call, _menu: Menu, facts: Facts) -> Turn:
    return arrive(call, call.place, facts, Said(keys=Announce.ALL))


def _back(call: Call, _menu: Menu, facts: Facts) -> Turn:
    return arrive(call.afresh(), HOME, facts)


def _switched(call: Call, menu: Menu, facts: Facts) -> Turn:
    if menu.offers == languages.OFFER:
        return _again(call, menu, facts)
    if languages.need_a_menu(facts.clinic.name):
        return arrive(replace(call, left=call.place), LANGUAGES_PLACE, facts)
    (other,) = languages.others(call, facts)
    return arrive(call.in_language(other), languages.leads_on(call, facts), facts, Said(keys=Announce.ALL))


STANDING: Mapping[str, Callable[[Call, Menu, Facts], Turn]] = {
    PERSON: _person,
    REPEAT: _again,
    BACK: _back,
    LANGUAGE: _switched,
}
