"""Connects the callers of a campaign to the clinic's lines, and notes what they hear."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from chaos import plan
from chaos.call_reckoning import Walked
from chaos.callers import HeardHour, Person, Promise, promise_of
from chaos.carrier import Line, Webhook
from chaos.dialects import dialect_of
from chaos.memory import Memory, call
from chaos.plan import Ring, Wanted
from chaos.premises import BASE_URL, Premises
from ivr.carrier.stand_in import PlacedCall
from ivr.line.blanks import Say
from ivr.phone.handset import Handset
from workers.services import WorkerServices

AT_ONCE = 96
"""The most calls of a campaign that go on at the same time."""


@dataclass
class Heard:
    """The results of all calls of a campaign: the promises, the places, the carrier's failures, the longest wait."""

    promises: list[Promise] = field(default_factory=list)
    hours: list[HeardHour] = field(default_factory=list)
    walked: list[Walked] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """The failures of all calls: each time that the carrier got no good answer from the service."""
    apologies: int = 0
    longest_silence: float = 0.0


@dataclass(frozen=True)
class Exchange:
    """An exchange, which connects the campaign's callers to the clinic's lines through the carrier."""

    place: Premises
    lines: Sequence[str]
    apologies: tuple[str, ...]
    mischief: ThreadPoolExecutor
    wanted: Wanted
    caught: list[Webhook]
    memory: Memory = field(default_factory=Memory)

    def call(self, ring: Ring) -> tuple[Person, Line]:
        """Make a planned call, from dialling to hanging up; return its caller and connection. Raises CallFailed."""
        hands, asked = self.mischief, self.wanted
        over = dialect_of(ring.seed)
        line = Line(self.place.ports, over, Random(ring.seed), hands, asked.twice, asked.latest, caught=self.caught)

        def handset(call_id: str, ring: Ring) -> Handset:
            called = self.lines[ring.line % len(self.lines)]
            placed = PlacedCall(call_id, ring.sender, called)
            return Handset(line.post, over.read, over.stand_in, BASE_URL, placed)

        return call(ring, handset, self.apologies, self.memory), line


def ring_all(
    place: Premises, worker: WorkerServices, wanted: Wanted, began: float, caught: list[Webhook] | None = None
) -> Heard:
    """Make every call of a campaign at its planned time; return what the callers heard. Raises CallFailed.

    `began` is the campaign's beginning by the monotonic clock. `caught` gets every webhook, for strangers to repeat.
    """
    heard = Heard()
    lines = [min(line.reached_by).e164 for line in worker.clinic.lines.values()]
    with ThreadPoolExecutor(AT_ONCE) as hands, ThreadPoolExecutor(AT_ONCE) as mischief:
        exchange = Exchange(place, lines, _apologies(worker), mischief, wanted, [] if caught is None else caught)
        calls: list[Future[tuple[Person, Line]]] = []
        for ring in plan.rings(wanted.sizes, wanted.seed, changes=wanted.changes):
            time.sleep(max(0.0, began + ring.at - time.monotonic()))
            calls.append(hands.submit(exchange.call, ring))
        for each in calls:
            _note(heard, *each.result())
    return heard


def _note(heard: Heard, person: Person, line: Line) -> None:
    promise = promise_of(person)
    if promise:
        heard.promises.append(promise)
    heard.hours += person.hours
    heard.walked.append(Walked(person.call_id, person.places, line.end_told))
    heard.failures += line.failures
    heard.apologies += person.apologised or line.fell_back > 0
    heard.longest_silence = max(heard.longest_silence, line.longest_silence)


def _apologies(worker: WorkerServices) -> tuple[str, ...]:
    names = ("not_kept", "fault")
    return tuple(worker.script.say(Say(name), language).words for name in names for language in worker.script.languages)
