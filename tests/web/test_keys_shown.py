"""Internal identifiers on pages: no reader sees one, since every page shows each stored value in words."""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from html import unescape
from io import StringIO

import pytest
from sqlalchemy import insert

from ivr.desk.requests import CALLER, THE_CLOCK, HistoryEvent, Outcome, Status, Why
from ivr.desk.tasks import WORKER_DIED
from ivr.diary.appointments import AppointmentStatus, DiaryEvent, Source
from ivr.diary.blocked_times import TimeBlock
from ivr.diary.floods import FLOOD
from ivr.hours.phone_booking import BookingSwitch
from ivr.line.booking import Kind, Part
from ivr.line.hours import DeskClosure, Shift
from ivr.operations.demo_calls import made_up
from ivr.reports.traces.collector import write_down
from ivr.storage import schema
from ivr.storage.audit import COMMAND_LINE, EVERYBODY, SOMEBODY, AuditAction, By
from ivr.web.services import Services
from tests.conftest import at_the_desk
from tests.people import Clock, Phone, Staff

KEY = re.compile(
    r"\b[a-z]+(?:_[a-z]+)+\b|\d{4}-\d\d-\d\d|\d\dT\d\d|\b(?:noshow|None)\b|\((?:command line|unknown|everybody)\)"
)
"""The pattern of words that no reader should see: the program's keys, dates as programs write them, empty values."""

LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = frozenset(
    {
        *("asha", "binod", "meena", "Meena"),
        *("CSV", "ICS", "English"),
        *("flask", "diary", "import"),
        *("Google", "Apple", "Outlook", "Thunderbird", "Calendar"),
    }
)
"""The words in Latin letters that a Hindi page may show: names of people and programs, and a command."""

WISH, MOMENT = "2026-11-24 morning", "2026-11-24T10:00:00+05:30"
OF_EVENT = {
    HistoryEvent.MADE: WISH,
    HistoryEvent.RANG_AGAIN: WISH,
    HistoryEvent.ASKED_FOR: WISH,
    HistoryEvent.PASSED_ON: "binod",
    HistoryEvent.RETURNED: "binod",
    HistoryEvent.UNDONE: Outcome.NO_ANSWER,
    HistoryEvent.NOT_TOLD: "NotTold",
    HistoryEvent.TOOK_IN: f"012345 callback {WISH}",
    HistoryEvent.DUPLICATE_OF: "012345",
    HistoryEvent.REBOOKED: MOMENT,
    HistoryEvent.NOTE: "Meena",
    HistoryEvent.DUE_MOVED: f"{MOMENT} {MOMENT}",
    HistoryEvent.DUE_BACK: MOMENT,
}
SEVERAL = {
    HistoryEvent.TO_TELL: [str(why) for why in Why],
    HistoryEvent.NOT_CONFIRMED: ["AddressNotUnderstood", "OrderUnknown", "TextLookUpFailed", WORKER_DIED],
}
IN_DIARY = {
    DiaryEvent.BOOKED: MOMENT,
    DiaryEvent.MOVED: MOMENT,
    DiaryEvent.CANCELLED: FLOOD,
    DiaryEvent.NOTE: "Meena",
    DiaryEvent.UNDONE: DiaryEvent.NOSHOW,
    DiaryEvent.TO_TELL: f"{Why.CLOSED} {MOMENT}",
    DiaryEvent.ON_PURPOSE: MOMENT,
}


@pytest.fixture
def reader(phone: Phone) -> Staff:
    """A manager at the desk, who may see every page."""
    at_the_desk(phone)
    return at_the_desk(phone, "meena")


def shown(page: str) -> str:
    """Return the words and labels that a reader sees or hears on a page, but for its top bar and its scripts."""
    body = re.sub(r"(?s)<(script|style|head|header).*?</\1>", " ", page)
    labels = re.findall(r'(?:aria-label|placeholder|title|data-words|data-refused)="([^"]*)"', body)
    values = re.sub(r"(?s)<textarea.*?</textarea>", " ", body)
    return unescape(" ".join([re.sub(r"<[^>]+>", " ", values), *labels]))


def betrayed(page: str, language: str) -> set[str]:
    """Return the internal names and values that a page shows; on a Hindi page also Latin words other than names."""
    words = shown(page)
    found = set(KEY.findall(words))
    if language == "hi":
        found |= set(LATIN.findall(words)) - NAMES
    return found


def reads(reader: Staff, language: str, *paths: str) -> dict[str, set[str]]:
    """Return the internal words that these pages show by mistake in this language, by the path of the page."""
    reader.browser.post("/language", data={"language": language, "csrf_token": reader.csrf()})
    found = {}
    for path in paths:
        answer = reader.browser.get(path)
        assert answer.status_code == 200, path
        found[path] = betrayed(answer.text, language)
    return {path: what for path, what in found.items() if what}


