"""Runs a campaign: people call at a steady rate while parts of the service break and the desk works.

Then checks each promise.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from chaos import call_reckoning, desk, plan, reckoning, records
from chaos.call_reckoning import CallReckoning
from chaos.exchange import Heard, ring_all
from chaos.hours_reckoning import HoursReckoning, reckoned
from chaos.parts import Breakable, can_break
from chaos.plan import Wanted
from chaos.premises import Premises, premises
from chaos.reckoning import Reckoning
from chaos.troubles import breaking
from workers.services import WorkerServices, build

Trouble = Callable[[Premises, float], AbstractContextManager[Sequence[float]]]
"""A context manager that makes trouble, such as faults or restarts, while people call.

It yields the moments at which a process or host that answers calls was killed.
"""


@dataclass(frozen=True)
class Course:
    """A campaign whose calls are over: its callers' wishes, what they heard, and when parts were killed."""

    wanted: Wanted
    faults: int
    heard: Heard
    killed: Sequence[float]


def run(wanted: Wanted, say: Callable[[str], None]) -> Reckoning:
    """Start a service, run a campaign against it, check the service's promises, and return the results.

    Raises CallFailed if a caller's telephone cannot follow a document of the service.
    """
    with premises(wanted) as place:
        faults = plan.faults(wanted.sizes, wanted.seed, _breakable(wanted, place))
        return run_at(place, wanted, say, lambda place, began: breaking(place, faults, began), len(faults))


def _breakable(wanted: Wanted, place: Premises) -> Breakable:
    processes = [name for name in place.parts if name.partition("-")[0] in {"web", "worker", "clock"}]
    breaks = can_break(wanted.database, processes, list(place.hosts))
    return {name: what for name, what in breaks.items() if name in (wanted.parts or place.parts)}


def run_at(place: Premises, wanted: Wanted, say: Callable[[str], None], trouble: Trouble, faults: int = 0) -> Reckoning:
    """Let people call this service while `trouble` breaks its parts; check the promises; return the results.

    `faults` is the number of planned faults, for the results only. Raises CallFailed.
    """
    worker = build(place.settings)
    began = time.monotonic()
    with trouble(place, began) as killed, desk.at_work(worker, wanted):
        heard = ring_all(place, worker, wanted, began)
    place.mend()
    settled = records.settled(worker)
    say(f"{wanted.database}: settled after {settled:.0f} s")
    found = _reckon(Course(wanted, faults, heard, killed), place, worker)
    worker.database.close()
    return found


def _reckon(course: Course, place: Premises, worker: WorkerServices) -> Reckoning:
    wanted, heard = course.wanted, course.heard
    hours = _hours(heard, worker, wanted.swept)
    held, made = records.held(worker)
    slowest, never = reckoning.slowest_notification(heard.promises, held, records.told(place.channels[0]))
    return Reckoning(
        database=wanted.database,
        calls=wanted.sizes.calls,
        faults=course.faults,
        promised=len(heard.promises),
        lost=reckoning.lost(heard.promises, held),
        doubled=reckoning.doubled(made),
        apologies=heard.apologies,
        longest_silence=heard.longest_silence,
        slowest_notification=slowest,
        never_told=never,
        hours=hours,
        records=_records(course, worker) if wanted.recorded else None,
        failures=Counter(heard.failures),
    )


def _records(course: Course, worker: WorkerServices) -> CallReckoning:
    """Check the calls' records every half second, until none is wrong or the time is over; return the last check."""
    end = time.monotonic() + course.wanted.recorded
    while (found := _recorded(course, worker)).wrong and time.monotonic() < end:
        time.sleep(0.5)
    return found


def _recorded(course: Course, worker: WorkerServices) -> CallReckoning:
    return call_reckoning.reckoned(course.heard.walked, records.calls(worker, course.heard.walked), course.killed)


def _hours(heard: Heard, worker: WorkerServices, swept: float) -> HoursReckoning:
    """Give the clock process at most `swept` seconds to list unheard appointments; return the check of the diary."""
    end = time.monotonic() + swept
    while (found := _look(heard, worker)).unheard > found.unrecorded or found.untold:
        if time.monotonic() > end:
            break
        time.sleep(0.5)
    records.look_again(worker)
    later = _look(heard, worker)
    return replace(later, unheard=max(later.unheard, found.unheard - found.unrecorded), untold=found.untold)


def _look(heard: Heard, worker: WorkerServices) -> HoursReckoning:
    return reckoned(heard.hours, records.diary(worker), records.is_open(worker), records.words_of(worker))
