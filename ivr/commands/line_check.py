"""`flask line check`: proves over the menu's table, the prompts and the clinic's file what a caller may rely on.

Needs neither the database nor Redis; the checks themselves are ivr/line/checks.
"""

from collections.abc import Iterator

import click
from flask.cli import AppGroup

from ivr.carrier.twilio.reader import HangsUp, Heard, steps
from ivr.carrier.twilio.twiml import Renderer
from ivr.line.checks.checks import Verdict, prove
from ivr.line.menu import MENU
from ivr.line.script import Script
from ivr.line.turn import Say
from ivr.web.services import services

line = AppGroup("line", help="The telephone line itself.")

MOST_SHOWN = 12
"""Complaints of one check; a broken table has hundreds that say the same."""


@line.command("check")
def check() -> None:
    """Walks every way through a call and says of each check what it looked at; exits 1 with what is wrong."""
    here = services()
    verdicts = prove(MENU, here.hours.clinic_now(), here.script, here.clock())
    verdicts.append(fault_ends(here.telephone.renderer, here.script))
    for verdict in verdicts:
        click.echo(f"{verdict.check}: {verdict.looked_at}, {'pass' if verdict.holds else 'FAIL'}")
        for complaint in _shown(verdict.complaints):
            click.echo(f"  - {complaint}")
    if not all(verdict.holds for verdict in verdicts):
        raise click.exceptions.Exit(1)


def _shown(complaints: tuple[str, ...]) -> Iterator[str]:
    yield from complaints[:MOST_SHOWN]
    if complaints[MOST_SHOWN:]:
        yield f"and {len(complaints) - MOST_SHOWN} more"


def fault_ends(renderer: Renderer, script: Script) -> Verdict:
    """What a caller hears when a webhook fails: the apology in every language, then the end of the call."""
    heard = list(steps(renderer.fault()))
    words = " ".join(step.words for step in heard if isinstance(step, Heard))
    missing = [each for each in script.languages if script.say(Say("fault"), each).words not in words]
    complaints = [f"{language}: the apology is not heard" for language in missing]
    if not heard or not isinstance(heard[-1], HangsUp):
        complaints.append("the call does not end after the apology")
    return Verdict("a webhook that fails ends with an apology", f"{len(heard)} steps", tuple(complaints))
