"""The desk's pages: the worklist, the card of a request, the appointments of a day. Changes nothing but the audit."""

from datetime import date, datetime, time, timedelta

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ivr.desk.moves import LONGEST_NOTE
from ivr.desk.requests import Request, Status
from ivr.desk.worklist import PAGE, Filter
from ivr.storage.audit import AuditAction
from ivr.storage.redis import QueueAway
from ivr.web import typed
from ivr.web.desk import cards
from ivr.web.desk.calendar_feed import address
from ivr.web.guards import guarded_by, open_to_all, staff_only
from ivr.web.i18n import FIRST_DAY, LAST_DAY, _, local
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
    wanted = _wanted()
    closed = [cards.card(each, who()) for each in services().desk.worklist.searched(wanted.words)]
    return render_template("desk.html", closed=closed, undo=_undoable(), **_list(wanted))


@console.get("/desk/list")
@guarded_by(staff_only)
def live_list() -> ResponseReturnValue:
    """Return only the list, for a page that is open; 204 where nothing has changed."""
    if request.args.get("seen") == _seen():
        return "", 204
    return render_template("list.html", **_list(_wanted()))


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
        return render_template("choose.html", reference=reference, cards=[cards.card(each, who()) for each in chosen])
    return card_page(chosen[0])


@console.get("/desk/requests/<int(max=2147483647):request_id>/live")
@guarded_by(staff_only)
def live_card(request_id: int) -> ResponseReturnValue:
    """Return only the changing parts of a card that is open; 204 where nothing has changed."""
    if request.args.get("seen") == _seen():
        return "", 204
    return render_template("card_changes.html", **_card(services().desk.store.request(request_id)))


@console.get("/desk/appointments")
@guarded_by(staff_only)
def appointments() -> ResponseReturnValue:
    """Show the appointments of a day, to read or to print."""
    day = _day(request.args.get("day", "")) or local(services().clock()).date()
    zone = services().clinic.line("").hours.zone
    start = datetime.combine(day, time.min, zone)
    booked = services().desk.worklist.appointments(start, start + timedelta(days=1))
    found = [cards.card(each, who()) for each in booked]
    around = [day + timedelta(days=n) for n in (-1, 1)]
    return render_template("appointments.html", cards=found, day=day, around=around, feed=_feed())


def card_page(found: Request, trouble: str = "", status: int = 200) -> ResponseReturnValue:
    """Return the card's page. Where an action was refused, it shows `trouble` and what was typed."""
    services().staff.audit.write(by(), AuditAction.SAW_REQUEST, found.reference)
    shown = _card(found)
    offers = services().desk.worklist.offered(found) if shown["may_merge"] else []
    earlier = [each for each in services().desk.worklist.of_same_number(found) if each not in offers]
    page = render_template(
        "card.html",
        earlier=[cards.card(each, who()) for each in earlier],
        say=cards.to_say(found),
        taps=cards.one_tap(),
        outcomes=outcome_words(),
        colleagues=[each.name for each in services().staff.people.all() if each.active and each.name != found.taken_by],
        typed=typed.typed(f"card {found.id}"),
        trouble=trouble,
        longest_note=LONGEST_NOTE,
        is_blocked=services().desk.blocked.has(found.phone),
        offers=[cards.card(each, who()) for each in offers],
        undo=_undoable(),
        booked_day=local(found.appointment).date() if found.appointment else None,
        **shown,
    )
    return page, status


def _feed() -> dict[str, object]:
    """Return the state of the calendar feed. Only managers get its link."""
    link, length = services().desk.calendar_feed.link(), services().clinic.appointment
    url = address(link.token) if link and current_user.manager else ""
    minutes = int(length.total_seconds() // 60) if length else None
    return {"on": link is not None, "url": url, "open": request.args.get("show") == "calendar", "minutes": minutes}


def _card(found: Request) -> dict[str, object]:
    newest_first = reversed(services().desk.store.history(found.id))
    history = [(each, cards.who_words(each), cards.entry_words(each)) for each in newest_first]
    into = services().desk.store.request(found.merged_into) if found.merged_into else None
    card = cards.card(found, who())
    may_merge = card.mine or found.status is Status.OPEN
    return {"card": card, "history": history, "seen": _seen(), "into": into, "may_merge": may_merge}


def _list(wanted: Filter) -> dict[str, object]:
    page = services().desk.worklist.page(wanted, first=_first())
    return {
        "page": page,
        "cards": [cards.card(each, who()) for each in page.requests],
        "wanted": wanted,
        "seen": _seen(),
        "failed": [(each, cards.failure_words(each)) for each in services().desk.outbox.failed_for_good()],
        "on_their_way": _on_their_way(),
        "lines": services().clinic.lines,
        "title": _("(%(count)s) The desk", count=page.waiting),
        "next_page": page.first + PAGE if page.first + PAGE < page.found else None,
    }


def _on_their_way() -> int:
    """Return the number of pending requests in Redis; 0 where Redis is away."""
    try:
        return services().desk.pending.count()
    except QueueAway:
        return 0


def _seen() -> str:
    """Return a version of what the page shows. It changes with every action at the desk and with every minute."""
    return f"{services().desk.worklist.version()}-{int(services().clock().timestamp() // 60)}"


def _wanted() -> Filter:
    given = request.args
    return Filter(
        given.get("q", "").strip()[:40], given.get("line", ""), given.get("kind", ""), _day(given.get("day", ""))
    )


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
