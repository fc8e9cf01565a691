"""Joining: a second call for the same person joins their request; a call for another person makes a new one."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from ivr.desk.requests import Outcome, Request
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database, sqlite_path
from tests.desk import takes_and_reports
from tests.people import BOOK, CALLER, OTHER, Clock, Conversation, Phone
from tests.test_faults import moved
from workers import jobs
from workers.services import WorkerServices

BOOK_TOMORROW = ("1", "2", "1", "1", "1")
RING_BACK = ("2", "1", "1", "1")
SAME = "1"
"""The key by which a caller says that this call is for the same person as the number's earlier request."""
JOIN = ("1", "1", "1", SAME, "1", "1")
JOIN_TOMORROW = ("1", "2", "1", SAME, "1", "1")
WHOSE = "We already have a request from this number. If it is for the same person, press 1."
NEW = "Thank you. We have your request."
AGAIN = "Your request is already with us. We have also noted what you just told us."


def only(phone: Phone) -> Request:
    (found,) = phone.services.desk.store.waiting()
    return found


def of(phone: Phone, call: Conversation) -> Request:
    """Return the waiting request whose reference this call's caller has heard."""
    (found,) = (each for each in phone.services.desk.store.waiting() if each.reference == call.reference)
    return found


def what_happened(phone: Phone, request: Request) -> list[tuple[str, str]]:
    return [(entry.who, entry.what) for entry in phone.services.desk.store.history(request.id)]


def keys_number_of(call: Conversation, number: str) -> Conversation:
    """Make a request for an appointment in this call, for another number, which the caller keys."""
    return call.press(
        "1", "2", "1", *(("2",) if call.fields["From"] != "anonymous" else ()), f"{number[3:]}#", "1", "1"
    )


def test_a_caller_who_rings_again_on_another_line_joins_their_request_and_is_told_so(both: Phone, clock: Clock) -> None:
    first = both.rings("main").press(*BOOK)
    clock.goes_on(minutes=20)
    again = both.rings("third", lang="hi").press(*JOIN_TOMORROW)
    assert first.heard[0] == NEW
    assert again.spoken_reference == ""
    assert again.heard[0] != both.rings("third", OTHER, "hi").press(*BOOK).heard[0], "the words are others"
    found = both.services.desk.store.waiting()[0]
    assert (found.reference, found.line, found.language, found.rang_again) == (first.reference, "main", "hi", 1)
    assert f"{found.day} {found.part}" == "2026-11-24 morning", "the new wish replaces the old"
    assert what_happened(both, found) == [("caller", "made"), ("caller", "rang_again")]
    details = [entry.detail for entry in both.services.desk.store.history(found.id)]
    assert details == ["2026-11-23 afternoon", "2026-11-24 morning"]


def test_a_caller_who_rings_a_third_time_is_counted_twice_and_told_in_english(phone: Phone) -> None:
    calls = [phone.rings().press(*keys) for keys in (BOOK, JOIN, JOIN)]
    assert [call.heard[0] for call in calls] == [NEW, AGAIN, AGAIN]
    assert [call.spoken_reference for call in calls] == [only(phone).reference, "", ""]
    assert only(phone).rang_again == 2
    assert phone.services.desk.job_queue.queued_tasks() == {1}, "the staff are told once"


def test_who_rings_again_keeps_their_place_unless_they_wish_otherwise(phone: Phone, clock: Clock) -> None:
    phone.rings().press(*RING_BACK)
    due = only(phone).due
    clock.goes_on(minutes=30)
    phone.rings().press("2", "1", SAME, "1", "1")
    assert only(phone).due == due
    phone.rings().press("2", "3", SAME, "1", "1")
    assert only(phone).due > due


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_who_says_that_it_is_for_somebody_else_has_a_request_of_their_own(both: Phone, lang: str) -> None:
    first = both.rings().press(*BOOK)
    call = both.rings(lang=lang).press("1", "2", "1")
    assert call.place == "whose"
    assert (WHOSE in call.words) == (lang == "en")
    call.press("2", "1", "1")
    assert call.reference != first.reference
    assert wished(of(both, call))[0] != wished(of(both, first))[0], "and each their own day"
    assert [what_happened(both, of(both, each)) for each in (first, call)] == [[("caller", "made")]] * 2
    assert both.services.desk.job_queue.queued_tasks() == {1, 2}, "the staff are told of both"


