"""A call as it is read: every sentence in the words of a real document, every branch with what leads there.

For the page and for the command alike. It asks no store; the moment and the clinic are arguments.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from ivr.carrier.addresses import Addresses
from ivr.carrier.steps import Heard
from ivr.line.clinic import Clinic, Line
from ivr.line.hours import HORIZON_DAYS, Text
from ivr.line.menu import LANGUAGE, START
from ivr.line.paths.events import SOMEBODY, EventKind
from ivr.line.paths.transcript import Keys, Scene
from ivr.line.paths.tree import is_another_call, transcript
from ivr.line.phones import Phone
from ivr.line.turn import Call, Facts, File, KeyNumber, Turn
from ivr.web.i18n import later
from ivr.web.services import Services

NOWHERE = Addresses(*(lambda _call: "/",) * 3)
"""Where the carrier would come back to, in a document that it never gets."""

MOST_CLOSURES = 12
"""Closed days ahead that are offered to be heard."""


class CallerKind(StrEnum):
    """Who rings, as far as it changes what is heard."""

    SHOWN = "shown"
    """The caller's number is shown to us."""
    WITHHELD = "withheld"
    REFUSED = "refused"
    """Blocked, or over a limit: no request is taken and no reception rung."""


@dataclass(frozen=True)
class PreviewQuery:
    """Which call is to be read."""

    line: Line
    language: str
    at: datetime
    caller: CallerKind = CallerKind.SHOWN
    keys: Keys = ()
    """What has happened already: the transcript begins after it."""


PAST = later("What was heard on a day that is past is not kept. Please choose today or a day to come.")
"""The desk's closures are known at the telephone from today on: an earlier day would be told without them."""


def is_past(wanted: PreviewQuery, now: datetime) -> bool:
    """Whether it is of a day before today, on the clinic's calendar."""
    local = wanted.line.hours.local
    return local(wanted.at).date() < local(now).date()


@dataclass(frozen=True)
class Branch:
    """A part of the call to read: what leads there, what is heard, and what may come next."""

    scene: Scene
    label: str
    """What leads here, as a message of the desk; the sentence that offers the key where there is one."""
    key: str
    """The key, where one leads here."""
    heard: tuple[Heard, ...]
    next: tuple["Branch", ...]
    is_another: bool
    """Whether it goes on from here as another call, in another language or as that of somebody who is refused."""
    same_as: Keys | None = None
    """The part before it in which the very same is heard and goes on, where there is one."""

    @property
    def offered(self) -> bool:
        """Whether the label is a sentence of the call's, in its language."""
        return self.scene.offer is not None

    def every(self) -> Iterator["Branch"]:
        """This part and all below it."""
        yield self
        for each in self.next:
            yield from each.every()


def read_call(services: Services, clinic: Clinic, wanted: PreviewQuery) -> Branch:
    """The call as its caller hears it. Raises NoSuchWay where the keys lead nowhere."""
    return _Reading(services, transcript(*_beginning(clinic, wanted), wanted.keys)).call


def _beginning(clinic: Clinic, wanted: PreviewQuery) -> tuple[Call, Facts]:
    line = clinic.line(wanted.line.key)
    call = Call(line.key, wanted.language, START, over_limit=wanted.caller is CallerKind.REFUSED)
    return call, Facts(clinic, line, None if wanted.caller is CallerKind.WITHHELD else SOMEBODY, wanted.at)


class _Reading:
    """The words of one call, each document made and read once: many keys lead to the same words."""

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
        """The sentences of the document that the carrier would get; it gets none while a request is being kept."""
        if isinstance(turn.wait, File):
            return ()
        # The number itself besides: what is written of it hides its digits, and two may end alike.
        says = (turn.call.keyed, repr((turn.call.language, turn.first, turn.asks)))
        if says not in self._read:
            document = self._services.telephone.carrier.document(turn, NOWHERE).body
            self._read[says] = tuple(
                step for step in self._services.telephone.carrier.heard(document) if isinstance(step, Heard)
            )
        return self._read[says]


def label(scene: Scene, before: Scene | None) -> str:
    """What led there, as a message of the desk, where no sentence of the call says so."""
    if scene.what is EventKind.WRONG and before and isinstance(before.turn.wait, KeyNumber):
        return NOT_TO_BE_RUNG
    if scene.turn.call.left and scene.by == LANGUAGE:
        return MENU_OF_LANGUAGES
    return LABELS.get((scene.what, scene.by)) or LABELS[scene.what, ""]


NOT_TO_BE_RUNG = later("A number that we cannot ring")
MENU_OF_LANGUAGES = later("The menu of languages")

LABELS: Mapping[tuple[EventKind, str], str] = {
    (EventKind.BEGINS, ""): later("The call begins"),
    (EventKind.KEY, ""): later("A number is keyed"),
    (EventKind.KEY, "0"): later("A person"),
    (EventKind.KEY, "9"): later("The other language"),
    (EventKind.KEY, "*"): later("Hear it again"),
    (EventKind.KEY, "#"): later("Back to the main menu"),
    (EventKind.OUTCOME, "kept"): later("The request is kept"),
    (EventKind.OUTCOME, "joined"): later("The caller has such a request already"),
    (EventKind.OUTCOME, "lost"): later("The request cannot be kept: database and queue are both away"),
    (EventKind.OUTCOME, "refused"): later("Instead, where the caller is blocked or over a limit"),
    (EventKind.OUTCOME, "talked"): later("The reception takes the call"),
    (EventKind.OUTCOME, "unanswered"): later("Nobody at the reception takes the call"),
    (EventKind.OUTCOME, ""): later("Something else becomes of it"),
    (EventKind.SILENCE, "-"): later("No key is pressed"),
    (EventKind.WRONG, ""): later("A key that means nothing here"),
}
"""What leads to a part of the call where no sentence of the call says so."""


# -- moments worth hearing


class PreviewTime(NamedTuple):
    """A moment that somebody may want to hear, and why."""

    words: str
    at: datetime
    reason: Text | None = None
    """Why the day has other hours, where it is told to callers."""


def moments(line: Line, now: datetime) -> list[PreviewTime]:
    """The next time the line is open and closed, and each day ahead that is unlike its weekday."""
    return [*_open_and_closed(line, now), *_closures(line, now)]


def _open_and_closed(line: Line, now: datetime) -> Iterator[PreviewTime]:
    opens = line.hours.open_from(now)
    if opens is None:
        return
    if not line.hours.is_open(now):
        yield PreviewTime(later("in opening hours"), opens)
    closes = line.hours.closes(opens)
    if closes is not None:
        yield PreviewTime(later("after closing"), closes)


def _closures(line: Line, now: datetime) -> Iterator[PreviewTime]:
    """Each closed day at the hour at which it would usually open."""
    hours, today = line.hours, line.hours.local(now)
    ahead = hours.closures_from(today.date() + timedelta(days=1), HORIZON_DAYS)
    for _, (day, closure) in zip(range(MOST_CLOSURES), ahead, strict=False):
        usual = hours.week[day.weekday()] or closure.shifts
        start = usual[0].on(day, hours.zone)[0] if usual else datetime.combine(day, today.time(), hours.zone)
        words = later("a day with other hours") if closure.shifts else later("a closed day")
        yield PreviewTime(words, start, closure.reason)
