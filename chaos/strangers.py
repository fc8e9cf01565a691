"""Hostile strangers of a siege: each attacks the service in one way, again and again, while patients call.

They know what anybody can know: our addresses, and webhooks that they caught on the way. They also know what a thief of
a store would know: the form of its rows and jobs. `Mischief` counts successes that must not happen.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from itertools import count, cycle
from urllib.parse import urlencode, urlsplit

from redis import Redis
from sqlalchemy import Table, insert

from chaos.carrier import Webhook
from chaos.premises import Premises
from ivr.desk.job_queue import PROMISES, QUEUE, TEXTS
from ivr.desk.pending import KEY as PENDING
from ivr.storage import schema
from ivr.storage.database import Database, StoreAway
from testing.forged_jobs import KINDS as FORGED_JOBS
from testing.slow_strangers import STRANGERS as SLOW
from testing.slow_strangers import strangers as slow_strangers

FORTY = 40
"""The number of connections that strangers hold open to each port of the service, slow and silent ones in turn."""

PAUSE = 0.05
"""Seconds between two attacks of the same stranger: at most twenty attacks in a second."""

SETS_OF_ODD_ROWS = 6

TRACE = "trace"
"""The beginning of the name of a folder that a forged job would make in the campaign's folder, if its code ran."""

LONGEST = 5.0
"""Seconds for which a stranger waits for an answer of the service."""


@dataclass
class Mischief:
    """The attacks of all strangers in a siege: how many of each kind, and those that succeeded."""

    deeds: dict[str, int] = field(default_factory=dict)
    let_in: list[str] = field(default_factory=list)
    """The attacks that were answered as if they came from the carrier or from somebody at the desk."""


@dataclass(frozen=True)
class Scene:
    """The data that a siege's strangers share: the service, the webhooks that they caught, and the count of attacks."""

    place: Premises
    caught: list[Webhook]
    """The patients' webhooks, as the carrier has signed them."""
    mischief: Mischief
    over: threading.Event

    def does(self, deed: str, status: int, wanted: tuple[int, ...]) -> None:
        """Count an attack named `deed`, and note it as let in if the answer's status is none of the `wanted` ones.

        Status 0 means that no answer came. Such an attack is never noted as let in.
        """
        self.mischief.deeds[deed] = self.mischief.deeds.get(deed, 0) + 1
        if status not in (0, *wanted):
            self.mischief.let_in.append(f"{deed}: {status}")

    def again(self) -> Iterator[int]:
        """Yield the number of the stranger's next attack, after a short pause, until the siege is over."""
        for number in count():
            if self.over.wait(PAUSE):
                return
            yield number


@contextmanager
def at_work(place: Premises, caught: list[Webhook]) -> Iterator[Mischief]:
    """Let all strangers attack the service at once, until the end of the block; yield the count of their attacks."""
    scene = Scene(place, caught, Mischief(), threading.Event())
    threads = [threading.Thread(target=act, args=(scene,)) for act in ACTS]
    for each in threads:
        each.start()
    try:
        yield scene.mischief
    finally:
        scene.over.set()
        for each in threads:
            each.join()
        scene.mischief.let_in += [f"a job ran: {path.name}" for path in place.folder.glob(f"{TRACE}*")]


# -- at the door


def hold_sockets(scene: Scene) -> None:
    """Keep connections to every port of the service open: some send slowly, some half a request, some nothing."""
    with ExitStack() as stack:
        for port in scene.place.ports:
            for kind, number in zip(cycle(SLOW), range(FORTY), strict=False):
                stack.enter_context(slow_strangers(port, kind, 1))
                scene.mischief.deeds["sockets held"] = number + 1
        scene.over.wait()


def flood(scene: Scene) -> None:
    """Flood the service with unsigned webhooks, and with logins that have a wrong password and no CSRF token."""
    for number in scene.again():
        call = Webhook("http://line.example/voice", {"CallSid": f"CA{number:032x}", "From": "+919999900001"}, {})
        scene.does("unsigned webhooks", _post(scene, call), (403,))
        login = Webhook("http://line.example/login", {"name": f"asha{number % 9}", "password": "wrong"}, {})
        scene.does("logins without a token", _post(scene, login), (400, 429))


