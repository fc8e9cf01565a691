"""`python -m chaos.siege`: made-up patients call while strangers attack. Exits with 1 if a patient noticed the attack.

See docs/reliability.md.
"""

import argparse
import secrets
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chaos import reckoning, records, strangers
from chaos.callers import Promise
from chaos.carrier import Webhook
from chaos.exchange import ring_all
from chaos.plan import Sizes, Wanted
from chaos.premises import Premises, premises
from chaos.reckoning import Held
from testing.listener import listener
from workers.services import WorkerServices, build

LONGEST_ANSWER = 2.0
"""The most seconds that a patient may wait for the next words, whatever strangers do."""

LIVING = 2
"""The number of channels to the staff that work in a siege.

Three others fail: one is misspelt, one refuses connections, one never answers.
"""


SETTLES = 150.0
"""Seconds at a siege's end to wait for the last notices, because a forged job can delay one by a lease and a sweep."""


@dataclass(frozen=True)
class Siege:
    """The results of a siege, in figures: the patients' calls and promises, and the strangers' attacks."""

    database: str
    calls: int
    promised: int
    lost: tuple[Promise, ...]
    doubled: int
    longest_silence: float
    apologies: int
    untold: int
    """The number of notices that did not reach the staff, over all working channels."""
    told_again: int
    """The number of notices that reached the staff more than once over the same channel."""
    mischief: strangers.Mischief

    def kept(self, longest: float = LONGEST_ANSWER) -> bool:
        """Return whether no stranger got in, no patient was harmed, and no answer took over `longest` seconds."""
        wrong = (self.lost, self.doubled, self.apologies, self.untold, self.told_again, self.mischief.let_in)
        return not any(wrong) and self.longest_silence <= longest and self.promised > 0

    def line(self) -> str:
        """Return the results of the siege in one line of text."""
        return (
            f"{self.database}: calls {self.calls}, promised {self.promised}, lost {len(self.lost)}, "
            f"doubled {self.doubled}, apologies {self.apologies}, longest silence {self.longest_silence:.2f} s, "
            f"notices not heard {self.untold}, heard twice {self.told_again}, "
            f"strangers let in {len(self.mischief.let_in)} of {sum(self.mischief.deeds.values())} deeds"
        )


def run(database: str, sizes: Sizes, seed: int) -> Siege:
    """Run a siege and return its results: patients call, strangers attack, and the promises are checked.

    Raises CallFailed if a telephone cannot follow a document of the service.
    """
    wanted = Wanted(database, sizes, seed, twice=0.0, desk_closes=0.0, changes=False)
    with listener() as silent:
        silent.may_answer.clear()
        dead = ("nosuch://channel", "json://127.0.0.1:9", silent.url.replace("http://", "json://"))
        with premises(wanted, LIVING, dead) as place:
            return _besieged(place, wanted)


def _besieged(place: Premises, wanted: Wanted) -> Siege:
    caught: list[Webhook] = []
    worker = build(place.settings)
    with strangers.at_work(place, caught) as mischief:
        heard = ring_all(place, worker, wanted, time.monotonic(), caught)
        end = time.monotonic() + SETTLES
        while not _all_is_told(place, worker, heard.promises) and time.monotonic() < end:
            time.sleep(0.25)
    held, made = records.held(worker)
    untold, again = _counted(heard.promises, held, [records.told(each) for each in place.channels])
    worker.database.close()
    return Siege(
        database=wanted.database,
        calls=wanted.sizes.calls,
        promised=len(heard.promises),
        lost=reckoning.lost(heard.promises, held),
        doubled=reckoning.doubled(made),
        longest_silence=heard.longest_silence,
        apologies=heard.apologies,
        untold=untold,
        told_again=again,
        mischief=mischief,
    )


def _all_is_told(place: Premises, worker: WorkerServices, promises: Sequence[Promise]) -> bool:
    """Return whether every promise is at the desk, and each working channel has had a notice of each new request."""
    held, _made = records.held(worker)
    untold, _again = _counted(promises, held, [records.told(each) for each in place.channels])
    return not reckoning.lost(promises, held) and not untold


def _counted(
    promises: Sequence[Promise], held: Sequence[Held], channels: Sequence[Sequence[tuple[str, float]]]
) -> tuple[int, int]:
    """Return how many notices of new requests are missing, and how many came again, over all working channels."""
    new = {(each.phone, reference) for each in held if not each.joined for reference in each.references}
    wanted = {each.reference for each in promises if (each.phone, each.reference) in new}
    heard = [Counter(reference for reference, _ in told) for told in channels]
    untold = sum(len(wanted - each.keys()) for each in heard)
    return untold, sum(count - 1 for each in heard for reference, count in each.items() if reference in wanted)


def main() -> int:
    """Run the sieges that the command line asks for; print results and successful attacks; return the exit status."""
    asked = _arguments()
    seed = asked.seed if asked.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}: to replay it, --seed {seed}", flush=True)
    kept = True
    for database in asked.database or ("sqlite", "postgres"):
        found = run(database, Sizes(asked.calls, 0, asked.seconds), seed)
        print(found.line(), flush=True)
        for deed, number in found.mischief.deeds.items():
            print(f"  {deed}: {number}", flush=True)
        for deed in sorted(set(found.mischief.let_in)):
            print(f"  LET IN: {deed}", flush=True)
        kept = kept and found.kept()
    return 0 if kept else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m chaos.siege", description="Rings the running service while strangers do their worst."
    )
    parser.add_argument("--database", action="append", choices=("sqlite", "postgres"), help="both, if none is named")
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long people ring, with each database")
    parser.add_argument("--seed", type=int, help="drawn, if none is given")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
