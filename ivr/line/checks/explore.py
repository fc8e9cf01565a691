"""Plays everything that can happen in a call in one situation, and returns each step.

Pure. Calls at the same place with the same relevant data take the same ways, so only one of them is continued.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from ivr.line.checks.scenarios import Situation
from ivr.line.engine.call import begin
from ivr.line.menu import START
from ivr.line.paths.events import GONE, CallerEvent, EventKind, errors, next_events
from ivr.line.paths.states import State, States
from ivr.line.paths.transitions import onward
from ivr.line.places import Place
from ivr.line.turn import Call, KeyNumber, PressKey, Turn

MOST_MISTAKES = 10
"""The most mistakes at one place that a walk follows; no check allows a caller so many."""


class Step(NamedTuple):
    """A step of a walk: the event, the turn that followed it, and the state of the call after that turn."""

    what: EventKind
    by: str
    turn: Turn
    to: State

    @property
    def ends(self) -> bool:
        """Return whether the call waits for no more keys after this step."""
        return not isinstance(self.turn.wait, PressKey | KeyNumber)

    def __str__(self) -> str:
        return f"{self.what} {self.by}".strip()


@dataclass(frozen=True)
class Failure:
    """A step whose turn could not be made, and the error. A caller at this step would hear the apology for a fault."""

    where: str
    why: str


@dataclass(frozen=True)
class Walk:
    """The result of playing everything that can happen to a call in one situation."""

    situation: Situation
    begins: tuple[Step, ...]
    """The first steps of calls, one for each language."""
    errors: tuple[Step, ...]
    """The steps after an error of the service: the call's place is gone, or lacks the data that it needs."""
    steps: Mapping[State, tuple[Step, ...]]
    came_to: frozenset[str]
    """The places that calls reached or passed, except for places reached only after an error of the service."""
    failures: tuple[Failure, ...]

    def every(self) -> Iterator[tuple[State | None, Step]]:
        """Yield every step of this walk with the state before the step; None for steps in `begins` and `errors`."""
        yield from ((None, step) for step in (*self.begins, *self.errors))
        yield from ((state, step) for state, steps in self.steps.items() for step in steps)


def walk(situation: Situation, languages: tuple[str, ...]) -> Walk:
    """Play every possible call in this situation, from the beginning in each language; return the steps as a Walk."""
    return _Walker(situation).walk(languages)


class _Trodden(dict[str, Place]):
    """A menu's table that records which of its places were looked up."""

    def __init__(self, menu: Mapping[str, Place]) -> None:
        super().__init__(menu)
        self.came_to: set[str] = set()

    def __getitem__(self, name: str) -> Place:
        place = super().__getitem__(name)
        self.came_to.add(name)
        return place


class _Walker:
    """A walker that plays every call of one situation, once."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.menu = _Trodden(situation.facts.menu)
        self.facts = replace(situation.facts, menu=self.menu)
        self.states = States(self.menu)
        self.steps: dict[State, tuple[Step, ...]] = {}
        self.failures: list[Failure] = []

    def walk(self, languages: tuple[str, ...]) -> Walk:
        """Return the walk: first the calls without an error of the service, then the calls after such an error."""
        calls = [self.situation.call(language) for language in languages]
        begins = tuple(step for call in calls for step in self._begins(call))
        self._go_on(begins)
        came_to = frozenset(self.menu.came_to)
        failing = tuple(step for call in calls for step in self._errors(call))
        self._go_on(failing)
        return Walk(self.situation, begins, failing, self.steps, came_to, tuple(self.failures))

    def _begins(self, call: Call) -> Iterator[Step]:
        incoming = CallerEvent(EventKind.BEGINS, call.language, partial(begin, call, self.facts))
        yield from self._take((incoming,))

    def _errors(self, call: Call) -> Iterator[Step]:
        for name in (GONE, *sorted(onward(self.menu, START))):
            yield from self._take(errors(call.at(name), self.facts))

    def _go_on(self, steps: tuple[Step, ...]) -> None:
        todo = deque(steps)
        while todo:
            step = todo.popleft()
            if step.to not in self.steps:
                self.steps[step.to] = tuple(self._on_from(step))
                todo.extend(self.steps[step.to])

    def _on_from(self, step: Step) -> Iterator[Step]:
        if step.to.silences + step.to.wrongs > MOST_MISTAKES:
            return iter(())
        return self._take(next_events(step.turn, self.facts), at=step.to)

    def _take(self, each: Iterable[CallerEvent], *, at: State | None = None) -> Iterator[Step]:
        for event in each:
            try:
                turn = event.turn()
            except (LookupError, ValueError, TypeError, RecursionError) as error:
                self.failures.append(Failure(f"{event} at {at}" if at else str(event), _why(error)))
            else:
                yield Step(event.what, event.by, turn, self.states.of(turn.call, self.facts))


def _why(error: Exception) -> str:
    return "goes round for ever" if isinstance(error, RecursionError) else f"fails with {type(error).__name__} {error}"
