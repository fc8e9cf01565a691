"""Times a webhook with and without the writing of its trace to the spool, and prints the ratio.

Run as `python -m bench.voice [ROUNDS]`. Needs no Redis and no worker, as the webhook's key press needs no store.
"""

import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from config.settings import read
from ivr.app import create_app
from ivr.carrier.twilio.signature import signature
from ivr.reports.call_records import Trace
from ivr.reports.spool import Spool
from ivr.reports.spool_writer import SpoolWriter
from ivr.storage.migrate import migrate
from ivr.web.services import build
from ivr.wiring.carriers import SETTINGS

TOKEN = "0123456789abcdef" * 2
BASE = "https://line.example"
PATH = "/voice/main?line=main&lang=en"
FORM = {
    "CallSid": "CA" + "1" * 32,
    "AccountSid": "AC" + "0" * 32,
    "From": "+919999900001",
    "To": "+918090080906",
    "Digits": "4",
}
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


class NoScribe(SpoolWriter):
    """A writer of the spool that drops each trace."""

    def write(self, trace: Trace) -> None:
        """Ignore a trace, so that the benchmark can time webhooks without the writing of traces."""


def took(carrier: FlaskClient, headers: dict[str, str]) -> float:
    """Return the microseconds that one webhook takes, from its post to its answer."""
    began = time.perf_counter()
    answer = carrier.post(PATH, data=FORM, headers=headers)
    if answer.status_code != 200:
        raise SystemExit(f"{PATH} answered {answer.status_code}")
    return (time.perf_counter() - began) * 1e6


def main(rounds: int) -> None:
    """Print the time of a webhook with and without the writing of its trace, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"ENV": "development", "SECRET_KEY": TOKEN * 2, "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_BASE_URL": BASE}
        settings = read({**environ, "STATE_DIR": folder}, env_file=None, carriers=SETTINGS)
        migrate(settings.database_url)
        services = build(settings, lambda: NOW)
        headers = {"X-Twilio-Signature": signature(TOKEN, BASE + PATH, FORM)}
        with_it = create_app(services).test_client()
        reports = replace(services.reports, spool_writer=NoScribe(Spool(Path(folder))))
        without = create_app(replace(services, reports=reports)).test_client()
        times: dict[FlaskClient, list[float]] = {without: [], with_it: []}
        for number in range(rounds):  # each side goes first every other time
            for carrier in (without, with_it) if number % 2 else (with_it, without):
                times[carrier].append(took(carrier, headers))
        one, other = (sorted(each) for each in times.values())
        print(f"{'':12} {'without µs':>11} {'with µs':>9} {'ratio':>6}")  # noqa: T201 - a benchmark prints
        for name, at in (("10 of 100", 10), ("median", 50), ("99 of 100", 99)):
            before, after = one[rounds * at // 100], other[rounds * at // 100]
            print(f"{name:12} {before:11.0f} {after:9.0f} {after / before:6.3f}")  # noqa: T201 - as above


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
