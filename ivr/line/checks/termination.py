"""Checks that every call ends, even if the caller presses nothing or wrong keys, or if the service fails.

Pure: looks at the steps of the walks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.line.checks.explore import Step, Walk
from ivr.line.checks.findings import Complaint, Evidence, Findings, counted
from ivr.line.paths.events import EventKind
from ivr.line.paths.states import State
from ivr.line.turn import ChangeAppointment, CheckDigits, File, HangUp, RingReception

SILENCES = 5
"""The most steps until the call of a silent caller ends: three at a menu, then two at the offer of a callback."""

WRONG_KEYS = 5
"""The most steps of a call with only wrong keys or refused numbers: three at a menu, then two at the next place."""

ASTRAY = 9
"""The most steps of a call in which everything goes wrong.

The reception does not answer, which is one step. Five mistakes follow in the menu for a callback, both silences
and wrong keys. Three more mistakes follow at the offer of a callback.
"""

ALL_WRONG = frozenset({EventKind.SILENCE, EventKind.WRONG, EventKind.OUTCOME})
"""The kinds of event in the call of a caller who does nothing right: silence, wrong keys, and outcomes of any kind."""

ENDINGS = (RingReception, File, CheckDigits, ChangeAppointment, HangUp)
"""The kinds of wait after which a call asks for no more keys, because an action begins or the call ends."""


def every_turn_is_made(evidence: Evidence) -> Findings:
    """Check that every turn can be made: no step fails, and no step leads from place to place for ever."""
    complaints = [Complaint(f"{f.where} {f.why}", w.situation.name) for w in evidence.walks for f in w.failures]
    return Findings(counted(len(evidence.steps), "steps"), complaints)


def silence_ends(evidence: Evidence) -> Findings:
    """Check that silence alone ends a call from every place."""
    return _from_everywhere(evidence, frozenset({EventKind.SILENCE}), SILENCES)


def wrong_keys_end(evidence: Evidence) -> Findings:
    """Check that wrong keys alone end a call from every place."""
    return _from_everywhere(evidence, frozenset({EventKind.WRONG}), WRONG_KEYS)


def astray_ends(evidence: Evidence) -> Findings:
    """Check that from every place, any mixture of silences, wrong keys and outcomes of actions soon ends the call."""
    return _from_everywhere(evidence, ALL_WRONG, ASTRAY)


def errors_end(evidence: Evidence) -> Findings:
    """Check that a call soon ends after an error of the service or an outcome, even if no right key is pressed."""
    tried = [
        (walk, str(step) if state is None else f"{step} at {state}", routes.longest(step.to).after(step))
        for walk in evidence.walks
        for routes in (Routes(walk, ALL_WRONG),)
        for state, step in walk.every()
        if step.what in {EventKind.ERROR, EventKind.OUTCOME}
    ]
    return _judged(tried, ASTRAY, "errors of ours and outcomes")


def every_ending_is_one(evidence: Evidence) -> Findings:
    """Check that every call ends with the reception, a request, a change or a goodbye, never in silence."""
    ends = [(walk, step) for walk, _, step in evidence.steps if step.ends]
    complaints = [Complaint(f"{step.to} {odd}", walk.situation.name) for walk, step in ends for odd in _odd_end(step)]
    return Findings(counted(len(ends), "endings"), complaints)


def _odd_end(step: Step) -> Iterator[str]:
    wait = step.turn.wait
    if not isinstance(wait, ENDINGS):
        yield f"ends in a {type(wait).__name__}, which no caller knows what to make of"
    elif isinstance(wait, HangUp) and not step.turn.first:
        yield "hangs up without a word"


# -- how long it takes


@dataclass(frozen=True)
class Route:
    """A way through a walk, step by step; `round` is true if the last step returns to an earlier state of the way."""

    steps: tuple[Step, ...] = ()
    round: bool = False

    def after(self, step: Step) -> "Route":
        """Return a longer route: the given step, then the steps of this route."""
        return Route((step, *self.steps), self.round)


class Routes:
    """Finds the longest route from each state of a call, by events of the given kinds only.

    A route that returns to one of its own states counts as longer than any other route.
    """

    def __init__(self, walk: Walk, may_happen: frozenset[EventKind]) -> None:
        self._walk = walk
        self._may_happen = may_happen
        self._found: dict[State, Route] = {}
        self._on_the_way: set[State] = set()

    def longest(self, state: State) -> Route:
        """Return the route with the most steps from this state. A route that goes in a circle counts as longest."""
        if state not in self._found:
            self._on_the_way.add(state)
            steps = (step for step in self._walk.steps[state] if step.what in self._may_happen)
            routes = [self._on_from(step.to).after(step) for step in steps]
            self._on_the_way.remove(state)
            self._found[state] = max(routes, key=lambda route: (route.round, len(route.steps)), default=Route())
        return self._found[state]

    def _on_from(self, state: State) -> Route:
        return Route(round=True) if state in self._on_the_way else self.longest(state)


def _from_everywhere(evidence: Evidence, may_happen: frozenset[EventKind], at_most: int) -> Findings:
    tried = [
        (walk, f"from {state}", routes.longest(state))
        for walk in evidence.walks
        for routes in (Routes(walk, may_happen),)
        for state in walk.steps
    ]
    return _judged(tried, at_most, "ways walked")


def _judged(tried: list[tuple[Walk, str, Route]], at_most: int, what: str) -> Findings:
    complaints = [
        Complaint(f"{begins}: {odd}", walk.situation.name)
        for walk, begins, route in tried
        for odd in _odd_route(route, at_most)
    ]
    longest = max((len(route.steps) for _, _, route in tried), default=0)
    return Findings(f"{counted(len(tried), what)}, the longest of {longest} steps", complaints)


def _odd_route(route: Route, at_most: int) -> Iterator[str]:
    by_way_of = ", ".join(dict.fromkeys(step.to.place for step in route.steps))
    if route.round:
        yield f"goes round for ever by way of {by_way_of}"
    elif len(route.steps) > at_most:
        yield f"takes {len(route.steps)} steps by way of {by_way_of}; expected at most {at_most}"
