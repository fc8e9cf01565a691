"""A telephone without a carrier: rings the running service through its signed webhooks and follows its documents.

A call goes from moment to moment: something is heard, and the call waits. Whoever holds the telephone says what happens
then: a person at a terminal, a script of keys, a test (`ring`), or a page in a browser, which takes its time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urljoin

from ivr.carrier.stand_in import GoesOn, Happened, Over, PlacedCall, Presses, Recorded, StandIn, WasRung
from ivr.carrier.steps import (
    Dials,
    Gathers,
    HangsUp,
    Heard,
    NotUnderstood,
    Records,
    Redirects,
    Sound,
    Step,
)

MOST_MOMENTS = 200
"""A call of more moments than this goes round in circles."""


class Caller(Protocol):
    """Whoever holds the telephone."""

    def hears(self, heard: Heard) -> None:
        """Words are spoken."""

    def keys(self, wanted: Gathers) -> str | None:
        """What is pressed now; an empty string for nothing, None to hang up."""

    def reception_answers(self, heard: list[str]) -> str | None:
        """What the reception presses on hearing this; None where nobody picks up."""


Post = Callable[[str, Mapping[str, str], Mapping[str, str]], str]
"""Posts a form with headers to a URL and returns the document. Raises what its own transport raises."""

Read = Callable[[str], Iterator[Step]]
"""Reads a document as its carrier does. Raises NotUnderstood."""


class CallFailed(Exception):
    """The service did not answer as the carrier needs it to; the message says what came instead."""


class NobodyAnswers(CallFailed):
    """Nothing answers at the service's address."""


@dataclass(frozen=True)
class Ends:
    """The document ends: the caller's call is over; the reception's telephone is connected with the caller."""


Wait = Gathers | Dials | Records | Redirects | HangsUp | Ends


@dataclass(frozen=True)
class CallMoment:
    """Where a call is: what has just been heard, and what it waits for. Records and Redirects go on by themselves."""

    heard: tuple[Sound, ...]
    waits: Wait
    address: str
    """Of the document; its other addresses are relative to it."""
    reception: "CallMoment | None" = None
    """Where the reception's own call is when it picks up; none where it hears no document of its own."""

    @property
    def over(self) -> bool:
        """Whether the other side has ended the call."""
        return isinstance(self.waits, HangsUp | Ends)


@dataclass(frozen=True)
class Handset:
    """A telephone that rings one line of the service."""

    post: Post
    read: Read
    stand_in: StandIn
    base_url: str
    call: PlacedCall

    def ring(self, caller: Caller, now: Callable[[], float] = lambda: 0.0) -> None:
        """Makes a whole call and tells the service of its end; `now` is in seconds. Raises CallFailed."""
        began, moment = now(), self.begin()
        for _ in range(MOST_MOMENTS):
            pressed = _happens(moment, caller)
            if pressed is None:
                return self.hang_up(now() - began)
            moment = self.after(moment, pressed)
        raise CallFailed(f"the call goes round in circles: {MOST_MOMENTS} moments")

    def begin(self) -> CallMoment:
        """Rings: the first moment of the call. Raises CallFailed."""
        return self._go(f"{self.base_url}/voice", GoesOn())

    def after(self, moment: CallMoment, pressed: str) -> CallMoment:
        """The next moment, when these keys were pressed by whoever is asked: the caller, or the reception that is rung.

        Empty for a caller who is silent, for a reception that does not pick up, and where nobody is asked.
        Raises CallFailed.
        """
        match moment.waits:
            case Gathers(action=to) if pressed:
                return self._go(urljoin(moment.address, to), Presses(pressed))
            case Gathers(otherwise=rest):
                return self._read(rest, moment.address)
            case Dials(action=to, numbers=numbers):
                taken = bool(pressed) and self._takes(numbers[0][0], moment.reception, pressed)
                return self._go(urljoin(moment.address, to), WasRung(taken))
            case Records(action=to):
                return self._go(urljoin(moment.address, to), Recorded())
            case Redirects(to):
                return self._go(urljoin(moment.address, to), GoesOn())
            case _:
                raise CallFailed("the call is over")

    def hang_up(self, seconds: float) -> None:
        """Tells the service that the call is over and how long it was. Raises CallFailed."""
        self._send(f"{self.base_url}/voice/status", Over(max(0, round(seconds))))

    def _send(self, url: str, happened: Happened) -> str:
        """Posts a signed webhook about this call, and returns what comes back."""
        webhook = self.stand_in.says(url, self.call, happened)
        return self.post(url, webhook.values, webhook.headers)

    def _go(self, url: str, happened: Happened) -> CallMoment:
        return self._read(self._send(url, happened), url)

    def _read(self, document: str, url: str) -> CallMoment:
        """Reads a document up to where it waits."""
        heard: list[Sound] = []
        try:
            for step in self.read(document):
                if not isinstance(step, Sound):
                    return self._waiting(tuple(heard), step, url)
                heard.append(step)
        except NotUnderstood as error:
            raise CallFailed(str(error)) from error
        return CallMoment(tuple(heard), Ends(), url)

    def _waiting(self, heard: tuple[Sound, ...], waits: Wait, url: str) -> CallMoment:
        """The first of the reception's telephones is the one that may be picked up; it hears its document first."""
        number, screen = waits.numbers[0] if isinstance(waits, Dials) else ("", "")
        reception = self._leg(number)._go(urljoin(url, screen), GoesOn()) if screen else None
        return CallMoment(heard, waits, url, reception)

    def _leg(self, number: str) -> "Handset":
        """The reception's telephone, which has a call of its own."""
        return replace(self, call=self.stand_in.leg(self.call, number))

    def _takes(self, number: str, leg: CallMoment | None, pressed: str) -> bool:
        """Whether the reception, which has picked up, presses a key that lets its document end."""
        if leg is not None and not leg.over:
            leg = self._leg(number).after(leg, pressed)
        return leg is None or isinstance(leg.waits, Ends)


def _happens(moment: CallMoment, caller: Caller) -> str | None:
    """What the caller makes of a moment; None where the call is over."""
    for heard in moment.heard:
        if isinstance(heard, Heard):  # a pause is for whoever has the time
            caller.hears(heard)
    match moment.waits:
        case HangsUp() | Ends():
            return None
        case Gathers():
            return caller.keys(moment.waits)
        case Dials():
            return caller.reception_answers(_words(moment.reception)) or ""
        case _:
            return ""


def _words(moment: CallMoment | None) -> list[str]:
    return [each.words for each in moment.heard if isinstance(each, Heard)] if moment else []


class KeyStream:
    """Keys given beforehand, a word each, pressed one after another: "1 1 9999900001# 1"; "-" is a silence."""

    def __init__(self, words: str) -> None:
        self._words = words.split()

    def press(self, wanted: Gathers) -> str | None:
        """What the next gather gets; None when all keys have been pressed."""
        if not self._words:
            return None
        word = self._words.pop(0)
        if word == "-":
            return ""
        count = wanted.digits or len(word)
        if wanted.digits is None and wanted.ends_with and wanted.ends_with in word:
            count = word.index(wanted.ends_with) + 1
        pressed, rest = word[:count], word[count:]
        if rest:
            self._words.insert(0, rest)
        return pressed.rstrip(wanted.ends_with) if wanted.ends_with else pressed
