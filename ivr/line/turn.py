"""The values that the call's engine takes and returns: a call's state, the facts, and what is said and done next.

Values only. No HTTP, no XML, no store, no clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Self

from ivr.line.blanks import Say
from ivr.line.booking import Kind, Part, Wish
from ivr.line.clinic import Clinic, Line
from ivr.line.diary import Slot
from ivr.line.menu import MENU
from ivr.line.phones import Phone
from ivr.line.places import ChangeWish, Place, Screening


@dataclass(frozen=True)
class OwnAppointment:
    """A coming appointment of the caller's number, without its reference."""

    id: int
    starts: datetime
    as_of: datetime | None = None
    """The moment of the latest change known to this call. If there was a newer change, the call may change nothing."""


@dataclass(frozen=True)
class Own:
    """The coming appointments of the caller's number, and the kinds of its requests that wait at the desk."""

    appointments: tuple[OwnAppointment, ...] = ()
    requests: tuple[Kind, ...] = ()

    def with_request(self, kind: Kind) -> Self:
        """Return this number's appointments and requests, with a request of this kind added."""
        return self if kind in self.requests else replace(self, requests=(*self.requests, kind))

    def with_appointment(self, found: OwnAppointment) -> Self:
        """Return a copy with this appointment, added or in place of the old one with the same id."""
        others = (each for each in self.appointments if each.id != found.id)
        return replace(self, appointments=tuple(sorted((*others, found), key=lambda each: each.starts)))


FOR_GOOD = ("mute", "signs_heard", "nobody_told", "over_limit", "filed", "rung", "own")
"""The names of the fields of `Call` whose values stay until the call ends."""


@dataclass(frozen=True)
class Call:
    """The state of a call between two webhooks: its place in the menu, and the data gathered so far."""

    line: str
    language: str
    place: str
    silences: int = 0
    wrongs: int = 0
    kind: Kind | None = None
    day: date | None = None
    part: Part | None = None
    practitioner: str = ""
    """The key in clinic.toml of the practitioner whom the caller prefers, or has an appointment with; else empty."""
    offered: tuple[Slot, ...] = ()
    """The free times last read out to the caller. A key pressed later still means the time that the caller heard."""
    page: int = 0
    """The number of times that the caller asked for later days or times at the present place of the call."""
    slot: Slot | None = None
    """The time that the caller has chosen."""
    other: bool = False
    """True if the wish is for a person other than the one known by this number."""
    own: Own = Own()
    """The calling number's appointments and requests at the start of the call, with this call's own changes."""
    chosen: OwnAppointment | None = None
    """The appointment that the caller has chosen to hear, move or cancel."""
    entered: str = ""
    """The digits of a reference that the caller has entered."""
    proved: bool = False
    """True if the digits in `entered` were right, so that the caller may change the appointment."""
    change: ChangeWish | None = None
    """The change to the appointment that the caller wishes."""
    keyed: Phone | None = None
    topic: str | None = None
    reference: str | None = None
    joined: bool = False
    offered_at: datetime | None = None
    """The moment of the first offer for the call's wish; None before. Keys choose among the options of that moment."""
    left: str = ""
    """The place to which the call returns from the menu of languages, the reception or the warning signs; else ""."""
    mute: bool = False
    """True until the caller presses a key, because nobody knows until then which language the caller speaks."""
    warned: bool = False
    """True if the short warning was heard, in this language and for this wish."""
    signs_heard: tuple[str, ...] = ()
    """The languages in which all warning signs were heard."""
    nobody_told: bool = False
    """True if the caller has heard that nobody can come to the telephone, and when somebody can."""
    over_limit: bool = False
    """True if the caller is blocked or over a limit: the call may file no request and not reach the reception."""
    filed: int = 0
    """The number of requests that the call has filed; the clinic limits this number."""
    rung: int = 0
    """The number of times that the call has rung the reception; the clinic limits this number."""

    def but(self, **changes: Any) -> Self:
        """Return the call with these fields changed: as dataclasses.replace does, in a tenth of the time."""
        changed = object.__new__(type(self))
        changed.__dict__.update(self.__dict__, **changes)
        return changed

    def at(self, place: str) -> Self:
        """Return the call at another place, with no misses and nothing offered there yet."""
        page = self.page if place == self.place else 0
        return self.but(place=place, silences=0, wrongs=0, offered=(), page=page)

    def in_language(self, language: str) -> Self:
        """Return the call in another language, in which the short warning was not heard yet."""
        return replace(self, language=language, warned=self.warned and language == self.language)

    def afresh(self) -> "Call":
        """Return the call without its gathered data, except the data in `FOR_GOOD`."""
        for_good = {name: getattr(self, name) for name in FOR_GOOD}
        return NEW_CALL.but(line=self.line, language=self.language, place=self.place, **for_good)

    def begins(self, kind: Kind) -> "Call":
        """Return the call as `afresh` does, but with this kind of request and the change that the caller wants."""
        return self.afresh().but(kind=kind, chosen=self.chosen, change=self.change)

    def with_change(self, slot: Slot | None, as_of: datetime | None) -> Self:
        """Return the call after its appointment was moved to `slot` at `as_of`, or cancelled if `slot` is None."""
        chosen, own = self.chosen, self.own
        if chosen is None or chosen.id not in {each.id for each in own.appointments}:
            return self
        if slot is not None:
            return replace(self, own=own.with_appointment(OwnAppointment(chosen.id, slot.start, as_of)))
        return replace(self, own=replace(own, appointments=tuple(each for each in own.appointments if each != chosen)))

    def with_promise(self, reference: str | None, *, joined: bool) -> Self:
        """Return the call with one more filed request. `reference` is None if the caller may not be told one."""
        return replace(self, reference=reference, joined=joined, filed=self.filed + 1)

    @property
    def wish(self) -> Wish:
        """The caller's wish. Raises ValueError if `kind` is not set."""
        if self.kind is None:
            raise ValueError("this call has not said what it wants")
        return Wish(self.kind, self.day, self.part)