def forge(scene: Scene) -> None:
    """Post changed copies of caught webhooks: with other pressed keys, another call or address, or half a signature."""
    for number in scene.again():
        if not scene.caught:
            continue
        own = scene.caught[number % len(scene.caught)]
        for deed, forged in _forgeries(own).items():
            scene.does(deed, _post(scene, forged), (403,))


def _forgeries(own: Webhook) -> dict[str, Webhook]:
    return {
        "webhooks with another key": Webhook(own.url, {**own.form, "Digits": "12345"}, own.headers),
        "webhooks of another call": Webhook(own.url, {**own.form, **of_another_call(own.form)}, own.headers),
        "webhooks at another place": Webhook(f"{own.url}{'&' if '?' in own.url else '?'}more=1", own.form, own.headers),
        "half signatures": Webhook(own.url, own.form, {name: value[:8] for name, value in own.headers.items()}),
    }


def of_another_call(form: Mapping[str, str]) -> dict[str, str]:
    """Return a form of one field: the call's id under its usual name, but changed into the id of another call."""
    return {name: f"{value[:-4]}0000" for name, value in form.items() if name in {"CallSid", "CallUUID"}}


def replay(scene: Scene) -> None:
    """Post caught webhooks again, unchanged: with their valid signatures they get answers, but store nothing twice."""
    for number in scene.again():
        if scene.caught:
            scene.does("webhooks again", _post(scene, scene.caught[number % len(scene.caught)]), (200, 204))


def _post(scene: Scene, webhook: Webhook) -> int:
    """Post a webhook to the service; return the status of the answer, 0 if none comes."""
    parts = urlsplit(webhook.url)
    wire = HTTPConnection("127.0.0.1", scene.place.ports[0], timeout=LONGEST)
    headers = {**webhook.headers, "Content-Type": "application/x-www-form-urlencoded", "Host": "line.example"}
    try:
        wire.request("POST", f"{parts.path}?{parts.query}".rstrip("?"), urlencode(webhook.form), headers)
        return wire.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        wire.close()


# -- in the stores


def spoil_rows(scene: Scene) -> None:
    """Write rows into the database that no version of the program would write, a set of them each second."""
    with closing(Database(scene.place.settings.database_url)) as database:
        for number in range(SETS_OF_ODD_ROWS):
            with suppress(StoreAway), database.writing() as write:
                for table, row in odd_rows(number, datetime.now(UTC)):
                    write.execute(insert(table).values(row))
                    scene.does("odd rows", 0, ())
            if scene.over.wait(1.0):
                return


def odd_rows(number: int, now: datetime) -> Iterator[tuple[Table, dict[str, object]]]:
    """Yield an odd row for each of three tables that the desk reads, with values that mean nothing to the program."""
    yield (
        schema.requests,
        {
            "reference": f"odd{number}",
            "kind": "weather",
            "line": "nowhere",
            "phone": f"odd {number}",
            "rang_again": 0,
            "language": "xx",
            "part": "midnight",
            "due": now,
            "created": now,
            "status": "open",
            "call_sid": "odd",
        },
    )
    yield schema.blocked, {"phone": "nobody", "reason": "odd", "who": "nobody", "at": now}
    yield (
        schema.closures,
        {"day": now.date(), "line": "nowhere", "shifts": "noon", "reason": "?", "who": "nobody", "at": now},
    )


def forge_jobs(scene: Scene) -> None:
    """Write forged jobs of every kind, which would run a stranger's code, and pending requests that cannot be read."""
    redis = Redis.from_url(scene.place.settings.redis_url)
    for number, kind in zip(scene.again(), FORGED_JOBS, strict=False):
        for queue in (PROMISES, QUEUE, TEXTS):
            FORGED_JOBS[kind](redis, queue, scene.place.folder / TRACE, "http://127.0.0.1:9")
            scene.does("forged jobs", 0, ())
        redis.hset(PENDING, f"odd{number}", b"not sealed by us")


ACTS: tuple[Callable[[Scene], None], ...] = (hold_sockets, flood, forge, replay, spoil_rows, forge_jobs)