both = pytest.mark.parametrize("language", ["en", "hi"])


@both
def test_a_card_tells_every_event_and_outcome_in_words(
    reader: Staff, phone: Phone, clock: Clock, language: str
) -> None:
    call = phone.rings().press("2", "1", "1", "1")
    with phone.services.database.writing() as write:
        for who in ("asha", CALLER, THE_CLOCK, COMMAND_LINE):
            for what in (*HistoryEvent, *Outcome):
                details = SEVERAL.get(what) or [OF_EVENT.get(what, "")]
                row = {"request_id": 1, "at": clock(), "who": who, "what": what}
                write.execute(insert(schema.history), [{**row, "detail": each} for each in details])
    assert reads(reader, language, f"/desk/requests/{call.reference}") == {}


@both
def test_the_list_and_the_cards_tell_every_kind_status_part_and_outcome_in_words(
    reader: Staff, phone: Phone, clock: Clock, language: str
) -> None:
    rows = [request(n, clock(), **each) for n, each in enumerate(kinds_of_requests(), start=1)]
    with phone.services.database.writing() as write:
        write.execute(insert(schema.requests), rows)
    cards = [f"/desk/requests/{row['id']}/stored" for row in rows]
    assert reads(reader, language, "/desk", *cards) == {}


def kinds_of_requests() -> Iterator[dict[str, object]]:
    for kind in Kind:
        for status in Status:
            yield {"kind": kind, "status": status, "taken_by": "asha" if status is Status.TAKEN else None}
    for part in Part:
        yield {"part": part, "day": date(2026, 11, 24)}
    for outcome in Outcome:
        yield {"status": Status.CLOSED, "outcome": outcome}
    for why in Why:
        yield {"why": why, "about": 1, "source": "diary"}


def request(number: int, now: datetime, **more: object) -> dict[str, object]:
    row = {
        "id": number,
        "reference": f"{number:06}",
        "kind": Kind.CALLBACK,
        "line": "main",
        "phone": f"+9199999{number:05}",
        "language": "hi",
        "due": now,
        "status": Status.OPEN,
        "created": now,
        "touched": now,
        "call_sid": f"CA{number}",
        "rang_again": 2,
        "source": "call",
        **dict.fromkeys(("day", "part", "taken_by", "outcome", "why", "about")),
    }
    return {**row, **more}


@both
def test_the_diary_tells_every_status_source_and_event_in_words(
    reader: Staff, phone: Phone, clock: Clock, language: str
) -> None:
    statuses = [(status, source) for status in AppointmentStatus for source in Source]
    with phone.services.database.writing() as write:
        for number, (status, source) in enumerate(statuses, start=1):
            start = clock() + timedelta(minutes=30 * number)
            row = {"id": number, "reference": f"{number:06}", "status": status, "source": source, "starts": start}
            write.execute(insert(schema.appointments).values({**an_appointment(clock()), **row}))
        for who in ("asha", CALLER, THE_CLOCK, COMMAND_LINE):
            lines = [{"what": what, "detail": IN_DIARY.get(what, "")} for what in DiaryEvent]
            of_one = {"appointment_id": 1, "at": clock(), "who": who}
            write.execute(insert(schema.appointment_history), [{**of_one, **each} for each in lines])
    pages = [f"/desk/diary/{number}" for number in range(1, len(statuses) + 1)]
    assert reads(reader, language, "/desk/diary", "/desk/diary/week", *pages) == {}


def an_appointment(now: datetime) -> dict[str, object]:
    return {
        "phone": "+919999900001",
        "line": "main",
        "language": "hi",
        "schedule": "1",
        "extra": 0,
        "ends": now + timedelta(days=1),
        "whose": "own",
        "made_by": "asha",
        "call_sid": "",
        "created": now,
        "touched": now,
    }


