"""The results of a benchmark: rows of a table, each with a figure, a ratio, its spread and a goal.

Only computes: no input, no output, no servers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Self


class BenchFailed(Exception):
    """The error of a benchmark whose figures mean nothing, for example after a wrong answer of the service."""


@dataclass(frozen=True)
class Size:
    """The size of a benchmark: a factor for its usual counts and seconds, and the most rows in the stores."""

    share: float = 1.0
    """The share of the usual counts and seconds; less than 1 in a trial run, whose figures say little."""
    rows: int = 100_000
    """The number of stored calls in the larger of the two services that the benchmark of growth compares."""

    def of(self, usual: float, least: int = 1) -> int:
        """Return a benchmark's usual count, scaled to this size; at least `least`."""
        return max(least, round(usual * self.share))


@dataclass(frozen=True)
class Goal:
    """A goal of a benchmark: the bound that a figure is to keep."""

    bound: float
    unit: str = ""
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {number(self.bound)}{unit_of(self.unit)}"

    def verdict(self, measured: float) -> str:
        """Return "met", or by how much a figure misses the goal: in percent, or as a multiple of the bound."""
        short = self.bound - measured if self.at_least else measured - self.bound
        if short <= 0:
            return "met"
        if not self.at_least and measured >= 2 * self.bound:
            return f"missed, {number(measured / self.bound)} times that" if self.bound else "missed"
        return f"missed by {short / self.bound:.0%}"


@dataclass(frozen=True)
class Row:
    """A row of a benchmark's table. `ratio` compares two measured figures; `verdict` says whether `goal` is met."""

    name: str
    figure: str
    ratio: str = ""
    spread: str = ""
    """The least and the greatest ratio of the rounds; in a row without a ratio, the least and the greatest figure."""
    goal: str = ""
    verdict: str = ""

    @classmethod
    def judged(cls, name: str, measured: float, goal: Goal, *, spread: str = "", note: str = "") -> Self:
        """Return a figure's row, with the goal and whether the figure meets it. `note` is written after the figure."""
        figure = f"{number(measured)}{unit_of(goal.unit)}{note}"
        return cls(name, figure, spread=spread, goal=str(goal), verdict=goal.verdict(measured))


@dataclass(frozen=True)
class Ratios:
    """The ratio of two measured figures in each round of a benchmark."""

    rounds: tuple[float, ...]

    @classmethod
    def of(cls, ones: Sequence[float], others: Sequence[float]) -> Self:
        """Return the ratios of two lists of figures, round by round: a figure of `ones` over one of `others`."""
        return cls(tuple(one / other for one, other in zip(ones, others, strict=True)))

    @property
    def median(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.rounds)

    @property
    def spread(self) -> str:
        """The least and the greatest of the rounds' ratios."""
        return spread(self.rounds)

    def row(self, name: str, figure: str, goal: Goal | None = None) -> Row:
        """Return the ratio as a row of a benchmark's table; the goal, if given, is for the ratio."""
        found = self.median
        return Row(
            name, figure, number(found), self.spread, str(goal) if goal else "", goal.verdict(found) if goal else ""
        )


def spread(found: Sequence[float]) -> str:
    """Return the spread of a benchmark's figures, from the least to the greatest; empty for a single figure."""
    return f"{number(min(found))}–{number(max(found))}" if len(found) > 1 else ""


def percentile(found: Sequence[float], of_hundred: float) -> float:
    """Return a percentile, such as the 99th, of these figures by the nearest rank.

    Raises BenchFailed if there are none.
    """
    if not found:
        raise BenchFailed("nothing was measured")
    ranked = sorted(found)
    return ranked[max(0, -int(-len(ranked) * of_hundred // 100) - 1)]


def number(found: float) -> str:
    """Return a number as text: two decimals below 10, one below 100, none for larger numbers and whole numbers."""
    if abs(found) >= 100 or found == round(found):
        return f"{found:,.0f}"
    return f"{found:.1f}" if abs(found) >= 10 else f"{found:.2f}"


def unit_of(unit: str) -> str:
    """Return a figure's unit with a space before it, or nothing if the figure has none."""
    return f" {unit}" if unit else ""