def test_only_a_number_that_has_a_live_request_of_that_kind_is_asked_whose_it_is(both: Phone, clock: Clock) -> None:
    assert both.rings().press("1", "1", "1").place == "own_number"
    asks_for(both.rings(caller=OTHER), CALLER, "1", "1", "1")
    assert both.rings().press("1", "1", "1").place == "own_number", "what others asked for is not told"
    both.rings().press(*RING_BACK)
    assert both.rings().press("1", "1", "1").place == "own_number"
    both.rings().press(*BOOK)
    assert both.rings().press("1", "1", "1").place == "whose"
    assert both.rings(caller=OTHER).press("1", "1", "1").place == "own_number"
    assert both.rings(caller="anonymous").press("1", "1", "1").place == "key_number"


def test_a_request_of_another_kind_is_a_request_of_its_own(both: Phone) -> None:
    calls = [both.rings().press(*keys) for keys in (BOOK, RING_BACK)]
    assert [call.heard[0] for call in calls] == [NEW, NEW]
    found = both.services.desk.store.waiting()
    assert {each.reference for each in found} == {call.reference for call in calls}
    assert sorted(each.kind for each in found) == ["booking", "callback"]
    assert [each.rang_again for each in found] == [0, 0]


@pytest.mark.parametrize("stranger", [OTHER, "anonymous"])
def test_nobody_learns_by_keying_a_number_that_it_has_a_request(both: Phone, stranger: str) -> None:
    first = both.rings().press(*BOOK)
    stranger_hears = keys_number_of(both.rings(caller=stranger), CALLER)
    nobodys = keys_number_of(both.rings(caller=stranger), "+919999900003")
    assert stranger_hears.heard[0] == NEW
    assert stranger_hears.reference != first.reference
    assert without_digits(stranger_hears) == without_digits(nobodys), "not a word is different"
    own, asked_for = of(both, first), of(both, stranger_hears)
    assert (own.rang_again, asked_for.phone) == (0, own.phone), "the desk sees both together"
    assert what_happened(both, own) == [("caller", "made")]
    assert what_happened(both, asked_for) == [("caller", "asked_for")]
    assert leads_to(both, stranger_hears.reference) == asked_for.id


def without_digits(call: Conversation) -> list[str]:
    return [re.sub(r"\d", "9", words) for words in call.heard]


def leads_to(phone: Phone, reference: str) -> int:
    """Return the id of the request that was promised to a caller under this reference."""
    database, table = Database(phone.services.settings.database_url), schema.promises
    with database.reading() as read:
        found: int = read.scalars(select(table.c.request_id).where(table.c.reference == reference)).one()
    database.close()
    return found


def test_who_keys_the_number_they_ring_from_is_told(phone: Phone) -> None:
    phone.rings().press(*BOOK)
    again = phone.rings().press("1", "2", "1", SAME, "2", f"{CALLER[3:]}#", "1", "1")
    assert (again.heard[0], again.spoken_reference) == (AGAIN, "")


# -- the same webhook more than once


def confirms(call: Conversation) -> Callable[[], str]:
    """Return a function that, each time it is called, posts the webhook of this call's confirming key 1."""
    assert call.place in {"summary", "earliest", "time_sure"}
    path, form = call.next_url, {"CallSid": call.sid, "AccountSid": "AC" + "0" * 32, **call.fields, "Digits": "1"}
    return lambda: call.phone.posts(path, form).text


def unsealed(phone: Phone, document: str) -> str:
    """Return this document with the sealed parts of its addresses decrypted, since each encryption looks different."""
    return re.sub(
        r"(?<=[?&;]c=)[\w%-]+", lambda found: phone.services.telephone.cipher.decrypt(unquote(found[0])), document
    )


@pytest.mark.parametrize("before", [False, True], ids=["new", "joining"])
def test_the_same_webhook_again_is_answered_alike_and_counted_once(both: Phone, clock: Clock, before: bool) -> None:
    if before:
        both.rings().press(*BOOK_TOMORROW)
    deliver = confirms(both.rings().press(*(JOIN if before else BOOK)[:-1]))
    answers = []
    for _ in range(3):
        answers.append(unsealed(both, deliver()))
        clock.goes_on(seconds=10)
    assert len(set(answers)) == 1
    assert (AGAIN if before else NEW) in answers[0]
    assert (only(both).reference in answers[0].replace(" ", "").replace(",", "")) == (not before)
    assert only(both).rang_again == before
    assert len(what_happened(both, only(both))) == 1 + before


