"""The page that shows what a caller hears: of any line, in any language, at any minute.

The page shows the transcripts of transcripts.py. It calls nobody and stores nothing. A transcript takes a sixth of a
second of the process that also answers callers, so each process remembers its last transcripts.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from threading import Lock
from typing import Any, Generic, TypeVar
from urllib.parse import quote_plus

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ivr.line.clinic import Clinic
from ivr.line.paths.transcript import Keys, NoSuchWay
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import LAST_DAY, _, closing, language
from ivr.web.preview.reception import read_reception
from ivr.web.preview.transcripts import PAST, CallerKind, PreviewQuery, is_past, moments, read_call
from ivr.web.services import services
from ivr.web.wording import languages_of_the_line

hear = Blueprint("hear", __name__)

CALLERS = {str(each): each for each in CallerKind}

MOST_REMEMBERED = 4
"""The most transcripts that a process remembers, each of some 300 kB."""

MOST_KEYS = 40
"""The most keys in the URL of a transcript; the transcript begins after these keys."""


@hear.record_once
def _remember(state: BlueprintSetupState) -> None:
    state.app.extensions[hear.name] = Remembered[Markup](MOST_REMEMBERED)


@hear.get("/desk/hear")
@guarded_by(staff_only)
def page() -> ResponseReturnValue:
    """Show a call as a transcript. 404 if the URL's keys lead nowhere; for a past day, 400 and a call of now."""
    here, now = services(), services().clock().replace(second=0, microsecond=0)
    version = here.hours.version()  # before what it is the version of: what changes meanwhile is then told anew
    clinic = here.hours.clinic_now()
    wanted = _wanted(clinic, now)
    trouble = _(PAST) if is_past(wanted, now) else ""
    wanted = replace(wanted, at=now) if trouble else wanted
    asked = (wanted.line.key, wanted.language, wanted.at, wanted.caller, wanted.keys, "all" in request.args)
    remembered: Remembered[Markup] = current_app.extensions[hear.name]
    call = remembered.get((asked, trouble, language(), now, version), lambda: _call(clinic, wanted, now, trouble))
    return render_template("hear.html", call=call), 400 if trouble else 200


def _call(clinic: Clinic, wanted: PreviewQuery, now: datetime, trouble: str) -> Markup:
    """Return the HTML of a call's transcript, with links to other calls. 404 if the call's keys lead nowhere."""
    try:
        call = read_call(services(), clinic, wanted)
    except NoSuchWay:
        abort(404)
    words = render_template(
        "hear_call.html",
        trouble=trouble,
        wanted=wanted,
        at=clinic.line("").hours.local(wanted.at),
        call=call,
        reception=read_reception(services(), call),
        closes=closing(wanted.line.hours, wanted.at),
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
    return Markup(words)  # noqa: S704 - a template of ours has escaped it


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
    """Return the wanted moment. An empty `on` is today, an empty `at` is this minute. Unreadable text ends in a 404."""
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
    """Return the URL of the transcript of this call, at another moment or with other changes."""
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
    """Return a function that gives the URL of the transcript after some keys.

    The function does without url_for, because that would be slow for the hundreds of links of a page.
    """
    return lambda keys: f"{beginning}&keys={quote_plus(' '.join(keys))}"


NAMES = {"*": "star", "#": "hash", "-": "silence"}


def anchor(keys: Keys) -> str:
    """Return the anchor, in the page, of the part of the transcript that follows these keys."""
    return "-".join(("after", *(NAMES.get(key, key) for key in keys)))


Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """A cache of recently used values, such as transcripts, for all threads. Only one thread at once makes a value."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of this key: the remembered one, or a new one that `make` returns. Raises as `make` does."""
        with self._lock:
            if key not in self._values:
                self._values[key] = make()
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
            return self._values[key]
