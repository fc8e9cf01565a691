"""A call as a transcript: every sentence as in the carrier's document, and every way that the call may go.

For the page "Callers hear" and for `flask hear`. Asks no store; the moment and the clinic are arguments.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from ivr.carrier.addresses import Addresses
from ivr.carrier.steps import Heard
from ivr.line.clinic import Clinic, Line
from ivr.line.diary import Slot
from ivr.line.free_offers import EARLIEST
from ivr.line.hours import HORIZON_DAYS, Text
from ivr.line.menu import LANGUAGE, START
from ivr.line.paths.events import SOMEBODY, EventKind
from ivr.line.paths.transcript import Keys, Scene
from ivr.line.paths.tree import is_another_call, transcript
from ivr.line.phones import Phone
from ivr.line.turn import Call, ChangeAppointment, CheckDigits, Facts, File, KeyNumber, Turn
from ivr.web.i18n import later
from ivr.web.services import Services

NOWHERE = Addresses(*(lambda _call: "/",) * 3)
"""Placeholder addresses, for documents that no carrier gets."""

MOST_CLOSURES = 12
"""The most coming days, closed or with other opening hours, that are offered as the day of a transcript."""


class CallerKind(StrEnum):
    """The kinds of caller who hear different things."""

    SHOWN = "shown"
    """A caller whose number is shown to us."""
    WITHHELD = "withheld"
    REFUSED = "refused"
    """A caller who is blocked, or over a limit: they can leave no request and not reach the reception."""


@dataclass(frozen=True)
class PreviewQuery:
    """The call of which a transcript is wanted: line, language, moment, caller and keys."""

    line: Line
    language: str
    at: datetime
    caller: CallerKind = CallerKind.SHOWN
    keys: Keys = ()
    """The telephone keys that the caller has pressed before the transcript begins."""


PAST = later("What was heard on a past day is not kept. Please choose today or a day to come.")
"""The message for a day in the past: closures of past days are not kept, so that a transcript would be wrong."""


def is_past(wanted: PreviewQuery, now: datetime) -> bool:
    """Return whether the moment of this call is on a day before today, in the clinic's time zone."""
    local = wanted.line.hours.local
    return local(wanted.at).date() < local(now).date()


@dataclass(frozen=True)
class Branch:
    """A part of a transcript: the event that leads to it, the words that are heard, and the parts that may follow."""

    scene: Scene
    label: str
    """The words for the event that leads to this part: a sentence that offers its key, or a message of the desk."""
    key: str
    """The telephone key that leads to this part of the transcript; empty if another event leads here."""
    heard: tuple[Heard, ...]
    next: tuple["Branch", ...]
    is_another: bool
    """True if another call's transcript begins here: a call in another language, or by a blocked caller."""
    same_as: Keys | None = None
    """The keys of an earlier part of the transcript with the same words and continuation; None if there is none."""

    @property
    def offered(self) -> bool:
        """Return whether `label` is a sentence of the call, in the call's language, and no message of the desk."""
        return self.scene.offer is not None

    def every(self) -> Iterator["Branch"]:
        """Yield this part of the transcript and all parts below it."""
        yield self
        for each in self.next:
            yield from each.every()


def read_call(services: Services, clinic: Clinic, wanted: PreviewQuery) -> Branch:
    """Return the transcript of the wanted call. Raises NoSuchWay if its keys are impossible in their order."""
    return _Reading(services, transcript(*_beginning(services, clinic, wanted), wanted.keys)).call


def _a_few(free: Sequence[Slot]) -> list[Slot]:
    """Return a few free times in the place of all, to keep a transcript short: the earliest, and one on a later day."""
    earliest = list(free[:EARLIEST])
    later = (slot for slot in free if earliest and slot.start.date() > earliest[-1].start.date())
    return [*earliest, *islice(later, 1)]


def _beginning(services: Services, clinic: Clinic, wanted: PreviewQuery) -> tuple[Call, Facts]:
    line = clinic.line(wanted.line.key)
    call = Call(line.key, wanted.language, START, over_limit=wanted.caller is CallerKind.REFUSED)
    free = _a_few(services.diary.free_times.before_any_booking(clinic, line.key, wanted.at))
    caller = None if wanted.caller is CallerKind.WITHHELD else SOMEBODY
    return call, Facts(clinic, line, caller, wanted.at, free_times=lambda _moved: free)


class _Reading:
    """Makes the transcript of one call. Each document is read once, since many keys lead to the same words."""

    def __init__(self, services: Services, scene: Scene) -> None:
        self._services = services
        self._first = scene.turn.call
        self._read: dict[tuple[Phone | None, str], tuple[Heard, ...]] = {}
        self._pointed: dict[tuple[tuple[Heard, ...], Keys], Keys] = {}
        self.call = self._branch(scene)

    def _branch(self, scene: Scene, before: Scene | None = None) -> Branch:
        offer = self._services.script.say(scene.offer, self._first.language).words if scene.offer else ""
        heard = self._heard(scene.turn)
        return Branch(
            scene=scene,
            label=offer or label(scene, before),
            key=scene.by if scene.what in {EventKind.KEY, EventKind.WRONG} else "",
            heard=heard,
            next=tuple(self._branch(each, scene) for each in scene.next),
            is_another=is_another_call(scene.turn.call, self._first),
            same_as=self._same_as(scene, heard),
        )

    def _same_as(self, scene: Scene, heard: tuple[Heard, ...]) -> Keys | None:
        if scene.told_at is None or scene.next or not heard:
            return None
        before = self._pointed.setdefault((heard, scene.told_at), scene.keys)
        return before if before != scene.keys else None

    def _heard(self, turn: Turn) -> tuple[Heard, ...]:
        """Return what is heard in the carrier's document of this turn; nothing if a store is asked first."""
        if isinstance(turn.wait, File | CheckDigits | ChangeAppointment):
            return ()
        # The number itself is part of the key: its repr hides digits, so that two numbers may look alike.
        says = (turn.call.keyed, repr((turn.call.language, turn.first, turn.asks)))
        if says not in self._read:
            document = self._services.telephone.carrier.document(turn, NOWHERE).body
            self._read[says] = tuple(
                step for step in self._services.telephone.carrier.heard(document) if isinstance(step, Heard)
            )
        return self._read[says]