def test_a_webhook_repeated_after_the_call_went_on_changes_nothing(phone: Phone) -> None:
    call = phone.rings().press(*BOOK)
    repeated = call.hears_again()
    assert call.reference in repeated.replace(" ", "").replace(",", "")
    assert only(phone).rang_again == 0


AT_ONCE = 4


def at_once(deliveries: list[Callable[[], str]]) -> list[str]:
    """Deliver these webhooks in threads that begin at the same moment; return the documents that answer."""
    barrier = Barrier(len(deliveries))

    def deliver(webhook: Callable[[], str]) -> str:
        barrier.wait(10)
        return webhook()

    with ThreadPoolExecutor(len(deliveries)) as hands:
        return list(hands.map(deliver, deliveries))


@pytest.mark.parametrize("before", [False, True], ids=["new", "joining"])
def test_the_same_webhook_at_once_makes_one_request_and_one_answer(both: Phone, before: bool) -> None:
    if before:
        both.rings().press(*BOOK_TOMORROW)
    answers = at_once([confirms(both.rings().press(*(JOIN if before else BOOK)[:-1]))] * AT_ONCE)
    assert len({unsealed(both, answer) for answer in answers}) == 1
    assert (AGAIN if before else NEW) in answers[0]
    assert only(both).rang_again == before
    assert both.services.desk.job_queue.queued_tasks() == {1}


def test_calls_of_one_number_at_once_make_one_request_which_the_others_join(both: Phone) -> None:
    lines = ("main", "second", "third", "main")
    answers = at_once([confirms(both.rings(line).press(*BOOK[:-1])) for line in lines])
    assert sorted(AGAIN in answer for answer in answers) == [False, True, True, True]
    assert only(both).rang_again == AT_ONCE - 1
    reference = only(both).reference
    spoken = [answer.replace(" ", "").replace(",", "").count(reference) for answer in answers]
    assert spoken == [0 if AGAIN in answer else 1 for answer in answers]


# -- asked twice in one call, and requests that somebody works on


def test_who_asks_for_another_day_in_the_same_call_gets_that_day(both: Phone) -> None:
    call = both.rings().press(*BOOK)
    reference = call.reference
    call.press("#", *JOIN_TOMORROW)
    assert (call.heard[0], call.reference) == (AGAIN, reference)
    assert f"{only(both).day} {only(both).part}" == "2026-11-24 morning"


def test_a_taken_request_is_joined(both: Phone, clock: Clock) -> None:
    first = both.rings().press(*BOOK)
    both.services.desk.moves.take(only(both).id, By("asha", clock()))
    again = both.rings().press(*JOIN_TOMORROW)
    assert (again.heard[0], again.spoken_reference) == (AGAIN, "")
    found = only(both)
    assert (found.reference, found.status, found.taken_by) == (first.reference, "taken", "asha")
    assert found.rang_again == 1


def test_a_closed_request_is_not_joined(both: Phone, clock: Clock) -> None:
    first = both.rings().press(*BOOK)
    takes_and_reports(both.services, 1, Outcome.SETTLED)
    again = both.rings().press(*BOOK)
    assert again.heard[0] == NEW
    assert again.reference != first.reference
    assert (only(both).reference, only(both).rang_again) == (again.reference, 0)
    assert len(both.services.desk.store.all()) == 2


# -- a call from another telephone


STRANGERS = [OTHER, "anonymous", "", "+12025550143", "+918090080907"]


def asks_for(call: Conversation, number: str, *when: str) -> Conversation:
    """Make a request in this call for another number, which the caller keys after pressing the keys `when`."""
    call.press(*when)
    return call.press(*(() if call.place == "key_number" else ("2",)), f"{number[3:]}#", "1", "1")


def wished(request: Request) -> tuple[object, ...]:
    return request.day, request.part, request.language, request.line


@pytest.mark.parametrize("stranger", STRANGERS)
def test_another_telephone_never_changes_what_a_number_has_asked_for(both: Phone, clock: Clock, stranger: str) -> None:
    """A request for a number from another telephone is kept separately, and never changes the number's own request."""
    both.rings().press("2", "3", "1", "1")
    before = only(both)
    clock.goes_on(minutes=20)
    later = asks_for(both.rings("third", stranger, "hi"), CALLER, "2", "1")
    assert (later.place, later.reference != before.reference) == ("kept", True)
    assert of_id(both, before.id) == before
    beside = of(both, later)
    assert wished(beside) == (None, None, "hi", "third")
    assert (beside.phone, beside.due < before.due, beside.rang_again) == (before.phone, True, 0)
    assert what_happened(both, beside) == [("caller", "asked_for")]


