"""The page of one request: its card and history, the patient's appointments, and free times. Writes only the audit."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from flask import render_template, request, session
from flask.typing import ResponseReturnValue

from ivr.desk.request_rows import AnyRequest, OddRequest
from ivr.desk.requests import HistoryEntry, HistoryEvent, NoSuchRequest, Request, Status
from ivr.storage.audit import AuditAction
from ivr.web import typed
from ivr.web.desk import cards, odd_cards
from ivr.web.desk.card_form import is_renamed
from ivr.web.desk.persons import known_of, names_of, visits
from ivr.web.desk.times import Chip, free_on_card
from ivr.web.live import Live
from ivr.web.services import services
from ivr.web.sessions import by, who
from ivr.web.wording import outcome_words

UNDO_SHOWN = timedelta(seconds=10)
"""The time for which the desk's pages offer to undo the last report of an outcome, or merge."""


LAST_REPORT = "last_report"
"""The entry of Flask's session with the logged-in person's last merge or reported outcome, which they may undo."""


def any_card_page(found: AnyRequest, trouble: str = "", status: int = 200) -> ResponseReturnValue:
    """Return the page of a request: its card, or the page of an odd request."""
    if isinstance(found, OddRequest):
        return odd_page(found, trouble, status)
    return card_page(found, trouble, status)


def odd_page(found: OddRequest, trouble: str = "", status: int = 200) -> ResponseReturnValue:
    """Return the page of an odd request: its stored values, and the outcomes that can still be reported."""
    services().staff.audit.write(by(), AuditAction.SAW_REQUEST, found.reference)
    others = services().desk.worklist.of_same_number(found)
    page = render_template(
        "odd.html",
        card=odd_cards.odd_card(found, who()),
        earlier=odd_cards.any_cards(others, who()),
        history=_history(services().desk.store.history(found.id)),
        taps=cards.closing_taps(),
        trouble=trouble,
        typed=request.form,
    )
    return page, status


def card_page(found: Request, trouble: str = "", status: int = 200, kept: Chip | None = None) -> ResponseReturnValue:
    """Return the page of a request's card. After a refused move, the page shows `trouble` and what was typed.

    `kept` is a time that is not free; the card offers to book it on purpose.
    """
    services().staff.audit.write(by(), AuditAction.SAW_REQUEST, found.reference)
    live = Live(services().desk.worklist.version)
    shown = card_parts(found)
    page = render_template(
        "card.html",
        visits=visits(services().diary.reads.of_phone(found.number)),
        free=free_on_card(found) if shown["mine"] else None,
        names=names_of(found),
        kept=kept,
        say=cards.to_say(found),
        taps=cards.taps_of(found),
        outcomes=outcome_words(),
        colleagues=[each.name for each in services().staff.people.all() if each.active and each.name != found.taken_by],
        typed=typed.typed(f"card {found.id}"),
        is_renamed=is_renamed,
        trouble=trouble,
        is_blocked=services().desk.blocked.has(found.phone),
        undo=undoable(),
        seen=live.seen(live.part("card_changes.html", **shown)),
        **_others(found, may_merge=bool(shown["may_merge"])),
        **shown,
    )
    return page, status


def _others(found: Request, *, may_merge: bool) -> dict[str, object]:
    """Return the cards of the number's other requests: those offered for a merge, and the rest."""
    offers = services().desk.worklist.offered(found) if may_merge else []
    earlier = [each for each in services().desk.worklist.of_same_number(found) if each not in offers]
    return {"offers": odd_cards.any_cards(offers, who()), "earlier": odd_cards.any_cards(earlier, who())}


def card_parts(found: Request) -> dict[str, object]:
    """Return the parts of a request's card that may change while the card is open."""
    entries = services().desk.store.history(found.id)
    asked = [each.detail for each in entries if each.what == HistoryEvent.ASKED_FOR]
    card = cards.card(found, who(), known_of([found]), asked[-1] if asked else None)
    may_merge = card.mine or found.status is Status.OPEN
    return {
        "card": card,
        "booked": visits(each for each in services().diary.reads.of_phone(found.number) if each.request_id == found.id),
        "mine": card.mine,
        "history": _history(entries),
        "into": _merged_into(found),
        "may_merge": may_merge,
    }


def _history(entries: Sequence[HistoryEntry]) -> list[tuple[HistoryEntry, str, str]]:
    """Return the events of a request's history, newest first, each with the name of its author and a sentence."""
    return [(each, cards.who_words(each), cards.entry_words(each)) for each in reversed(entries)]


def _merged_into(found: Request) -> AnyRequest | None:
    """Return the request into which this one was merged; None if it was not merged, or if that request is deleted."""
    with suppress(NoSuchRequest):
        return services().desk.store.any_request(found.merged_into) if found.merged_into else None
    return None


def undoable() -> dict[str, object] | None:
    """Return the last outcome report or merge of this session while the pages offer to undo it, else None."""
    last = session.get(LAST_REPORT)
    if not last or services().clock() - datetime.fromisoformat(last["at"]) > UNDO_SHOWN:
        return None
    found: dict[str, object] = last
    return found
