"""Measures the memory of a web process after use, and of all processes of `make run`.

Memory that several processes share is split between them (PSS).
"""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import psutil

from bench.figures import Goal, Row, Size, number, spread
from bench.load.webhooks import COMES_IN, recorded
from bench.load.wires import as_many_as_are_taken
from bench.rows.confirmation import CONFIRMS
from bench.rows.webhook import KEYS
from bench.served.make_run import first_signer, made, ours
from bench.served.processes import memory
from bench.served.service import own_folder, service

WEBHOOKS = 2_000
CALLS = 20
WEB_PROCESS, ALL_OF_IT = Goal(45, "MB"), Goal(200, "MB")


def measure(size: Size) -> Iterator[Row]:
    """Yield the megabytes of a web process, and of all processes that `make run` starts. Raises BenchFailed."""
    with service() as line:
        webhooks = line.signer.webhooks((COMES_IN, *KEYS), size.of(WEBHOOKS, 40))
        as_many_as_are_taken(line.port, webhooks)
        recorded(line.port, line.signer, CONFIRMS)
        found = [memory([each.pid]) for each in line.web.children()]
        about = f"a web process, after {len(webhooks):,} webhooks"
        yield Row.judged(about, median(found), WEB_PROCESS, spread=spread(found))
        yield Row("· the web server's own process", f"{number(memory([line.web.pid]))} MB")
    with own_folder() as folder, made(folder) as (process, port):
        signer = first_signer(folder)
        for _ in range(CALLS):
            recorded(port, signer, CONFIRMS)
        members = ours(process)
        about = f"all of `make run`, {len(members)} processes, after {CALLS} calls"
        yield Row.judged(about, memory([each.pid for each in members]), ALL_OF_IT)
        for name, pids in _by_part(members).items():
            yield Row(f"· {name}", f"{number(memory(pids))} MB, {len(pids)} of them")


def _by_part(members: Sequence[psutil.Process]) -> Mapping[str, list[int]]:
    """Return the pids of the processes of `make run` by its parts: the supervisor, and each command that it started."""
    supervisor, *others = members
    found = {"the supervisor": [supervisor.pid]}
    for each in others:
        of = [each, *each.parents()]
        started = next(one for one in of if one.ppid() == supervisor.pid)
        found.setdefault(_name(" ".join(started.cmdline())), []).append(each.pid)
    return found


def _name(command: str) -> str:
    names = {"granian": "the web", "workers.clock": "the clock", "workers": "the workers", "valkey": "Redis"}
    return next((name for word, name in names.items() if word in command), "something else")
