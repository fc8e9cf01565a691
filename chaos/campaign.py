"""Runs a campaign: people call at a steady rate while parts break and the desk works; then all promises are checked."""

import time
from collections.abc import Callable
from dataclasses import replace

from chaos import desk, plan, reckoning, records
from chaos.exchange import Heard, ring_all
from chaos.hours_reckoning import HoursReckoning, reckoned
from chaos.parts import can_break
from chaos.plan import Wanted
from chaos.premises import Premises, premises
from chaos.reckoning import Reckoning
from chaos.troubles import breaking
from workers.services import WorkerServices, build


def run(wanted: Wanted, say: Callable[[str], None]) -> Reckoning:
    """Run a campaign and check its promises. Raises CallFailed if a document could not be followed at all."""
    with premises(wanted) as place:
        worker = build(place.settings)
        breaks = {
            name: what for name, what in can_break(wanted.database).items() if name in (wanted.parts or place.parts)
        }
        faults = plan.faults(wanted.sizes, wanted.seed, breaks)
        began = time.monotonic()
        with breaking(place, faults, began), desk.at_work(worker, wanted):
            heard = ring_all(place, worker, wanted, began)
        place.mend()
        settled = records.settled(worker)
        say(f"{wanted.database}: settled after {settled:.0f} s")
        found = _reckon(wanted, len(faults), heard, place, worker)
        worker.database.close()
        return found


def _reckon(wanted: Wanted, faults: int, heard: Heard, place: Premises, worker: WorkerServices) -> Reckoning:
    hours = _hours(heard, worker, wanted.swept)
    held, made = records.held(worker)
    slowest, never = reckoning.slowest_notification(heard.promises, held, records.told(place.channels[0]))
    return Reckoning(
        database=wanted.database,
        calls=wanted.sizes.calls,
        faults=faults,
        promised=len(heard.promises),
        lost=reckoning.lost(heard.promises, held),
        doubled=reckoning.doubled(made),
        apologies=heard.apologies,
        longest_silence=heard.longest_silence,
        slowest_notification=slowest,
        never_told=never,
        hours=hours,
    )


def _hours(heard: Heard, worker: WorkerServices, swept: float) -> HoursReckoning:
    """Return the check of the appointments, once the clock process has looked, also for calls without a record."""
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
