"""A test telephone: calls the running service with signed webhooks, as a carrier does, and follows its documents.

A call is a sequence of moments: the caller hears something, then the call waits. In `ring`, a Caller decides what
happens next: a person at a terminal, a list of keys or a test. A page in a browser makes single steps.
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
"""The most moments of a test call; a call with more has failed, because it repeats itself."""


class Caller(Protocol):
    """The caller of a test call, who also presses the keys of the reception when the reception is called."""

    def hears(self, heard: Heard) -> None:
        """Take note of words that the caller hears."""

    def keys(self, wanted: Gathers) -> str | None:
        """Return the keys that the caller presses; empty for silence, None to hang up."""

    def reception_answers(self, heard: list[str]) -> str | None:
        """Return the keys that the reception presses after these words; None if nobody picks up."""


Post = Callable[[str, Mapping[str, str], Mapping[str, str]], str]
"""Posts a form with headers to a URL, and returns the document that answers. Raises the errors of its transport."""

Read = Callable[[str], Iterator[Step]]
"""A function that reads a carrier's document and yields its steps. The function raises NotUnderstood."""


class CallFailed(Exception):
    """A test call failed: the service did not answer as a carrier needs. The message says what it answered."""


class NobodyAnswers(CallFailed):
    """A test call failed: nothing answers at the address of the service."""


@dataclass(frozen=True)
class Ends:
    """The end of a document that has no further step for the carrier.

    At this point the carrier ends a caller's call, or connects the reception with the caller.
    """


Wait = Gathers | Dials | Records | Redirects | HangsUp | Ends


@dataclass(frozen=True)
class CallMoment:
    """A moment of a test call: `heard` are the sounds just played, and `waits` is what the call does after them."""

    heard: tuple[Sound, ...]
    waits: Wait
    address: str
    """The address from which the document came; other addresses in the document are relative to this one."""
    reception: "CallMoment | None" = None
    """The first moment of the reception's leg once picked up; None if the carrier asks for no document there."""

    @property
    def over(self) -> bool:
        """Return whether the test call is over at this moment."""
        return isinstance(self.waits, HangsUp | Ends)


@dataclass(frozen=True)
class Handset:
    """A test telephone that calls one line of the service with signed webhooks."""

    post: Post
    read: Read
    stand_in: StandIn
    base_url: str
    call: PlacedCall

    def ring(self, caller: Caller, now: Callable[[], float] = lambda: 0.0) -> None:
        """Make a whole test call and report its end to the service; `now` returns seconds. Raises CallFailed."""
        began, moment = now(), self.begin()
        for _ in range(MOST_MOMENTS):
            pressed = _happens(moment, caller)
            if pressed is None:
                return self.hang_up(now() - began)
            moment = self.after(moment, pressed)
        raise CallFailed(f"the call goes round in circles: {MOST_MOMENTS} moments")

    def begin(self) -> CallMoment:
        """Start the test call and return its first moment. Raises CallFailed."""
        return self._go(f"{self.base_url}/voice", GoesOn())

    def after(self, moment: CallMoment, pressed: str) -> CallMoment:
        """Return the moment of the test call after `moment`, once the caller or the reception has pressed `pressed`.

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
        """Tell the service that the test call has ended after this many seconds. Raises CallFailed."""
        self._send(f"{self.base_url}/voice/status", Over(max(0, round(seconds))))

    def _send(self, url: str, happened: Happened) -> str:
        """Post the signed webhook that tells what has happened in the test call; return the document that answers."""
        webhook = self.stand_in.says(url, self.call, happened)
        return self.post(url, webhook.values, webhook.headers)

    def _go(self, url: str, happened: Happened) -> CallMoment:
        return self._read(self._send(url, happened), url)

    def _read(self, document: str, url: str) -> CallMoment:
        """Return the moment at which a test call with this document waits, with all that is heard before the wait."""
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
        """Return the moment with this wait. If the wait rings the reception, add the leg of its first telephone."""
        number, screen = waits.numbers[0] if isinstance(waits, Dials) else ("", "")
        reception = self._leg(number)._go(urljoin(url, screen), GoesOn()) if screen else None
        return CallMoment(heard, waits, url, reception)

    def _leg(self, number: str) -> "Handset":
        """Return the test telephone for the reception's leg, which is a call of its own."""
        return replace(self, call=self.stand_in.leg(self.call, number))

    def _takes(self, number: str, leg: CallMoment | None, pressed: str) -> bool:
        """Return whether these keys connect the reception, which has picked up, with the caller."""
        if leg is not None and not leg.over:
            leg = self._leg(number).after(leg, pressed)
        return leg is None or isinstance(leg.waits, Ends)


def _happens(moment: CallMoment, caller: Caller) -> str | None:
    """Tell the caller what is heard at this moment; return the keys that the caller or the reception then presses.

    Return "" for no key, and None to end the call.
    """
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
    """The inputs of a test call, separated by spaces and used in turn: "1 1 9999900001# 1". "-" means silence."""

    def __init__(self, words: str) -> None:
        self._words = words.split()

    def press(self, wanted: Gathers) -> str | None:
        """Return the keys of the next input, at most as many as `wanted` takes; "" for silence, None after the last."""
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
