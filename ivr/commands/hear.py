"""`flask hear`: prints the transcript of a call, on any line, in any language, at any moment, with every branch.

Needs neither the database nor Redis: the desk's closures are read from their file on this machine.
"""

from collections.abc import Iterator
from datetime import datetime

import click
from flask.cli import with_appcontext

from ivr.line.clinic import Clinic, Line
from ivr.line.paths.transcript import NoSuchWay
from ivr.web.preview.reception import read_reception
from ivr.web.preview.transcripts import PAST, Branch, CallerKind, PreviewQuery, is_past, read_call
from ivr.web.services import Services, services

INDENT = "    "


@click.command()
@click.option("--line", "line_key", help="The key of a line; without it the clinic's default line.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]), help="The clinic's day and hour; now.")
@click.option("--lang", "language", help="The language; without it the line's own.")
@click.option(
    "--caller",
    type=click.Choice([each.value for each in CallerKind]),
    default="shown",
    help="Who calls; shown: a number we see.",
)
@click.option("--keys", default="", help='Begin after these keys: "1 2". A "-" is a silence.')
@with_appcontext
def hear(line_key: str | None, at: datetime | None, language: str | None, caller: str, keys: str) -> None:
    """Prints the whole call that a caller would hear."""
    here = services()
    clinic = here.hours.clinic_now()
    line = _line(clinic, line_key or clinic.default_line)
    moment = at.replace(tzinfo=line.hours.zone) if at else line.hours.local(here.clock())
    wanted = PreviewQuery(
        line, _language(here, language or line.language), moment, CallerKind(caller), tuple(keys.split())
    )
    if is_past(wanted, here.clock()):
        raise click.ClickException(PAST)
    try:
        call = read_call(here, clinic, wanted)
    except NoSuchWay as way:
        raise click.ClickException(f"no call goes that way: {way} leads nowhere there") from None
    click.echo(f"{line.name['en']}, {moment:%a %d %b %Y %H:%M}, {call.scene.turn.call.language}\n")
    _print(call)
    reception = read_reception(here, call)
    if reception:
        click.echo("\nthe reception hears\n")
        _print(reception)


def _line(clinic: Clinic, key: str) -> Line:
    if key not in clinic.lines:
        raise click.ClickException(f"no line is {key}; there are {', '.join(clinic.lines)}")
    return clinic.lines[key]


def _language(here: Services, language: str) -> str:
    if language not in here.script.languages:
        raise click.ClickException(f"no language is {language}; there are {', '.join(here.script.languages)}")
    return language


def _print(branch: Branch, depth: int = 0) -> None:
    for words in _lines(branch):
        click.echo(f"{INDENT * depth}{words}")
    for each in branch.next:
        click.echo(f"{INDENT * depth}[{each.key or '-'}] {each.label}")
        _print(each, depth + 1)


def _lines(branch: Branch) -> Iterator[str]:
    if branch.same_as:
        yield f"(the same as after: {' '.join(branch.same_as)})"
        return
    yield from (each.words for each in branch.heard)
    scene = branch.scene
    if branch.is_another:
        yield f'(read on with --keys "{" ".join(scene.keys)}")'
    elif scene.told_at is not None:
        told = " ".join(scene.told_at) or "the greeting"
        yield f"(all else as after: {told}, for what was chosen here)" if branch.next else f"(goes on as after: {told})"
    elif scene.stays:
        yield "(goes on as before)"
    elif scene.ends:
        yield "(the call is over)"
