"""Missed calls, made through the carrier's webhooks: shown at the desk until called back, settled or out of date."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from config.settings import Settings
from ivr.line.hours import DeskClosure
from ivr.line.phones import phone as number
from ivr.staff.people import STAFF
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.web.services import build
from tests.conftest import QUICK, UNHURRIED, at_the_desk
from tests.people import CALLBACK, CALLER, OTHER, Clock, Conversation, Phone, Staff
from tests.web import clinic_with_reception, served
from tests.web.telephone.test_call_log import settings
from tests.workers import record_calls
from workers.clock import check_missed_calls, purge_expired
from workers.services import WorkerServices

LINE = re.compile(r'<li class="card missed[^"]*" id="missed-(\d+)">(.*?)</li>', re.DOTALL)


__all__ = ["settings"]


def missed(staff: Staff) -> list[str]:
    """Return the lines of the missed calls on the list, in words, from the top."""
    return [" ".join(re.sub(r"<[^>]+>", " ", words).split()) for _id, words in LINE.findall(staff.sees())]


def first(staff: Staff) -> int:
    """Return the id of the first missed call on the desk's list."""
    return int(LINE.findall(staff.sees())[0][0])


def taps(staff: Staff, what: str, missed_id: int) -> tuple[int, str]:
    """Press this button of a missed call on the list; return the status, and the words of the page that follows."""
    path = f"/desk/missed/{missed_id}/{what}"
    answer = staff.browser.post(path, data={"csrf_token": staff.csrf()}, follow_redirects=True)
    return answer.status_code, unescape(answer.text)


def stored(phone: Phone) -> int:
    with phone.services.database.reading() as read:
        return int(read.execute(select(func.count()).select_from(schema.missed_calls)).scalar_one())


def words(line: str) -> str:
    """Return the line of a missed call without the words of its buttons."""
    return line.removesuffix(" Call Make it a request")


# -- which calls are missed


def silent(call: Conversation) -> Conversation:
    return call.stays_silent(5)


