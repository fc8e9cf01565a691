"""The standing keys, such as 9 for another language, which work in every menu; also the help after a mistake.

Pure: engine/call.py implements the keys. A line speaks the languages in which the clinic's name is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum

from ivr.line.blanks import Blanks, Say
from ivr.line.booking import Kind
from ivr.line.menu import HOME, LANGUAGE, PERSON, SIGNS
from ivr.line.phones import Refusal
from ivr.line.places import Keying, Menu
from ivr.line.turn import Call, Facts

FEWEST_FOR_A_MENU = 3


def need_a_menu(languages: Iterable[str]) -> bool:
    """Return whether there are so many languages that a menu is needed to choose one."""
    return len(tuple(languages)) >= FEWEST_FOR_A_MENU


def others(call: Call, facts: Facts) -> tuple[str, ...]:
    """Return all languages of the line except the one of the call."""
    return tuple(language for language in facts.clinic.name if language != call.language)


def leads_on(call: Call, facts: Facts) -> str:
    """Return the place at which a call goes on after 9, in another language: mostly the place where 9 was pressed."""
    at = call.left or call.place
    place = facts.menu.get(at)
    if not isinstance(place, Menu) or place.offers == OFFER:
        at, place = HOME, facts.menu[HOME]
    return (place.language_leads if isinstance(place, Menu) else "") or at


def keys_to(wanted: str, begun_in: str, languages: Sequence[str]) -> str:
    """Return the keys that change the language of a new call from `begun_in` to `wanted`; empty if it is the same."""
    if wanted == begun_in:
        return ""
    return f"{LANGUAGE}{languages.index(wanted) + 1}" if need_a_menu(languages) else LANGUAGE


OFFER = "languages"
"""The name of the offer in the menu of languages. A language has the same key in every call."""


def reception(call: Call, facts: Facts) -> str:
    """Return "rings" if the reception can be called, else "closed", "nobody" to call, or "enough" rings so far."""
    if not facts.is_open:
        return "closed"
    if not facts.line.reception or not facts.clinic.reception.caller_id:
        return "nobody"
    return "rings" if call.rung < facts.clinic.limits.rings_of_a_call else "enough"


def warns(menu: Menu, call: Call) -> bool:
    """Return whether this menu says the short warning to this call; a key there leads to all warning signs."""
    return "warning" in menu.first and call.kind is Kind.BOOKING


class Announce(Enum):
    """The extent to which a menu announces the standing keys. The main menu ignores this value."""

    NONE = "the caller has heard them in this task"
    BACK = "a task begins: of the others the main menu has just told"
    ALL = "the caller has missed something, or asks to hear it again"


def announced(menu: Menu, call: Call, facts: Facts, what: Announce) -> Iterator[Say]:
    """Yield the sentences that announce the key for all warning signs and, to the extent `what`, the standing keys."""
    if warns(menu, call):
        yield Say("option_signs", {"key": SIGNS})
    if not menu.standing:
        return
    if call.place == HOME:
        yield from _person(call, facts)
        yield from (Say("option_language", {"key": LANGUAGE}, each) for each in others(call, facts))
        yield Say("option_repeat")
    elif what is not Announce.NONE:
        yield from (*_person(call, facts), Say("option_repeat")) if what is Announce.ALL else ()
        yield Say("option_back")


def _person(call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the sentence that announces the key for the reception, if this call may ring the reception now."""
    if reception(call, facts) == "rings" and not call.over_limit:
        yield Say("option_person", {"key": PERSON})


def help_after(mistake: str, before: int, place: Menu | Keying) -> Say:
    """Return the help sentence after a mistake. `before` is the number of earlier mistakes of the same kind."""
    if mistake in {SILENCE, WRONG}:
        return Say(f"{mistake}_{before + 1}_number" if isinstance(place, Keying) else f"{mistake}_{before + 1}")
    return Say(mistake)


def in_the_others(says: Iterable[Say], call: Call, facts: Facts, *, to_change: bool) -> tuple[Say, ...]:
    """Return these sentences in every other language of the line; with `to_change`, add the key to change to it.

    A caller who has pressed no key may not know the call's language, so they hear these sentences before the rest.
    """
    said = (*says, Say("option_language", {"key": LANGUAGE})) if to_change else tuple(says)
    return tuple(replace(say, language=each) for each in others(call, facts) for say in said)


SILENCE, WRONG, DIGITS, NOBODY = "silence", "wrong", "wrong_count_of_digits", "still_nobody"

KEYS: Blanks = {
    **dict.fromkeys(("option_person", "option_language", "option_signs"), ("key",)),
    **dict.fromkeys(("option_repeat", "option_back"), ()),
}

HELP: Blanks = {
    **{f"{mistake}_{count}": () for mistake in (SILENCE, WRONG) for count in (1, 2)},
    **{f"{SILENCE}_{count}_number": () for count in (1, 2)},
    **{refusal.value: () for refusal in Refusal},
    **dict.fromkeys((DIGITS, NOBODY, "emergency_keyed"), ()),
}
"""The names of the help sentences after a mistake, with their blanks. Each reason to refuse a number has a sentence."""
