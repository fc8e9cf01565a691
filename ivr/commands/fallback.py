"""`flask fallback-twiml`: prints the carrier's fallback document, to be hosted where a failure of ours cannot reach it.

Hosts nothing and asks no store. The document names no hours, since a file does not know of closures made today.
"""

import click
from flask.cli import with_appcontext

from ivr.web.services import services


@click.command("fallback-twiml")
@with_appcontext
def fallback_document() -> None:
    """Prints the apology that callers hear while nothing of ours can be reached."""
    click.echo(services().telephone.carrier.fault().body)
