"""Checks what callers must hear first: the warning signs before advice, a stored request before its confirmation.

Pure: looks at the steps of the walks.
"""

from collections import deque
from collections.abc import Callable, Iterator

from ivr.line.blanks import Say
from ivr.line.booking import Kind
from ivr.line.checks.explore import Step, Walk
from ivr.line.checks.findings import Complaint, Evidence, Findings, counted
from ivr.line.menu import HOME, START
from ivr.line.paths.events import EventKind
from ivr.line.paths.states import State
from ivr.line.paths.transitions import BOOKED, CHANGED, KEPT
from ivr.line.turn import File, Turn

EMERGENCY, WARNING, SHORT = "emergency", "warning_signs", "warning"
"""The names of the sentences about emergencies: the emergency number, all warning signs, and the short warning."""

EMERGENCIES = frozenset({EMERGENCY, WARNING, SHORT, "emergency_keyed"})
"""The names of the sentences that no key press may interrupt."""

ADVICE, PROMISES = "advice_", ("kept", "booked", "moved", "cancelled", "promise_", "reference")
"""The beginnings of the names of sentences that give advice, and of those that confirm a request."""


def advice_is_warned_of(evidence: Evidence) -> Findings:
    """Check that no advice is heard before all warning signs, in the same language and without interruption."""
    complaints = [
        Complaint(f"{step} leads to advice at {step.to} before the warning signs in that language", walk.situation.name)
        for walk in evidence.walks
        if not walk.situation.heard
        for language in evidence.script.languages
        for step in _first_to_advise(walk, language)
    ]
    return Findings(counted(_heard(evidence, (ADVICE,)), "times advice was heard"), complaints)


def emergency_lines_are_whole(evidence: Evidence) -> Findings:
    """Check that no key press can interrupt the sentences for emergencies."""
    complaints = [
        Complaint(f"{say.name} at {step.to} can be cut off by a key", walk.situation.name)
        for walk, _, step in evidence.steps
        for say in step.turn.asks
        if say.name in EMERGENCIES
    ]
    return Findings(counted(_heard(evidence, tuple(EMERGENCIES)), "times one was heard"), complaints)


def bookings_are_warned_of(evidence: Evidence) -> Findings:
    """Check that no caller confirms a booking before they have heard the whole short warning in their language."""
    complaints = [
        Complaint(f"{step} leads to a booking in {language} without the short warning", walk.situation.name)
        for walk in evidence.walks
        for language in evidence.script.languages
        for step in _first_to_book(walk, language)
    ]
    return Findings(
        counted(sum(map(_books, (step for _, _, step in evidence.steps))), "bookings confirmed"), complaints
    )


def _first_to_book(walk: Walk, language: str) -> Iterator[Step]:
    def books(step: Step) -> bool:
        return _books(step) and step.turn.call.language == language

    def warns(step: Step) -> bool:
        tried_before = step.what is EventKind.OUTCOME and step.by == "lost"
        return tried_before or _is_uncut(SHORT, step.turn, language)

    return _reached(walk, tells=books, stops=warns)


def _books(step: Step) -> bool:
    return isinstance(step.turn.wait, File) and step.turn.wait.wish.kind is Kind.BOOKING


def closed_names_the_emergency_number(evidence: Evidence) -> Findings:
    """Check that callers to a closed clinic first hear the emergency number, also after key 9 changes the language."""
    found = [(walk, step) for walk, state, step in evidence.steps if not walk.situation.open and _greets(state, step)]
    complaints = [
        Complaint(f"{step} leads to {step.to} without the emergency line", walk.situation.name)
        for walk, step in found
        if not _is_uncut(EMERGENCY, step.turn, step.to.language)
    ]
    return Findings(counted(len(found), "greetings out of hours"), complaints)


def _greets(state: State | None, step: Step) -> bool:
    if state is None:
        return step.what is EventKind.BEGINS
    changes = step.what is EventKind.KEY and state.language != step.to.language
    return changes and (state.left or state.place) in {START, HOME}


def promises_are_kept(evidence: Evidence) -> Findings:
    """Check that no caller hears a request, booking or change confirmed before it is stored."""
    complaints = [
        Complaint(f"{step} leads to a promise at {step.to} though nothing was stored", walk.situation.name)
        for walk in evidence.walks
        for step in _reached(walk, tells=_promises, stops=_is_kept)
    ]
    return Findings(counted(_heard(evidence, PROMISES), "sentences of promises"), complaints)


def _promises(step: Step) -> bool:
    return not _is_kept(step) and any(say.name.startswith(PROMISES) for say in _all(step.turn))


def _is_kept(step: Step) -> bool:
    return step.what is EventKind.OUTCOME and step.by in {KEPT, BOOKED, *CHANGED}


def _first_to_advise(walk: Walk, language: str) -> Iterator[Step]:
    def advises(step: Step) -> bool:
        said = [say.name for say in _all(step.turn) if _language(say, step.turn) == language]
        advice = next((number for number, name in enumerate(said) if name.startswith(ADVICE)), None)
        return advice is not None and not (warns(step) and said.index(WARNING) < advice)

    def warns(step: Step) -> bool:
        return _is_uncut(WARNING, step.turn, language)

    return _reached(walk, tells=advises, stops=warns)


def _reached(walk: Walk, tells: Callable[[Step], bool], stops: Callable[[Step], bool]) -> Iterator[Step]:
    """Yield the first step that `tells` accepts on each way through a walk, unless `stops` accepts an earlier step."""
    todo, seen = deque(walk.begins), set[State]()
    while todo:
        step = todo.popleft()
        if tells(step):
            yield step
        elif not stops(step) and step.to not in seen:
            seen.add(step.to)
            todo.extend(walk.steps[step.to])


def _is_uncut(name: str, turn: Turn, language: str) -> bool:
    """Return whether the turn says this sentence in this language, and no key press can interrupt it."""
    return any(say.name == name and _language(say, turn) == language for say in turn.first)


def _language(say: Say, turn: Turn) -> str:
    return say.language or turn.call.language


def _all(turn: Turn) -> tuple[Say, ...]:
    return (*turn.first, *turn.asks)


def _heard(evidence: Evidence, names: tuple[str, ...]) -> int:
    return sum(times for name, times in evidence.heard.items() if name.startswith(names))
