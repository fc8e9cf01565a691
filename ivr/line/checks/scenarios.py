"""The situations in which the table is walked: each line, open and closed in every way, whoever rings and answers.

Pure: the moment to start from is an argument, and the days are chosen by the line's own hours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.line.clinic import Clinic, Line
from ivr.line.hours import Closure, Hours, Shift, Text
from ivr.line.paths.events import SOMEBODY
from ivr.line.places import Place
from ivr.line.turn import Facts

EVERYBODY = tuple((known, staffed) for known in (True, False) for staffed in (True, False))
CALLER = {True: "caller known", False: "number withheld"}
RECEPTION = {True: "a reception to ring", False: "no reception"}


@dataclass(frozen=True)
class Situation:
    """What holds while a call is walked, and how a complaint names it."""

    name: str
    facts: Facts
    over_limit: bool = False
    """Whether it is one call too many, from which no request is taken."""

    @property
    def open(self) -> bool:
        """Whether the clinic is open."""
        return self.facts.line.hours.is_open(self.facts.now)

    @property
    def rings(self) -> bool:
        """Whether a reception can be rung."""
        return (
            not self.over_limit
            and self.open
            and bool(self.facts.line.reception)
            and self.facts.clinic.reception.caller_id is not None
        )


@dataclass(frozen=True)
class ScenarioTime:
    """A line at a moment, and who is there then: whether the caller's number is known, and whether a reception is."""

    name: str
    line: Line
    now: datetime
    there: tuple[tuple[bool, bool], ...] = ((True, True), (False, False))


def situations(menu: Mapping[str, Place], clinic: Clinic, now: datetime) -> Iterator[Situation]:
    """All situations of this clinic, from `now` on. Lines that are alike but for their names are walked once."""
    for keys, line in _unlike(clinic):
        for moment in _moments(line, clinic, now):
            for known, staffed in moment.there:
                facts = _facts(clinic, moment, known=known, staffed=staffed)
                name = ", ".join((keys, moment.name, CALLER[known], RECEPTION[staffed]))
                yield Situation(name, replace(facts, menu=menu))
                if moment.there == EVERYBODY and known and staffed:
                    yield Situation(f"{name}, over a limit", replace(facts, menu=menu), over_limit=True)


def _unlike(clinic: Clinic) -> list[tuple[str, Line]]:
    """The lines that differ in more than names, numbers, language and reception; each with the keys of those alike."""
    found: list[tuple[list[str], Line, Line]] = []
    for key, line in clinic.lines.items():
        bare = replace(line, key="", name={}, language="", reached_by=frozenset(), reception=())
        keys = next((keys for keys, _, other in found if other == bare), None)
        if keys is None:
            found.append(([key], line, bare))
        else:
            keys.append(key)
    return [(f"line {' and '.join(keys)}", line) for keys, line, _ in found]


def _facts(clinic: Clinic, moment: ScenarioTime, *, known: bool, staffed: bool) -> Facts:
    line = replace(moment.line, reception=(moment.line.reception or (SOMEBODY,)) if staffed else ())
    caller_id = (clinic.reception.caller_id or SOMEBODY) if staffed else None
    clinic = replace(
        clinic, lines={**clinic.lines, line.key: line}, reception=replace(clinic.reception, caller_id=caller_id)
    )
    return Facts(clinic, line, SOMEBODY if known else None, moment.now)


# -- moments


def _moments(line: Line, clinic: Clinic, now: datetime) -> Iterator[ScenarioTime]:
    opens = line.hours.opens_next(now)
    if opens is not None:
        yield from _in_hours(line, opens)
        yield from _unlike_its_weekday(line, opens, next(iter(clinic.reasons.values()), None))
    never = replace(line, offer=replace(line.offer, hours=Hours(line.hours.zone, ((),) * 7)))
    yield ScenarioTime("never open again", never, now, ((True, False),))


def _in_hours(line: Line, opens: datetime) -> Iterator[ScenarioTime]:
    yield ScenarioTime("open", line, opens, EVERYBODY)
    _, closes = line.hours.shifts(opens.date())[-1].on(opens.date(), line.hours.zone)
    if not line.hours.is_open(closes):
        yield ScenarioTime("closed for the night", line, closes, EVERYBODY)


def _unlike_its_weekday(line: Line, opens: datetime, reason: Text | None) -> Iterator[ScenarioTime]:
    day = opens.date()
    closed = line.with_closures({day: Closure(reason)})
    yield ScenarioTime("on a closed day", closed, opens)
    middle = _middle(line, opens)
    half = line.with_closures({day: Closure(reason, (Shift(opens.time(), middle.time()),))})
    yield ScenarioTime("on a half day", half, opens)
    yield ScenarioTime("after a half day", half, middle)


def _middle(line: Line, opens: datetime) -> datetime:
    closes = line.hours.closes(opens) or opens
    return opens + (closes - opens) / 2
