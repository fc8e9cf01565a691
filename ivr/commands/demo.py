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
@click.option("--yes", is_flag=True, help="Fills a desk in production, too.")
def fill(yes: bool) -> None:
    """Fills the desk and the diary with made-up patients, and the reports with made-up calls."""
    if services().settings.production and not yes:
        raise click.ClickException("this is a desk in production: made-up patients would stand among the real; --yes?")
    count = _tried(lambda: _demo().fill(services().clock()))
    calls, past = _tried(lambda: _demo().look_back(services().clock()))
    visits = _tried(lambda: _demo().fill_diary(services().clock()))
    click.echo(f"{visits} made-up appointments are in the diary.")
    click.echo(f"{calls} made-up calls and {past} closed requests are in the reports.")
    click.echo(f"{count} made-up requests are at the desk. To remove them: flask --app wsgi demo clear")


@demo.command("clear")
def clear() -> None:
    """Removes every made-up request, appointment and call."""
    click.echo(f"{_tried(_demo().clear)} made-up requests are removed.")
