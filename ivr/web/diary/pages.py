"""The diary's pages: a day, a week, and the way to the next free time. Changes nothing."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.diary.concerns import FAR_AHEAD
from ivr.line.diary import Slot
from ivr.web.diary import calendar_feed, phone_booking, view
from ivr.web.diary.moments import day_of, today, waiting_request
from ivr.web.diary.undoing import undoable
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, local
from ivr.web.live import Live
from ivr.web.services import services

diary = Blueprint("diary", __name__)

WEEK = timedelta(days=6)
"""The time from the first day of a shown week to its last."""


@diary.get("/desk/diary")
@guarded_by(staff_only)
def page() -> ResponseReturnValue:
    """Show a day of the diary: its free and taken times, column beside column."""
    live, shown = _live(), _day()
    day = shown["day"].day
    return render_template(
        "diary.html",
        live=live.part("diary_day.html", **shown),
        around=[day + timedelta(days=n) for n in (-1, 1)],
        feed=calendar_feed.state(),
        by_phone=phone_booking.view(),
        undo=undoable(),
        **shown,
    )


@diary.get("/desk/diary/live")
@guarded_by(staff_only)
def live_day() -> ResponseReturnValue:
    """Return only the times of the diary's day, for a page that is open; 204 where nothing has changed."""
    live = _live()
    return ("", 204) if live.is_seen() else live.news(live.part("diary_day.html", **_day()))


@diary.get("/desk/diary/week")
@guarded_by(staff_only)
def week() -> ResponseReturnValue:
    """Show a week of the diary: for each day who comes, and the number of free and taken times."""
    live, shown = _live(), _week()
    first = shown["days"][0].day
    around = [first - timedelta(days=7), first + timedelta(days=7)]
    return render_template("diary_week.html", live=live.part("diary_days.html", **shown), around=around, **shown)


@diary.get("/desk/diary/week/live")
@guarded_by(staff_only)
def live_week() -> ResponseReturnValue:
    """Return only the days of the diary's week, for a page that is open; 204 where nothing has changed."""
    live = _live()
    return ("", 204) if live.is_seen() else live.news(live.part("diary_days.html", **_week()))


@diary.get("/desk/diary/next")
@guarded_by(staff_only)
def next_free() -> ResponseReturnValue:
    """Redirect to the day of the next free time, and mark that time on the page.

    The search begins after the time that the page before has marked, or else at the day in the URL.
    """
    asked, now = day_of(request.args.get("day", "")) or today(), services().clock()
    found = _free_after(max(asked, today()), _after() or now)
    for_whom = request.args.get("request")
    if found is None:
        flash(_("No time is free in the next two months."), "trouble")
        return redirect(url_for("diary.page", day=asked, request=for_whom))
    start, column = local(found.start), found.schedule
    day, marked = start.date(), f"{start:%H:%M}"
    # Without a fragment: with one, browsers leave the keyboard at the page's beginning, whatever has autofocus.
    return redirect(url_for("diary.page", day=day, marked=marked, column=column, request=for_whom))


def _after() -> datetime | None:
    """Return the moment in the URL after which the next free time is searched; None if the URL has none."""
    try:
        at = datetime.fromisoformat(f"{request.args.get('day', '')}T{request.args.get('marked', '')}")
    except ValueError:
        return None
    return at.replace(tzinfo=services().clinic.line("").hours.zone, second=0, microsecond=0)


def _free_after(first: date, after: datetime) -> Slot | None:
    """Return the first free time from a day on that begins after a moment; None where none is within `FAR_AHEAD`."""
    clinic, now, last = services().hours.clinic_now(), services().clock(), today() + FAR_AHEAD
    while first <= last:
        for day in services().diary.days.read(clinic, first, first + WEEK):
            for slot in day.free(now):
                if slot.start > after:
                    return slot
        first += WEEK + timedelta(days=1)
    return None


def _live() -> Live:
    return Live(services().diary.days.version)


def _day() -> dict[str, Any]:
    card = waiting_request()
    wished = max(card.day, today()) if card and card.day else today()
    day = day_of(request.args.get("day", "")) or wished
    (found,) = view.days(day, day)
    shown = {"day": found, "card": card, "today": today(), "floods": services().diary.floods.ahead(services().clock())}
    return {**shown, "marked": request.args.get("marked", ""), "column": request.args.get("column", "")}


def _week() -> dict[str, Any]:
    day = day_of(request.args.get("day", "")) or today()
    first = day - timedelta(days=day.weekday())
    return {"days": view.days(first, first + WEEK), "card": waiting_request(), "today": today()}
