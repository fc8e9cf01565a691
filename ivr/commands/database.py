"""`flask database`: migrates the desk's tables, and copies the desk into another database."""

from contextlib import closing
from datetime import datetime

import click
from flask.cli import AppGroup

from ivr.desk.upkeep.adoption import Adoption
from ivr.operations.copy_database import CannotCopy, NotEmpty, copy, require_empty, require_ours
from ivr.operations.upgrade import one_line
from ivr.operations.upgrade import upgrade as bring_up_to_date
from ivr.storage.database import WORKER_TIMEOUT, Database, StoreAway
from ivr.storage.engines.address import database_address
from ivr.storage.migrate import MigrationRefused, migrate
from ivr.web.services import services

database = AppGroup("database", help="The desk's database.")


@database.command("upgrade")
@click.option("--without-backup", is_flag=True, help="Keeps no older state where rows change.")
def upgrade(without_backup: bool) -> None:
    """Bring the tables up to date. If rows change, first make a backup in STATE_DIR/backups, where three are kept."""
    settings, now = services().settings, services().clock()
    try:
        bring_up_to_date(settings.database_url, settings.state_dir, now, click.echo, keeps=not without_backup)
    except MigrationRefused as refused:
        raise click.ClickException(str(refused)) from None
    with _opened(settings.database_url) as desk:
        _enter_older_bookings(desk, now)


def _enter_older_bookings(desk: Database, now: datetime) -> None:
    """Enter into the diary the bookings that an older version has made; if that fails, the clock process does it."""
    try:
        found = Adoption(desk).run(services().clinic, now)
    except StoreAway as away:
        click.echo(
            f"The bookings of an older version are not in the diary yet ({away}); the clock process enters them."
        )
        return
    if found:
        click.echo(f"Bookings of an older version that are in the diary now: {found}")


@database.command("copy")
@click.option("--to", "address", prompt="The new database (postgresql://USER:PASSWORD@HOST/NAME)", hide_input=True)
def copy_database(address: str) -> None:
    """Copies the desk into another database, which must be empty. Stop the service first."""
    try:
        url = database_address(address)
        with _opened(services().settings.database_url) as old, _opened(url) as new:
            require_ours(old)
            with one_line(url):
                migrate(url, before=require_empty)
            copied = copy(old, new)
    except ValueError as refused:
        raise click.ClickException(f"the new address: {refused}") from None
    except (StoreAway, CannotCopy, MigrationRefused) as refused:
        raise click.ClickException(f"nothing was copied: {refused}") from None
    except NotEmpty as found:
        raise click.ClickException(f"nothing was copied: the new database is in use, it has {found}") from None
    for name, count in copied.items():
        click.echo(f"{name}: {count}")
    click.echo("Copied. Set DATABASE_URL to the new database and start the service.")


def _opened(url: str) -> closing[Database]:
    return closing(Database(url, timeout=WORKER_TIMEOUT))