def label(scene: Scene, before: Scene | None) -> str:
    """Return the desk's untranslated words for the event between two scenes; `before` is None where the call begins."""
    if scene.what is EventKind.WRONG and before and isinstance(before.turn.wait, KeyNumber):
        return NOT_TO_BE_RUNG
    if scene.turn.call.left and scene.by == LANGUAGE:
        return MENU_OF_LANGUAGES
    return LABELS.get((scene.what, scene.by)) or LABELS[scene.what, ""]


NOT_TO_BE_RUNG = later("A number that we cannot call")
MENU_OF_LANGUAGES = later("The menu of languages")

LABELS: Mapping[tuple[EventKind, str], str] = {
    (EventKind.BEGINS, ""): later("The call begins"),
    (EventKind.KEY, ""): later("A number is entered"),
    (EventKind.KEY, "0"): later("Reception"),
    (EventKind.KEY, "8"): later("All the warning signs"),
    (EventKind.KEY, "9"): later("The other language"),
    (EventKind.KEY, "*"): later("Hear it again"),
    (EventKind.KEY, "#"): later("Back to the main menu"),
    (EventKind.OUTCOME, "kept"): later("The request is saved"),
    (EventKind.OUTCOME, "booked"): later("The time is booked"),
    (EventKind.OUTCOME, "taken"): later("Somebody else has just taken the time"),
    (EventKind.OUTCOME, "full"): later("This number can book no more appointments by phone"),
    (EventKind.OUTCOME, "unbooked"): later("The diary does not answer"),
    (EventKind.OUTCOME, "proved"): later("The digits are right"),
    (EventKind.OUTCOME, "wrong"): later("The digits are wrong"),
    (EventKind.OUTCOME, "locked"): later("Too many wrong digits for this number today"),
    (EventKind.OUTCOME, "away"): later("The diary does not answer"),
    (EventKind.OUTCOME, "moved"): later("The appointment is moved"),
    (EventKind.OUTCOME, "cancelled"): later("The appointment is cancelled"),
    (EventKind.OUTCOME, "gone"): later("The appointment was changed meanwhile"),
    (EventKind.OUTCOME, "joined"): later("The caller has such a request already"),
    (EventKind.OUTCOME, "lost"): later("The request cannot be saved: database and queue are both down"),
    (EventKind.OUTCOME, "refused"): later("Instead, where the caller is blocked or over a limit"),
    (EventKind.OUTCOME, "talked"): later("The reception answers"),
    (EventKind.OUTCOME, "unanswered"): later("Nobody at the reception answers"),
    (EventKind.OUTCOME, ""): later("Anything else"),
    (EventKind.SILENCE, "-"): later("No key is pressed"),
    (EventKind.WRONG, ""): later("A wrong key"),
}
"""The desk's messages for an event of a call that no sentence offers, by the event's kind, and its key or outcome."""


# -- moments worth hearing


class PreviewTime(NamedTuple):
    """A moment that is offered for a transcript, and the reason for offering it, in words."""

    words: str
    at: datetime
    reason: Text | None = None
    """The reason why the clinic is closed or has other hours on this day; None if callers are told no reason."""


def moments(line: Line, now: datetime) -> list[PreviewTime]:
    """Return the moments to offer for a transcript: the next open and closed ones, and days with other hours."""
    return [*_open_and_closed(line, now), *_closures(line, now)]


def _open_and_closed(line: Line, now: datetime) -> Iterator[PreviewTime]:
    opens = line.hours.open_from(now)
    if opens is None:
        return
    if not line.hours.is_open(now):
        yield PreviewTime(later("in opening hours"), opens)
    closes = line.hours.closes(opens)
    if closes is not None and not line.hours.is_open(closes):
        yield PreviewTime(later("after closing"), closes)


def _closures(line: Line, now: datetime) -> Iterator[PreviewTime]:
    """Yield the coming days that are closed or have other hours, each at its usual opening time."""
    hours, today = line.hours, line.hours.local(now)
    ahead = hours.closures_from(today.date() + timedelta(days=1), HORIZON_DAYS)
    for _, (day, closure) in zip(range(MOST_CLOSURES), ahead, strict=False):
        usual = hours.week[day.weekday()] or closure.shifts
        start = usual[0].on(day, hours.zone)[0] if usual else datetime.combine(day, today.time(), hours.zone)
        words = later("a day with other hours") if closure.shifts else later("a closed day")
        yield PreviewTime(words, start, closure.reason)
