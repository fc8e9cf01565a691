"""Keeps what people type at the desk until it is sent. Shows it after a login, a refusal, or a form of an old session.

A text belongs to one person, whom the token of its form names, and is shown to nobody else. It lies encrypted in the
database, never in an address, a cookie or a log. Passwords and codes are not among the fields that are kept.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from flask import Response, g, request, url_for
from flask_login import current_user

from ivr.desk.request_rows import OddRequest
from ivr.desk.requests import NoSuchRequest
from ivr.staff.drafts import OF_A_REQUEST, OF_AN_APPOINTMENT, Draft
from ivr.storage.database import StoreAway
from ivr.web import sessions
from ivr.web.i18n import _, later
from ivr.web.lengths import NAME, own_words
from ivr.web.services import services


@dataclass(frozen=True)
class TypedForm:
    """A form of the desk with fields that people type into."""

    place: str
    """The name of the form's page, such as "card". A draft is stored under this name; on a card, with the card's id."""
    fields: tuple[str, ...]
    """The fields whose text is kept as a draft."""
    telling: tuple[str, ...]
    """The fields that show that somebody has typed: if all of them are empty, no draft is kept."""
    sends: tuple[str, ...] | None = None
    """The fields whose drafts are deleted once the form is accepted; None for all fields."""


CARD = ("note", *NAME, "outcome", "day", "hour", "later_day", "later_hour", "to")
TYPED = ("note", "outcome", "hour", "later_day", "later_hour")
"""The fields of a card that are empty until a person fills them in. CARD holds all fields of a card."""

VISIT, VISIT_TYPED = ("name", "note", "day", "hour", "column"), ("name", "note", "hour")
BOOKING = ("phone", "name", "note", "day", "hour", "column", "language", "line")
TIMES = ("words", "day", "last_day", "from", "until", "column", "repeats")

CHOSEN = ("name_was", "outcome", "to", "kind", "language", "line", "wish", "what", "role", "column", "repeats")
"""The fields into which people do not write: they choose there, or the page has filled them in."""

KEEP = "drafts.keep"
"""The endpoint to which an open page sends what somebody is typing into its form."""

FORMS: Mapping[str, TypedForm] = {
    **dict.fromkeys(("moves.write_note", "moves.take"), TypedForm("card", CARD, TYPED, sends=("note", *NAME))),
    "moves.pass_on": TypedForm("card", CARD, (*TYPED, "to")),
    "merging.merge": TypedForm("card", CARD, TYPED, sends=("note",)),
    **{
        f"moves.{each}": TypedForm("card", CARD, TYPED)
        for each in ("put_back", "report", "book", "reopen", "write_name")
    },
    **dict.fromkeys(("moves.undo", "merging.find", "moves.show_times"), TypedForm("card", CARD, TYPED, sends=())),
    "appointment.keep": TypedForm("appointment", VISIT, VISIT_TYPED),
    **{
        f"changes.{each}": TypedForm("appointment", VISIT, VISIT_TYPED) for each in ("move", "cancel", "mark", "reopen")
    },
    "changes.show_times": TypedForm("appointment", VISIT, VISIT_TYPED, sends=()),
    "new_appointment.add": TypedForm("booking", BOOKING, ("phone", "name", "note")),
    "time_blocks.block": TypedForm("times", TIMES, ("words", "from", "until")),
    "counter.add_new": TypedForm(
        "new", ("phone", "name", "kind", "language", "line", "wish", "note"), ("phone", "name", "note")
    ),
    "blocked.block": TypedForm("blocked", ("phone", "reason"), ("phone", "reason")),
    "hours.change": TypedForm("hours", ("what", "day", "time", "from", "until", "line", "reason"), ("what",)),
    "people.invite": TypedForm("people", ("name", "role"), ("name",)),
}
"""The forms of the desk with fields that people type into, by endpoint. A test finds one that is missing."""

OF_A_PLACE = {each.place: each for each in FORMS.values()}


# -- keeping


def keep_for(person_id: int | None) -> str:
    """Store what was typed into the sent form as this person's draft; return the URL of the page with the form.

    Returns "" if nothing was typed, or if no person is given. Raises StoreAway.
    """
    place, fields = _sent()
    g.typed_kept, g.place = True, place
    if person_id is None or not place or not fields:
        return ""
    services().staff.drafts.keep(person_id, place, fields, services().clock())
    return page_of(place)


def keep_while_typing() -> None:
    """Keep what the logged-in person is typing as a draft; forget it where the fields are empty. Raises StoreAway."""
    sessions.types()
    place, fields = _sent()
    if fields:
        services().staff.drafts.keep(int(current_user.id), place, fields, services().clock())
    elif place:
        services().staff.drafts.drop(int(current_user.id), place)


def settle(response: Response) -> Response:
    """Forget the draft of a form that was accepted, and keep that of a refused form. Runs after every request."""
    form = FORMS.get(request.endpoint or "")
    done = not form or request.method != "POST" or g.get("typed_kept") or not g.get("csrf_valid")
    if form and not done and response.status_code < 500:
        with suppress(StoreAway):  # the answer itself says what has become of the form
            _settle(form, sent=response.status_code < 400)
    return response


def _settle(form: TypedForm, *, sent: bool) -> None:
    place, fields = _sent()
    if not current_user.is_authenticated or not _brings_fields(form):
        return
    stays = [name for name in fields if not sent or (form.sends is not None and name not in form.sends)]
    left = _told(form, {name: fields[name] for name in stays})
    drafts, person = services().staff.drafts, int(current_user.id)
    if left:
        drafts.keep(person, place, left, services().clock())
    else:
        drafts.drop(person, place)


def _sent() -> tuple[str, Mapping[str, str]]:
    """Return a sent form's place, such as "card 7", and the typed fields; "" and no fields if the form has no place."""
    while_typing = request.endpoint == KEEP
    place = request.form.get("place", "") if while_typing else _place()
    if not PLACE.fullmatch(place):
        return "", {}
    form = OF_A_PLACE[place.partition(" ")[0]] if while_typing else FORMS[request.endpoint or ""]
    return place, _told(form, request.form)


