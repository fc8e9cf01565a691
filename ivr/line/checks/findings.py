"""The evidence that a check is given, and the findings that it returns.

Values only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ivr.line.checks.explore import Step, Walk
from ivr.line.paths.states import State
from ivr.line.places import Place
from ivr.line.script import Script


@dataclass(frozen=True)
class Evidence:
    """The evidence for the menu's checks: its table, the script, the topics of advice, and all walks of the table."""

    menu: Mapping[str, Place]
    script: Script
    topics: tuple[str, ...]
    walks: tuple[Walk, ...]

    @cached_property
    def steps(self) -> Sequence[tuple[Walk, State | None, Step]]:
        """Every step of every walk, with the state before it; None if the step is a call's beginning or an error."""
        return [(walk, state, step) for walk in self.walks for state, step in walk.every()]

    @cached_property
    def heard(self) -> Counter[str]:
        """The number of times that each sentence is heard, by its name."""
        turns = (step.turn for _, _, step in self.steps)
        return Counter(say.name for turn in turns for says in (turn.first, turn.asks) for say in says)


@dataclass(frozen=True)
class Complaint:
    """A mistake that a check has found in the menu or its words, with the name of a situation that has it, if any."""

    what: str
    situation: str = ""


@dataclass(frozen=True)
class Findings:
    """The findings of a check of the menu: how much was looked at, in words, and the complaints."""

    looked_at: str
    complaints: Sequence[Complaint] = ()


def told(complaints: Iterable[Complaint]) -> tuple[str, ...]:
    """Return a check's complaints in words, each once, with its first situation and the number of other situations."""
    found: dict[str, list[str]] = {}
    for each in complaints:
        situations = found.setdefault(each.what, [])
        if each.situation not in situations:
            situations.append(each.situation)
    return tuple(what + _where([each for each in situations if each]) for what, situations in found.items())


def _where(situations: list[str]) -> str:
    if not situations:
        return ""
    more = f"; and {len(situations) - 1} more situations" if situations[1:] else ""
    return f" [{situations[0]}{more}]"


def counted(count: int, what: str) -> str:
    """Return a count in words, as in "1 234 menus": the number in groups of three digits, then `what`."""
    return f"{count:,} {what}".replace(",", " ")
