"""Changes the language of a call: 9 switches between two languages and opens a menu if there are more.

Pure: the languages of a line are those of the clinic's name.
"""

from collections.abc import Iterable, Sequence

from ivr.line.menu import HOME, LANGUAGE
from ivr.line.places import Menu
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
