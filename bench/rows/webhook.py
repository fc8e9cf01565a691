"""Measures the web server's CPU time for a webhook, and compares it with other applications under the same load."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median

import psutil

from bench.figures import BenchFailed, Goal, Ratios, Row, Size, number, spread
from bench.load.webhooks import COMES_IN, Signer, Step
from bench.load.wires import as_many_as_are_taken
from bench.served.processes import processor_seconds
from bench.served.service import BASE_URL, COMMANDS, own_folder, service, serving
from ivr.carrier.stand_in import Presses
from testing.servers import reserved_port

ROUNDS, CALLS = 5, 1_500
WARM_UP = 1_000
"""The number of untimed webhooks before the rounds, so that the rounds include no work that is done only once."""

KNOWN = 200
"""The number of telephone numbers that the loads call from, so few that a process soon has parsed each of them."""

GUNICORN = 'python -m gunicorn --bind 127.0.0.1:"$PORT" --log-level warning "bench.served.peers:tutorial_wsgi()"'
"""The command of Gunicorn without further options: one process, which answers one request at a time."""

BRIDGED, WSGI = ("--interface asgi", "--interface asgi"), ("--interface asgi", "--interface wsgi --blocking-threads 4")


def served(application: str, interface: tuple[str, str] = BRIDGED) -> str:
    """Return the Procfile's web command with `application` in place of ours.

    `interface` is an option of the command and its replacement. Raises BenchFailed if the Procfile is worded otherwise.
    """
    command = COMMANDS["web"]
    for ours, theirs in (("asgi:create_app", application), interface):
        if ours not in command:
            raise BenchFailed(f"the Procfile's web no longer has {ours}")
        command = command.replace(ours, theirs)
    return command


CHECKED = "a tutorial's view with RequestValidator"
BY_GUNICORN = "the same, gunicorn's default worker"
ONLY_CHECKS = "a view that only checks the signature"
PEERS: Mapping[str, str] = {
    "a bare Flask view": served("bench.served.peers:bare"),
    ONLY_CHECKS: served("bench.served.peers:checks_only"),
    "a tutorial's view, unchecked": served("bench.served.peers:tutorial_unchecked"),
    CHECKED: served("bench.served.peers:tutorial"),
    "the same, granian's own WSGI": served("bench.served.peers:tutorial_wsgi", WSGI),
    BY_GUNICORN: GUNICORN,
}
KEYS = tuple(Step("/voice/main?line=main&lang=en", Presses(key)) for key in "234")
"""Steps that need no store: in the main menu, a caller presses the key for a call back, for advice, or for timings."""

GOALS: Mapping[str, Mapping[str, Goal]] = {
    "a key press": {
        ONLY_CHECKS: Goal(0.7, at_least=True),
        CHECKED: Goal(1.2, at_least=True),
        BY_GUNICORN: Goal(2.2, at_least=True),
    },
    "a call that comes in": {CHECKED: Goal(0.7, at_least=True)},
}


@dataclass
class Subject:
    """A web server that is measured under load, with its results of each round."""

    name: str
    port: int
    process: psutil.Process
    signer: Signer
    steps: tuple[Step, ...]
    known: int = KNOWN
    micros: list[float] = field(default_factory=list)
    """The server's microseconds of CPU for a webhook, one figure for each round."""
    a_second: list[float] = field(default_factory=list)
    generator: list[float] = field(default_factory=list)

    def warm_up(self, calls: int) -> None:
        """Have the server answer some webhooks that are not measured."""
        as_many_as_are_taken(self.port, self.signer.webhooks(self.steps, calls, self.known))

    def measure(self, calls: int) -> None:
        """Have the server answer this many webhooks; note the CPU time for each of them. Raises BenchFailed."""
        webhooks = self.signer.webhooks(self.steps, calls, self.known)
        before = processor_seconds(self.process)
        course = as_many_as_are_taken(self.port, webhooks)
        self.micros.append((processor_seconds(self.process) - before) / calls * 1e6)
        self.a_second.append(calls / course.seconds)
        self.generator.append(course.busy)

    @property
    def figure(self) -> str:
        """The medians of the server's rounds in words: microseconds of CPU for a webhook, and webhooks in a second."""
        return f"{number(median(self.micros))} µs, {number(median(self.a_second))} a second"


def measure(size: Size, peers: Mapping[str, str] = PEERS) -> Iterator[Row]:
    """Yield the CPU time of a key press and of an incoming call, and the ratios of the peers' times to ours.

    Raises BenchFailed.
    """
    with _subjects(peers) as subjects:
        for each in subjects:
            each.warm_up(size.of(WARM_UP))
        for number_of_round in range(size.of(ROUNDS, 2)):
            for each in subjects if number_of_round % 2 else reversed(subjects):
                each.measure(size.of(CALLS, 20))
        ours = [each for each in subjects if each.name in GOALS]
        for each in ours:
            yield from _compared(each, [peer for peer in subjects if peer not in ours])
        busiest = max(max(each.generator) for each in subjects)
        yield Row("the generator's part of one processor, at most", number(busiest))


def _compared(ours: Subject, peers: list[Subject]) -> Iterator[Row]:
    yield Row(ours.name, ours.figure, spread=f"{spread(ours.micros)} µs")
    for peer in peers:
        ratios = Ratios.of(peer.micros, ours.micros)
        yield ratios.row(f"· beside {peer.name}", peer.figure, GOALS[ours.name].get(peer.name))
        if peer.name == BY_GUNICORN:
            yield Ratios.of(ours.a_second, peer.a_second).row("· · and webhooks a second, its one process", "")


@contextmanager
def _subjects(peers: Mapping[str, str]) -> Iterator[list[Subject]]:
    """Start our web server and each peer's, and yield the subjects to measure. Only one server has work at a time."""
    with ExitStack() as stack:
        line = stack.enter_context(service())
        folder = stack.enter_context(own_folder())
        subjects = [
            Subject("a key press", line.port, line.web, line.signer, KEYS),
            Subject("a call that comes in", line.port, line.web, line.signer, (COMES_IN,), known=0),
        ]
        # The peers read the address from the request, which came over HTTP.
        signer = Signer(BASE_URL.replace("https", "http"), line.signer.called)
        for name, command in peers.items():
            port = stack.enter_context(reserved_port())
            process = stack.enter_context(serving(command, {}, port, folder / "peer.log", "/healthz"))
            subjects.append(Subject(name, port, process, signer, KEYS))
        yield subjects
