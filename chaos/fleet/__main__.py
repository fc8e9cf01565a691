"""`python -m chaos.fleet`: restarts the service's hosts, one after the other, while made-up people call.

Ends with 1 if the carrier got a wrong answer or none, if a promise was broken, or a call not recorded exactly once.
"""

import argparse
import secrets
import sys

from chaos.fleet.rolling import run
from chaos.plan import Sizes, Wanted
from testing.servers.nginx import NginxUnavailable

RECORDED = 60.0


def main() -> int:
    """Restart the hosts while people call; print how the restarts and the calls went; return the exit status."""
    asked = _arguments()
    seed = asked.seed if asked.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}: to replay it, --seed {seed}", flush=True)
    sizes = Sizes(round(asked.rate * asked.seconds), 0, asked.seconds)
    wanted = Wanted("postgres", sizes, seed, latest=3.0, hosts=asked.hosts, recorded=RECORDED)
    try:
        found = run(wanted, lambda words: print(words, file=sys.stderr))
    except NginxUnavailable as missing:
        sys.exit(str(missing))
    print(found.line())
    return 0 if found.kept else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m chaos.fleet", description="Restarts hosts one after the other while people ring."
    )
    parser.add_argument("--rate", type=float, default=20.0, help="calls a second")
    parser.add_argument("--seconds", type=float, default=120.0, help="for how long people ring")
    parser.add_argument("--hosts", type=int, choices=range(2, 6), default=2)
    parser.add_argument("--seed", type=int, help="drawn, if none is given")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
