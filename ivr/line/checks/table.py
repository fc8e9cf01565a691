"""Checks the menu's table: every name in it is known, every place can be reached, and every menu is short.

Pure: looks at the table, and at the steps of the walks.
"""

from collections.abc import Iterator, Mapping

from ivr.line.checks.explore import Step, Walk
from ivr.line.checks.findings import Complaint, Evidence, Findings, counted
from ivr.line.known import FORKS, KNOWN
from ivr.line.menu import BACK, HOME, LANGUAGE, LANGUAGES_PLACE, PERSON, PERSON_PLACE, REPEAT, SIGNS, START
from ivr.line.offers import OFFERS
from ivr.line.paths.events import EventKind
from ivr.line.paths.transitions import BOOKED, CHANGED, KEPT, PROVED, transitions
from ivr.line.places import Changing, Checking, Filing, Fork, Keying, Menu, Place, Ringing
from ivr.line.standing import OFFER, need_a_menu
from ivr.line.turn import PressKey, RingReception, Turn

MOST_OPTIONS = 5
"""The most options that a menu may have besides the standing keys; callers do not remember more."""

OUTCOMES: Mapping[type, frozenset[str]] = {
    Filing: frozenset({KEPT, "lost", "refused", BOOKED, "taken", "full", "unbooked"}),
    Checking: frozenset({PROVED, "wrong", "gone", "locked", "away"}),
    Changing: frozenset({*CHANGED, "taken", "gone", "away"}),
    Ringing: frozenset({"talked", "unanswered", "refused"}),
}
"""The outcomes for which each kind of place must name the place that follows: else the call would begin again."""

NOBODY_SAID = frozenset({"nobody", "reception_closed", "rung_enough", "still_nobody"})
"""The names of the sentences that tell a caller that nobody at the reception can come to the telephone."""

STANDING_KEYS = frozenset({PERSON, REPEAT, BACK, LANGUAGE, SIGNS})


def leads_exist(evidence: Evidence) -> Findings:
    """Check that each way out of a place leads to a place of the menu, and that the menu has what every call needs."""
    found = [(name, transition) for name, place in evidence.menu.items() for transition in transitions(place)]
    wrong = [
        Complaint(f"{name}: {transition.by} leads to {transition.to!r}, which is no place")
        for name, transition in found
        if transition.to not in evidence.menu
    ]
    needed = (*NEEDED, *({LANGUAGES_PLACE} - _unneeded(evidence)))
    missing = [
        Complaint(f"{name!r} is no place, and every call needs it") for name in needed if name not in evidence.menu
    ]
    return Findings(counted(len(found), "leads"), wrong + missing)


def _unneeded(evidence: Evidence) -> frozenset[str]:
    """Return the places that this clinic does not need: the menu of languages, if the clinic has too few for a menu."""
    return frozenset() if need_a_menu(evidence.script.languages) else frozenset({LANGUAGES_PLACE})


NEEDED = (START, HOME, PERSON_PLACE)


def names_are_known(evidence: Evidence) -> Findings:
    """Check that the engine knows all `needs`, `offers` and `asks` of places, and that needed outcomes have a place."""
    complaints = [Complaint(f"{name}: {odd}") for name, place in evidence.menu.items() for odd in _unknown(place)]
    return Findings(counted(len(evidence.menu), "places"), complaints)


def _unknown(place: Place) -> Iterator[str]:
    needs = place.needs if isinstance(place, Menu | Keying) else ()
    yield from (f"needs {need!r}, which nobody can know" for need in needs if need not in KNOWN)
    if isinstance(place, Menu) and place.offers and place.offers not in OFFERS:
        yield f"offers {place.offers!r}, which nobody has"
    if isinstance(place, Fork) and place.asks not in FORKS:
        yield f"asks {place.asks!r}, which nobody answers"
    if isinstance(place, Filing | Checking | Changing | Ringing):
        yield from (f"has no place for {each!r}" for each in sorted(OUTCOMES[type(place)] - place.on.keys()))