WAYS: dict[str, tuple[Callable[[Conversation], Conversation], str]] = {
    "hangs up at once": (lambda call: call, "Hung up without choosing anything"),
    "says nothing to the end": (silent, "Hung up without choosing anything"),
    "begins to book": (lambda call: call.press("1", "1"), "Hung up while booking an appointment"),
    "begins to ask for a call back": (lambda call: call.press("2", "1"), "Hung up while asking for a call back"),
    "hears the warning signs only": (lambda call: call.press("3"), "Hung up before hearing the advice"),
    "asks about an appointment": (lambda call: call.press("5"), "Hung up while asking about their own appointment"),
    "hangs up while it rings": (
        lambda call: call.press("0"),
        "Hung up while the reception's telephone was ringing",
    ),
    "is not taken by the reception": (
        lambda call: call.press("0").reception(talked=False),
        "Asked for the reception, and nobody could answer",
    ),
    "asks for somebody after the hours": (
        lambda call: call.press("4", "0").reception(talked=False),
        "Asked for the reception, and nobody could answer",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_call_that_came_to_nothing_is_missed_with_how_far_it_came(staff: Staff, phone: Phone, way: str) -> None:
    rings, told = WAYS[way]
    rings(phone.rings(lang="hi")).hangs_up()
    (line,) = missed(staff)
    assert words(line) == f"99999 00001 14:00 {told} the first line, Hindi"


SERVED: dict[str, Callable[[Conversation], Conversation]] = {
    "hears the hours": lambda call: call.press("4"),
    "hears advice": lambda call: call.press("3", "1"),
    "leaves a request": lambda call: call.press(*CALLBACK),
    "leaves one for another number": lambda call: call.press("2", "1", "2", "9999900003", "1", "1"),
    "leaves one after the reception was not there": lambda call: (
        call.press("0").reception(talked=False).press("1", "1", "1")
    ),
    "hears the hours after the reception was not there": lambda call: (
        call.press("0").reception(talked=False).press("#", "4")
    ),
}


@pytest.mark.parametrize("way", SERVED)
def test_a_caller_who_was_served_has_missed_nothing(
    staff: Staff, phone: Phone, worker: WorkerServices, clock: Clock, way: str
) -> None:
    """A caller who was served, in any way, is not shown as missed.

    Their number is deleted once the call is recorded.
    """
    SERVED[way](phone.rings()).hangs_up()
    assert missed(staff) == []
    clock.goes_on(seconds=30)
    record_calls(worker)
    check_missed_calls(worker)
    assert (missed(staff), stored(phone)) == ([], 0)


def test_a_call_still_going_on_is_not_missed_yet(staff: Staff, phone: Phone) -> None:
    call = phone.rings().press("1")
    assert missed(staff) == []
    call.hangs_up()
    assert len(missed(staff)) == 1


def test_who_asks_for_the_reception_at_night_is_told_so(staff: Staff, phone: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 23, 23, 30)
    phone.rings().press("0").hangs_up()
    staff.logs_in()
    assert words(missed(staff)[0]) == (
        "99999 00001 23:30 Asked for the reception while the clinic was closed the first line, English"
    )


def test_a_call_that_the_reception_took_has_its_number_at_hand(staff: Staff, phone: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 23, 11, 5)
    phone.rings().press("0").reception(talked=True).hangs_up()
    page = staff.sees()
    assert [words(each) for each in missed(staff)] == ["99999 00001 Talked at 11:05 the first line, English"]
    assert "missed call<" not in page, "it is none, and does not count as one"


@pytest.mark.parametrize("sender", ["anonymous", "+266696687", "", "+12025550143", "+918090080906"])
def test_a_call_without_a_number_to_call_leaves_none(staff: Staff, phone: Phone, sender: str) -> None:
    """A call leaves no missed call if its number is withheld, foreign or nonsense, or is the clinic's own mobile."""
    phone.rings(caller=sender).hangs_up()
    assert (missed(staff), stored(phone)) == ([], 0)


def test_a_blocked_caller_leaves_none(staff: Staff, phone: Phone, clock: Clock) -> None:
    phone.services.desk.blocked.block(number(CALLER), "shouts", By("asha", clock()))
    phone.rings().hangs_up()
    phone.rings().press("0").hangs_up()
    assert stored(phone) == 0


def test_who_is_blocked_later_is_not_shown_any_more(staff: Staff, phone: Phone, clock: Clock) -> None:
    phone.rings().hangs_up()
    phone.services.desk.blocked.block(number(CALLER), "shouts", By("asha", clock()))
    assert missed(staff) == []


def test_a_caller_over_the_limit_leaves_none(staff: Staff, phone: Phone) -> None:
    most = phone.services.clinic.limits.calls_of_a_caller
    for _ in range(most):
        phone.rings().hangs_up()
    before = stored(phone)
    phone.rings().hangs_up()
    phone.rings().press("0").hangs_up()
    assert (before, stored(phone)) == (most, most)
    assert f"14:00 ×{most}" in missed(staff)[0]


def test_who_is_refused_a_request_and_finds_nobody_at_the_reception_has_missed_it(staff: Staff, phone: Phone) -> None:
    for_another = ("2", "1", "2", "9999900003", "1", "1")
    for caller in range(phone.services.clinic.limits.requests_of_a_number):
        phone.rings(caller=f"+9199999001{caller:02}").press(*for_another)
    phone.rings().press(*for_another).hangs_up()
    assert missed(staff) == [], "it was refused in words"
    phone.rings().press(*for_another, "0").reception(talked=False).hangs_up()
    assert "Asked for the reception, and nobody could answer" in missed(staff)[0]


def test_the_status_that_comes_twice_leaves_one(staff: Staff, phone: Phone) -> None:
    phone.rings().hangs_up().hangs_up()
    assert stored(phone) == 1
    assert "×" not in missed(staff)[0]


@pytest.mark.parametrize("status", ["ringing", "in-progress"])
def test_the_status_of_a_call_that_goes_on_leaves_none(phone: Phone, status: str) -> None:
    phone.rings().hangs_up(CallStatus=status)
    assert stored(phone) == 0


def test_a_call_that_the_carrier_could_not_go_on_with_is_missed_by_a_fault(staff: Staff, phone: Phone) -> None:
    phone.rings().press("1").hangs_up(CallStatus="failed")
    assert "The telephone line had a fault" in missed(staff)[0]


@pytest.mark.parametrize(("shown", "lines"), [('"reception", "talked"', 2), ('"nothing"', 1), ("", 0)])
def test_the_clinic_says_which_kinds_are_kept(tmp_path: Path, settings: Settings, shown: str, lines: int) -> None:
    path = Path(clinic_with_reception(tmp_path))
    path.write_text(re.sub(r"(?m)^shown = .*$", f"shown = [{shown}]", path.read_text()))
    with served(build(settings, Clock(), QUICK, limits=UNHURRIED)) as phone:
        phone.rings(caller="+919999900001").hangs_up()
        phone.rings(caller="+919999900002").press("0").hangs_up()
        phone.rings(caller="+919999900003").press("0").reception(talked=True).hangs_up()
        assert len(phone.services.desk.missed.standing(Clock().now)) == stored(phone) == lines


# -- joined by number, and gone


def test_the_calls_of_a_number_are_one_line_that_tells_most(staff: Staff, phone: Phone, clock: Clock) -> None:
    for keys in ((), ("0",), ()):
        phone.rings().press(*keys).hangs_up()
        clock.goes_on(minutes=5)
    phone.rings(caller=OTHER).hangs_up()
    lines = [words(each) for each in missed(staff)]
    assert lines == [
        "99999 00002 14:15 Hung up without choosing anything the first line, English",
        "99999 00001 14:10 ×3 Hung up while the reception's telephone was ringing the first line, English",
    ]
    assert "2 missed calls" in staff.sees()


def test_who_was_talked_to_after_a_missed_call_is_not_missed(staff: Staff, phone: Phone, clock: Clock) -> None:
    phone.rings().press("0").hangs_up()
    clock.goes_on(minutes=5)
    phone.rings().press("0").reception(talked=True).hangs_up()
    assert [words(each) for each in missed(staff)] == ["99999 00001 Talked at 14:05 the first line, English"]
    clock.goes_on(minutes=5)
    phone.rings().hangs_up()
    assert words(missed(staff)[0]).startswith("99999 00001 14:10 Hung up without choosing anything")


def test_it_is_gone_when_the_number_leaves_a_request(
    staff: Staff, phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    phone.rings().hangs_up()
    phone.rings(caller=OTHER).hangs_up()
    clock.goes_on(minutes=1)
    phone.rings().press(*CALLBACK).hangs_up()
    assert [line[:11] for line in missed(staff)] == ["99999 00002"]
    purge_expired(worker)
    assert stored(phone) == 1


def test_a_request_of_before_the_call_lets_it_stand(staff: Staff, phone: Phone, clock: Clock) -> None:
    phone.rings().press(*CALLBACK).hangs_up()
    clock.goes_on(minutes=1)
    phone.rings().hangs_up()
    assert len(missed(staff)) == 1
    clock.goes_on(minutes=1)
    staff.does("take", 1)
    assert missed(staff) == [], "the number was called about its request"


def test_it_stands_until_the_close_of_the_next_open_day(
    staff: Staff, phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    phone.rings().hangs_up()
    for moment in ((23, 20, 31), (24, 3, 0), (24, 20, 29)):
        clock.shows(2026, 11, *moment)
        purge_expired(worker)
        staff.logs_in()
        assert len(missed(staff)) == 1, moment
    clock.shows(2026, 11, 24, 20, 30)
    assert (missed(staff), stored(phone)) == ([], 1)
    purge_expired(worker)
    assert stored(phone) == 0


def test_closed_days_let_it_stand_for_longer(staff: Staff, phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    """A missed call of Monday stays on the list until Thursday's close is past, if Tuesday and Wednesday are closed."""
    phone.rings().hangs_up()
    for day in (24, 25):
        closed = DeskClosure(clock.now.date().replace(day=day), "", (), "holi")
        phone.services.hours.closures.set([closed], By("asha", clock()))
    for day, lines in ((24, 1), (25, 1), (26, 1), (27, 0)):
        clock.shows(2026, 11, day, 9, 0)
        phone.services.hours.closures_file.follow(phone.services.hours.closures, clock.now.date())
        purge_expired(worker)
        staff.logs_in()
        assert (day, len(missed(staff)), stored(phone)) == (day, lines, lines)


def test_what_was_missed_before_the_opening_goes_when_that_day_closes(staff: Staff, phone: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 24, 3, 0)
    phone.rings().hangs_up()
    clock.shows(2026, 11, 24, 20, 29)
    staff.logs_in()
    assert len(missed(staff)) == 1
    clock.shows(2026, 11, 24, 20, 30)
    assert missed(staff) == []


# -- at the desk


def test_one_tap_calls_and_it_is_gone_and_ten_seconds_bring_it_back(staff: Staff, phone: Phone) -> None:
    phone.rings().hangs_up()
    phone.rings().hangs_up()
    called = first(staff)
    status, page = taps(staff, "call", called)
    assert status == 200
    assert re.search(r"99999 00001</a>: marked as called", page)
    assert missed(staff) == []
    taps(staff, "undo", called)
    assert "×2" in missed(staff)[0]
    told = [(each.what, each.about) for each in phone.services.staff.audit.page() if "missed" in each.what]
    assert told == [("undid missed call", f"#{called}"), ("called missed call", f"#{called}")]


def test_what_was_called_cannot_be_taken_back_for_long(
    staff: Staff, phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    phone.rings().hangs_up()
    called = first(staff)
    taps(staff, "call", called)
    purge_expired(worker)
    assert stored(phone) == 1
    clock.goes_on(seconds=20)
    assert "It is too late to take that back" in taps(staff, "undo", called)[1]
    purge_expired(worker)
    assert (missed(staff), stored(phone)) == ([], 0)


def test_two_colleagues_do_not_call_the_same_number(app: Flask, staff: Staff, phone: Phone, clock: Clock) -> None:
    devi = at_the_desk(phone, "devi", STAFF)
    phone.rings().hangs_up()
    seen = first(staff)
    taps(devi, "call", seen)
    status, page = taps(staff, "call", seen)
    assert (status, "This missed call is gone" in page) == (409, True)
    assert "It is too late to take that back" in taps(staff, "undo", seen)[1], "only who has called may"


def test_a_second_tap_on_call_is_no_refusal(staff: Staff, phone: Phone) -> None:
    phone.rings().hangs_up()
    seen = first(staff)
    assert [taps(staff, "call", seen)[0] for _ in range(2)] == [200, 200]
    assert missed(staff) == []


def test_one_tap_makes_a_request_in_its_line_and_language(staff: Staff, phone: Phone, clock: Clock) -> None:
    call = phone.rings("second", lang="hi").press("1").hangs_up()
    clock.goes_on(minutes=2)
    seen = first(staff)
    _, page = taps(staff, "request", seen)
    (made,) = phone.services.desk.store.waiting()
    assert f"It is on the waiting list: reference {made.reference}." in page
    assert (made.kind, made.line, made.language, made.number) == ("callback", "second", "hi", CALLER)
    assert (made.source, made.call_id, made.due) == ("call", call.sid, clock())
    assert missed(staff) == []
    taps(staff, "request", seen)
    assert len(phone.services.desk.store.waiting()) == 1, "a second tap changes nothing"


def test_a_number_that_was_called_and_did_not_answer_becomes_a_request(staff: Staff, phone: Phone) -> None:
    phone.rings().hangs_up()
    seen = first(staff)
    taps(staff, "call", seen)
    taps(staff, "request", seen)
    assert len(phone.services.desk.store.waiting()) == 1


def test_a_number_that_waits_already_gets_no_second_request(staff: Staff, phone: Phone, clock: Clock) -> None:
    before = phone.rings().press(*CALLBACK).hangs_up()
    clock.goes_on(minutes=1)
    phone.rings().hangs_up()
    _, page = taps(staff, "request", first(staff))
    assert f"It is on the waiting list: reference {before.reference}." in page
    (waiting,) = phone.services.desk.store.waiting()
    assert waiting.rang_again == 1


def test_a_missed_call_that_is_gone_says_so(staff: Staff) -> None:
    for what in ("call", "request"):
        assert taps(staff, what, 77)[0] == 409


def test_only_the_staff_may_tap(app: Flask, phone: Phone) -> None:
    phone.rings().hangs_up()
    for what in ("call", "undo", "request"):
        answer = app.test_client().post(f"/desk/missed/1/{what}")
        assert answer.status_code in {302, 400, 403}
    assert phone.services.desk.store.waiting() == []


def test_a_known_name_stands_before_the_number(staff: Staff, phone: Phone, clock: Clock) -> None:
    phone.services.diary.patients.name(number(CALLER), "Meera Joshi", By("asha", clock()))
    phone.rings().hangs_up()
    assert words(missed(staff)[0]).startswith("Meera Joshi, 99999 00001 14:00")


def test_a_list_with_no_missed_call_says_nothing_of_them(staff: Staff) -> None:
    assert "missed" not in staff.sees().lower()


def test_a_line_that_is_chosen_shows_its_own(staff: Staff, phone: Phone) -> None:
    phone.rings("main").hangs_up()
    phone.rings("second", caller=OTHER).hangs_up()
    page = staff.browser.get("/desk?line=second").text
    assert "99999 00002" in page
    assert "99999 00001" not in page


def test_an_open_desk_is_told_of_a_missed_call_and_of_its_end(staff: Staff, phone: Phone) -> None:
    def news() -> int:
        seen = re.search(r'"seen": "([^"]*)"', staff.sees())
        assert seen
        changes()
        return staff.browser.get("/desk/list", query_string={"seen": seen[1]}).status_code

    changes: Callable[[], object] = lambda: None  # noqa: E731 - nothing happens
    assert news() == 204
    changes = lambda: phone.rings().hangs_up()  # noqa: E731
    assert news() == 200
    changes = lambda: taps(staff, "call", 1)  # noqa: E731
    assert news() == 200
    changes = lambda: taps(staff, "undo", 1)  # noqa: E731
    assert news() == 200
