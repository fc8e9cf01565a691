"""The desk's pages: the worklist and the card of a request. Changes nothing but the audit."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.request_rows import AnyRequest, CannotRead, OddRequest
from ivr.desk.requests import HistoryEntry, HistoryEvent, NoSuchRequest, Request, Status
from ivr.desk.worklist import PAGE, Filter
from ivr.storage.audit import AuditAction
from ivr.storage.redis import QueueAway
from ivr.web import typed
from ivr.web.desk import cards, odd_cards
from ivr.web.desk.busy_lines import loads
from ivr.web.desk.channel_words import trouble_words
from ivr.web.guards import guarded_by, open_to_all, staff_only
from ivr.web.i18n import FIRST_DAY, LAST_DAY, _, local
from ivr.web.live import Live
from ivr.web.services import services
from ivr.web.sessions import by, who
from ivr.web.wording import outcome_words

console = Blueprint("console", __name__)

UNDO_SHOWN = timedelta(seconds=10)
"""Time during which the worklist offers to undo the last report."""


LAST_REPORT = "last_report"
"""Session key of the last report, which may be undone."""


@console.get("/")
@guarded_by(open_to_all)
def front() -> ResponseReturnValue:
    """Redirect to the desk."""
    return redirect(url_for("console.worklist"))


@console.get("/desk")
@guarded_by(staff_only)
def worklist() -> ResponseReturnValue:
    """Show the requests that wait, the most overdue first."""
    wanted, live = _wanted(), Live(services().desk.worklist.version)
    closed = [odd_cards.any_card(each, who()) for each in services().desk.worklist.searched(wanted.words)]
    shown = _list(wanted)
    part = live.part("list.html", **shown)
    return render_template("desk.html", live=part, closed=closed, undo=_undoable(), **shown)


@console.get("/desk/list")
@guarded_by(staff_only)
def live_list() -> ResponseReturnValue:
    """Return only the list, for a page that is open; 204 where nothing has changed."""
    live = Live(services().desk.worklist.version)
    return ("", 204) if live.is_seen() else live.news(live.part("list.html", **_list(_wanted())))


@console.get("/desk/requests/<reference>")
@guarded_by(staff_only)
def show(reference: str) -> ResponseReturnValue:
    """Show the card of a reference, or a choice where two numbers share the reference."""
    # The reference of a merged request leads to the one that stayed. With an id the merged request itself is shown.
    found = services().desk.worklist.referred(reference, also_merged="id" in request.args)
    chosen = [each for each in found if str(each.id) == request.args.get("id", str(each.id))]
    if not chosen:
        abort(404)
    if len(chosen) > 1:
        shown = [odd_cards.any_card(each, who()) for each in chosen]
        return render_template("choose.html", reference=reference, cards=shown)
    return any_card_page(chosen[0])


@console.get("/desk/requests/<int(max=2147483647):request_id>/stored")
@guarded_by(staff_only)
def show_stored(request_id: int) -> ResponseReturnValue:
    """Show the card of a request by its id: a reference that cannot be read leads nowhere."""
    return any_card_page(services().desk.store.any_request(request_id))


@console.app_errorhandler(CannotRead)
def cannot_read(error: CannotRead) -> ResponseReturnValue:
    """Show the card of a request as it is stored, where something else was asked than can be done with it."""
    return odd_page(error.found, _("This cannot be done with a request that cannot be read."), 409)


@console.get("/desk/requests/<int(max=2147483647):request_id>/live")
@guarded_by(staff_only)
def live_card(request_id: int) -> ResponseReturnValue:
    """Return only the changing parts of a card that is open; 204 where nothing has changed."""
    live = Live(services().desk.worklist.version)
    if live.is_seen():
        return "", 204
    found = services().desk.store.any_request(request_id)
    if isinstance(found, OddRequest):
        return Response(headers={"HX-Refresh": "true"})  # the page was made while it could be read
    return live.news(live.part("card_changes.html", **_card(found)))


@console.get("/desk/appointments")
@guarded_by(staff_only)
def appointments() -> ResponseReturnValue:
    """Redirect to the diary, which has the appointments."""
    return redirect(url_for("diary.page", day=request.args.get("day")))


def any_card_page(found: AnyRequest, trouble: str = "", status: int = 200) -> ResponseReturnValue:
    """Return the card's page, also of a request that cannot be read."""
    if isinstance(found, OddRequest):
        return odd_page(found, trouble, status)
    return card_page(found, trouble, status)


