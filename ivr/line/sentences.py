"""Every sentence that the program says, with the blanks that it fills: found where each is said.

The words are in config/prompts, which is checked against this at start. A topic of advice adds two of its own.
"""

from collections.abc import Iterable, Iterator, Mapping

from ivr.line.booking import Kind
from ivr.line.menu import MENU
from ivr.line.offers import OFFERS
from ivr.line.places import End, Keying, Menu, Passage, Place, Ringing
from ivr.line.speeches import SPEECHES
from ivr.line.standing import HELP, KEYS
from ivr.line.turn import Blanks

OUTSIDE: Blanks = {
    "fault": (),
    "fault_again": (),
    "text_confirmation": ("clinic", "reference"),
    **{f"say_{kind}": ("clinic",) for kind in Kind},
    **{f"say_{kind}_then": ("clinic", "day", "part") for kind in Kind},
}
"""What is not said by the call itself: our apology, the text to a caller, and what the desk says to a patient."""


def sentences(topics: Iterable[str], menu: Mapping[str, Place] = MENU) -> dict[str, frozenset[str]]:
    """Every sentence's name with its blanks, where these are the topics of advice and the menu's table."""
    found: dict[str, tuple[str, ...]] = {**OUTSIDE, **KEYS, **HELP}
    for place in menu.values():
        found.update(_of_place(place))
    for topic in topics:
        found |= {f"topic_{topic}": ("key",), f"advice_{topic}": ()}
    return {name: frozenset(blanks) for name, blanks in found.items()}


def _of_place(place: Place) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in said_at(place):
        yield from (SPEECHES[name].sentences if name in SPEECHES else {name: ()}).items()
    if isinstance(place, Ringing) and place.screening:
        asked = place.screening
        yield from ((name, ()) for name in (asked.says, asked.on_silence, asked.on_wrong))
        yield asked.offers, ("key",)
    if isinstance(place, Menu):
        yield from ((option.says, ("key",)) for option in place.options)
        offered = OFFERS[place.offers].sentences if place.offers in OFFERS else {}
        yield from ((name, ("key", *blanks)) for name, blanks in offered.items())


def said_at(place: Place) -> tuple[str, ...]:
    """The names that the table has a place say, what no key cuts off first; each a sentence or a speech."""
    first = place.first if isinstance(place, Menu) else ()
    says = place.says if isinstance(place, Menu | Keying | Passage | Ringing | End) else ()
    return (*first, *says)
