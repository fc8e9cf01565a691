"""The opening-hours page: shows the hours that callers hear, and closes lines now, for some hours, or on a later day.

A change counts from the next call on, until the end of its day. The page lists a change until somebody undoes it.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.hours.closures import Standing
from ivr.hours.mirror_file import MirrorFileAway
from ivr.line.clinic import Clinic
from ivr.line.hours import HORIZON_DAYS, DeskClosure
from ivr.web import typed
from ivr.web.guards import guarded_by, staff_only
from ivr.web.hours.form import ALL_LINES, FormRefused, wished
from ivr.web.hours.heard import heard
from ivr.web.hours.touched import asks_first, keep_promises, page_before, whom_it_touches
from ivr.web.hours.view import entries, suggestions
from ivr.web.i18n import _, language
from ivr.web.lengths import id_of
from ivr.web.services import services
from ivr.web.sessions import by
from ivr.web.wording import closure_words

log = logging.getLogger(__name__)
hours = Blueprint("hours", __name__)

HALF_AN_HOUR = timedelta(minutes=30)


@hours.get("/desk/hours")
@guarded_by(staff_only)
def page() -> ResponseReturnValue:
    """Show the hours that callers hear, and the closures that are set. A day in the URL's query fills in the form."""
    if "day" in request.args:
        return _page({"what": "day", "day": request.args["day"], "reason": request.args.get("reason", "")})
    return _page(typed.typed("hours"))


@hours.post("/desk/hours")
@guarded_by(staff_only)
def change() -> ResponseReturnValue:
    """Close a line or the clinic for a day, or change the hours of a day, as the form says."""
    try:
        after = _asked_for()
        if asks_first(after):
            return page_before(after, url_for("hours.change")), 409
        # The wish is made anew after what somebody else may have set meanwhile.
        found = services().hours.closures.set_after(_wish, by())
    except FormRefused as refused:
        return _page(typed.typed("hours"), str(refused)), 400
    what = "; ".join(dict.fromkeys(closure_words(each.closure) for each in found))
    return _heard_from_now_on(_("Changed: %(what)s. Callers hear it from the next call.", what=what))


@hours.post("/desk/hours/touched")
@guarded_by(staff_only)
def touched() -> str:
    """Return the HTML with the patients whom the closures in the unsent form would touch. Changes nothing."""
    try:
        after = _asked_for()
    except FormRefused as refused:
        return render_template("hours_touched_live.html", trouble=str(refused))
    return render_template("hours_touched_live.html", **whom_it_touches(after))


def _asked_for() -> Clinic:
    """Return the clinic with the closures that the form asks for. Raises FormRefused, StoreAway."""
    standing = [each.closure for each in services().hours.closures.current()]
    return services().clinic.with_closures([*standing, *_wish(standing)])


def _wish(standing: Sequence[DeskClosure]) -> list[DeskClosure]:
    return wished(request.form, services().clinic, standing, _today())


@hours.post("/desk/hours/undo")
@guarded_by(staff_only)
def undo() -> ResponseReturnValue:
    """Undo the closures that somebody set in one go."""
    ids = [each for each in map(id_of, request.form.getlist("id")) if each is not None]
    left = [each.closure for each in services().hours.closures.current() if each.id not in ids]
    after = services().clinic.with_closures(left)
    if asks_first(after):
        return page_before(after, url_for("hours.undo")), 409
    undone = [services().hours.closures.undo(each, by()) for each in ids]
    if not any(undone):
        flash(_("Somebody has already undone this."), "trouble")
        return redirect(url_for("hours.page"))
    return _heard_from_now_on(_("The change is undone. From the next call, callers no longer hear it."))


def _heard_from_now_on(words: str) -> ResponseReturnValue:
    """Apply the closures to waiting requests and to the file that calls read; redirect with `words` or an error."""
    touched = keep_promises()
    try:
        services().hours.closures_file.follow(services().hours.closures, _today())
        flash(" ".join((words, *touched)), "done")
    except MirrorFileAway as away:
        log.warning("the closures do not reach the telephone (%s)", away)
        flash(_not_heard(), "trouble")
    return redirect(url_for("hours.page"))


def _page(filled: Mapping[str, str], trouble: str = "") -> str:
    try:
        standing = services().hours.closures_file.follow(services().hours.closures, _today())
    except MirrorFileAway:
        standing, trouble = services().hours.closures.current(_today()), trouble or _not_heard()
    return render_template("hours.html", typed=filled, trouble=trouble, **_shown(standing))


def _shown(standing: list[Standing]) -> dict[str, object]:
    clinic, now = services().hours.clinic_now(), services().clock()
    return {
        "heard": heard(clinic, now),
        "entries": entries(clinic, standing),
        "odd": services().hours.closures.odd(_today()),
        "suggestions": suggestions(clinic, _today()),
        "lines": [(ALL_LINES, _("All lines")), *((key, line.name[language()]) for key, line in clinic.lines.items())],
        "reasons": [("", _("none")), *((key, text[language()]) for key, text in clinic.reasons.items())],
        "today": _today(),
        "last_day": _today() + timedelta(days=HORIZON_DAYS),
        "soon": _half_hour_after(clinic.line("").hours.local(now)),
    }


def _not_heard() -> str:
    return _(
        "The telephone line could not be told of the change: its folder cannot be written. Callers hear "
        "the hours as they were before."
    )


def _today() -> date:
    return services().clinic.line("").hours.local(services().clock()).date()


def _half_hour_after(now: datetime) -> datetime:
    """Return the next full or half hour, which the form suggests for closing early or opening late."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return next(each for each in (hour + HALF_AN_HOUR * n for n in (1, 2)) if each > now)