AUDITED: dict[AuditAction, list[tuple[str, str]]] = {
    AuditAction.ADDED_PERSON: [("binod", "staff"), ("binod", "manager")],
    AuditAction.INVITED_PERSON: [("binod", "staff"), ("binod", "manager")],
    AuditAction.REQUIRED_SECOND_FACTOR: [(EVERYBODY, ""), ("binod", "")],
    AuditAction.MADE_SECOND_FACTOR_OPTIONAL: [(EVERYBODY, "")],
    AuditAction.REPORTED_REQUEST: [("012345", each) for each in Outcome],
    AuditAction.UNDID_REQUEST: [("012345", each) for each in (*Outcome, HistoryEvent.TOOK_IN)],
    AuditAction.BOOKED_APPOINTMENT: [("012345", MOMENT)],
    AuditAction.CHANGED_APPOINTMENT: [("012345", MOMENT), ("012345", "")],
    AuditAction.MARKED_APPOINTMENT: [("012345", each) for each in AppointmentStatus],
    AuditAction.UNDID_APPOINTMENT: [
        ("012345", each)
        for each in (DiaryEvent.BOOKED, DiaryEvent.MOVED, DiaryEvent.CANCELLED, DiaryEvent.ARRIVED, DiaryEvent.NOSHOW)
    ],
    AuditAction.COUNTED_AFRESH: [("main", "")],
    AuditAction.SWITCHED_PHONE_BOOKING: [(each, "2 at once: 30/45 minutes") for each in BookingSwitch],
    AuditAction.ERASED: [("012345", ""), ("", "2 blocks"), ("", "1 missed calls"), ("", "1 names"), ("", "a language")],
}


@both
def test_the_audit_tells_every_action_with_all_that_it_is_about_in_words(
    reader: Staff, phone: Phone, clock: Clock, language: str
) -> None:
    services, audit = phone.services, phone.services.staff.audit
    for action in AuditAction:
        for about, detail in AUDITED.get(action, [("012345", "")]):
            audit.write(By("asha", clock()), action, about, detail)
    for who in (COMMAND_LINE, SOMEBODY, THE_CLOCK):
        audit.write(By(who, clock()), AuditAction.SAW_REQUEST, "012345")
    sets_hours_and_blocks_times(services, By("asha", clock()))
    newest = reads(reader, language, "/desk/audit")
    assert newest == {}
    assert reads(reader, language, f"/desk/audit?before={len(audit.page())}") == {}


def sets_hours_and_blocks_times(services: Services, by: By) -> None:
    """Set closures with every reason, on one line and on all, undo them, and block times in the diary."""
    day = date(2026, 11, 24)
    half = (Shift(time(9), time(12)), Shift(time(16), time(20)))
    wished = [DeskClosure(day, "", (), reason) for reason in services.clinic.reasons]
    for made in services.hours.closures.set([*wished, DeskClosure(day, "main", half)], by):
        services.hours.closures.undo(made, by)
    blocked = services.diary.blocked_times
    blocked.undo(blocked.set(TimeBlock(Shift(time(9), time(10)), day, day + timedelta(days=2)), by), by)
    blocked.set(TimeBlock(Shift(time(9), time(10)), day, None, weekday=1), by)


@both
def test_the_other_pages_of_the_desk_tell_what_is_set_in_words(
    reader: Staff, phone: Phone, clock: Clock, language: str
) -> None:
    services, by = phone.services, By(COMMAND_LINE, clock())
    day = clock().date()
    services.hours.closures.set([DeskClosure(day, "", (), reason) for reason in services.clinic.reasons], by)
    services.diary.blocked_times.set(TimeBlock(Shift(time(18), time(19)), day, day), by)
    pages = ("hours", "blocked", "busy-lines", "people", "diary/blocks", "diary/floods", "me", "new", "reports")
    assert reads(reader, language, *(f"/desk/{each}" for each in pages)) == {}


@both
def test_the_spreadsheet_for_people_is_in_words(reader: Staff, phone: Phone, clock: Clock, language: str) -> None:
    write_down(phone.services.database, made_up(phone.services.clinic, clock()))
    for kind in Kind:
        new = request(1 + (kind is Kind.BOOKING), clock(), kind=kind, status=Status.CLOSED, outcome=Outcome.SETTLED)
        with phone.services.database.writing() as write:
            write.execute(insert(schema.requests).values(new))
    reader.browser.post("/language", data={"language": language, "csrf_token": reader.csrf()})
    page = reader.browser.get("/desk/reports?period=month").text
    assert betrayed(page, language) == set()
    (link,) = re.findall(r'href="(/desk/reports\.csv[^"]*)"', page)
    head, *rows = csv.reader(StringIO(reader.browser.get(unescape(link)).text.removeprefix("\ufeff")))
    assert len(rows) > 100
    words = "\n".join(" ".join(cells[:3]) for cells in [head, *rows])
    days = r"\d{4}-\d\d-\d\d"
    assert set(KEY.findall(re.sub(days, "", words))) == set()
    if language == "hi":
        assert set(LATIN.findall(words)) - NAMES == set()


@both
def test_what_a_caller_hears_is_told_without_the_places_of_the_menu(reader: Staff, language: str) -> None:
    reader.browser.post("/language", data={"language": language, "csrf_token": reader.csrf()})
    for path in ("/desk/hear", "/desk/hear?caller=withheld", "/desk/hear?caller=over", "/desk/advice"):
        assert KEY.findall(shown(reader.browser.get(path).text)) == [], path
