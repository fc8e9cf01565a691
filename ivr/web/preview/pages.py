"""The page that shows what a caller hears: of any line, in any language, at any moment.

It shows the transcripts of transcripts.py. It calls nobody and stores nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from typing import Any
from urllib.parse import quote_plus

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.line.clinic import Clinic
from ivr.line.paths.transcript import Keys, NoSuchWay
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import LAST_DAY, _, language
from ivr.web.preview.reception import read_reception
from ivr.web.preview.transcripts import PAST, CallerKind, PreviewQuery, is_past, moments, read_call
from ivr.web.services import services
from ivr.web.wording import languages_of_the_line

hear = Blueprint("hear", __name__)

CALLERS = {str(each): each for each in CallerKind}

MOST_KEYS = 40
"""Most keys in a link after which a transcript begins."""


@hear.get("/desk/hear")
@guarded_by(staff_only)
def page() -> ResponseReturnValue:
    """Show the whole call as a transcript. 404 where its keys lead nowhere; a sentence where the day is past."""
    clinic, now = services().hours.clinic_now(), services().clock()
    wanted = _wanted(clinic, now)
    if is_past(wanted, now):
        return _page(clinic, replace(wanted, at=now), now, trouble=_(PAST)), 400
    return _page(clinic, wanted, now)


def _page(clinic: Clinic, wanted: PreviewQuery, now: datetime, trouble: str = "") -> str:
    try:
        call = read_call(services(), clinic, wanted)
    except NoSuchWay:
        abort(404)
    return render_template(
        "hear.html",
        trouble=trouble,
        wanted=wanted,
        at=clinic.line("").hours.local(wanted.at),
        call=call,
        reception=read_reception(services(), wanted, call),
        closes=wanted.line.hours.closes(wanted.at),
        moments=moments(wanted.line, now),
        lines=[(line.key, line.name[language()]) for line in clinic.lines.values()],
        spoken=languages_of_the_line(),
        today=clinic.line("").hours.local(now).date(),
        last_day=LAST_DAY,
        all_open="all" in request.args,
        link=partial(_link, wanted),
        pointed_to={keys for each in call.every() for keys in (each.same_as, each.scene.told_at)},
        read_on_at=_after(_link(wanted, keys=None)),
        anchor=anchor,
    )


def _wanted(clinic: Clinic, now: datetime) -> PreviewQuery:
    given = request.args
    line = clinic.line(given.get("line", ""))
    spoken = given.get("lang", "")
    return PreviewQuery(
        line=line,
        language=spoken if spoken in services().script.languages else line.language,
        at=_moment(given.get("on", ""), given.get("at", ""), clinic.line("").hours.local(now)),
        caller=CALLERS.get(given.get("caller", ""), CallerKind.SHOWN),
        keys=tuple(given.get("keys", "").split()[:MOST_KEYS]),
    )


def _moment(on: str, at: str, now: datetime) -> datetime:
    """Return the moment that was asked for. A missing day is today, a missing hour is now."""
    day, hour = now.date(), now.time()
    try:
        day = date.fromisoformat(on) if on else day
        hour = time.fromisoformat(at) if at else hour
    except ValueError:
        abort(404)
    if day > LAST_DAY or hour.tzinfo:
        abort(404)
    return datetime.combine(day, hour, now.tzinfo)


def _link(wanted: PreviewQuery, moment: datetime | None = None, **changes: str | None) -> str:
    """Return the URL of this call, at another moment or with other changes."""
    at = services().clinic.line("").hours.local(moment or wanted.at)
    given: dict[str, Any] = {
        "line": wanted.line.key,
        "lang": wanted.language if wanted.language != wanted.line.language else None,
        "on": at.date().isoformat(),
        "at": f"{at:%H:%M}",
        "caller": wanted.caller if wanted.caller is not CallerKind.SHOWN else None,
        "keys": " ".join(wanted.keys) or None,
    }
    return url_for("hear.page", **{**given, **changes})


def _after(beginning: str) -> Callable[[Keys], str]:
    """Return a function that gives the URL of the call after some keys. Fast, since a page has hundreds of links."""
    return lambda keys: f"{beginning}&keys={quote_plus(' '.join(keys))}"


NAMES = {"*": "star", "#": "hash", "-": "silence"}


def anchor(keys: Keys) -> str:
    """Return the anchor of the part of the page that follows these keys."""
    return "-".join(("after", *(NAMES.get(key, key) for key in keys)))
