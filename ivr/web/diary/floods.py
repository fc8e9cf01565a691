"""The page of appointments that were booked by telephone in a flood: shows and cancels them, and books them again.

A booking for a number that the desk knows is probably a patient's. It is shown, but not ticked to be cancelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.diary.appointments import Appointment
from ivr.diary.diary_days import readable_of
from ivr.diary.flood_signs import Flood
from ivr.diary.floods import TakenBack
from ivr.web.diary import words
from ivr.web.diary.touched import keep_in_step
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, ngettext
from ivr.web.lengths import id_of
from ivr.web.services import services
from ivr.web.sessions import by

floods = Blueprint("floods", __name__)


@dataclass(frozen=True)
class ShownBooking:
    """An appointment that was booked in a flood, in words."""

    found: Appointment
    number: str
    name: str
    """The patient's name that the desk knows for the number; empty where it knows none."""


@dataclass(frozen=True)
class ShownFlood:
    """A flood of bookings by telephone, in words."""

    flood: Flood
    bookings: Sequence[ShownBooking]

    @property
    def known(self) -> int:
        """The number of bookings in the flood for which the desk knows the patient's name, by the telephone number."""
        return sum(bool(each.name) for each in self.bookings)


@floods.get("/desk/diary/floods")
@guarded_by(staff_only)
def page() -> str:
    """Show the bookings of floods, and the bookings that were lately cancelled as a flood."""
    now, diary = services().clock(), services().diary
    return render_template(
        "diary_floods.html", floods=[_shown(each) for each in diary.floods.ahead(now)], freed=diary.floods.freed(now)
    )


@floods.post("/desk/diary/floods/free")
@guarded_by(staff_only)
def free() -> ResponseReturnValue:
    """Cancel those appointments of a flood that are ticked."""
    count = services().diary.floods.free(_ticked(), by())
    if count:
        said = ngettext("%(num)s appointment is cancelled.", "%(num)s appointments are cancelled.", count)
        flash(f"{said} {keep_in_step()}".strip(), "done")
    else:
        flash(_("Nothing was cancelled: nothing is ticked, or somebody was quicker."), "trouble")
    return redirect(url_for("floods.page"))


@floods.post("/desk/diary/floods/leave")
@guarded_by(staff_only)
def leave() -> ResponseReturnValue:
    """Keep all appointments of a flood, and note that the desk vouches for each, so that the flood is shown no more."""
    services().diary.floods.vouch(_ids("all"), by())
    flash(_("They stay, and are not shown here again."), "done")
    return redirect(url_for("floods.page"))


@floods.post("/desk/diary/floods/undo")
@guarded_by(staff_only)
def undo() -> ResponseReturnValue:
    """Book again the appointments that were cancelled as a flood, as far as their times are still free."""
    try:
        at = datetime.fromisoformat(request.form.get("at", ""))
    except ValueError:
        at = services().clock()
    taken_back = services().diary.floods.take_back(at, by())
    said = f"{_said(taken_back)} {keep_in_step()}".strip()
    flash(said, "done" if taken_back.back and not taken_back.left else "trouble")
    return redirect(url_for("floods.page"))


def _said(taken_back: TakenBack) -> str:
    back, left = len(taken_back.back), [each.reference for each in taken_back.left]
    said = [ngettext("%(num)s appointment is booked again.", "%(num)s appointments are booked again.", back)]
    if left:
        said.append(
            _(
                "Not these, as the time is over or taken, or somebody has changed them: %(references)s.",
                references=", ".join(left),
            )
        )
    return " ".join(said)


def _shown(flood: Flood) -> ShownFlood:
    known = services().diary.reads.among([each.id for each in flood.bookings]).values()
    found = sorted(readable_of(list(known)), key=lambda each: each.starts)
    names = services().diary.patients.names({each.phone.e164 for each in found if each.phone})
    return ShownFlood(flood, [_booking(each, names.get(each.phone.e164, "") if each.phone else "") for each in found])


def _booking(found: Appointment, name: str) -> ShownBooking:
    return ShownBooking(found, words.number_words(found.phone), name)


def _ticked() -> list[int]:
    return _ids("id")


def _ids(field: str) -> list[int]:
    written = " ".join(request.form.getlist(field)).split()
    return [each for each in map(id_of, written) if each is not None]