def of_id(phone: Phone, request_id: int) -> Request:
    return phone.services.desk.store.request(request_id)


def test_what_other_telephones_have_asked_for_stands_beside_what_the_number_itself_asks_for(both: Phone) -> None:
    others = [asks_for(both.rings(caller=each), CALLER, "2", "1") for each in (OTHER, "anonymous")]
    own = both.rings().press("2", "3", "1", "1")
    assert own.heard[0] == NEW
    assert len({call.reference for call in (*others, own)}) == 3
    assert f"{of(both, own).day} {of(both, own).part}" == "2026-11-23 evening"
    happened = [what_happened(both, of(both, call)) for call in (*others, own)]
    assert happened == [[("caller", "asked_for")]] * 2 + [[("caller", "made")]]


def test_a_number_joins_its_own_request_and_none_that_others_made_since(both: Phone) -> None:
    first = both.rings().press("2", "1", "1", "1")
    others = asks_for(both.rings(caller=OTHER), CALLER, "2", "1")
    assert both.rings().press("2", "3", SAME, "1", "1").heard[0] == AGAIN
    assert (of(both, first).rang_again, of(both, others).rang_again) == (1, 0)
    assert f"{of(both, first).day} {of(both, first).part}" == "2026-11-23 evening"


def test_a_wish_from_another_telephone_stands_beside_one_that_was_merged(both: Phone, clock: Clock) -> None:
    both.rings().press(*BOOK_TOMORROW)
    both.rings().press(*RING_BACK)
    both.services.desk.merging.merge(1, 2, By("asha", clock()))
    before, happened = only(both), what_happened(both, only(both))
    later = asks_for(both.rings(caller=OTHER, lang="hi"), CALLER, "2", "3")
    assert (of_id(both, before.id), what_happened(both, before)) == (before, happened)
    assert what_happened(both, of(both, later)) == [("caller", "asked_for")]


# -- requests that waited in Redis


def test_a_wish_that_waited_stands_beside_a_later_one_and_changes_nothing_of_it(
    phone: Phone, worker: WorkerServices, clock: Clock, sqlite_url: str
) -> None:
    with moved(sqlite_path(sqlite_url)):
        waited = phone.rings(lang="hi").press(*BOOK)
    clock.goes_on(minutes=5)
    later = phone.rings().press(*BOOK_TOMORROW)
    assert later.heard[0] == NEW, "nobody knows of the first yet"
    before = only(phone)
    jobs.save(worker)
    assert of(phone, later) == before
    assert (f"{before.day} {before.part}", before.language, before.rang_again) == ("2026-11-24 morning", "en", 0)
    found = of(phone, waited)
    assert (f"{found.day} {found.part}", found.language) == ("2026-11-23 afternoon", "hi")
    assert what_happened(phone, found) == [("caller", "made")]


def test_a_wish_from_another_telephone_that_waited_changes_nothing(
    phone: Phone, worker: WorkerServices, sqlite_url: str
) -> None:
    phone.rings().press("2", "1", "1", "1")
    before = only(phone)
    with moved(sqlite_path(sqlite_url)):
        waited = asks_for(phone.rings(caller="anonymous"), CALLER, "2", "3")
    jobs.save(worker)
    assert of_id(phone, before.id) == before
    assert what_happened(phone, of(phone, waited)) == [("caller", "asked_for")]


def test_a_webhook_that_comes_again_after_its_request_waited_is_answered_as_at_first(
    phone: Phone, worker: WorkerServices, sqlite_url: str
) -> None:
    first = phone.rings().press(*BOOK)
    with moved(sqlite_path(sqlite_url)):
        again = phone.rings().press(*BOOK_TOMORROW)
    jobs.save(worker)
    repeated = again.hears_again()
    assert all(words in repeated for words in again.uncut)
    assert again.reference != first.reference
    assert {each.reference for each in phone.services.desk.store.waiting()} == {first.reference, again.reference}


# -- whoever forges a caller's number


def test_a_reference_is_spoken_only_in_the_call_that_made_it(both: Phone) -> None:
    first = both.rings().press(*BOOK)
    forged = both.rings().press(*JOIN_TOMORROW)
    heard = [*forged.heard, *forged.press("*").heard, *forged.press("9").heard]
    assert first.reference not in re.sub(r"\D", "", " ".join(heard))
    assert forged.spoken_reference == ""
    assert forged.place == "kept", "and hears the time as often as they like"
    assert first.press("#", *JOIN_TOMORROW).reference == first.reference, "the call that made it hears it again"
