"""The desk's pages: the waiting list and the card of a request. Changes nothing but the audit."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.lists.worklist import PAGE, Filter
from ivr.desk.request_rows import CannotRead, OddRequest
from ivr.storage.redis import QueueAway
from ivr.web.desk import cards, missed, odd_cards
from ivr.web.desk.busy_lines import loads
from ivr.web.desk.card_pages import any_card_page, card_parts, odd_page, undoable
from ivr.web.desk.groups import due_ids, groups, overnight
from ivr.web.desk.persons import known_of
from ivr.web.desk.reasons import trouble_words
from ivr.web.guards import guarded_by, open_to_all, staff_only
from ivr.web.i18n import FIRST_DAY, LAST_DAY, _
from ivr.web.lengths import id_of
from ivr.web.live import Live
from ivr.web.services import services
from ivr.web.sessions import who

console = Blueprint("console", __name__)


@console.get("/")
@guarded_by(open_to_all)
def front() -> ResponseReturnValue:
    """Redirect from the path / to the desk."""
    return redirect(url_for("console.worklist"))


@console.get("/desk")
@guarded_by(staff_only)
def worklist() -> ResponseReturnValue:
    """Show the waiting list: the requests that wait for a call, the most overdue first."""
    wanted, live = _wanted(), Live(_version)
    shown = _list(wanted)
    part = live.part("list.html", **shown)
    called = missed.called_just_now()
    return render_template("desk.html", live=part, undo=undoable(), called=called, words="", **shown)


@console.get("/desk/list")
@guarded_by(staff_only)
def live_list() -> ResponseReturnValue:
    """Return only the waiting list, for a page that is open; 204 where nothing has changed."""
    live = Live(_version)
    return ("", 204) if live.is_seen() else live.news(live.part("list.html", **_list(_wanted())))


def _version() -> str:
    """Return the version of the waiting list: it changes with each change of a request, missed call or appointment."""
    desk = services().desk
    return f"{desk.worklist.version()}-{desk.missed.version()}-{services().diary.days.version()}"


@console.get("/desk/requests/<reference>")
@guarded_by(staff_only)
def show(reference: str) -> ResponseReturnValue:
    """Show the card of the request with this reference, or a choice where two numbers share the reference."""
    # The reference of a merged request leads to the one that stayed. With an id the merged request itself is shown.
    found = services().desk.worklist.referred(reference, also_merged="id" in request.args)
    chosen = [each for each in found if str(each.id) == request.args.get("id", str(each.id))]
    if not chosen:
        abort(404)
    if len(chosen) > 1:
        shown = odd_cards.any_cards(chosen, who())
        return render_template("choose.html", reference=reference, cards=shown)
    return any_card_page(chosen[0])


@console.get("/desk/requests/<int(max=2147483647):request_id>/stored")
@guarded_by(staff_only)
def show_stored(request_id: int) -> ResponseReturnValue:
    """Show the card of a request by its id, for a request whose reference is unreadable and cannot be in a URL."""
    return any_card_page(services().desk.store.any_request(request_id))


@console.app_errorhandler(CannotRead)
def cannot_read(error: CannotRead) -> ResponseReturnValue:
    """Show the page of an odd request, and say that what was asked for cannot be done with it."""
    return odd_page(error.found, _("This cannot be done with a request that cannot be read."), 409)


@console.get("/desk/requests/<int(max=2147483647):request_id>/live")
@guarded_by(staff_only)
def live_card(request_id: int) -> ResponseReturnValue:
    """Return the changing parts of a request's card, for a page that is already open; 204 if nothing has changed."""
    live = Live(services().desk.worklist.version)
    if live.is_seen():
        return "", 204
    found = services().desk.store.any_request(request_id)
    if isinstance(found, OddRequest):
        return Response(headers={"HX-Refresh": "true"})  # the page was made while it could be read
    return live.news(live.part("card_changes.html", **card_parts(found)))


@console.get("/desk/appointments")
@guarded_by(staff_only)
def appointments() -> ResponseReturnValue:
    """Redirect an older URL of a day's appointments to that day in the diary."""
    return redirect(url_for("diary.page", day=request.args.get("day")))


def _list(wanted: Filter) -> dict[str, object]:
    page = services().desk.worklist.page(wanted, id_of(request.args.get("first", "")) or 0, overnight())
    asked = services().desk.worklist.asked_elsewhere([each.id for each in page.requests])
    known, calls = known_of(page.requests), missed.lines(wanted.line)
    shown = groups([cards.card(each, who(), known, asked.get(each.id)) for each in page.requests])
    return {
        "page": page,
        "groups": shown,
        "due": due_ids(shown),
        "odd": [odd_cards.odd_card(each, who()) for each in page.odd],
        "wanted": wanted,
        "failed": [
            (each, cards.failure_words(each)) for each in services().desk.outbox.failed_for_good(services().clock())
        ],
        "troubles": [trouble_words(each) for each in services().desk.channel_troubles.now()],
        "on_their_way": _pending(services().desk.pending.count),
        "aside": _pending(services().desk.pending.count_aside),
        "busy": [each for each in loads() if each.is_full or each.is_full_of_withheld],
        "missed": calls,
        "missed_count": sum(not each.call.talked for each in calls),
        "floods": services().diary.floods.ahead(services().clock()),
        "lines": services().clinic.lines,
        "title": _("(%(count)s) The desk", count=page.waiting),
        "next_page": page.first + PAGE if page.first + PAGE < page.found else None,
    }


def _pending(count: Callable[[], int]) -> int:
    """Return the number of pending requests in Redis that `count` counts; 0 where Redis is away."""
    try:
        return count()
    except QueueAway:
        return 0


def _wanted() -> Filter:
    given = request.args
    return Filter(given.get("line", ""), given.get("kind", ""), _day(given.get("day", "")))


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None
