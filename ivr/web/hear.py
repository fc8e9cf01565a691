"""The page on which somebody reads what a caller hears: of any line, in either language, at any moment.

It shows what transcripts.py makes; nothing is rung, and nothing is kept.
"""

from datetime import date, datetime, time
from functools import partial
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from ivr.line.clinic import Clinic
from ivr.line.ways.transcript import Keys, NoSuchWay
from ivr.web.console import FIRST_DAY, LAST_DAY
from ivr.web.guards import guarded_by, staff_only
from ivr.web.house import house
from ivr.web.transcripts import Caller, Wanted, moments, read_call, read_reception
from ivr.web.words import language

hear = Blueprint("hear", __name__)

CALLERS = {str(each): each for each in Caller}

MOST_KEYS = 40
"""Steps of a call that a link may begin after."""


@hear.get("/desk/hear")
@guarded_by(staff_only)
def page() -> str:
    """The whole call as a transcript. 404 where its keys lead nowhere."""
    clinic, now = house().clinic_now(), house().clock()
    wanted = _wanted(clinic, now)
    try:
        call = read_call(house(), clinic, wanted)
    except NoSuchWay:
        abort(404)
    return render_template(
        "hear.html",
        wanted=wanted,
        at=clinic.line("").hours.local(wanted.at),
        call=call,
        reception=read_reception(house(), clinic, wanted, call),
        closes=wanted.line.hours.closes(wanted.at),
        moments=moments(wanted.line, now),
        lines=[(line.key, line.name[language()]) for line in clinic.lines.values()],
        year=clinic.line("").hours.local(now).year,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        all_open="all" in request.args,
        link=partial(_link, wanted),
        anchor=anchor,
    )


def _wanted(clinic: Clinic, now: datetime) -> Wanted:
    given = request.args
    line = clinic.line(given.get("line", ""))
    spoken = given.get("lang", "")
    return Wanted(
        line=line,
        language=spoken if spoken in house().script.languages else line.language,
        at=_moment(given.get("on", ""), given.get("at", ""), clinic.line("").hours.local(now)),
        caller=CALLERS.get(given.get("caller", ""), Caller.SHOWN),
        keys=tuple(given.get("keys", "").split()[:MOST_KEYS]),
    )


def _moment(on: str, at: str, now: datetime) -> datetime:
    """The day and the hour that were asked for; of today and of now where one is missing or none at all."""
    day, hour = now.date(), now.time()
    try:
        day = date.fromisoformat(on) if on else day
        hour = time.fromisoformat(at) if at else hour
    except ValueError:
        abort(404)
    if not FIRST_DAY <= day <= LAST_DAY or hour.tzinfo:
        abort(404)
    return datetime.combine(day, hour, now.tzinfo)


def _link(wanted: Wanted, moment: datetime | None = None, **changes: str | None) -> str:
    """The address of this call, at another moment or with something else changed."""
    at = house().clinic.line("").hours.local(moment or wanted.at)
    given: dict[str, Any] = {
        "line": wanted.line.key,
        "lang": wanted.language,
        "on": at.date().isoformat(),
        "at": f"{at:%H:%M}",
        "caller": wanted.caller,
        "keys": " ".join(wanted.keys) or None,
    }
    return url_for("hear.page", **{**given, **changes})


NAMES = {"*": "star", "#": "hash", "-": "silence"}


def anchor(keys: Keys) -> str:
    """The name of the part of the page that tells what follows these keys."""
    return "-".join(("after", *(NAMES.get(key, key) for key in keys)))