def places_are_reached(evidence: Evidence) -> Findings:
    """Check that calls reach every place in at least one situation, without an error of the service."""
    reached = frozenset[str]().union(*(walk.came_to for walk in evidence.walks))
    wanted = [name for name in evidence.menu if name not in _unneeded(evidence)]
    complaints = [Complaint(f"{name}: no call ever comes there") for name in wanted if name not in reached]
    return Findings(counted(len(wanted), "places"), complaints)


# -- menus


def menus_are_short(evidence: Evidence) -> Findings:
    """Check that menus say 5 options at most, on keys 1, 2, 3 and so on, and 1 at least unless `ends_on_silence`."""
    steps = ((walk, step) for walk, _, step in evidence.steps if isinstance(step.turn.wait, PressKey))
    heard = [(walk, step) for walk, step in steps if not step.to.silences and not step.to.wrongs]
    complaints = [
        Complaint(f"{step.to} {odd}", walk.situation.name) for walk, step in heard for odd in _odd_menu(walk, step.turn)
    ]
    return Findings(counted(len(heard), "menus heard"), complaints)


def _odd_menu(walk: Walk, turn: Turn) -> Iterator[str]:
    menu = walk.situation.facts.menu[turn.call.place]
    if not isinstance(menu, Menu):
        return
    keys = _keys_said(turn, menu)
    if len(keys) > MOST_OPTIONS:
        yield f"has {len(keys)} options; expected at most {MOST_OPTIONS}"
    if keys != [str(number) for number in range(1, len(keys) + 1)]:
        yield f"has the keys {', '.join(keys)}; expected 1, 2, 3 and so on"
    if menu.says_options and not keys and not menu.ends_on_silence:
        yield "has nothing to choose"
    if len(set(keys)) != len(keys):
        yield "has a key that stands for two options"


def _keys_said(turn: Turn, menu: Menu) -> list[str]:
    """Return the keys of the options that the turn of a menu announces, in order."""
    in_this = (say for say in turn.asks if menu.offers == OFFER or say.language in {None, turn.call.language})
    keys = [str(say.values["key"]) for say in in_this if "key" in say.values]
    return [key for key in keys if key not in STANDING_KEYS] if menu.standing else keys


def a_person_is_near(evidence: Evidence) -> Findings:
    """Check that 0 calls the reception or says that nobody is there, and that every menu has the standing keys."""
    pressed = [(w, s, step) for w, s, step in evidence.steps if s and step.what is EventKind.KEY and step.by == PERSON]
    complaints = [
        Complaint(f"0 at {state} {odd}", walk.situation.name)
        for walk, state, step in pressed
        for odd in _no_person(walk, step)
    ]
    return Findings(counted(len(pressed), "times 0 was pressed"), [*complaints, *_without_standing(evidence)])


def _no_person(walk: Walk, step: Step) -> Iterator[str]:
    rung = isinstance(step.turn.wait, RingReception)
    if walk.situation.rings and not rung:
        yield "does not ring the reception, which is there"
    said = {say.name for say in (*step.turn.first, *step.turn.asks)}
    if not rung and said.isdisjoint(NOBODY_SAID) and not walk.situation.over_limit:
        yield "does not tell that nobody is there"


def a_person_is_offered_truly(evidence: Evidence) -> Findings:
    """Check that 0 is announced only where it calls the reception."""
    found = [(w, step) for w, _, step in evidence.steps if any(say.name == "option_person" for say in step.turn.asks)]
    complaints = [
        Complaint(f"{step.to} announces 0, which calls nobody", walk.situation.name)
        for walk, step in found
        if not walk.situation.rings
    ]
    return Findings(counted(len(found), "times 0 was announced"), complaints)


def _without_standing(evidence: Evidence) -> Iterator[Complaint]:
    for walk, _, step in evidence.steps:
        place = evidence.menu[step.to.place]
        if isinstance(place, Menu) and not place.standing:
            yield Complaint(f"{step.to} is heard by callers without the standing keys", walk.situation.name)
