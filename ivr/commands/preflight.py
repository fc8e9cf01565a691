"""`flask preflight`: checks all that the line needs before it may answer callers, one line a check.

`python -m ivr.commands.preflight` works also where invalid settings or an invalid clinic file keep the application from
starting: it shows them as a line and runs the other checks.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from config.settings import BadSettings, Settings, read
from ivr.preflight.context import bad, context
from ivr.preflight.run import Told, failed, run_checks
from ivr.web.services import services
from ivr.wiring.carriers import SETTINGS

COLOURS = {"pass": "green", "warn": "yellow", "FAIL": "red"}

JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.command("preflight")
@JSON
@with_appcontext
def preflight(as_json: bool) -> None:
    """Checks that all is ready for callers, and prints one line for each check. Ends with 1 where any fails."""
    _examined(services().settings, services().clock, as_json)


@click.command("preflight")
@JSON
def alone(as_json: bool) -> None:
    """Checks that all is ready for callers, without loading the application. Ends with 1 if any check fails."""
    try:
        settings = read(os.environ, carriers=SETTINGS)
    except BadSettings as refused:
        saw = "; ".join(line.strip() for line in str(refused).splitlines()[1:])
        _tell([Told("settings", bad(saw, "mend .env or the environment; nothing else can be checked"))], as_json)
        sys.exit(1)
    _examined(settings, lambda: datetime.now(UTC), as_json)


def _examined(settings: Settings, clock: Callable[[], datetime], as_json: bool) -> None:
    with context(settings, clock) as on:
        told = run_checks(on)
    _tell(told, as_json)
    if failed(told):
        sys.exit(1)


def _tell(told: list[Told], as_json: bool) -> None:
    for each in told:
        click.echo(_row(each) if as_json else _line(each))


def _row(told: Told) -> str:
    found = told.finding
    return json.dumps(
        {"check": told.check, "result": found.result, "saw": found.saw, "do": found.do}, ensure_ascii=False
    )


def _line(told: Told) -> str:
    found = told.finding
    do = f" -> {found.do}" if found.do else ""
    return f"{click.style(found.result, fg=COLOURS[found.result])}  {told.check:<15} {found.saw}{do}"


if __name__ == "__main__":
    alone()
