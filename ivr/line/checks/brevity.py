"""Checks that the line gets to the point: it repeats nothing unasked, leads nobody in a circle, and is brief.

Pure: looks at the steps of the walks.
"""

from collections.abc import Iterator, Mapping

from ivr.line.blanks import Say
from ivr.line.checks.explore import Step, Walk
from ivr.line.checks.findings import Complaint, Evidence, Findings, counted
from ivr.line.checks.speaking_time import seconds
from ivr.line.menu import BACK, LANGUAGE, PERSON, REPEAT, SIGNS
from ivr.line.paths.events import EventKind
from ivr.line.paths.states import State
from ivr.line.places import Menu, Place
from ivr.line.script import Script
from ivr.line.turn import Turn

ASKS_AGAIN = frozenset({PERSON, REPEAT, BACK, LANGUAGE, SIGNS})
"""The keys by which a caller asks to hear something again: the standing keys, and the key for the warning signs."""


MOST_SECONDS: Mapping[str, float] = {
    "advice_": 45.0,
    "warning_signs": 30.0,
    "refused": 20.0,
    "not_kept": 20.0,
    "filed_enough": 20.0,
    "silence_2": 14.0,
    "wrong_2": 14.0,
    "": 12.0,
}
"""The most seconds that a sentence may take, by the beginning of its name; the first matching entry counts."""


def sentences_are_short(evidence: Evidence) -> Findings:
    """Check that no sentence, with its blanks as a walk first fills them, takes longer than MOST_SECONDS allows."""
    heard = _first_heard(evidence)
    complaints = [
        Complaint(f"{language}: {name} takes {taken:.0f} s; expected at most {most:.0f}")
        for (language, name), say in heard.items()
        for taken in (seconds(_aloud(evidence.script, say, language), language),)
        for most in (next(most for begins, most in MOST_SECONDS.items() if name.startswith(begins)),)
        if taken > most
    ]
    return Findings(counted(len(heard), "sentences heard"), complaints)


def _aloud(script: Script, say: Say, language: str) -> str:
    """Return a sentence's words as they are read aloud; empty if they cannot be made, which words.py reports."""
    try:
        return script.say(say, language).aloud
    except LookupError:
        return ""


def _first_heard(evidence: Evidence) -> Mapping[tuple[str, str], Say]:
    """Return each sentence with the values that filled its blanks when a walk first said it, by language and name."""
    found: dict[tuple[str, str], Say] = {}
    for _, _, step in evidence.steps:
        for say in (*step.turn.first, *step.turn.asks):
            found.setdefault((say.language or step.turn.call.language, say.name), say)
    return found


def nothing_is_said_twice(evidence: Evidence) -> Findings:
    """Check that no option's turn repeats a sentence of the turn before, unless the option says that it leads back."""
    found = [
        (walk, state, step, before)
        for walk in evidence.walks
        for state, before in _first_turns(walk).items()
        for step in walk.steps[state]
        if _is_option(step, state, evidence.menu)
    ]
    complaints = [
        Complaint(f"key {step.by} at {state} leads to {say.name} once more", walk.situation.name)
        for walk, state, step, before in found
        for say in _again(before, step.turn)
    ]
    return Findings(counted(len(found), "keys pressed"), complaints)


def _first_turns(walk: Walk) -> dict[State, Turn]:
    """Return, for each state of a walk, the turn of the first step that came to this state."""
    found: dict[State, Turn] = {}
    for _, step in walk.every():
        if step.to in walk.steps:
            found.setdefault(step.to, step.turn)
    return found


def _is_option(step: Step, state: State, menu: Mapping[str, Place]) -> bool:
    """Return whether this step is an option's key that leads to another place, and not back to an earlier one."""
    if step.what is not EventKind.KEY or step.by in ASKS_AGAIN or step.to.place == state.place:
        return False
    place = menu[state.place]
    return not (isinstance(place, Menu) and any(each.leads_back and each.key == step.by for each in place.options))


def _repeats_options(place: Place) -> bool:
    """Return whether this place repeats the options of the menu before it, so that the caller may choose once more."""
    return isinstance(place, Menu) and not place.says_options


def _again(before: Turn, now: Turn) -> Iterator[Say]:
    heard = [_in_full(say, before) for say in (*before.first, *before.asks)]
    return (say for say in (*now.first, *now.asks) if _in_full(say, now) in heard)


def _in_full(say: Say, turn: Turn) -> tuple[str, Mapping[str, object], str]:
    return say.name, say.values, say.language or turn.call.language


def no_circles(evidence: Evidence) -> Findings:
    """Check that options lead nobody in a circle, except for standing keys and options that say they lead back."""
    tried = [(walk, state) for walk in evidence.walks for state in walk.steps]
    complaints = [
        Complaint(f"{state} leads back to itself by way of options alone", walk.situation.name)
        for walk in evidence.walks
        for state in _in_circles(walk, evidence.menu)
    ]
    return Findings(counted(len(tried), "states"), complaints)


def _in_circles(walk: Walk, menu: Mapping[str, Place]) -> set[State]:
    """Return the states from which a caller can choose options for ever, by removing dead ends until none is left."""
    onward = {
        state: {step.to for step in steps if _is_option(step, state, menu) and step.to in walk.steps}
        for state, steps in walk.steps.items()
        if not _repeats_options(menu[state.place])
    }
    left = {state for state, to in onward.items() if to}
    while True:
        fewer = {state for state in left if onward[state] & left}
        if fewer == left:
            return left
        left = fewer
