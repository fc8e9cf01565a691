"""Limits and blocks for callers who call or ask too often: they hear hours and advice, but may file no request."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from redis import Redis

from ivr.carrier.steps import Gathers
from ivr.desk.blocked import Blocked
from ivr.line.phones import phone as number
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database, sqlite_path
from ivr.web.services import build
from ivr.wiring.foundation import A_CALLER_WAITS
from testing.servers.valkey import Valkey
from tests.clinic import WISHES_ONLY
from tests.conftest import QUICK, settings_for
from tests.people import BOOK, CALLER, OTHER, Clock, Conversation, Phone, Staff
from tests.test_faults import frozen, moved, stopped
from tests.test_menu_rung import LANGUAGES
from tests.web import Serves, served
from tests.web.preview.listener import PRESS
from workers import jobs
from workers.services import WorkerServices

ABROAD = "+12025550143"
RING_BACK = ("2", "1", "1", "1")
SAME = "1"
"""The key by which a caller says that this call is for the same person as the number's earlier request."""
BOOK_AGAIN = ("1", "1", "1", SAME, "1", "1")
RING_BACK_AGAIN = ("2", "1", SAME, "1", "1")
SORRY = {"en": "Sorry, we cannot take more requests from this phone", "hi": "माफ़ कीजिए, अभी इस फ़ोन से"}
PROMISED = "Thank you. We have your request."
JOINED = "Your request is already with us."

CALLS_OF_A_CALLER, CALLS_OF_A_LINE, WITHHELD_CALLS_OF_A_LINE, REQUESTS_OF_A_NUMBER = 20, 300, 30, 10
"""The shipped clinic's limits of calls and requests, as config/clinic.toml has them."""

NUMBERLESS = ("", "anonymous", "+266696687", "sip:asha@example.org", "+", "+123", "no number at all")
"""Callers' numbers from webhooks, none of which identifies a caller or is one of the clinic's own numbers."""


@pytest.fixture
def quiet_line(tmp_path: Path, serves: Serves) -> Iterator[Phone]:
    """A telephone at a clinic with low hourly limits: three calls on a line, two of a number, one without a number."""
    with serves(CLINIC_FILE=of_a_quiet_clinic(tmp_path)) as phone:
        yield phone


def of_a_quiet_clinic(folder: Path) -> str:
    """Write the file of a clinic whose limits are low, three calls on a line in an hour; return its path."""
    words = WISHES_ONLY
    words = words.replace("calls_of_a_caller_per_hour = 20", "calls_of_a_caller_per_hour = 2")
    words = words.replace("withheld_calls_of_a_line_per_hour = 30", "withheld_calls_of_a_line_per_hour = 1")
    words = words.replace("\ncalls_of_a_line_per_hour = 300", "\ncalls_of_a_line_per_hour = 3")
    (folder / "clinic.toml").write_text(words)
    return str(folder / "clinic.toml")


def rings_often(phone: Phone, times: int = CALLS_OF_A_CALLER, caller: str = CALLER, line: str = "main") -> None:
    for _ in range(times):
        phone.rings(line, caller)


def is_refused(call: Conversation, lang: str = "en") -> bool:
    """Return whether the call may make no request. If so, check that no key interrupts the words that name 112."""
    refused = call.place == "refused"
    if refused:
        assert call.uncut[0].startswith(SORRY[lang])
        assert "112" in call.uncut[0]
    return refused


def is_promised(call: Conversation) -> bool:
    return call.place == "kept" and call.uncut[0].startswith((PROMISED, JOINED))


def hears_hours_and_advice(phone: Phone, caller: str = CALLER) -> None:
    assert "Our timings are:" in phone.rings(caller=caller).press("4").words
    assert "A heat pack can relax tight muscles." in phone.rings(caller=caller).press("3", "1").words


def asks_for_another(call: Conversation, keyed: str) -> Conversation:
    """Ask in this call for a call back to another number, which the caller keys."""
    call.press("2", "1")
    return call.press(*(() if call.place == "key_number" else ("2",)), f"{keyed[3:]}#", "1", "1")


# -- the calls of a telephone


