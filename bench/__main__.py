"""`python -m bench [NAMES]`: measures the service and its peers; each benchmark starts the servers it needs.

Ends with 1 if a benchmark failed: an answer was wrong, or a promise not kept. A missed goal is no failure.
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

from bench.figures import BenchFailed, Row, Size
from bench.report import Circumstances, Measured, closing, write
from ivr.phone.handset import CallFailed
from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway
from testing.servers import ServerFailed
from testing.servers.postgres import PostgresUnavailable
from testing.servers.valkey import ValkeyUnavailable

NAMES: Mapping[str, str] = {
    "webhook": "CPU of the web's processes for a webhook, beside other views",
    "confirmation": "a request that is stored: beside a bare insert, and 50 and 200 a second",
    "notices": "from the promise to the staff's channel, and jobs a second beside other queues",
    "calls": "the most calls at once that are answered in time",
    "growth": "all of it with a thousand times as many rows",
    "memory": "the memory of the web, and of all that `make run` starts",
    "start": "from `make run` to the first answer",
    "hear": "callers while somebody at the desk reloads what callers hear",
}
"""The benchmarks by name, each with its title, in the order of docs/performance.md.

Each benchmark is the module of that name in bench/rows.
"""

FAILURES = (BenchFailed, CallFailed, StoreAway, QueueAway, ServerFailed, PostgresUnavailable, ValkeyUnavailable)
"""The errors that end only the benchmark in which they happen. Any other error ends the whole run."""

Measure = Callable[[Size], Iterable[Row]]


def main() -> int:
    """Run the benchmarks that the command line asks for; print the table of each as soon as it is measured."""
    asked = _arguments()
    logging.getLogger().addHandler(logging.NullHandler())  # of what is run in this process
    size = Size(asked.share, asked.rows)
    print(Circumstances.now().line(), flush=True)  # noqa: T201 - a benchmark prints
    found: list[Measured] = []
    failed = []
    for name in asked.names or NAMES:
        started = time.monotonic()
        try:
            found.append(measured(name, size))
            print("", found[-1].columns(), f"  in {time.monotonic() - started:.0f} s", sep="\n", flush=True)  # noqa: T201
        except FAILURES as reason:
            failed.append(name)
            print(f"\n{name}: FAILED: {reason}", flush=True)  # noqa: T201 - as above
    print("", *closing(found), Circumstances.now().line(), sep="\n")  # noqa: T201 - as above
    if asked.write:
        write(found)
    return 1 if failed else 0


def measured(name: str, size: Size) -> Measured:
    """Run one benchmark; return the rows of its table, with the circumstances. Raises BenchFailed."""
    measure: Measure = import_module(f"bench.rows.{name}").measure
    began = Circumstances.now()
    return Measured(name, tuple(measure(size)), began, Circumstances.now())


def _arguments() -> argparse.Namespace:
    about = "\n".join(f"  {name:13} {words}" for name, words in NAMES.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=f"Measures the service beside its peers; all of it without names:\n{about}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", type=_known, metavar="NAME", help="those that are run")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    parser.add_argument("--share", type=float, default=1.0, help="the part of the usual counts: 0.05 for a trial")
    parser.add_argument("--rows", type=int, default=100_000, help="to grow the stores to; 1000000 takes minutes more")
    return parser.parse_args()


def _known(name: str) -> str:
    if name not in NAMES:
        raise argparse.ArgumentTypeError(f"no benchmark is called {name}; there are {', '.join(NAMES)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