def odd_page(found: OddRequest, trouble: str = "", status: int = 200) -> ResponseReturnValue:
    """Return the page of a request that cannot be read: what is stored, and what can be done with it all the same."""
    services().staff.audit.write(by(), AuditAction.SAW_REQUEST, found.reference)
    others = services().desk.worklist.of_same_number(found)
    page = render_template(
        "odd.html",
        card=odd_cards.odd_card(found, who()),
        earlier=[odd_cards.any_card(each, who()) for each in others],
        history=_history(services().desk.store.history(found.id)),
        taps=cards.closing_taps(),
        trouble=trouble,
        typed=request.form,
    )
    return page, status


def card_page(found: Request, trouble: str = "", status: int = 200) -> ResponseReturnValue:
    """Return the card's page. Where an action was refused, it shows `trouble` and what was typed."""
    services().staff.audit.write(by(), AuditAction.SAW_REQUEST, found.reference)
    live = Live(services().desk.worklist.version)
    shown = _card(found)
    offers = services().desk.worklist.offered(found) if shown["may_merge"] else []
    earlier = [each for each in services().desk.worklist.of_same_number(found) if each not in offers]
    page = render_template(
        "card.html",
        earlier=[odd_cards.any_card(each, who()) for each in earlier],
        say=cards.to_say(found),
        taps=cards.one_tap(),
        outcomes=outcome_words(),
        colleagues=[each.name for each in services().staff.people.all() if each.active and each.name != found.taken_by],
        typed=typed.typed(f"card {found.id}"),
        trouble=trouble,
        is_blocked=services().desk.blocked.has(found.phone),
        offers=[cards.card(each, who()) for each in offers],
        undo=_undoable(),
        booked_day=local(found.appointment).date() if found.appointment else None,
        seen=live.seen(live.part("card_changes.html", **shown)),
        **shown,
    )
    return page, status


def _card(found: Request) -> dict[str, object]:
    entries = services().desk.store.history(found.id)
    asked = [each.detail for each in entries if each.what == HistoryEvent.ASKED_FOR]
    card = cards.card(found, who(), asked[-1] if asked else None)
    may_merge = card.mine or found.status is Status.OPEN
    into = _merged_into(found)
    return {"card": card, "history": _history(entries), "into": into, "may_merge": may_merge}


def _history(entries: Sequence[HistoryEntry]) -> list[tuple[HistoryEntry, str, str]]:
    """Return the lines of a request's history, newest first, each with who and what in words."""
    return [(each, cards.who_words(each), cards.entry_words(each)) for each in reversed(entries)]


def _merged_into(found: Request) -> AnyRequest | None:
    """Return the request that this one was merged into, or None where it has gone."""
    with suppress(NoSuchRequest):
        return services().desk.store.any_request(found.merged_into) if found.merged_into else None
    return None


def _list(wanted: Filter) -> dict[str, object]:
    page = services().desk.worklist.page(wanted, first=_first())
    asked = services().desk.worklist.asked_elsewhere([each.id for each in page.requests])
    return {
        "page": page,
        "cards": [cards.card(each, who(), asked.get(each.id)) for each in page.requests],
        "odd": [odd_cards.odd_card(each, who()) for each in page.odd],
        "wanted": wanted,
        "failed": [
            (each, cards.failure_words(each)) for each in services().desk.outbox.failed_for_good(services().clock())
        ],
        "troubles": [trouble_words(each) for each in services().desk.channel_troubles.now()],
        "on_their_way": _pending(services().desk.pending.count),
        "aside": _pending(services().desk.pending.count_aside),
        "busy": [each for each in loads() if each.is_full or each.is_full_of_withheld],
        "lines": services().clinic.lines,
        "title": _("(%(count)s) The desk", count=page.waiting),
        "next_page": page.first + PAGE if page.first + PAGE < page.found else None,
    }


def _pending(count: Callable[[], int]) -> int:
    """Return a number of pending requests in Redis; 0 where Redis is away."""
    try:
        return count()
    except QueueAway:
        return 0


def _wanted() -> Filter:
    given = request.args
    return Filter(given.get("q", "").strip(), given.get("line", ""), given.get("kind", ""), _day(given.get("day", "")))


def _first() -> int:
    written = request.args.get("first", "0")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 0


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None


def _undoable() -> dict[str, object] | None:
    """Return this person's last report while it may be undone, or None."""
    last = session.get(LAST_REPORT)
    if not last or services().clock() - datetime.fromisoformat(last["at"]) > UNDO_SHOWN:
        return None
    found: dict[str, object] = last
    return found
