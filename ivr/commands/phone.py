"""`flask phone`: calls the running service from a terminal, and prints the call."""

from collections.abc import Sequence
from dataclasses import dataclass

import click
from flask.cli import with_appcontext

from ivr.carrier.carriers import NoSuchCarrier
from ivr.carrier.steps import Gathers, Heard
from ivr.line.clinic import Clinic, Line
from ivr.line.phones import NumberRefused, typed
from ivr.line.standing import keys_to
from ivr.phone.handset import CallFailed, KeyStream, NobodyAnswers
from ivr.phone.ringing import MADE_UP_CALLER, WITHHELD, dialect, handset, number_of, reception_keys
from ivr.web.services import Services, services
from ivr.web.telephone.call_urls import language_of


@dataclass
class AtTerminal:
    """A caller at the terminal: a person who types keys, or a script of keys."""

    script: KeyStream | None
    reception: str
    """The reception's reaction: answers, declines or silent; or ask, to prompt the person at the terminal for it."""
    language: str
    """The language that the caller wants to hear; empty for the one that the call begins in."""
    languages: Sequence[str]
    """The languages of the line."""
    first_keys: str | None = None
    """The remaining keys that switch the call to `language`; None until the call first waits for a key."""

    def hears(self, heard: Heard) -> None:
        """Print the words that the caller hears."""
        click.echo(f"  {heard.words}")

    def keys(self, wanted: Gathers) -> str | None:
        """Return the keys that the caller presses next, or None to hang up.

        The keys that choose the language come first.
        """
        if self.first_keys is None:
            begun_in = language_of(wanted.action)
            self.first_keys = keys_to(self.language or begun_in, begun_in, self.languages)
        if self.first_keys:
            pressed, self.first_keys = self.first_keys[0], self.first_keys[1:]
        elif self.script:
            given = self.script.press(wanted)
            pressed = given if given is not None else "h"
        else:
            pressed = click.prompt("  keys (Enter: silence, h: hang up)", default="", show_default=False).strip()
        if pressed == "h":
            click.echo("> hangs up")
            return None
        click.echo(f"> {pressed or 'silence'}")
        return pressed.rstrip(wanted.ends_with) if wanted.ends_with else pressed

    def reception_answers(self, heard: list[str]) -> str:
        """Return the key that somebody at the reception presses; empty for silence."""
        what = self.reception
        if what == "ask":
            choices = click.Choice([*reception_keys()])
            what = click.prompt("  the reception's telephone rings; it", type=choices, default="answers")
        click.echo(f"> the reception {'is silent' if what == 'silent' else what}")
        for words in heard if what != "silent" else ():
            click.echo(f"  (to the reception) {words}")
        return reception_keys()[what]


@click.command()
@click.option("--line", "line_key", help="A line's key or number; asked for when there are no --keys.")
@click.option("--from", "sender", help=f"The caller's number, or 'withheld'. [default: {MADE_UP_CALLER}]")
@click.option(
    "--lang", "language", help="The language to hear: its keys are pressed first where the line begins in another."
)
@click.option("--keys", help='Keys to press, in words: "1 1 1 1 1". A "-" is a silence. The call then runs by itself.')
@click.option("--carrier", "name", default="", help="The carrier in whose words it calls, where there are several.")
@click.option("--reception", type=click.Choice([*reception_keys()]), help="What the reception does.")
@with_appcontext
def phone(  # noqa: PLR0913, PLR0917 - an argument for each option
    line_key: str | None, sender: str | None, language: str | None, keys: str | None, name: str, reception: str | None
) -> None:
    """Calls the line without a telephone, through the running service's signed webhooks."""
    here = services()
    line = _line(here.clinic, line_key, asks=keys is None)
    caller = _caller(sender, asks=keys is None)
    terminal = AtTerminal(
        KeyStream(keys) if keys is not None else None,
        reception or ("silent" if keys is not None else "ask"),
        language=_language(here, line, language, asks=keys is None),
        languages=here.script.languages,
    )
    try:
        telephone = handset(
            here.settings, dialect(here.settings, here.telephone.carriers, name), number_of(line), caller
        )
        telephone.ring(terminal, lambda: here.clock().timestamp())
    except NobodyAnswers as failed:
        raise click.ClickException(f"{failed}; is it running (make run)? On another port: PORT=… make phone") from None
    except (CallFailed, NoSuchCarrier) as failed:
        raise click.ClickException(str(failed)) from None
    click.echo("The call is over.")


def _line(clinic: Clinic, wanted: str | None, *, asks: bool) -> Line:
    if wanted is None and asks:
        wanted = click.prompt("Line", type=click.Choice(list(clinic.lines)), default=clinic.default_line)
    if wanted is None:
        wanted = clinic.default_line
    line = clinic.lines.get(wanted) or clinic.line_rung(wanted, "")
    if wanted not in clinic.lines and not any(each.e164 == _e164(wanted) for each in line.reached_by):
        raise click.ClickException(f"no line is {wanted}; there are {', '.join(clinic.lines)}")
    return line


def _e164(written: str) -> str:
    try:
        return typed(written).e164
    except NumberRefused:
        return ""


def _caller(wanted: str | None, *, asks: bool) -> str:
    if wanted is None and asks:
        wanted = click.prompt("Caller's number, or withheld", default=MADE_UP_CALLER)
    wanted = (wanted or MADE_UP_CALLER).strip()
    return WITHHELD if wanted in {"withheld", WITHHELD} else _e164(wanted) or wanted


def _language(here: Services, line: Line, wanted: str | None, *, asks: bool) -> str:
    languages = here.script.languages
    if wanted is None and asks:
        wanted = click.prompt("Language", type=click.Choice(list(languages)), default=line.language)
    if wanted is not None and wanted not in languages:
        raise click.ClickException(f"no language is {wanted}; there are {', '.join(languages)}")
    return wanted or ""
