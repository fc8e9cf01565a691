"""What every menu shares: the standing keys, among them 9 for another language, and the help after a mistake.

Pure: call.py implements the keys. The languages of a line are those of the clinic's name.
"""

from collections.abc import Iterable, Sequence

from ivr.line.blanks import Blanks, Say
from ivr.line.menu import HOME, LANGUAGE, PERSON, START
from ivr.line.phones import Refusal
from ivr.line.places import Keying, Menu
from ivr.line.turn import Call, Facts

FEWEST_FOR_A_MENU = 3


def need_a_menu(languages: Iterable[str]) -> bool:
    """Return whether there are so many languages that a menu is needed to choose one."""
    return len(tuple(languages)) >= FEWEST_FOR_A_MENU


def others(call: Call, facts: Facts) -> tuple[str, ...]:
    """Return all languages except the one of the call."""
    return tuple(language for language in facts.clinic.name if language != call.language)


def leads_on(call: Call, facts: Facts) -> str:
    """Return the place at which the call continues in the new language, from the place where 9 was pressed."""
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


def announced(menu: Menu, call: Call, facts: Facts) -> tuple[Say, ...]:
    """Return the sentences that announce the standing keys in this menu; none if they do not work there."""
    if not menu.standing:
        return ()
    person = (Say("option_person", {"key": PERSON}),) if menu.offers_person else ()
    if call.place not in {START, HOME}:
        return (*person, Say("option_repeat_or_back"))
    return (*person, *(Say("option_language", {"key": LANGUAGE}, language=each) for each in others(call, facts)))


def help_after(mistake: str, before: int, place: Menu | Keying) -> Say:
    """Return the help after a mistake, more detailed each time; `before` counts earlier mistakes of the same kind."""
    if mistake in {SILENCE, WRONG}:
        return Say(f"{mistake}_{before + 1}_number" if isinstance(place, Keying) else f"{mistake}_{before + 1}")
    return Say(mistake)


SILENCE, WRONG, DIGITS = "silence", "wrong", "wrong_count_of_digits"

KEYS: Blanks = {"option_person": ("key",), "option_repeat_or_back": (), "option_language": ("key",)}

HELP: Blanks = {
    **{f"{mistake}_{count}": () for mistake in (SILENCE, WRONG) for count in (1, 2)},
    **{f"{SILENCE}_{count}_number": () for count in (1, 2)},
    **{refusal.value: () for refusal in Refusal},
    DIGITS: (),
}
"""The sentences after a mistake; after a refused number, the reason is said."""
