"""`flask numbers`: shows what the clinic's numbers are connected to at the carrier, and connects them to us.

The carrier's REST client is slow to load: it is imported where a command runs, never by the web process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from ivr.web.services import services

if TYPE_CHECKING:
    from ivr.carrier.twilio.numbers import Found, Numbers, Webhooks

numbers = AppGroup("numbers", help="The clinic's numbers at the carrier.")

WORDS = {
    "voice_url": "a call comes in",
    "voice_method": "  by",
    "voice_fallback_url": "we cannot be reached",
    "voice_fallback_method": "  by",
    "status_callback": "a call has ended",
    "status_callback_method": "  by",
    "voice_application_sid": "application",
    "trunk_sid": "SIP trunk",
}
"""What each field of the carrier's is called here."""


@numbers.command("show")
def show() -> None:
    """Shows what the numbers are connected to, and what `connect` would change; changes nothing."""
    with _told():
        _, found = _look()
    _say_all(found, _wanted())


@numbers.command("connect")
@click.option("--yes", is_flag=True, help="Asks nothing.")
@click.option("--dry-run", is_flag=True, help="Only shows what would change.")
def connect(yes: bool, dry_run: bool) -> None:
    """Connects the clinic's numbers to this service, after showing what changes. May be repeated."""
    with _told():
        carrier, found = _look()
    wanted = _wanted()
    _say_all(found, wanted)
    if not found.ours:
        raise click.ClickException("no number that clinic.toml lists is the account's; add one to a line's reached_by")
    changing = [number for number in found.ours if number.webhooks.differences(wanted)]
    if not changing or dry_run:
        click.echo(_count(len(changing), "would change") if changing else "Nothing to change.")
        return
    _confirm(yes, len(changing))
    for number in changing:
        with _told(f"{number.e164}: "):
            carrier.connect(number, wanted)
        click.echo(f"{number.e164} is connected.")


def _look() -> tuple["Numbers", "Found"]:
    """Raises CarrierRefused, ClickException."""
    from ivr.carrier.twilio.numbers import Numbers, side_by_side  # noqa: PLC0415 - slow to load

    base = services().settings.public_base_url
    if not base.startswith("https://"):
        raise click.ClickException(f"PUBLIC_BASE_URL is {base}; the carrier needs an address that begins with https://")
    carrier = Numbers(services().settings)
    return carrier, side_by_side(services().clinic, carrier.owned())


def _wanted() -> "Webhooks":
    from ivr.carrier.twilio.numbers import wanted  # noqa: PLC0415 - slow to load

    return wanted(services().settings)


def _say_all(found: "Found", wanted: "Webhooks") -> None:
    for number in found.ours:
        differences = number.webhooks.differences(wanted)
        click.echo(
            f"{number.e164} (line {found.lines[number.e164]}): {'' if differences else 'connected to us'}".rstrip()
        )
        for name, (is_now, should_be) in differences.items():
            click.echo(f"  {WORDS[name]:<21} {is_now or '(none)'} -> {should_be or '(none)'}")
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
    """Says in one line what the carrier refused."""
    from ivr.carrier.twilio.numbers import CarrierRefused  # noqa: PLC0415 - slow to load

    try:
        yield
    except CarrierRefused as refused:
        raise click.ClickException(f"{where}{refused}") from None
