"""`flask demo`: adds made-up requests and calls, to try the desk's pages, and removes them."""

from collections.abc import Callable
from typing import TypeVar

import click
from flask.cli import AppGroup

from ivr.operations.demo import Demo
from ivr.storage.database import StoreAway
from ivr.web.services import services

Found = TypeVar("Found")

demo = AppGroup("demo", help="Made-up requests and calls, to look at the desk's pages.")


def _demo() -> Demo:
    here = services()
    return Demo(here.database, here.desk.moves, here.clinic, here.reports.keyed_ids)


def _tried(work: Callable[[], Found]) -> Found:
    try:
        return work()
    except StoreAway as away:
        raise click.ClickException(f"the database is away: {away}") from None


@demo.command("fill")
def fill() -> None:
    """Fills the desk with made-up requests, and the reports with made-up calls."""
    count = _tried(lambda: _demo().fill(services().clock()))
    calls, past = _tried(lambda: _demo().look_back(services().clock()))
    click.echo(f"{calls} made-up calls and {past} closed requests are in the reports.")
    click.echo(f"{count} made-up requests are at the desk. To remove them: flask --app wsgi demo clear")


@demo.command("clear")
def clear() -> None:
    """Removes every made-up request and call."""
    click.echo(f"{_tried(_demo().clear)} made-up requests are removed.")
