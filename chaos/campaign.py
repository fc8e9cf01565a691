"""Runs a campaign: people ring at a steady rate while parts break and the desk works; then all is reckoned up."""

import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import func, select

from chaos import plan, reckoning
from chaos.callers import Person, Promise, call, promise_of
from chaos.carrier import Line
from chaos.parts import can_break
from chaos.plan import Fault, Ring, Sizes
from chaos.premises import ACCOUNT, APP, BASE_URL, TOKEN, Premises, premises
from chaos.reckoning import Held, Reckoning
from ivr.desk import schema
from ivr.desk.database import StoreAway
from ivr.desk.queue import QueueAway
from ivr.desk.requests import MoveRefused, NoSuchRequest, Outcome, Report
from ivr.line.turn import Say
from ivr.phone.handset import Handset
from workers.tools import Tools, build

AT_ONCE = 96
"""Calls that may be going on together."""

SETTLES = 240.0
"""Seconds at the end for what was promised to reach the desk and the staff: several leases of an errand."""


@dataclass(frozen=True)
class Wanted:
    """A campaign, as it was asked for."""

    database: str
    sizes: Sizes
    seed: int
    app: str = APP
    parts: tuple[str, ...] = ()
    """Only these parts break; all of them where none is named."""
    twice: float = 0.1
    """The share of webhooks that come twice."""
    latest: float = 12.0
    """Seconds by which one that comes twice is late, at most."""
    desk_closes: float = 0.3
    """The share of the requests that the desk closes while the campaign goes on."""


@dataclass
class Heard:
    """What came of the calls."""

    promises: list[Promise] = field(default_factory=list)
    apologies: int = 0
    longest_silence: float = 0.0


def run(wanted: Wanted, say: Callable[[str], None]) -> Reckoning:
    """Runs it and reckons up. Raises CallFailed where a document could not be followed at all."""
    with premises(wanted.database, wanted.app) as place:
        tools = build(place.settings)
        breaks = {
            name: what for name, what in can_break(wanted.database).items() if name in (wanted.parts or place.parts)
        }
        faults = plan.faults(wanted.sizes, wanted.seed, breaks)
        began = time.monotonic()
        with _breaking(place, faults, began), _desk(tools, wanted):
            heard = _ring_all(place, tools, wanted, began)
        place.mend()
        settled = _settled(tools)
        say(f"{wanted.database}: settled after {settled:.0f} s")
        found = _reckon(wanted, len(faults), heard, place, tools)
        tools.database.close()
        return found


# -- the callers


@dataclass(frozen=True)
class Exchange:
    """Connects callers to the lines of the clinic."""

    place: Premises
    lines: Sequence[str]
    apologies: tuple[str, ...]
    mischief: ThreadPoolExecutor
    wanted: Wanted

    def call(self, ring: Ring) -> tuple[Person, str, Line]:
        """One call, from ringing to hanging up. Raises CallFailed."""
        line = Line(self.place.ports, TOKEN, Random(ring.seed), self.mischief, self.wanted.twice, self.wanted.latest)

        def handset(call_sid: str, ring: Ring) -> Handset:
            called = self.lines[ring.line % len(self.lines)]
            return Handset(line.post, BASE_URL, TOKEN, ACCOUNT, call_sid, ring.sender, called)

        person, call_sid = call(ring, handset, self.apologies)
        return person, call_sid, line


def _ring_all(place: Premises, tools: Tools, wanted: Wanted, began: float) -> Heard:
    heard = Heard()
    lines = [min(line.reached_by).e164 for line in tools.clinic.lines.values()]
    with ThreadPoolExecutor(AT_ONCE) as hands, ThreadPoolExecutor(AT_ONCE) as mischief:
        exchange = Exchange(place, lines, _apologies(tools), mischief, wanted)
        calls: list[Future[tuple[Person, str, Line]]] = []
        for ring in plan.rings(wanted.sizes, wanted.seed):
            time.sleep(max(0.0, began + ring.at - time.monotonic()))
            calls.append(hands.submit(exchange.call, ring))
        for each in calls:
            _note(heard, *each.result())
    return heard


