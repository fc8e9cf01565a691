"""Measures how many calls at once the service answers in time; each call sends a webhook every eight seconds.

No call waits for an answer. The steps come from recorded calls; three of seven calls file a request for a call back.
The load runs on the same processors as the service; the results state its share.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.figures import BenchFailed, Goal, Row, Size, number, percentile
from bench.load.webhooks import Step, recorded
from bench.load.wires import Answered, at_times, evenly
from bench.rows.confirmation import CONFIRMS
from bench.rows.notices import over
from bench.served.service import Service, answers, service
from testing.listener import listener
from testing.servers import until

EVERY = 8.0
"""Seconds between two webhooks of the same call in this load."""

IN_TIME = 0.25
"""Seconds in which 99 of 100 webhooks must be answered; otherwise the number of calls at once is too high."""

STEPS = (1_000, 2_500, 5_000, 7_500, 10_000, 15_000, 20_000)
FROM = 1
"""The index in STEPS of the number of calls at once with which the benchmark begins."""

SECONDS = 8
PROMPT = 10
"""The number of quick answers in a row after which the benchmark takes the web server to be idle."""

GIVES_UP = 5.0
"""The longest allowed wait for an answer, in seconds. A longer wait shows that there are too many calls at once."""

WALKS = (CONFIRMS, "4 3 1", "3 1 4", CONFIRMS, "4 3 2", "3 2 1", CONFIRMS)
"""The keys of each recorded call, after which the caller hangs up.

`CONFIRMS` leaves a request for a call back. The other keys play the opening hours and advice.
"""

CALLS_AT_ONCE = Goal(10_000, "calls", at_least=True)


@dataclass(frozen=True)
class Tried:
    """A tried number of simultaneous calls, with the times in which the service answered their webhooks."""

    calls: int
    course: Answered

    @property
    def p99(self) -> float:
        """Seconds in which 99 of 100 webhooks were answered.

        Infinite if an answer took so long that the load gave up.
        """
        return float("inf") if self.course.gave_up else percentile(self.course.waited, 99)

    @property
    def in_time(self) -> bool:
        """True if 99 of 100 webhooks were answered within `IN_TIME` seconds."""
        return self.p99 < IN_TIME

    def words(self) -> str:
        """Return in words how long 99 of 100 webhooks waited, and which share of a processor the load took."""
        waited = f"not in {number(GIVES_UP)} s" if self.course.gave_up else f"{number(self.p99 * 1000)} ms"
        return f"99 of 100 {waited}, generator {number(self.course.busy)}"


def measure(size: Size) -> Iterator[Row]:
    """Yield the most calls at once that are answered in time: by the web alone, and with workers and clock running.

    Raises BenchFailed.
    """
    with service() as line:
        yield from _found("the web alone", line, size, CALLS_AT_ONCE)
    with listener() as channel, service(channels=over(channel), others=("worker", "clock")) as line:
        yield from _found("with workers, clock and a channel", line, size)


def _found(name: str, line: Service, size: Size, goal: Goal | None = None) -> Iterator[Row]:
    tried = search(line, size)
    best = max((each for each in tried if each.in_time), key=lambda each: each.calls, default=None)
    worse = min((each for each in tried if not each.in_time), key=lambda each: each.calls, default=None)
    note = f"; {best.words()}" if best else ""
    if goal:
        yield Row.judged(name, best.calls if best else 0, goal, note=note)
    else:
        yield Row(name, f"{number(best.calls if best else 0)} calls{note}")
    if worse:
        yield Row(f"· {number(worse.calls)} are too many", worse.words())


def search(line: Service, size: Size) -> Sequence[Tried]:
    """Try STEPS[FROM] calls at once, then more until an answer is late, or fewer until none is. Return all tries."""
    mix = steps(line)
    ring(line, mix, STEPS[0] // 5, 2)  # a warm-up
    settle(line)
    tried = [ring(line, mix, STEPS[FROM], size.of(SECONDS, 2))]
    further = STEPS[FROM + 1 :] if tried[0].in_time else STEPS[FROM - 1 :: -1]
    for calls in further:
        settle(line)
        tried.append(ring(line, mix, calls, size.of(SECONDS, 2)))
        if tried[-1].in_time != tried[0].in_time:
            break
    return tried


def settle(line: Service) -> None:
    """Wait, after a round of calls, until the web server answers promptly again. Raises BenchFailed if it does not."""
    if not until(lambda: all(_is_prompt(line) for _ in range(PROMPT))):
        raise BenchFailed("the web has not come to rest")


def _is_prompt(line: Service) -> bool:
    began = time.perf_counter()
    return answers(line.port, "/healthz") and time.perf_counter() - began < IN_TIME / 5


def steps(line: Service) -> list[Step]:
    """Record the calls in `WALKS`, and return their steps. A confirmation must get a promise. Raises BenchFailed."""
    found: list[Step] = []
    for keys in WALKS:
        walk = recorded(line.port, line.signer, keys)
        if len(walk) != len(keys.split()) + 1:
            raise BenchFailed(f"a call that presses {keys} has {len(walk)} steps")
        found += [*walk[:-1], replace(walk[-1], wants=b"/voice/kept")] if keys == CONFIRMS else walk
    return found


def ring(line: Service, mix: Sequence[Step], calls: int, seconds: int) -> Tried:
    """Load the service with this many calls at once for some seconds; return how it answered. Raises BenchFailed."""
    webhooks = line.signer.webhooks(mix, round(calls / EVERY * seconds))
    return Tried(calls, at_times(line.port, webhooks, evenly(len(webhooks), calls / EVERY), GIVES_UP))