@LANGUAGES
def test_the_21st_call_of_an_hour_hears_hours_and_advice_and_is_refused_at_the_request(phone: Phone, lang: str) -> None:
    rings_often(phone, CALLS_OF_A_CALLER - 1)
    assert is_promised(phone.rings().press(*RING_BACK))
    call = phone.rings(lang=lang)
    for key, place in (("4", "hours"), ("3", "topics"), ("1", "topic"), ("#", "main")):
        assert call.press(key).place == place
    assert is_refused(call.press(*BOOK), lang)
    assert [each.kind for each in phone.services.desk.store.waiting()] == ["callback"]


def test_who_is_refused_goes_on_to_advice_and_hours_and_stays_refused_in_this_call(phone: Phone) -> None:
    rings_often(phone)
    call = phone.rings().press(*BOOK)
    assert "You can still hear our advice and our timings." in call.heard
    assert "To speak to the reception, press 0." not in call.heard, "which nobody could"
    assert call.press("2").place == "hours"
    assert is_refused(call.press(*RING_BACK))
    assert call.stays_silent(3).over


def test_others_are_taken_while_one_telephone_rings_too_often(phone: Phone) -> None:
    rings_often(phone, 30)
    assert is_refused(phone.rings().press(*BOOK))
    assert is_promised(phone.rings(caller=OTHER).press(*BOOK))


def test_the_calls_of_a_telephone_are_counted_over_all_lines_and_however_it_is_written(phone: Phone) -> None:
    for written in (CALLER, CALLER[1:], f"0{CALLER[3:]}", CALLER[3:]):
        rings_often(phone, 5, written, "third")
    assert is_refused(phone.rings().press(*BOOK))


