"""`flask clock confirm`: the operator confirms that this machine's clock is right, so that old data is deleted."""

import click
from flask.cli import with_appcontext

from ivr.storage.lived_time import FILE, LivedTimeAway, write
from ivr.web.services import services


@click.group("clock")
def clock() -> None:
    """Confirms the system's clock, by which the desk deletes old data."""


@clock.command("confirm")
@click.option("--yes", is_flag=True, help="Does not ask.")
@with_appcontext
def confirm(yes: bool) -> None:
    """Confirms that this machine's clock is right, when it is far from the time that the desk has lived through."""
    now = services().clock()
    local = services().clinic.line("").hours.local(now)
    if not yes:
        click.confirm(f"By this machine it is {local:%A %d %B %Y, %H:%M} at the clinic. Is that right?", abort=True)
    try:
        write(services().settings.state_dir / FILE, now)
    except LivedTimeAway as away:
        raise click.ClickException(str(away)) from None
    click.echo("Noted. What has been kept long enough is deleted from now on.")
