"""`flask staff`: adds and invites people, and resets their passwords and second factors, from the server itself."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from ivr.staff.passwords import BadPassword
from ivr.staff.people import MANAGER, STAFF, NoSuchPerson, NotAPerson, Person
from ivr.storage.audit import COMMAND_LINE, By
from ivr.storage.database import StoreAway
from ivr.web.services import services
from ivr.web.staff.people import link_of

staff = AppGroup("staff", help="The people at the desk.")

ROLE = click.Choice([STAFF, MANAGER])


@staff.command("add")
@click.argument("name")
@click.option("--role", type=ROLE, default=MANAGER, show_default=True, help="What they may do.")
def add_person(name: str, role: str) -> None:
    """Adds a person; asks for the password, or reads it from standard input when that is no terminal."""
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    with _told():
        services().staff.people.add(name, password, services().clock(), role)
    click.echo(f"{name} can log in at {services().settings.public_base_url}/desk")


@staff.command("invite")
@click.argument("name")
@click.option("--role", type=ROLE, default=STAFF, show_default=True, help="What they may do.")
def invite_person(name: str, role: str) -> None:
    """Adds a person and prints the link by which they choose a password, once and within an hour."""
    with _told():
        token = services().staff.invitations.invite(name, role, By(COMMAND_LINE, services().clock()))
    click.echo(link_of(token))


@staff.command("reset")
@click.argument("name")
def reset_person(name: str) -> None:
    """Voids a person's password, logs them out, and prints the link by which they choose a new one."""
    with _told():
        token = services().staff.invitations.reset(_named(name).id, By(COMMAND_LINE, services().clock()))
    click.echo(link_of(token))


@staff.command("remove-second-factor")
@click.argument("name")
def remove_second_factor(name: str) -> None:
    """Removes a person's second factor, where the telephone is lost or the SECRET_KEY has changed."""
    with _told():
        found = _named(name)
        if not found.second_factor:
            raise click.ClickException(f"{found.name} has no second factor")
        services().staff.second_factors.remove(found.id, By(COMMAND_LINE, services().clock()))
    again = " and sets up another at once" if found.required else ""
    click.echo(f"{found.name} logs in with the password alone now{again}")


def _named(name: str) -> Person:
    found = services().staff.people.named(name)
    if found is None:
        raise NoSuchPerson
    return found


@contextmanager
def _told() -> Iterator[None]:
    """Turn a refusal to change a person's account into the command's message, of one line."""
    try:
        yield
    except (NotAPerson, BadPassword) as refused:
        raise click.ClickException(str(refused)) from None
    except NoSuchPerson:
        raise click.ClickException("nobody who may log in has this name") from None
    except StoreAway as away:
        raise click.ClickException(f"the database is away: {away}") from None
