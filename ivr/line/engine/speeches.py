"""All speeches by name, and every sentence that the program says, with the names of the sentence's blanks. Pure.

At start, config/prompts is checked against these sentences. Each topic of advice adds two sentences.
"""

from collections.abc import Iterable, Iterator, Mapping

from ivr.line.blanks import Blanks, Say
from ivr.line.booking import Kind
from ivr.line.engine.greeting import GREETING
from ivr.line.engine.opening_hours import OPENING_HOURS
from ivr.line.engine.speech import Speech
from ivr.line.engine.wishes import WISHES
from ivr.line.menu import MENU
from ivr.line.offers import OFFERS
from ivr.line.places import End, Keying, Menu, Passage, Place, Ringing
from ivr.line.standing import HELP, KEYS
from ivr.line.turn import Call, Facts

SPEECHES: Mapping[str, Speech] = {**GREETING, **OPENING_HOURS, **WISHES}


def spoken(name: str, call: Call, facts: Facts) -> tuple[Say, ...]:
    """Return the sentences of the speech with this name; if no speech has the name, the sentence with this name."""
    speech = SPEECHES.get(name)
    return tuple(speech.says(call, facts)) if speech else (Say(name),)


OUTSIDE: Blanks = {
    "fault": (),
    "fault_again": (),
    "text_confirmation": ("clinic", "reference"),
    "text_appointment": ("clinic", "moment", "reference"),
    **{f"say_{kind}": ("clinic",) for kind in Kind},
    **{f"say_{kind}_then": ("clinic", "day", "part") for kind in Kind},
}
"""Sentences outside the menu: the apology for a fault, text messages to a caller, and the desk's words to a patient."""


def sentences(topics: Iterable[str], menu: Mapping[str, Place] = MENU) -> dict[str, frozenset[str]]:
    """Return the names of each sentence's blanks, by the sentence's name, for this menu and these topics of advice."""
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
    """Return the names of the sentences and speeches of a place; those that no key interrupts come first."""
    first = place.first if isinstance(place, Menu) else ()
    says = place.says if isinstance(place, Menu | Keying | Passage | Ringing | End) else ()
    asks = place.asks if isinstance(place, Passage) else ()
    return (*first, *says, *asks)