def _note(heard: Heard, person: Person, call_sid: str, line: Line) -> None:
    promise = promise_of(person, call_sid)
    if promise:
        heard.promises.append(promise)
    heard.apologies += person.apologised or line.fell_back > 0
    heard.longest_silence = max(heard.longest_silence, line.longest_silence)


def _apologies(tools: Tools) -> tuple[str, ...]:
    names = ("not_kept", "fault")
    return tuple(tools.script.say(Say(name), language).words for name in names for language in ("en", "hi"))


# -- what breaks


@contextmanager
def _breaking(place: Premises, faults: Sequence[Fault], began: float) -> Iterator[None]:
    """Breaks one part after another, each in a thread of its own: one fault may outlast the next."""
    stop = threading.Event()

    def one(fault: Fault) -> None:
        place.parts[fault.part].breaks(fault.what)
        stop.wait(fault.seconds)
        place.parts[fault.part].mends()

    def all_of_them() -> None:
        with ThreadPoolExecutor(32) as hands:
            for fault in faults:
                if stop.wait(max(0.0, began + fault.at - time.monotonic())):
                    return
                hands.submit(one, fault).add_done_callback(_let_errors_be_seen)

    thread = threading.Thread(target=all_of_them)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _let_errors_be_seen(done: Future[None]) -> None:
    if done.exception():
        sys.stderr.write(f"a fault could not be made: {done.exception()!r}\n")


# -- the desk


@contextmanager
def _desk(tools: Tools, wanted: Wanted) -> Iterator[None]:
    """Somebody who takes and closes requests, so that a webhook which comes late finds its request closed."""
    stop, random = threading.Event(), Random(f"desk {wanted.seed}")

    def work() -> None:
        left: set[int] = set()
        while not stop.wait(0.5):
            try:
                waiting = [each.id for each in tools.desk.waiting() if each.id not in left]
                for request_id in waiting:
                    if random.random() > wanted.desk_closes:
                        left.add(request_id)
                    else:
                        tools.moves.take(request_id, "desk", tools.clock())
                        tools.moves.report(request_id, Report(Outcome.SETTLED), "desk", tools.clock())
            except (StoreAway, MoveRefused, NoSuchRequest):
                continue

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


# -- the reckoning


def _settled(tools: Tools) -> float:
    """Seconds until nothing waits in Redis and no errand is undone. Raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < SETTLES:
        try:
            if not tools.waiting_room.count() and not _undone(tools):
                return time.monotonic() - began
        except (StoreAway, QueueAway):
            pass
        time.sleep(0.25)
    raise TimeoutError("what was promised has not reached the desk and the staff")


def _undone(tools: Tools) -> int:
    table = schema.errands
    query = select(func.count()).where(table.c.done_at.is_(None), table.c.failed_at.is_(None))
    with tools.database.reading() as read:
        return read.execute(query).scalar_one()


def _reckon(wanted: Wanted, faults: int, heard: Heard, place: Premises, tools: Tools) -> Reckoning:
    held, made = _held(tools)
    slowest, never = reckoning.slowest_notification(heard.promises, held, _told(place))
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
    )


def _held(tools: Tools) -> tuple[list[Held], list[tuple[str, str, str]]]:
    requests, promises = schema.requests, schema.promises
    query = select(
        requests.c.id, requests.c.phone, requests.c.reference, promises.c.spoken, promises.c.joined
    ).join_from(promises, requests)
    with tools.database.reading() as read:
        held = [
            Held(row.id, row.phone, row.spoken, joined=row.joined or row.spoken != row.reference)
            for row in read.execute(query)
        ]
        made = [tuple(row) for row in read.execute(select(requests.c.call_sid, requests.c.kind, requests.c.phone))]
    return held, made


def _told(place: Premises) -> list[tuple[str, float]]:
    """The references that the staff were told, and when."""
    found = [(re.search(r"reference (\d{6})", json.loads(body)["message"]), at) for at, body in place.staff.heard()]
    return [(match[1], at) for match, at in found if match]
