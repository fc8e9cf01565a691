"""What a check is given to look at, and what it finds.

Values only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.line.checks.explore import Step, Walk
from ivr.line.paths.states import State
from ivr.line.places import Place
from ivr.line.script import Script


@dataclass(frozen=True)
class Evidence:
    """The table, the words, and all walks over the table."""

    menu: Mapping[str, Place]
    script: Script
    topics: tuple[str, ...]
    walks: tuple[Walk, ...]

    def steps(self) -> Iterator[tuple[Walk, State | None, Step]]:
        """Every step of every walk, with the state it was taken from; None for beginnings and errors of ours."""
        return ((walk, state, step) for walk in self.walks for state, step in walk.every())


@dataclass(frozen=True)
class Complaint:
    """What is wrong, by place, language and key; and in which situation, where it shows in one only."""

    what: str
    situation: str = ""


@dataclass(frozen=True)
class Findings:
    """What a check has looked at, in words, and its complaints."""

    looked_at: str
    complaints: Sequence[Complaint] = ()


def told(complaints: Iterable[Complaint]) -> tuple[str, ...]:
    """Each complaint once, with the first situation that shows it and how many more do."""
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
    """A number in groups of three, and what was counted."""
    return f"{count:,} {what}".replace(",", " ")
