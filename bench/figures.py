"""The results of a benchmark: rows with a figure, a ratio, its spread and a goal. Values and arithmetic only."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Self


class BenchFailed(Exception):
    """A benchmark has not measured what it claims: an answer was wrong, or a promise was not kept."""


@dataclass(frozen=True)
class Size:
    """The length of a benchmark, as a part of the usual one."""

    share: float = 1.0
    """The part of the usual counts and seconds; small for a trial, whose figures say little."""
    rows: int = 100_000
    """The most rows that the stores are grown to."""

    def of(self, usual: float, least: int = 1) -> int:
        """Return this count scaled to the benchmark's length, at least `least`."""
        return max(least, round(usual * self.share))


@dataclass(frozen=True)
class Goal:
    """A bound that a figure is to keep."""

    bound: float
    unit: str = ""
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {number(self.bound)}{unit_of(self.unit)}"

    def verdict(self, measured: float) -> str:
        """Return "met", or by how much the goal is missed: a part of its bound, or how many times that."""
        short = self.bound - measured if self.at_least else measured - self.bound
        if short <= 0:
            return "met"
        if not self.at_least and measured >= 2 * self.bound:
            return f"missed, {number(measured / self.bound)} times that" if self.bound else "missed"
        return f"missed by {short / self.bound:.0%}"


@dataclass(frozen=True)
class Row:
    """A row of a benchmark's table."""

    name: str
    figure: str
    ratio: str = ""
    spread: str = ""
    """The least and the greatest of the rounds, of the ratio where there is one."""
    goal: str = ""
    verdict: str = ""

    @classmethod
    def judged(cls, name: str, measured: float, goal: Goal, *, spread: str = "", note: str = "") -> Self:
        """Return the row of a figure that has a goal, with its unit; a note stands behind it."""
        figure = f"{number(measured)}{unit_of(goal.unit)}{note}"
        return cls(name, figure, spread=spread, goal=str(goal), verdict=goal.verdict(measured))


@dataclass(frozen=True)
class Ratios:
    """A ratio that was taken once in each round."""

    rounds: tuple[float, ...]

    @classmethod
    def of(cls, ones: Sequence[float], others: Sequence[float]) -> Self:
        """Return the ratios of two figures, round by round: the first over the second."""
        return cls(tuple(one / other for one, other in zip(ones, others, strict=True)))

    @property
    def median(self) -> float:
        """The median of the ratios."""
        return median(self.rounds)

    @property
    def spread(self) -> str:
        """The least and the greatest ratio."""
        return spread(self.rounds)

    def row(self, name: str, figure: str, goal: Goal | None = None) -> Row:
        """Return the row of this ratio; the goal, if it has one, is the ratio's."""
        found = self.median
        return Row(
            name, figure, number(found), self.spread, str(goal) if goal else "", goal.verdict(found) if goal else ""
        )


def spread(found: Sequence[float]) -> str:
    """Return the least and the greatest, or nothing for one alone."""
    return f"{number(min(found))}–{number(max(found))}" if len(found) > 1 else ""


def percentile(found: Sequence[float], of_hundred: float) -> float:
    """Return the figure that so many of a hundred are not above: the nearest rank. Raises BenchFailed for none."""
    if not found:
        raise BenchFailed("nothing was measured")
    ranked = sorted(found)
    return ranked[max(0, -int(-len(ranked) * of_hundred // 100) - 1)]


def number(found: float) -> str:
    """Return a number as a table shows it: three significant figures, or all of a whole number."""
    if abs(found) >= 100 or found == round(found):
        return f"{found:,.0f}"
    return f"{found:.1f}" if abs(found) >= 10 else f"{found:.2f}"


def unit_of(unit: str) -> str:
    """Return a unit with the space that separates it from its number."""
    return f" {unit}" if unit else ""
