"""The situations in which the menu is checked: lines open or closed, numbers shown or withheld, reception or none.

Pure: the moment to start from is an argument, and the other moments follow from the line's own hours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ivr.line.booking import Kind
from ivr.line.clinic import Clinic, Line
from ivr.line.diary import Schedule, Slot
from ivr.line.hours import Closure, Hours, Shift, Text
from ivr.line.menu import START
from ivr.line.paths.events import SOMEBODY
from ivr.line.places import Place
from ivr.line.turn import Call, Facts, Own, OwnAppointment

EVERYBODY = tuple((known, staffed) for known in (True, False) for staffed in (True, False))
OPEN = "open"
"""The name of a moment in opening hours. At this moment, the walks also try everything that the diary may answer."""

HALF_AN_HOUR = timedelta(minutes=30)

CALLER = {True: "caller known", False: "number withheld"}
RECEPTION = {True: "a reception to ring", False: "no reception"}


@dataclass(frozen=True)
class Situation:
    """A situation in which a walk plays calls: its facts, and the name by which complaints mention it."""

    name: str
    facts: Facts
    over_limit: bool = False
    """True if the caller is blocked or over a limit, so that the call may file no request."""
    own: Own = field(default_factory=Own)
    """The appointments and requests of the caller's number."""
    used_up: bool = False
    """True if the call has filed as many requests, and rung the reception as often, as one call may."""
    heard: bool = False
    """True if the sentences that a call says only once have been said: the warning signs, and that nobody answers."""

    def call(self, language: str) -> Call:
        """Return a call that begins in this situation."""
        limits = self.facts.clinic.limits
        filed, rung = (limits.requests_of_a_call, limits.rings_of_a_call) if self.used_up else (0, 0)
        return Call(
            self.facts.line.key,
            language,
            START,
            over_limit=self.over_limit,
            filed=filed,
            rung=rung,
            own=self.own,
            signs_heard=tuple(self.facts.clinic.name) if self.heard else (),
            nobody_told=self.heard,
        )

    @property
    def open(self) -> bool:
        """Return whether the clinic is open in this situation."""
        return self.facts.line.hours.is_open(self.facts.now)

    @property
    def rings(self) -> bool:
        """Return whether a caller in this situation can reach the reception."""
        return (
            not self.over_limit
            and not self.used_up
            and self.open
            and bool(self.facts.line.reception)
            and self.facts.clinic.reception.caller_id is not None
        )


@dataclass(frozen=True)
class ScenarioTime:
    """A telephone line at a moment for which the menu is checked; several situations are made from each.

    Each pair in `there` says whether the caller's number is known, and whether there is a reception.
    """

    name: str
    line: Line
    now: datetime
    there: tuple[tuple[bool, bool], ...] = ((True, True), (False, False))


def situations(menu: Mapping[str, Place], clinic: Clinic, now: datetime) -> Iterator[Situation]:
    """Yield the situations in which a clinic's menu is checked, from `now` on. Similar telephone lines share them."""
    for keys, line in _unlike(clinic):
        for moment in _moments(line, clinic, now):
            for known, staffed in moment.there:
                facts = _facts(clinic, moment, known=known, staffed=staffed)
                name = ", ".join((keys, moment.name, CALLER[known], RECEPTION[staffed]))
                yield Situation(name, replace(facts, menu=menu))
                if moment.there == EVERYBODY and known and staffed:
                    yield Situation(f"{name}, over a limit", replace(facts, menu=menu), over_limit=True)
                    yield Situation(f"{name}, an appointment", replace(facts, menu=menu), own=_own(1, facts))
                if moment.name == OPEN and known and staffed:
                    yield Situation(f"{name}, after all that one call may do", replace(facts, menu=menu), used_up=True)
                    yield Situation(f"{name}, after what is said once", replace(facts, menu=menu), heard=True)
                    yield Situation(f"{name}, appointments", replace(facts, menu=menu), own=_own(2, facts))
                    yield from (Situation(f"{name}, {what}", each) for what, each in _without_times(facts, menu))


def _unlike(clinic: Clinic) -> list[tuple[str, Line]]:
    """Group lines that differ only in name, numbers, language or reception; return each group's name and one Line."""
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
        clinic,
        lines={**clinic.lines, line.key: line},
        reception=replace(clinic.reception, caller_id=caller_id),
        diary=replace(clinic.diary, phone_books=True),  # the desk may switch it on or off at any time
    )
    free = _free_times(line, moment.now)
    return Facts(clinic, line, SOMEBODY if known else None, moment.now, free_times=lambda _moved: free)


def _without_times(facts: Facts, menu: Mapping[str, Place]) -> Iterator[tuple[str, Facts]]:
    """Yield variants of the facts, each with its name: no booking by phone, no free time, one free time, and so on."""
    off = replace(facts.clinic, diary=replace(facts.clinic.diary, phone_books=False))
    yield "no booking by telephone", replace(facts, menu=menu, clinic=off)
    named = tuple(Schedule(key, HALF_AN_HOUR, facts.clinic.name) for key in ("1", "2"))
    several = replace(facts.clinic, diary=replace(facts.clinic.diary, schedules=named))
    yield "practitioners to choose between", replace(facts, menu=menu, clinic=several)
    yield "no free time", replace(facts, menu=menu, free_times=lambda _moved: [])
    one = (facts.free_times(None) or [])[:1]
    yield "one free time", replace(facts, menu=menu, free_times=lambda _moved: one)
    yield "the diary away", replace(facts, menu=menu, free_times=lambda _moved: None)


def _own(count: int, facts: Facts) -> Own:
    """Return a made-up caller's appointments and requests: `count` coming appointments, a request of every kind."""
    coming = (facts.free_times(None) or [])[:count]
    return Own(tuple(OwnAppointment(number, slot.start) for number, slot in enumerate(coming, 1)), tuple(Kind))


FREE_DAYS = 6
"""The number of days that have made-up free times. One menu cannot offer so many days."""


def _free_times(line: Line, now: datetime) -> list[Slot]:
    """Return made-up free times of the next days, in the line's own hours."""
    days = (line.hours.local(now).date() + timedelta(days=ahead) for ahead in range(1, FREE_DAYS + 1))
    starts = (
        start + number * HALF_AN_HOUR
        for day in days
        for start, end in line.hours.stretches(day)
        for number in range((end - start) // HALF_AN_HOUR)
    )
    return [Slot(start, "1") for start in starts]


# -- moments


def _moments(line: Line, clinic: Clinic, now: datetime) -> Iterator[ScenarioTime]:
    opens = line.hours.opens_next(now) or line.hours.open_from(now)  # the latter where it is open day and night
    if opens is not None:
        yield from _in_hours(line, opens)
        yield from _unlike_its_weekday(line, opens, next(iter(clinic.reasons.values()), None))
    never = replace(line, offer=replace(line.offer, hours=Hours(line.hours.zone, ((),) * 7)))
    yield ScenarioTime("never open again", never, now, ((True, False),))


def _in_hours(line: Line, opens: datetime) -> Iterator[ScenarioTime]:
    yield ScenarioTime(OPEN, line, opens, EVERYBODY)
    last, _ = line.hours.shifts(opens.date())[-1].on(opens.date(), line.hours.zone)
    closes = line.hours.closes(last) or last
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
    """Return the moment halfway between an opening and the end of its shift, which is on the same day."""
    closes = next(end for start, end in line.hours.stretches(opens.date()) if start <= opens < end)
    return opens + (closes - opens) / 2
