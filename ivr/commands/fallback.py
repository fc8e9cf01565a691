"""`flask fallback-twiml`: the document for the carrier's fallback, to be kept where this service cannot take it down.

Prints; hosts nothing and asks no store. It names no hours: a file does not know of a day that was closed this morning.
"""

import click
from flask.cli import with_appcontext

from ivr.web.services import services


@click.command("fallback-twiml")
@with_appcontext
def fallback_document() -> None:
    """Prints the apology that callers hear while nothing of ours can be reached."""
    click.echo(services().telephone.carrier.fault().body)
