"""How a caller comes from one language to another: by 9 at once between two, by a menu of languages among more.

Pure: the languages of the line are those that the clinic's name has words for.
"""

from collections.abc import Iterable, Sequence

from ivr.line.menu import HOME, LANGUAGE
from ivr.line.places import Menu
from ivr.line.turn import Call, Facts

FEWEST_FOR_A_MENU = 3


def need_a_menu(languages: Iterable[str]) -> bool:
    """Whether they are too many for one key to change from each to the other."""
    return len(tuple(languages)) >= FEWEST_FOR_A_MENU


def others(call: Call, facts: Facts) -> tuple[str, ...]:
    """The languages that the call is not in."""
    return tuple(language for language in facts.clinic.name if language != call.language)


def leads_on(call: Call, facts: Facts) -> str:
    """The place where a call goes on in the language that was chosen, from where 9 was pressed."""
    at = call.left or call.place
    place = facts.menu.get(at)
    if not isinstance(place, Menu) or place.offers == OFFER:
        at, place = HOME, facts.menu[HOME]
    return (place.language_leads if isinstance(place, Menu) else "") or at


def keys_to(wanted: str, begun_in: str, languages: Sequence[str]) -> str:
    """The keys that lead to a language from the beginning of a call in another."""
    if wanted == begun_in:
        return ""
    return f"{LANGUAGE}{languages.index(wanted) + 1}" if need_a_menu(languages) else LANGUAGE


OFFER = "languages"
"""What the menu of languages offers: each language by a key of its own, which is the same in every call."""