NEW_CALL = Call("", "", "")
"""A call of which nothing is known."""


@dataclass(frozen=True)
class Facts:
    """The facts that the engine may know besides the call when a webhook comes in."""

    clinic: Clinic
    line: Line
    caller: Phone | None
    """The caller's number; None if it is withheld or must not be called."""
    now: datetime
    menu: Mapping[str, Place] = field(default_factory=lambda: MENU)
    """The menu's table that the call follows."""
    free_times: Callable[[OwnAppointment | None], Sequence[Slot] | None] = field(default=lambda _: None, compare=False)
    """The function that returns the free times in order, or None if the diary is away. Called only when needed.
    Its argument is the appointment that is moved and has to fit; None for a new one."""

    @cached_property
    def is_open(self) -> bool:
        """True if the clinic is open at the call's moment; computed once, since most turns ask repeatedly."""
        return self.line.hours.is_open(self.now)

    def number(self, call: Call) -> Phone | None:
        """Return the number to call back: the number that was keyed, else the caller's own; None without either."""
        return call.keyed or self.caller


@dataclass(frozen=True)
class PressKey:
    """The wait of a turn for one key, for at most `seconds` seconds."""

    seconds: int


@dataclass(frozen=True)
class KeyNumber:
    """The wait of a turn for `digits` keys, `seconds` for each. If `digits` is 0, a hash ends the number."""

    seconds: int
    digits: int = 0


@dataclass(frozen=True)
class RingReception:
    """The wait of a turn for at most `seconds`, while all telephones of the reception ring at once."""

    numbers: tuple[Phone, ...]
    caller_id: Phone
    seconds: int
    screening: Screening | None = None
    """The question to the person who picks up; None to connect that person at once."""


@dataclass(frozen=True)
class File:
    """The action of filing this request at the desk, or of booking this time; its outcome resumes the call."""

    wish: Wish
    number: Phone
    due: datetime
    asked: datetime
    """The moment when the caller began this wish. A repeated webhook has the same moment, a new wish a later one."""
    slot: Slot | None = None
    """The time to book; None for a wish."""
    other: bool = False
    """True if the request is for another person than the patient whom the clinic knows by this number."""
    about: int | None = None
    """The id of the appointment that the caller wishes to change, but could not prove to be theirs."""
    change: ChangeWish | None = None


@dataclass(frozen=True)
class CheckDigits:
    """The action of checking the digits that a caller entered against a reference; its outcome resumes the call."""

    number: Phone
    digits: str
    appointment: OwnAppointment | None
    """The appointment, as the caller heard of it, that has the reference; None for any appointment of the number."""


@dataclass(frozen=True)
class ChangeAppointment:
    """The action of moving an appointment to `slot`, or cancelling it if None. The outcome resumes the call."""

    appointment: OwnAppointment
    slot: Slot | None


@dataclass(frozen=True)
class HangUp:
    """The end of the call: after this turn the call waits for nothing."""


Wait = PressKey | KeyNumber | RingReception | File | CheckDigits | ChangeAppointment | HangUp


@dataclass(frozen=True)
class Turn:
    """The sentences to say, and what the call waits for next. A key press interrupts `asks`, but not `first`."""

    call: Call
    first: tuple[Say, ...]
    asks: tuple[Say, ...]
    wait: Wait
    through: tuple[str, ...] = ()
    """The places that the call passed on the way here, in order; they show what the caller wanted."""