def _brings_fields(form: TypedForm) -> bool:
    """Return whether the request posts a field of `form`. The list's "Take it" posts none, so that a draft stays."""
    return request.method == "POST" and any(name in request.form for name in form.fields)


def _told(form: TypedForm, given: Mapping[str, str]) -> Mapping[str, str]:
    """Return the form's fields with text; none if all fields in `telling` are empty, because then nobody has typed."""
    fields = {name: each for name, each in own_words(given).items() if name in form.fields and each.strip()}
    return fields if any(name in fields for name in form.telling) else {}


def _place() -> str:
    form = FORMS.get(request.endpoint or "")
    known = request.view_args or {}
    which = known.get("request_id") or known.get("appointment_id") or request.form.get("request", "")
    return f"{form.place} {which}".strip() if form else ""


# -- showing


def typed(place: str) -> Mapping[str, str]:
    """Return the texts for the form of the page `place`: those just sent, or the person's draft. Raises StoreAway."""
    g.place = place
    if _brings_fields(OF_A_PLACE[place.partition(" ")[0]]):
        return own_words(request.form)
    return next((each.fields for each in _mine() if each.place == place), {})


def here() -> Draft | None:
    """Return the draft with which this page's form was filled in, or None."""
    if request.method == "POST":
        return None
    return next((each for each in _mine_if_known() if each.place == g.get("place", "")), None)


def elsewhere() -> list[tuple[Draft, str, str]]:
    """Return the logged-in person's drafts, without those of the page shown now; each with its page's URL and name."""
    found = [each for each in _mine_if_known() if each.place != g.get("place", "")]
    try:
        return [(each, page_of(each.place), words_of(each.place)) for each in found]
    except StoreAway:
        return []


def _mine_if_known() -> list[Draft]:
    """Return the logged-in person's drafts; none while the database is away, since the page itself reports that."""
    try:
        return _mine()
    except StoreAway:
        return []


def _mine() -> list[Draft]:
    if "drafts" not in g:
        known = current_user.is_authenticated
        g.drafts = services().staff.drafts.of(int(current_user.id)) if known else []
    found: list[Draft] = g.drafts
    return found


def page_of(place: str) -> str:
    """Return the URL of the page that shows the form of `place`, such as "card 7" or "new". Raises StoreAway."""
    name, _blank, which = place.partition(" ")
    if name == "card":
        return _page_of_card(int(which))
    if name == "appointment":
        return url_for("appointment.show", appointment_id=int(which))
    return url_for(PAGES[name][0], request=which or None)


def _page_of_card(request_id: int) -> str:
    try:
        found = services().desk.store.any_request(request_id)
    except NoSuchRequest:
        return url_for("console.worklist")
    if isinstance(found, OddRequest):
        return url_for("console.show_stored", request_id=found.id)
    return url_for("console.show", reference=found.reference, id=found.id)


PAGES: Mapping[str, tuple[str, str]] = {
    "new": ("counter.ask_new", later("New request")),
    "blocked": ("blocked.page", later("Blocked numbers")),
    "booking": ("new_appointment.ask", later("Book an appointment")),
    "hours": ("hours.page", later("Opening hours")),
    "people": ("people.page", later("People at the desk")),
    "times": ("time_blocks.page", later("Blocked times")),
}
"""The endpoint and title of a draft's page, by the draft's place, such as "hours"; not for cards and appointments."""

PLACE = re.compile(rf"({'|'.join((*OF_A_REQUEST, *OF_AN_APPOINTMENT))}) [1-9][0-9]{{0,8}}|{'|'.join(PAGES)}")


def words_of(place: str) -> str:
    """Return words for a draft's place, such as "Reference 123456" for the place "card 7". Raises StoreAway."""
    name = place.partition(" ")[0]
    if name == "card":
        reference = page_of(place).partition("?")[0].rpartition("/")[2]
        return _("Reference %(reference)s", reference=reference) if reference.isdigit() else _("a card")
    return _("an appointment") if name == "appointment" else _(PAGES[name][1])


# -- what this very request has brought


def sent_fields() -> list[tuple[str, str]]:
    """Return the sent form's fields as (name, value), without the CSRF token, so that a page can send them again."""
    return [(name, each) for name, each in request.form.items(multi=True) if name != sessions.FORM_TOKEN]


def sent_words() -> list[str]:
    """Return the texts that a person typed into the sent form, so that the page can show them for copying."""
    form = FORMS.get(request.endpoint or "")
    shown = [name for name in form.fields if name not in CHOSEN] if form else []
    return [request.form[name] for name in shown if request.form.get(name, "").strip()]


def was_sent() -> bool:
    """Return whether this request sends a form with a valid CSRF token, so that an answer may show its fields."""
    return request.method == "POST" and bool(g.get("csrf_valid"))
