"""The form that books an appointment: at a free time or a typed one, for a walk-in or a waiting request.

The form shows any concerns about the time before it books. One further tap then books the time in spite of them.
"""

import secrets

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.requests import MoveRefused, Request
from ivr.diary.appointments import TimeTaken
from ivr.diary.concerns import Concern, Doubt
from ivr.diary.desk_diary import SECOND_TAP, DeskBooking
from ivr.diary.patients import LONGEST_NAME
from ivr.line.clinic import Line
from ivr.line.phones import NumberRefused, Phone
from ivr.web import typed
from ivr.web.diary import words
from ivr.web.diary.fulfilling import book
from ivr.web.diary.moments import NoMoment, booked_time, day_of, moment_typed, waiting_request
from ivr.web.diary.purpose import column_for, is_beside, is_meant, told_of
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, language, local
from ivr.web.lengths import TooLong
from ivr.web.lengths import words as words_of
from ivr.web.services import services
from ivr.web.sessions import who
from ivr.web.wording import languages_of_the_line, refusal_words

new_appointment = Blueprint("new_appointment", __name__)

LONGEST_NOTE = 1000
"""The longest note on an appointment, in characters, as for a note on a request."""


class NobodyNamed(ValueError):
    """Neither a number nor a name was typed for the new appointment."""


@new_appointment.get("/desk/diary/book")
@guarded_by(staff_only)
def ask() -> ResponseReturnValue:
    """Show the form for a new appointment, at the time that was tapped in the diary."""
    return _page(waiting_request())


@new_appointment.post("/desk/diary/names")
@guarded_by(staff_only)
def names() -> ResponseReturnValue:
    """Return the names of the patients known for the number in the form, and when these patients come."""
    return render_template("diary_names.html", **_known(_number_or_none(request.form.get("phone", ""))))


@new_appointment.post("/desk/diary/book")
@guarded_by(staff_only)
def add() -> ResponseReturnValue:
    """Book the appointment that the form describes. If that is not possible, show the form again with the reason."""
    card = waiting_request()
    if request.form.get("request") and card is None:
        return _closed_already()
    if request.form.get("look"):  # without JavaScript: the form once more, with the names of the number
        return _page(card)
    try:
        return _booked(card, _wanted(card))
    except (NumberRefused, NobodyNamed, TooLong, NoMoment) as refused:
        return _page(card, *_trouble(refused)), 400


def _trouble(refused: ValueError) -> tuple[str, str]:
    """Return in words why the form for a new appointment is refused, and the field that the reason is about."""
    if isinstance(refused, NumberRefused):
        return refusal_words(refused.why), "phone"
    if isinstance(refused, NobodyNamed):
        return _("Please give a number or a name."), "phone"
    return str(refused), "day" if isinstance(refused, NoMoment) else "note"


def _closed_already() -> ResponseReturnValue:
    """Redirect to the day booked for the closed request, as after a second tap; answer 409 if nothing was booked."""
    at = booked_time()
    if at:
        return redirect(url_for("diary.page", day=local(at).date()))
    return _page(None, _("That request is closed already. Nothing was booked.")), 409


def _booked(card: Request | None, wanted: DeskBooking) -> ResponseReturnValue:
    """Book the wanted appointment. If there are concerns about the time, show them with a button to book anyway."""
    column, found = column_for(wanted.starts, wanted.schedule, but=card.about if card else None)
    if any(_is_the_same(each, wanted) for each in found):
        return redirect(url_for("diary.page", day=local(wanted.starts).date()))
    if not is_meant(found, wanted.starts, wanted.schedule):
        return _page(card, told=told_of(found, wanted.starts, wanted.schedule)), 409
    beside = is_beside(found, wanted.starts, wanted.schedule)
    try:
        book(card, wanted, column.key, beside=beside, on_purpose=bool(found))
    except MoveRefused as refused:
        return _page(card, _("%(name)s has taken this request.", name=refused.taken_by or _("Somebody"))), 409
    except TimeTaken:  # by somebody who was quicker
        return _page(card, told=told_of([Concern(Doubt.TAKEN)], wanted.starts, wanted.schedule)), 409
    return redirect(url_for("diary.page", day=local(wanted.starts).date()))


def _is_the_same(concern: Concern, wanted: DeskBooking) -> bool:
    """Return whether the logged-in person has just made this same booking, as by a second tap on the button."""
    other = concern.appointment
    if other is None or (other.starts, other.phone, other.made_by) != (wanted.starts, wanted.phone, who()):
        return False
    return services().clock() - other.created < SECOND_TAP and not request.form.get("despite")


# -- the form


def _wanted(card: Request | None) -> DeskBooking:
    """Return the booking that the form asks for. Raises NumberRefused, NobodyNamed, TooLong, NoMoment."""
    form = request.form
    phone = card.phone if card else _number(form.get("phone", ""))
    name = words_of("name", _("Name"), LONGEST_NAME)
    if phone is None and not name:
        raise NobodyNamed
    line = _line(card.line if card else form.get("line", ""))
    asked = card.language if card else form.get("language", "")
    return DeskBooking(
        starts=moment_typed(form),
        phone=phone,
        name=name,
        line=line.key,
        language=asked if asked in services().script.languages else line.language,
        reference=card.reference if card else services().reports.keyed_ids.reference((secrets.token_hex(8),)),
        schedule=_column(form.get("column", "")),
        words=words_of("note", _("Note"), LONGEST_NOTE),
    )


def _column(written: str) -> str:
    return written if services().clinic.diary.schedule(written) else ""


def _line(key: str) -> Line:
    return services().clinic.line(key)


def _number(written: str) -> Phone | None:
    """Return the telephone number that was typed; None where the field is empty. Raises NumberRefused."""
    return services().clinic.dialling.to_ring(written) if written.strip() else None


def _number_or_none(written: str) -> Phone | None:
    try:
        return _number(written)
    except NumberRefused:
        return None


def _page(card: Request | None, trouble: str = "", at: str = "", told: dict[str, object] | None = None) -> str:
    """Return the booking form, for request `card` if given, with error `trouble` at field `at`, and concerns `told`."""
    filled = {**typed.typed(f"booking {card.id}" if card else "booking")}
    if request.method == "GET":
        filled |= {name: request.args[name] for name in ("day", "hour", "column") if name in request.args}
    day = day_of(filled.get("day", ""))
    return render_template(
        "diary_book.html",
        card=card,
        typed=filled,
        day=day,
        trouble=trouble,
        at=at,
        told=told,
        columns=words.columns_to_choose(),
        lines=[(line.key, line.name[language()]) for line in services().clinic.lines.values()],
        spoken=languages_of_the_line(),
        **_known(card.phone if card else _number_or_none(filled.get("phone", ""))),
    )


def _known(phone: Phone | None) -> dict[str, object]:
    """Return up to six patients of a number and its coming appointments; both are empty if `phone` is None."""
    diary = services().diary
    if phone is None:
        return {"known": [], "ahead": []}
    return {"known": diary.patients.of_phone(phone)[:6], "ahead": diary.reads.ahead(phone.e164, services().clock())}
