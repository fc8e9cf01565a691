"""The form for the request of somebody who stands at the counter. It offers no choice that it refuses."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ivr.desk.moves import LONGEST_NOTE
from ivr.desk.requests import NewRequest
from ivr.desk.store import AT_THE_COUNTER
from ivr.line.booking import Kind, Part, Wish
from ivr.line.clinic import Clinic
from ivr.line.phones import NumberRefused
from ivr.storage.audit import AuditAction
from ivr.web import typed
from ivr.web.desk import cards
from ivr.web.desk.actions import card_of
from ivr.web.desk.card_form import name_typed
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, language, local
from ivr.web.lengths import TooLong, words
from ivr.web.services import services
from ivr.web.sessions import by, who
from ivr.web.wording import languages_of_the_line, refusal_words

counter = Blueprint("counter", __name__)

DAYS_TO_CHOOSE = 7
"""The number of open days that the form at the counter offers as the day of the wish."""


class ChoiceGone(ValueError):
    """A choice in the form is no longer offered: the form was open since yesterday, or the clinic's lines changed."""


@counter.get("/desk/new")
@guarded_by(staff_only)
def ask_new() -> ResponseReturnValue:
    """Show the empty form for a request at the counter."""
    return _page()


@counter.post("/desk/new")
@guarded_by(staff_only)
def add_new() -> ResponseReturnValue:
    """Add the request of a patient at the counter, and show its card."""
    try:
        new, note = _written(name_typed()), words("note", _("Note"), LONGEST_NOTE)
    except NumberRefused as refused:
        return _page(refusal_words(refused.why), "phone"), 400
    except TooLong as too_long:
        return _page(str(too_long), too_long.field), 400
    except ValueError:
        return _page(_("What you chose is not offered any more. Please look at it again.")), 400
    promise = (*new.promise, secrets.token_hex(8))
    keyed_ids = services().reports.keyed_ids
    saved = services().desk.store.keep(new, keyed_ids.mark(promise), keyed_ids.reference(promise))
    found = services().desk.store.request(saved.request_id)
    if new.name:
        services().desk.moves.name(found.id, new.name, by())
    if note:
        services().desk.moves.write_note(found.id, note, by())
    services().staff.audit.write(by(), AuditAction.WROTE_DOWN_REQUEST, found.reference)
    flash(_("The request is saved."), "done")
    return redirect(card_of(found))


@counter.post("/desk/new/names")
@guarded_by(staff_only)
def names() -> str:
    """Return the patients' names known for the number in the form, as options of its name field."""
    try:
        number = services().clinic.dialling.to_ring(request.form.get("phone", ""))
    except NumberRefused:
        return ""
    return render_template("names.html", names=[each.name for each in services().diary.patients.of_phone(number)])


def _page(trouble: str = "", at: str = "") -> str:
    """Return the page with the form for a request at the counter; `at` is the field that the `trouble` is about."""
    clinic = services().hours.clinic_now()
    return render_template(
        "new.html",
        trouble=trouble,
        at=at,
        typed=typed.typed("new"),
        lines=[(line.key, line.name[language()]) for line in clinic.lines.values()],
        wishes=[(written(*each), cards.wish_words(*each)) for each in _wishes(clinic, services().clock())],
        spoken=languages_of_the_line(),
    )


def _wishes(clinic: Clinic, now: datetime) -> Iterator[tuple[date, Part]]:
    """Yield the days and parts of days that the form offers for a wish, taken from the offers of all telephone lines.

    If the request's own line is closed at the chosen time, the request is due when that line next opens.
    """
    days = sorted({day for line in clinic.lines.values() for day in line.offer.days(now, DAYS_TO_CHOOSE)})
    for day in days[:DAYS_TO_CHOOSE]:
        offered = {part for line in clinic.lines.values() for part in line.offer.parts_of(day, now)}
        yield from ((day, part) for part in Part if part in offered)


def written(day: date, part: Part) -> str:
    """Return a day and a part of it as text, in the format of the form's field for the wish."""
    return f"{day} {part}"


def _written(name: str) -> NewRequest:
    """Return the request in the form, of the person `name`. Raises NumberRefused, ChoiceGone, ValueError."""
    form, now = request.form, services().clock()
    number = services().clinic.dialling.to_ring(form.get("phone", ""))
    line = services().hours.clinic_now().lines.get(form.get("line", ""))
    if line is None or form.get("language") not in services().script.languages:
        raise ChoiceGone
    wish = Wish(Kind(form.get("kind", "")), *_wished(local(now).date()))
    return NewRequest(
        kind=wish.kind,
        line=line.key,
        phone=number,
        language=form["language"],
        day=wish.day,
        part=wish.part,
        due=line.offer.due(wish, now),
        call_id=AT_THE_COUNTER,
        created=now,
        asked=now,
        own_number=True,
        made_by=who(),
        name=name,
    )


def _wished(today: date) -> tuple[date | None, Part | None]:
    """Return the chosen day and part of the day; two None if none was chosen. Raises ChoiceGone for a past day."""
    day, _blank, part = request.form.get("wish", "").partition(" ")
    if not day:
        return None, None
    wished = date.fromisoformat(day)
    if wished < today:
        raise ChoiceGone
    return wished, Part(part)
