"""`flask numbers`: shows where the clinic's numbers lead at the carrier, and connects them to this service.

The carrier's REST client loads slowly: it is imported where a command runs, never by the web process.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from ivr.carrier.admin import Admin, CarrierRefused, Found, OurAddresses, side_by_side
from ivr.web.services import services
from ivr.wiring import carriers

numbers = AppGroup("numbers", help="The clinic's numbers at the carrier.")


@numbers.command("show")
def show() -> None:
    """Shows what the numbers are connected to, and what `connect` would change; changes nothing."""
    with _told():
        _, found = _look()
    _say_all(found)


@numbers.command("connect")
@click.option("--yes", is_flag=True, help="Asks nothing.")
@click.option("--dry-run", is_flag=True, help="Only shows what would change.")
def connect(yes: bool, dry_run: bool) -> None:
    """Connects the clinic's numbers to this service, after showing what changes. May be repeated."""
    with _told():
        carrier, found = _look()
    _say_all(found)
    if not found.ours:
        raise click.ClickException("no number that clinic.toml lists is the account's; add one to a line's reached_by")
    changing = [number for number in found.ours if number.differences]
    if not changing or dry_run:
        click.echo(_count(len(changing), "would change") if changing else "Nothing to change.")
        return
    _confirm(yes, len(changing))
    for number in changing:
        with _told(f"{number.e164}: "):
            carrier.connect(number)
        click.echo(f"{number.e164} is connected.")


def _look() -> tuple[Admin, Found]:
    """Return the client for the carrier's numbers, and the clinic's numbers. Raises CarrierRefused, ClickException."""
    settings = services().settings
    base = settings.public_base_url
    if not base.startswith("https://"):
        raise click.ClickException(f"PUBLIC_BASE_URL is {base}; the carrier needs an address that begins with https://")
    carrier = carriers.admin(settings.carrier, OurAddresses(base, settings.fallback_url))
    return carrier, side_by_side(services().clinic, carrier.owned())


def _say_all(found: Found) -> None:
    for number in found.ours:
        connected = "" if number.differences else "connected to us"
        click.echo(f"{number.e164} (line {found.lines[number.e164]}): {connected}".rstrip())
        for each in number.differences:
            click.echo(f"  {each.words:<21} {each.is_now or '(none)'} -> {each.should_be or '(none)'}")
    for e164 in found.forwarding:
        click.echo(f"{e164} (line {found.lines[e164]}): not a number of the account; its operator forwards it")
    for number in found.strangers:
        click.echo(f"{number.e164}: a number of the account that no line lists; left as it is")


def _confirm(yes: bool, count: int) -> None:
    if not yes:
        click.confirm(f"{_count(count, 'will change')} Go on?", abort=True)


def _count(count: int, what: str) -> str:
    return f"{count} {'number' if count == 1 else 'numbers'} {what}."


@contextmanager
def _told(where: str = "") -> Iterator[None]:
    """Show a carrier's refusal within the block as the command's one-line error, which begins with `where`."""
    try:
        yield
    except CarrierRefused as refused:
        raise click.ClickException(f"{where}{refused}") from None