def test_an_hour_later_requests_are_taken_again_however_often_somebody_has_tried(phone: Phone, clock: Clock) -> None:
    rings_often(phone)
    for _ in range(5):
        clock.goes_on(minutes=11)
        rings_often(phone, CALLS_OF_A_CALLER // 4)
        assert is_refused(phone.rings().press(*BOOK))
    clock.goes_on(minutes=5)
    assert is_promised(phone.rings().press(*BOOK))


def test_a_first_webhook_that_comes_twice_is_one_call_and_gets_the_same_answer(phone: Phone) -> None:
    for _ in range(CALLS_OF_A_CALLER):
        phone.rings().repeats_last_webhook()
    call = phone.rings()
    call.repeats_last_webhook()
    assert is_refused(call.press(*BOOK)), "the 21st, and no earlier one"
    assert is_promised(twentieth(phone, OTHER).press(*BOOK))


def twentieth(phone: Phone, caller: str) -> Conversation:
    rings_often(phone, CALLS_OF_A_CALLER - 1, caller)
    call = phone.rings(caller=caller)
    call.follows("/voice", {})
    return call


def test_a_call_that_was_let_in_stays_so_when_others_come_after_it(phone: Phone) -> None:
    early = phone.rings()
    rings_often(phone, 30)
    assert is_promised(early.press(*BOOK))


@pytest.mark.parametrize("caller", NUMBERLESS)
def test_callers_without_a_number_share_a_limit_far_below_the_lines(phone: Phone, caller: str) -> None:
    rings_often(phone, WITHHELD_CALLS_OF_A_LINE - 1, "anonymous")
    assert is_promised(asks_for_another(phone.rings(caller=caller), OTHER))
    assert is_refused(asks_for_another(phone.rings(caller=caller), OTHER))
    assert is_promised(asks_for_another(phone.rings("third", caller), "+919999900003")), "another line has its own"


def test_a_flood_of_withheld_calls_closes_the_line_to_nobody_who_shows_a_number(phone: Phone) -> None:
    rings_often(phone, CALLS_OF_A_LINE, "anonymous")
    assert is_promised(phone.rings().press(*BOOK))
    assert is_promised(phone.rings().press(*RING_BACK)), "who has called before is taken too"


@pytest.mark.parametrize("mobile", ["+918090080907", "8090080906"])
def test_calls_that_the_clinics_own_mobile_forwards_have_the_whole_limit_of_the_line(phone: Phone, mobile: str) -> None:
    """Calls that the clinic's own mobile forwards do not count as withheld: all patients may call that way."""
    rings_often(phone, WITHHELD_CALLS_OF_A_LINE + 1, mobile)
    assert is_promised(asks_for_another(phone.rings(caller=mobile), OTHER))


def test_a_withheld_caller_over_the_limit_hears_hours_and_advice(quiet_line: Phone) -> None:
    rings_often(quiet_line, 3, "anonymous")
    hears_hours_and_advice(quiet_line, "anonymous")


def test_a_caller_from_abroad_has_one(phone: Phone) -> None:
    rings_often(phone, CALLS_OF_A_CALLER, ABROAD)
    assert is_refused(asks_for_another(phone.rings(caller=ABROAD), OTHER))


# -- the calls of a line


def test_a_line_with_too_many_calls_takes_no_more_requests_and_other_lines_do(quiet_line: Phone) -> None:
    floods(quiet_line)
    called_before = "+919999900010"
    assert is_refused(quiet_line.rings(caller=called_before).press(*BOOK))
    assert is_refused(asks_for_another(quiet_line.rings(caller="anonymous"), OTHER))
    hears_hours_and_advice(quiet_line, called_before)
    assert is_promised(quiet_line.rings("third", "+919999900011").press(*BOOK)), "which has called before, too"


def floods(phone: Phone, calls: int = 3) -> None:
    for n in range(calls):
        phone.rings(caller=f"+91999990001{n}")


def test_a_number_that_has_not_called_before_is_taken_while_a_flood_goes_on(quiet_line: Phone, clock: Clock) -> None:
    floods(quiet_line, 9)
    first = quiet_line.rings()
    first.follows("/voice", {})
    assert is_promised(first.press(*BOOK)), "though its first webhook came twice"
    assert is_refused(quiet_line.rings().press(*RING_BACK)), "its next call is one of many"
    clock.goes_on(hours=1)
    floods(quiet_line, 9)
    assert is_promised(quiet_line.rings().press(*RING_BACK)), "an hour later it is new again"


def test_the_first_webhook_of_a_number_let_in_beyond_the_limit_is_judged_alike_when_it_comes_late(
    quiet_line: Phone,
) -> None:
    floods(quiet_line)
    early = quiet_line.rings()
    quiet_line.rings()
    early.follows("/voice", {})
    assert is_promised(early.press(*BOOK))


def test_one_telephone_that_rings_without_end_does_not_use_up_the_line(quiet_line: Phone) -> None:
    rings_often(quiet_line, 10)
    assert is_promised(quiet_line.rings(caller=OTHER).press(*BOOK))


# -- the requests and the rings of one call


def books_once_more(call: Conversation) -> Conversation:
    """Make another request for an appointment in this call; if the line asks for whom, it is for the same person."""
    call.press("#", "1", "1", "1")
    return call.press(*(("1",) if call.place == "whose" else ()), "1", "1")


@LANGUAGES
def test_one_call_leaves_three_requests_and_is_told_in_words_that_it_may_leave_no_more(phone: Phone, lang: str) -> None:
    call = phone.rings(lang=lang, caller="anonymous")
    for n in range(3):
        call.press("2", "1", f"999990002{n}#", "1", "1")
        assert call.place == "kept"
        call.press("*", "9", "9", "#")
    call.press("1", "1", "1", "9999900030#", "1", "1")
    assert (call.place, call.languages) == ("filed_enough", {f"{lang}-IN"})
    assert call.uncut[0].startswith({"en": "We have noted all your requests", "hi": "आपके सभी अनुरोध"}[lang])
    assert len(phone.services.desk.store.waiting()) == 3
    assert call.press("1").place == "topics"
    assert call.press("#", "2", "1", "9999900031#", "1", "1").place == "filed_enough"
    assert phone.rings(lang=lang).press(*BOOK).place == "kept", "another call may"


def test_what_is_joined_counts_for_the_call_too(both: Phone) -> None:
    call = both.rings().press(*BOOK)
    for _ in range(2):
        assert is_promised(books_once_more(call))
    assert books_once_more(call).place == "filed_enough"


def test_a_webhook_that_comes_again_does_not_count_twice_for_the_call(phone: Phone) -> None:
    call = phone.rings().press(*BOOK)
    for _ in range(5):
        call.repeats_last_webhook()
    for _ in range(2):
        assert is_promised(books_once_more(call))


def test_what_could_not_be_kept_does_not_count_for_the_call(phone: Phone, redis_url: str, sqlite_url: str) -> None:
    call = phone.rings().press(*BOOK[:-1])
    with moved(sqlite_path(sqlite_url)), closing(Redis.from_url(redis_url)) as redis:
        redis.config_set("appendonly", "no")  # Redis keeps nothing, so that nothing may be promised
        call.press("1")
        for _ in range(4):
            assert call.place == "not_kept"
            call.press("1")
        redis.config_set("appendonly", "yes")
    assert call.press("1").place == "kept"


def test_requests_that_wait_in_redis_count_for_the_call(phone: Phone, clock: Clock, sqlite_url: str) -> None:
    with moved(sqlite_path(sqlite_url)):
        call = phone.rings().press(*BOOK)
        for _ in range(2):
            clock.goes_on(seconds=30)
            books_once_more(call)
        assert books_once_more(call).place == "filed_enough"
    assert phone.services.desk.pending.count() == 3


@LANGUAGES
def test_one_call_rings_the_reception_three_times_and_is_then_offered_a_call_back(staffed: Phone, lang: str) -> None:
    call = staffed.rings(lang=lang)
    for _ in range(3):
        assert call.press("0").place == "ring"
        assert call.reception(talked=False).place == "callback"
        call.press("#")
    call.press("0")
    assert (call.place, call.languages) == ("callback", {f"{lang}-IN"})
    assert call.uncut[0].startswith({"en": "We have called the reception several", "hi": "हम रिसेप्शन को कई बार"}[lang])
    assert call.press("1", "1", "1").place == "kept"
    assert staffed.rings(lang=lang).press("0").place == "ring", "another call may"


def test_a_call_under_way_before_there_were_counters_has_them_all_left(staffed: Phone) -> None:
    call = staffed.rings().press("1")
    sealed = parse_qs(urlsplit(call.next_url).query)["c"][0]
    held = json.loads(staffed.services.telephone.cipher.decrypt(sealed))
    assert not {"filed", "rung"} & set(held), "as an older program wrote it"
    assert is_promised(call.press("1", "1", "1", "1"))


# -- the reception


def test_the_reception_is_not_rung_for_a_telephone_that_rings_too_often(staffed: Phone) -> None:
    rings_often(staffed)
    assert is_refused(staffed.rings().press("0"))
    assert staffed.rings(caller=OTHER).press("0").place == "ring"


def test_the_reception_is_not_rung_for_a_blocked_telephone_until_the_block_is_lifted(
    staffed: Phone, clock: Clock
) -> None:
    block(staffed)
    assert is_refused(staffed.rings().press("0"))
    assert staffed.rings(caller=OTHER).press("0").place == "ring"
    assert staffed.rings(caller="anonymous").press("0").place == "ring"
    staffed.services.desk.blocked.lift(1, By("asha", clock()))
    assert staffed.rings().press("0").place == "ring"


def test_with_the_database_away_the_reception_is_rung_for_everybody(staffed: Phone, sqlite_url: str) -> None:
    block(staffed)
    with moved(sqlite_path(sqlite_url)):
        assert staffed.rings().press("0").place == "ring"


@LANGUAGES
def test_a_blocked_caller_is_not_offered_the_reception(staffed: Phone, lang: str) -> None:
    for caller in (CALLER, ABROAD):
        assert "0" in keys_offered(staffed.rings(caller=caller, lang=lang)), "where somebody answers, 0 is offered"
        block(staffed, caller)
        assert "0" not in keys_offered(staffed.rings(caller=caller, lang=lang))
        assert "0" not in keys_offered(staffed.rings(caller=caller, lang=lang).press("1", "*"))


def test_a_caller_over_a_limit_is_not_offered_the_reception(staffed: Phone) -> None:
    rings_often(staffed)
    assert "0" not in keys_offered(staffed.rings())


def test_a_caller_who_was_refused_is_offered_the_reception_no_more(staffed: Phone) -> None:
    call = staffed.rings()
    block(staffed)
    assert is_refused(call.press("0"))
    assert "0" not in keys_offered(call.press("#"))


def test_a_caller_for_whose_number_others_have_asked_too_often_reaches_the_reception_all_the_same(
    staffed: Phone,
) -> None:
    """A daughter who keys a number at its limit is refused for that number only, not herself."""
    for n in range(REQUESTS_OF_A_NUMBER):
        asks_for_another(staffed.rings(caller=f"+91999990001{n}"), CALLER)
    call = asks_for_another(staffed.rings(caller=OTHER), CALLER)
    assert is_refused(call)
    assert call.press("0").place == "ring"


def keys_offered(call: Conversation) -> set[str]:
    """Return the keys that the words heard last offer, in English or Hindi."""
    return {key for found in PRESS.findall(" ".join(call.heard)) for key in found if key}


# -- blocked numbers


def block(phone: Phone, written: str = CALLER) -> None:
    assert phone.services.desk.blocked.block(number(written), "rings for fun", By("asha", phone.services.clock()))


@LANGUAGES
def test_a_blocked_caller_hears_hours_and_advice_and_the_words_of_one_over_a_limit(both: Phone, lang: str) -> None:
    rings_often(both, caller=OTHER)
    block(both)
    hears_hours_and_advice(both)
    refused = both.rings(lang=lang).press(*BOOK)
    assert is_refused(refused, lang)
    assert refused.heard == both.rings(lang=lang, caller=OTHER).press(*BOOK).heard
    assert both.services.desk.store.all() == []


def test_a_blocked_number_is_known_however_it_is_written(phone: Phone) -> None:
    block(phone)
    for written in (CALLER, CALLER[1:], f"0{CALLER[3:]}", CALLER[3:], f"0091{CALLER[3:]}"):
        assert is_refused(phone.rings(caller=written).press(*BOOK)), written


def test_a_blocked_caller_leaves_no_request_for_another_number_either(both: Phone) -> None:
    block(both)
    assert is_refused(asks_for_another(both.rings(), OTHER))


def test_nobody_leaves_a_request_for_a_blocked_number(both: Phone) -> None:
    block(both)
    for caller in (OTHER, "anonymous"):
        assert is_refused(asks_for_another(both.rings(caller=caller), CALLER))
        assert is_promised(asks_for_another(both.rings(caller=caller), "+919999900003"))


def test_a_blocked_number_abroad_leaves_no_request_for_one_in_india(phone: Phone) -> None:
    block(phone, ABROAD)
    assert is_refused(asks_for_another(phone.rings(caller=ABROAD), OTHER))


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687", "sip:desk@example.org", "+", "+91", "client:asha"])
def test_a_caller_without_a_number_is_nobody_who_was_blocked(phone: Phone, caller: str) -> None:
    for written in (CALLER, ABROAD, "+26622000000"):
        block(phone, written)
    assert is_promised(asks_for_another(phone.rings(caller=caller), OTHER))


def test_the_same_webhook_is_answered_as_before_though_the_number_was_blocked_in_between(both: Phone) -> None:
    call = both.rings().press(*BOOK)
    block(both)
    assert call.uncut[0] in call.hears_again()
    assert call.uncut[0] == PROMISED
    assert is_refused(both.rings().press(*BOOK_AGAIN))


def test_a_promise_that_still_waits_in_redis_is_repeated_and_kept_though_the_number_is_blocked(
    phone: Phone, worker: WorkerServices, sqlite_url: str
) -> None:
    with moved(sqlite_path(sqlite_url)):
        call = phone.rings().press(*BOOK)
        assert call.uncut[0] == PROMISED
    block(phone)
    assert PROMISED in call.hears_again()
    assert is_refused(phone.rings().press(*BOOK)), "another one is not"
    jobs.save(worker)
    assert [each.reference for each in phone.services.desk.store.waiting()] == [call.reference]


def test_with_the_database_away_a_blocked_caller_is_promised_and_kept(
    phone: Phone, worker: WorkerServices, sqlite_url: str
) -> None:
    block(phone)
    with moved(sqlite_path(sqlite_url)):
        call = phone.rings().press(*BOOK)
    assert is_promised(call)
    jobs.save(worker)
    assert [each.reference for each in phone.services.desk.store.waiting()] == [call.reference]


def test_a_block_is_heard_in_a_call_that_had_begun_before_it(phone: Phone) -> None:
    call = phone.rings().press(*BOOK[:-1])
    block(phone)
    assert is_refused(call.press("1"))


# -- the requests of a number in a day


def test_the_eleventh_request_of_a_day_is_refused_and_the_live_one_stays_as_it_was(both: Phone, clock: Clock) -> None:
    assert is_promised(both.rings().press(*BOOK))
    for n in range(REQUESTS_OF_A_NUMBER - 1):
        assert is_promised(both.rings().press("1", "21"[n % 2], "1", SAME, "1", "1"))
    (before,) = both.services.desk.store.waiting()
    refused = both.rings().press("1", "3", "1", SAME, "1", "1")
    assert is_refused(refused)
    assert "A request you already made stays as it is." in refused.uncut[0]
    assert both.services.desk.store.waiting() == [before]
    assert before.rang_again == REQUESTS_OF_A_NUMBER - 1
    assert is_promised(both.rings(caller=OTHER).press(*BOOK))
    clock.goes_on(hours=24)
    assert is_promised(both.rings().press(*BOOK_AGAIN))


def test_requests_of_every_kind_count_for_the_number(phone: Phone) -> None:
    assert is_promised(phone.rings().press(*BOOK))
    assert is_promised(phone.rings().press(*RING_BACK))
    for _ in range(REQUESTS_OF_A_NUMBER // 2 - 1):
        assert is_promised(phone.rings().press(*BOOK_AGAIN))
        assert is_promised(phone.rings().press(*RING_BACK_AGAIN))
    assert is_refused(phone.rings().press(*RING_BACK_AGAIN))
    assert is_promised(phone.rings(caller=OTHER).press(*BOOK))


def test_requests_for_somebody_else_count_for_the_number_too(both: Phone) -> None:
    assert is_promised(both.rings().press(*RING_BACK))
    for _ in range(REQUESTS_OF_A_NUMBER - 1):
        assert is_promised(both.rings().press("2", "1", "2", "1", "1"))
    assert len(both.services.desk.store.waiting()) == REQUESTS_OF_A_NUMBER
    assert is_refused(both.rings().press("2", "1", "2", "1", "1"))
    assert is_refused(both.rings().press(*RING_BACK_AGAIN))


def test_nobody_locks_a_number_out_by_keying_it(both: Phone) -> None:
    """Requests that other telephones leave for a number do not use up the requests of the number itself."""
    for n in range(REQUESTS_OF_A_NUMBER):
        caller = "anonymous" if n % 2 else f"+91999990001{n}"
        assert is_promised(asks_for_another(both.rings(caller=caller), CALLER))
    assert is_refused(asks_for_another(both.rings(caller="anonymous"), CALLER))
    assert is_promised(both.rings().press(*BOOK))
    assert is_promised(both.rings().press(*RING_BACK))


def test_who_has_asked_too_often_may_still_be_asked_for_by_another_telephone(phone: Phone) -> None:
    assert is_promised(phone.rings().press(*RING_BACK))
    for _ in range(REQUESTS_OF_A_NUMBER - 1):
        assert is_promised(phone.rings().press(*RING_BACK_AGAIN))
    assert is_refused(phone.rings().press(*RING_BACK_AGAIN))
    assert is_promised(asks_for_another(phone.rings(caller=OTHER), CALLER))


def test_a_webhook_that_comes_again_counts_once_and_is_answered_when_the_number_has_had_enough(phone: Phone) -> None:
    keys = [BOOK] + [BOOK_AGAIN] * (REQUESTS_OF_A_NUMBER - 1)
    calls = [phone.rings().press(*each) for each in keys]
    assert all(is_promised(call) for call in calls)
    assert all(call.uncut[0] in call.hears_again() for call in calls)
    assert is_refused(phone.rings().press(*BOOK_AGAIN))


def test_what_is_written_down_at_the_counter_is_neither_capped_nor_blocked_nor_counted(
    phone: Phone, staff: Staff
) -> None:
    block(phone)
    form = {"kind": "booking", "language": "en", "line": "main", "phone": CALLER[3:]}
    for _ in range(REQUESTS_OF_A_NUMBER + 1):
        answer = staff.browser.post("/desk/new", data={**form, "csrf_token": staff.csrf()})
        assert answer.status_code == 302
    (written,) = phone.services.desk.store.waiting()
    assert written.rang_again == REQUESTS_OF_A_NUMBER
    phone.services.desk.blocked.lift(1, By("asha", phone.services.clock()))
    assert is_promised(phone.rings().press(*BOOK_AGAIN))
    assert phone.services.desk.store.waiting()[0].rang_again == REQUESTS_OF_A_NUMBER + 1


# -- Redis away

Away = Callable[[Valkey], AbstractContextManager[None]]


@pytest.fixture
def impatient_line(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a clinic with low limits, whose calls wait for a store only as long as in production."""
    quiet = settings_for(tmp_path, sqlite_url, redis_url, CLINIC_FILE=of_a_quiet_clinic(tmp_path))
    with served(build(quiet, clock, QUICK)) as phone:
        yield phone


@pytest.mark.parametrize("away", [frozen, stopped])
def test_with_redis_away_nobody_is_refused_and_it_costs_a_caller_one_wait(
    impatient_line: Phone, valkey_server: Valkey, caplog: pytest.LogCaptureFixture, away: Away
) -> None:
    rings_often(impatient_line, 5)
    with away(valkey_server):
        began = time.monotonic()
        call = impatient_line.rings()
        assert time.monotonic() - began < 3 * A_CALLER_WAITS.redis
        assert is_promised(call.press(*BOOK))
    assert f"call {call.sid}: Redis is away" in caplog.text


def test_a_redis_that_lost_its_counts_begins_anew(quiet_line: Phone, valkey_server: Valkey) -> None:
    rings_often(quiet_line, 3)
    early = quiet_line.rings()
    valkey_server.flush()
    assert is_promised(quiet_line.rings().press(*BOOK))
    assert is_refused(early.press(*RING_BACK)), "a call keeps what it was told"


# -- what is written of it


def test_the_log_names_the_call_and_the_line_and_redis_no_number(
    quiet_line: Phone, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        rings_often(quiet_line, 2)
        over = quiet_line.rings().press(*BOOK)
        block(quiet_line, OTHER)
        blocked = quiet_line.rings(caller=OTHER).press(*BOOK)
    ours = ("ivr.desk.call_limits", "ivr.desk.intake", "ivr.web.telephone.")
    warnings = [each for each in caplog.records if each.levelno >= logging.WARNING]
    said = [each.getMessage() for each in warnings if each.name.startswith(ours)]
    assert said == [
        f"call {over.sid}: is over a limit on line main",
        f"call {blocked.sid}: comes from a blocked number",
    ]
    with Redis.from_url(redis_url) as redis:
        held = str([(key, redis.zrange(key, 0, -1)) for key in redis.scan_iter("clinic:calls:*")])
    assert over.sid not in held, "what is one too many is not counted"
    for digits in (CALLER[3:], OTHER[3:]):
        assert digits not in held + caplog.text


def test_the_counts_of_calls_are_forgotten_within_the_hour(phone: Phone, redis_url: str) -> None:
    phone.rings()
    with Redis.from_url(redis_url) as redis:
        keys = list(redis.scan_iter("clinic:calls:*"))
        assert len(keys) == 2
        assert all(0 < redis.ttl(key) <= 3600 for key in keys)


def test_a_webhook_of_a_refused_call_that_comes_again_gets_the_same_answer(phone: Phone) -> None:
    block(phone)
    call = phone.rings().press(*BOOK)
    assert SORRY["en"] in call.hears_again()
    assert isinstance(call.waits, Gathers)


def test_two_blocks_of_one_number_are_lifted_as_one(both: Phone, clock: Clock) -> None:
    database = Database(both.services.settings.database_url)
    with ExitStack() as closing:
        closing.callback(database.close)
        with database.writing() as write:  # as two people do at the same moment
            row = {"phone": CALLER, "reason": "twice", "who": "asha", "at": clock()}
            write.execute(schema.blocked.insert(), [row, row])
        blocked = Blocked(database)
        assert blocked.lift(2, By("asha", clock()))
        assert not blocked.lift(1, By("asha", clock()))
        assert blocked.all() == []
    assert is_promised(both.rings().press(*BOOK))
