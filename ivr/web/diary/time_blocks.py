"""The page of blocked times. Before the desk blocks a time, the page shows the appointments that the block touches."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.diary.appointments import Appointment
from ivr.diary.blocked_times import TimeBlock
from ivr.line.hours import Shift
from ivr.web import typed
from ivr.web.diary import view, words
from ivr.web.diary.moments import NoMoment, day_of, day_typed, hour_typed, today
from ivr.web.diary.touched import keep_in_step
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _
from ivr.web.lengths import TooLong
from ivr.web.lengths import words as words_of
from ivr.web.services import services
from ivr.web.sessions import by

time_blocks = Blueprint("time_blocks", __name__)

LONGEST_WORDS = 80
"""The longest reason of a block of time, in characters, because a day's narrow columns show the reason."""

ONCE, DAILY, WEEKLY = "once", "daily", "weekly"
"""The ways in which a block of time can be repeated, as the form names them."""


@time_blocks.get("/desk/diary/blocks")
@guarded_by(staff_only)
def page() -> ResponseReturnValue:
    """Show the blocked times that are set, and the form that blocks another."""
    return _page(typed.typed("times"))


@time_blocks.post("/desk/diary/blocks")
@guarded_by(staff_only)
def block() -> ResponseReturnValue:
    """Block the time that the form names. If appointments lie in this time, show them, and block it at a second tap."""
    filled = typed.typed("times")
    try:
        wanted = _wanted(request.form)
    except (NoMoment, TooLong) as trouble:
        return _page(filled, str(trouble)), 400
    touched = services().diary.days.touched(services().clinic, wanted, services().clock())
    if {str(each.id) for each in touched} - set(request.form.get("despite", "").split(" ")):
        return _page(filled, touched=touched), 409
    services().diary.blocked_times.set(wanted, by())
    said = _("The time is blocked: %(hours)s.", hours=words.block_hours(wanted))
    flash(f"{said} {keep_in_step()}".strip(), "done")
    return redirect(url_for("diary.page", day=max(wanted.first_day, today())))


@time_blocks.post("/desk/diary/blocks/<int(max=2147483647):block_id>/undo")
@guarded_by(staff_only)
def undo(block_id: int) -> ResponseReturnValue:
    """Undo a block of time, so that its times are free again."""
    if services().diary.blocked_times.undo(block_id, by()):
        flash(" ".join(filter(None, (_("The time is free again."), keep_in_step()))), "done")
    else:
        flash(_("Somebody has already undone this."), "trouble")
    return redirect(url_for("time_blocks.page"))


def _page(filled: Mapping[str, str], trouble: str = "", touched: Sequence[Appointment] = ()) -> str:
    day = day_of(request.args.get("day", "")) or today()
    people = services().diary.patients.called({each.patient_id for each in touched if each.patient_id})
    found = services().diary.blocked_times.standing(today())
    standing = [each for each in found if each.block.on(day) or not each.is_imported]
    columns = dict(words.columns_to_choose())
    return render_template(
        "diary_blocks.html",
        typed=filled,
        day=day,
        trouble=trouble,
        touched=[view.shown(each, people, {}) for each in touched],
        standing=[(each, words.block_hours(each.block), columns.get(each.block.schedule, "")) for each in standing],
        elsewhere=len(found) - len(standing),
        columns=list(columns.items()),
    )


# -- the form


def _wanted(form: Mapping[str, str]) -> TimeBlock:
    """Return the block of time that the form asks for. Raises NoMoment, TooLong."""
    first, repeats = day_typed(form.get("day", ""), _("Day")), form.get("repeats", ONCE)
    start, end = hour_typed(form.get("from", ""), _("From")), hour_typed(form.get("until", ""), _("until"))
    try:
        shift = Shift(start, end)
    except ValueError:
        raise NoMoment(_("The blocked time must begin before it ends.")) from None
    column = form.get("column", "")
    return TimeBlock(
        shift=shift,
        first_day=first,
        last_day=first if repeats == ONCE else _last_day(form.get("last_day", ""), first, repeats),
        schedule=column if services().clinic.diary.schedule(column) else "",
        weekday=first.weekday() if repeats == WEEKLY else None,
        words=words_of("words", _("Reason"), LONGEST_WORDS),
    )


def _last_day(written: str, first: date, repeats: str) -> date | None:
    """Return the typed last day of the block; None if the block repeats weekly without an end. Raises NoMoment."""
    if repeats == WEEKLY and not written:
        return None
    last = day_typed(written, _("Last day"))
    if last < first:
        raise NoMoment(_("The last day is before the first."))
    return last
