"""`flask fallback-twiml`: prints the carrier's fallback document, to be hosted on a server independent of ours.

Hosts nothing and asks no store. The document names no hours, since a file does not know of closures made today.
"""

from urllib.parse import quote

import click
from flask.cli import with_appcontext

from ivr.carrier.carriers import NoSuchCarrier
from ivr.web.services import Services, services
from ivr.wiring import carriers

ONLY_HTTPS = "expected an address that begins with https://"
NONE = "no apology is recorded: config/voices/LANGUAGE/fault.wav"


@click.command("fallback-twiml")
@click.option(
    "--recordings", "base", default="", help="Plays recorded apologies from this address, where you put them."
)
@click.option("--carrier", "name", default="", help="The carrier that asks for it, where there are several.")
@with_appcontext
def fallback_document(base: str, name: str) -> None:
    """Prints the document of the apology that callers hear while this service cannot be reached."""
    here = services()
    found = here.telephone.carriers
    if base:
        found = carriers.carriers(here.settings.carrier, here.script, here.clinic, _hosted(here, base.rstrip("/")))
    try:
        click.echo(found.named(name).fault().body)
    except NoSuchCarrier as none:
        raise click.ClickException(str(none)) from None


def _hosted(here: Services, base: str) -> dict[tuple[str, str], str]:
    """Return the address, below `base`, of each recorded apology, by language and sentence. Print the files to copy."""
    found = [each for each in here.telephone.recordings.of_apologies if each.sentence == "fault"]
    if not base.startswith("https://"):
        raise click.BadParameter(ONLY_HTTPS, param_hint="--recordings")
    if not found:
        raise click.ClickException(NONE)
    for each in found:
        click.echo(f"put voices/{each.name}.wav there as {each.file}", err=True)
    return {(each.language, each.sentence): f"{base}/{quote(each.file)}" for each in found}
