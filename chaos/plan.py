"""The plan of a campaign, drawn at random from its seed: the calls and their wishes, the faults and their times.

Only computes: starts, calls and breaks nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

CALLERS = 100_000
"""The number of telephone numbers that call, from +919999900000 on, which are obviously made up."""


class What(StrEnum):
    """The kinds of fault that can happen to a part of the service."""

    KILL = "is killed"
    PAUSE = "is paused"
    RESTART = "is restarted"
    LOCK = "is locked by somebody else"


@dataclass(frozen=True)
class Fault:
    """A fault of a campaign: the part that breaks, when (in seconds from the campaign's start), and for how long."""

    at: float
    part: str
    what: What
    seconds: float


@dataclass(frozen=True)
class Ring:
    """A call that a campaign is to make: its time, line, number and wish, and the seed of the caller's choices."""

    at: float
    line: int
    sender: str
    wish: str
    """The wish: book, callback, hours or advice; move or cancel for an appointment that an earlier call made."""
    keyed: str
    """The number that the caller enters by keys for the clinic to call; empty if the caller enters none."""
    gives_up_at: str
    """The place of the menu at which the caller hangs up half-way, or empty."""
    seed: int


WISHES = {"book": 40, "callback": 24, "hours": 6, "advice": 6}
"""The callers' wishes in every campaign, each with its weight in the random choice."""

CHANGES = {"move": 15, "cancel": 9}
"""The callers' wishes to change an appointment, each with its weight in the random choice."""


@dataclass(frozen=True)
class Sizes:
    """The size of a campaign: how many calls and faults, in how many seconds."""

    calls: int
    faults: int
    seconds: float


GIVES_UP_AT = ("earliest", "times", "summary", "move_sure", "main")
"""The places of the menu at which some callers hang up half-way, without a promise."""


def rings(sizes: Sizes, seed: int, *, changes: bool = True) -> list[Ring]:
    """Return the calls that a campaign is to make, at a steady rate.

    With `changes`, some are to change an appointment.
    """
    random = Random(f"rings {seed}")
    wishes = {**WISHES, **(CHANGES if changes else {})}
    return [_ring(number, sizes.seconds * number / sizes.calls, wishes, random) for number in range(sizes.calls)]


def _ring(number: int, at: float, wishes: Mapping[str, int], random: Random) -> Ring:
    again = random.random() < 0.08 and number > 20
    caller = _number(random.randrange(number) if again else number)
    withheld = random.random() < 0.1
    return Ring(
        at=at,
        line=random.randrange(3),
        sender="anonymous" if withheld else f"+91{caller}",
        wish=random.choices(list(wishes), list(wishes.values()))[0],
        keyed=_number(CALLERS - 1 - number) if withheld or random.random() < 0.15 else "",
        gives_up_at=random.choice(GIVES_UP_AT) if random.random() < 0.05 else "",
        seed=random.randrange(2**32),
    )


def _number(number: int) -> str:
    return f"{9_999_900_000 + number % CALLERS}"


def faults(sizes: Sizes, seed: int, parts: dict[str, tuple[What, ...]]) -> list[Fault]:
    """Return the faults of a campaign, at random times.

    A fault lasts up to two seconds. One in six lasts three to seven, longer than every time limit.
    """
    random = Random(f"faults {seed}")
    moments = sorted(random.uniform(0.02, 0.97) * sizes.seconds for _ in range(sizes.faults))
    return [_fault(at, parts, random) for at in moments]


def _fault(at: float, parts: dict[str, tuple[What, ...]], random: Random) -> Fault:
    part = random.choice(sorted(parts))
    long = random.random() < 1 / 6
    return Fault(at, part, random.choice(parts[part]), random.uniform(3.0, 7.0) if long else random.uniform(0.2, 2.0))


@dataclass(frozen=True)
class Wanted:
    """The campaign that is to be run: its database, its size, its seed, and all other choices."""

    database: str
    sizes: Sizes
    seed: int
    app: str = "asgi:create_app"
    """The web application that the campaign's web servers load, as module:function."""
    clock: str = "workers.clock"
    """The Python module that runs as the campaign's clock process."""
    parts: tuple[str, ...] = ()
    """The names of the only parts that may break; empty if every part may break."""
    twice: float = 0.1
    """The share of webhooks that the carrier delivers twice at the same moment. An equal share is repeated later."""
    latest: float = 12.0
    """The most seconds until the second delivery of a webhook that the carrier delivers twice, but not at once."""
    desk_closes: float = 0.3
    """The share of the waiting requests that the desk closes while people call."""
    changes: bool = True
    """True if callers also change their appointments, and the desk also changes its hours, during the campaign."""
    keeps_promises: float = 2 / 3
    """The share of changes of hours after which the desk runs the upkeep itself; else the clock process does."""
    hosts: int = 1
    """The number of hosts that answer calls. Two or more have a state folder each, and nginx passes calls to them."""
    recorded: float = 0.0
    """Seconds that the clock process gets after all calls to record every call; with 0, no records are checked."""
    swept: float = 30.0
    """Seconds for the clock process, after all calls, to fit requests to changed hours and to list unheard bookings."""
