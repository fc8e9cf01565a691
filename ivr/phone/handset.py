"""A test telephone: calls the running service with signed webhooks, as a carrier does, and follows its documents.

A call is a sequence of moments: the caller hears something, then the call waits. A Caller decides what happens next. It
may be a person at a terminal, a list of keys or a test (`ring`); a page in a browser makes the steps one by one.
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
"""Most moments of a call; with more, it has entered a loop."""


class Caller(Protocol):
    """The caller of a test call, and the reception."""

    def hears(self, heard: Heard) -> None:
        """Receive words that are said."""

    def keys(self, wanted: Gathers) -> str | None:
        """Return the keys that the caller presses; empty for silence, None to hang up."""

    def reception_answers(self, heard: list[str]) -> str | None:
        """Return the keys that the reception presses after hearing this; None if nobody picks up."""


Post = Callable[[str, Mapping[str, str], Mapping[str, str]], str]
"""Posts a form with headers to a URL and returns the document. Raises the errors of its transport."""

Read = Callable[[str], Iterator[Step]]
"""Reads a document as its carrier does and yields its steps. Raises NotUnderstood."""


class CallFailed(Exception):
    """The service did not answer as a carrier needs; the message says what it answered."""


class NobodyAnswers(CallFailed):
    """Nothing answers at the address of the service."""


@dataclass(frozen=True)
class Ends:
    """The document ends. This ends the caller's call; it connects the reception's telephone with the caller."""


Wait = Gathers | Dials | Records | Redirects | HangsUp | Ends


@dataclass(frozen=True)
class CallMoment:
    """A moment of a call: what was just heard, and what the call waits for. Records and Redirects need no input."""

    heard: tuple[Sound, ...]
    waits: Wait
    address: str
    """The address of the document; the other addresses in it are relative to this one."""
    reception: "CallMoment | None" = None
    """The reception's own moment when it picks up; None if it hears no document first."""

    @property
    def over(self) -> bool:
        """Return whether the service has ended the call."""
        return isinstance(self.waits, HangsUp | Ends)


@dataclass(frozen=True)
class Handset:
    """A test telephone that calls one line of the service."""

    post: Post
    read: Read
    stand_in: StandIn
    base_url: str
    call: PlacedCall

    def ring(self, caller: Caller, now: Callable[[], float] = lambda: 0.0) -> None:
        """Make a whole call and report its end to the service; `now` returns seconds. Raises CallFailed."""
        began, moment = now(), self.begin()
        for _ in range(MOST_MOMENTS):
            pressed = _happens(moment, caller)
            if pressed is None:
                return self.hang_up(now() - began)
            moment = self.after(moment, pressed)
        raise CallFailed(f"the call goes round in circles: {MOST_MOMENTS} moments")

    def begin(self) -> CallMoment:
        """Start the call and return its first moment. Raises CallFailed."""
        return self._go(f"{self.base_url}/voice", GoesOn())

    def after(self, moment: CallMoment, pressed: str) -> CallMoment:
        """Send `pressed`, keys of the caller or of the reception that is called; return the next moment of the call.

        `pressed` is empty if the caller is silent, the reception does not pick up, or no input is needed. Raises
        CallFailed.
        """
        match moment.waits:
            case Gathers(action=to) if pressed:
                return self._go(urljoin(moment.address, to), Presses(pressed))
            case Gathers(otherwise=rest):
                return self._read(rest, moment.address)
            case Dials(action=to, numbers=numbers, key=key):
                # With a key, the carrier counts it by itself; else a document asks for it.
                taken = bool(pressed) and (
                    pressed == key if key else self._takes(numbers[0][0], moment.reception, pressed)
                )
                return self._go(urljoin(moment.address, to), WasRung(taken))
            case Records(action=to):
                return self._go(urljoin(moment.address, to), Recorded())
            case Redirects(to):
                return self._go(urljoin(moment.address, to), GoesOn())
            case _:
                raise CallFailed("the call is over")

    def hang_up(self, seconds: float) -> None:
        """Report to the service that the call is over after so many seconds. Raises CallFailed."""
        self._send(f"{self.base_url}/voice/status", Over(max(0, round(seconds))))

    def _send(self, url: str, happened: Happened) -> str:
        """Post a signed webhook about this call, and return the document."""
        webhook = self.stand_in.says(url, self.call, happened)
        return self.post(url, webhook.values, webhook.headers)

    def _go(self, url: str, happened: Happened) -> CallMoment:
        return self._read(self._send(url, happened), url)

    def _read(self, document: str, url: str) -> CallMoment:
        """Return the moment at which the document waits, with everything heard before."""
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
        """Return the moment. If the reception is called, only its first telephone may pick up."""
        number, screen = waits.numbers[0] if isinstance(waits, Dials) else ("", "")
        reception = self._leg(number)._go(urljoin(url, screen), GoesOn()) if screen else None
        return CallMoment(heard, waits, url, reception)

    def _leg(self, number: str) -> "Handset":
        """Return the reception's telephone, which has a call of its own."""
        return replace(self, call=self.stand_in.leg(self.call, number))

    def _takes(self, number: str, leg: CallMoment | None, pressed: str) -> bool:
        """Return whether the reception, after picking up, takes the call with these keys."""
        if leg is not None and not leg.over:
            leg = self._leg(number).after(leg, pressed)
        return leg is None or isinstance(leg.waits, Ends)


def _happens(moment: CallMoment, caller: Caller) -> str | None:
    """Return the keys pressed at this moment, empty for none; None if the call is over."""
    for heard in moment.heard:
        if isinstance(heard, Heard):  # pauses are not passed on
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
    """A list of inputs separated by spaces, used one after another: "1 1 9999900001# 1"; "-" is silence."""

    def __init__(self, words: str) -> None:
        self._words = words.split()

    def press(self, wanted: Gathers) -> str | None:
        """Return the input for the next step; None after the last one."""
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
