"""`flask phone`: rings the running service from a terminal, and prints the call."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import click
from flask.cli import with_appcontext

from ivr.carrier.twilio.reader import Gathers, Heard
from ivr.line.clinic import Clinic, Line
from ivr.line.phones import NumberRefused
from ivr.line.phones import phone as number
from ivr.phone.handset import CallFailed, Handset, KeyStream, NobodyAnswers
from ivr.web.services import House, house

MADE_UP_CALLER = "+919999900001"
"""Obviously made up, and valid."""

WITHHELD = "anonymous"

ANSWER_SECONDS = 15
"""As long as the carrier waits for an answer."""


@dataclass
class AtTerminal:
    """Somebody who reads what is heard and types keys, or a script of keys that plays by itself."""

    script: KeyStream | None
    reception: str
    """What the reception does: answers, declines, silent, or ask."""
    first_keys: str = ""

    def hears(self, heard: Heard) -> None:
        """Prints it."""
        click.echo(f"  {heard.words}")

    def keys(self, wanted: Gathers) -> str | None:
        """Types the key of the language first, then those of the script or of the person."""
        if self.first_keys:
            pressed, self.first_keys = self.first_keys, ""
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

    def reception_answers(self, heard: list[str]) -> str | None:
        """The reception's telephone rings."""
        what = self.reception
        if what == "ask":
            choices = click.Choice(["answers", "declines", "silent"])
            what = click.prompt("  the reception's telephone rings; it", type=choices, default="answers")
        click.echo(f"> the reception {'is silent' if what == 'silent' else what}")
        if what == "silent":
            return None
        for words in heard:
            click.echo(f"  (to the reception) {words}")
        return "1" if what == "answers" else "2"


@click.command()
@click.option("--line", "line_key", help="A line's key or number; asked for when there are no --keys.")
@click.option("--from", "sender", help=f"The caller's number, or 'withheld'. [default: {MADE_UP_CALLER}]")
@click.option("--lang", "language", help="The language to hear: 9 is pressed first where the line begins in another.")
@click.option("--keys", help='Keys to press, in words: "1 1 1 1 1". A "-" is a silence. The call then runs by itself.')
@click.option("--reception", type=click.Choice(["answers", "declines", "silent"]), help="What the reception does.")
@with_appcontext
def phone(
    line_key: str | None, sender: str | None, language: str | None, keys: str | None, reception: str | None
) -> None:
    """Rings the line without a telephone, through the running service's signed webhooks."""
    here = house()
    line = _line(here.clinic, line_key, asks=keys is None)
    caller = _caller(sender, asks=keys is None)
    language = _language(here, line, language, asks=keys is None)
    terminal = AtTerminal(
        KeyStream(keys) if keys is not None else None,
        reception or ("silent" if keys is not None else "ask"),
        first_keys="" if language == line.language else "9",
    )
    try:
        handset(here, number_of(line), caller, new_call()).ring(terminal, lambda: here.clock().timestamp())
    except NobodyAnswers as failed:
        raise click.ClickException(f"{failed}; is it running (make run)? On another port: PORT=… make phone") from None
    except CallFailed as failed:
        raise click.ClickException(str(failed)) from None
    click.echo("The call is over.")


def handset(here: House, called: str, caller: str, call_sid: str) -> Handset:
    """A telephone that rings the service at its public address, as the carrier does."""
    settings = here.settings
    return Handset(
        post=post,
        base_url=settings.public_base_url,
        token=settings.twilio_auth_token,
        account_sid=settings.twilio_account_sid or "AC" + "0" * 32,
        call_sid=call_sid,
        sender=caller,
        called=called,
    )


def new_call() -> str:
    """An id as the carrier gives them."""
    return "CA" + secrets.token_hex(16)


def number_of(line: Line) -> str:
    """The number that rings this line, in E.164."""
    return min(line.reached_by).e164


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
        return number(written).e164
    except NumberRefused:
        return ""


def _caller(wanted: str | None, *, asks: bool) -> str:
    if wanted is None and asks:
        wanted = click.prompt("Caller's number, or withheld", default=MADE_UP_CALLER)
    wanted = (wanted or MADE_UP_CALLER).strip()
    return WITHHELD if wanted in {"withheld", WITHHELD} else _e164(wanted) or wanted


def _language(here: House, line: Line, wanted: str | None, *, asks: bool) -> str:
    languages = here.script.languages
    if wanted is None and asks:
        wanted = click.prompt("Language", type=click.Choice(list(languages)), default=line.language)
    if wanted is not None and wanted not in languages:
        raise click.ClickException(f"no language is {wanted}; there are {', '.join(languages)}")
    return wanted or line.language


def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """Posts a form over HTTP. Raises CallFailed; NobodyAnswers where there is nobody to answer."""
    data = urlencode(form).encode()
    request = Request(url, data=data, headers=dict(headers))  # noqa: S310 - the address is the settings'
    try:
        with urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - as above
            body: bytes = answer.read()
    except HTTPError as refused:
        refused.close()
        raise CallFailed(f"the service answered {refused.code} to {url.partition('?')[0]}") from refused
    except (OSError, HTTPException) as error:
        raise NobodyAnswers(f"nobody answers at {url.partition('?')[0]}") from error
    return body.decode()
