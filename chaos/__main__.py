"""`python -m chaos`: runs the campaign, on SQLite, PostgreSQL or both, on one machine or on hosts behind nginx.

Ends with 1 if a promise was broken, or a call was not recorded exactly once. See docs/reliability.md.
"""

import argparse
import secrets
import sys
import time

from chaos.campaign import run
from chaos.plan import Sizes, Wanted
from testing.servers.nginx import NginxUnavailable

RECORDED = 90.0
"""The most seconds that the clock process has, after all calls, to start, wait 20 s after each call and record it."""


def main() -> int:
    """Run the campaigns that the command line asks for; print each one's results; return the exit status."""
    asked = _arguments()
    seed = asked.seed if asked.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}: to replay it, --seed {seed}", flush=True)
    began, kept = time.monotonic(), True
    for database in asked.database or (("sqlite", "postgres") if asked.hosts == 1 else ("postgres",)):
        sizes = Sizes(asked.calls, asked.faults, asked.seconds)
        wanted = Wanted(database, sizes, seed, hosts=asked.hosts, recorded=RECORDED)
        try:
            found = run(wanted, lambda words: print(words, file=sys.stderr))
        except NginxUnavailable as missing:
            sys.exit(str(missing))
        print(found.line(), flush=True)
        for promise in found.lost:
            print(f"lost: call {promise.call_id}, {promise.kind}", flush=True)
        for what, times in sorted(found.failures.items()):
            print(f"the carrier met {what}: {times}", file=sys.stderr)
        if found.never_told:
            print(f"never told of: {found.never_told}", flush=True)
        kept = kept and found.kept
    print(f"took {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0 if kept else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m chaos", description="Rings the running service while its parts break."
    )
    parser.add_argument("--database", action="append", choices=("sqlite", "postgres"), help="both, if none is named")
    parser.add_argument("--calls", type=int, default=2100)
    parser.add_argument("--faults", type=int, default=210)
    parser.add_argument("--seconds", type=float, default=470.0, help="for how long people ring, with each database")
    parser.add_argument("--seed", type=int, help="drawn, if none is given")
    parser.add_argument("--hosts", type=int, default=1, help="from 2 on behind nginx, each with its own state folder")
    asked = parser.parse_args()
    if asked.hosts > 1 and "sqlite" in (asked.database or ()):
        parser.error("SQLite is a file of one machine")
    return asked


if __name__ == "__main__":
    sys.exit(main())
