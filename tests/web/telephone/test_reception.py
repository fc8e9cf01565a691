"""Key 0 calls the reception, in its hours and on lines that have one.

The patient is connected only to a person, never to a voicemail. If nobody answers, the patient is offered a call back.
"""

from datetime import date
from xml.etree import ElementTree as Xml

import pytest

from ivr.carrier.steps import Dials, Gathers, HangsUp, Step
from ivr.carrier.twilio.reader import steps
from tests.people import CALL, CALLER, Clock, Conversation, Phone
from tests.test_menu_rung import PATHS
from tests.web import CALLER_ID, RECEPTION

NOBODY = "Nobody at the reception can take your call just now."
CLOSED = "The reception is closed now."


def rung(call: Conversation) -> Xml.Element:
    """Return the Dial element of the call's last document, by which the carrier calls the reception."""
    document = Xml.fromstring(call.repeats_last_webhook())  # noqa: S314 - our own service's answer
    (dial,) = document.findall("Dial")
    return dial


def leg(call: Conversation) -> Conversation:
    """Pick up one of the reception's telephones that this call rings; return its leg as a call of its own."""
    assert isinstance(call.waits, Dials)
    number, address = call.waits.numbers[0]
    picked_up = Conversation(call.phone, {"From": CALLER_ID, "To": number, "ParentCallSid": call.sid})
    picked_up.follows(address, {})
    return picked_up


def is_offered_a_callback(call: Conversation, first: str) -> None:
    """Check that the caller hears this sentence first; then ask for a call back by keys, and check the promise."""
    assert (call.heard[0], call.place) == (first, "callback")
    call.press("1", "1", "1")
    (found,) = call.phone.services.desk.store.waiting()
    assert (found.kind, found.reference, found.phone.e164) == ("callback", call.reference, CALLER)


def test_in_hours_0_rings_both_telephones_together_for_20_seconds_from_the_caller_id(staffed: Phone) -> None:
    call = staffed.rings().press("0")
    assert call.uncut == ["Please stay on the line. We are calling the reception."]
    dial = rung(call)
    assert (dial.get("timeout"), dial.get("callerId")) == ("20", CALLER_ID)
    assert dial.get("sequential", "false") == "false", "together"
    assert [number.text for number in dial] == list(RECEPTION)


def test_each_telephone_of_the_reception_is_screened_before_it_gets_the_patient(staffed: Phone) -> None:
    numbers = list(rung(staffed.rings().press("0")))
    assert [number.tag for number in numbers] == ["Number", "Number"]
    assert all(number.get("url", "").startswith(f"{staffed.called_at}/voice/answered?") for number in numbers)


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_0_rings_the_reception_from_every_menu(staffed: Phone, lang: str) -> None:
    menus = {place: keys for place, keys in PATHS.items() if place != "key_number"}
    rung_from = {place: staffed.rings(lang=lang).press(*keys, "0").place for place, keys in menus.items()}
    assert rung_from == dict.fromkeys(menus, "ring")


def test_0_rings_the_reception_for_a_caller_who_was_lost(staffed: Phone) -> None:
    assert staffed.rings().stays_silent(3).press("0").place == "ring"


# -- the reception's own leg


def test_who_answers_hears_that_a_patient_is_calling_and_1_puts_them_through(staffed: Phone) -> None:
    answered = leg(staffed.rings().press("0"))
    assert answered.heard[0] == "A patient is calling the clinic."
    answered.press("1")
    assert (answered.heard, answered.waits) == ([], None), "a document that ends connects the two"


def test_a_voicemail_that_presses_nothing_is_rid_of_without_the_patient(staffed: Phone) -> None:
    voicemail = leg(staffed.rings().press("0"))
    voicemail.stays_silent()
    assert isinstance(voicemail.waits, Gathers), "a person may have been too slow"
    assert voicemail.stays_silent().over


@pytest.mark.parametrize("key", ["2", "0", "9", "*", "#"])
def test_who_presses_another_key_is_rid_of_without_the_patient(staffed: Phone, key: str) -> None:
    answered = leg(staffed.rings().press("0")).press(key)
    assert isinstance(answered.waits, Gathers), "neither connected, nor sent into the patients' menu"
    assert answered.place == "screen"
    assert answered.press(key).over


def test_who_takes_the_call_at_the_second_asking_gets_it(staffed: Phone) -> None:
    answered = leg(staffed.rings().press("0")).stays_silent().press("1")
    assert (answered.heard, answered.waits) == ([], None)


LEG = "line=main&lang=en"


@pytest.mark.parametrize(
    ("address", "digits", "does"),
    [
        (f"/voice/screen?{LEG}", "1", []),
        (f"/voice/screen?{LEG}&s=1", "1", []),
        (f"/voice/screen?{LEG}&w=1&s=1", "1", []),
        (f"/voice/screen?{LEG}&s=1&silent=1", "", [HangsUp()]),
        (f"/voice/screen?{LEG}&w=1", "7", [HangsUp()]),
        (f"/voice/again/screen?{LEG}&s=1", "", [HangsUp()]),
    ],
)
def test_a_leg_under_way_since_before_a_deploy_goes_on_as_it_began(
    staffed: Phone, address: str, digits: str, does: list[Step]
) -> None:
    """A leg begun before a deploy goes on, with the older version's relative addresses and counts of mistakes."""
    form = {**CALL, "From": CALLER_ID, "To": RECEPTION[0], **({"Digits": digits} if digits else {})}
    assert list(steps(staffed.posts(address, form).text)) == does


@pytest.mark.parametrize(("address", "seconds"), [("answered", 6), ("screen", 8), ("again/screen", 8)])
def test_a_leg_is_asked_in_its_own_language_with_more_time_each_time(
    staffed: Phone, address: str, seconds: int
) -> None:
    picked_up = Conversation(staffed, {"From": CALLER_ID, "To": RECEPTION[0]})
    picked_up.follows(f"/voice/{address}?line=main&lang=hi", {})
    assert isinstance(picked_up.waits, Gathers)
    assert (picked_up.waits.seconds, picked_up.languages) == (seconds, {"hi-IN"})


# -- afterwards


@pytest.mark.parametrize("outcome", ["no-answer", "busy", "failed", "canceled"])
def test_when_nobody_takes_the_call_a_callback_is_offered(staffed: Phone, outcome: str) -> None:
    call = staffed.rings().press("0")
    assert isinstance(call.waits, Dials)
    call.follows(call.waits.action, {"DialCallStatus": outcome})
    is_offered_a_callback(call, NOBODY)


def test_a_leg_that_was_answered_but_not_taken_is_nobody(staffed: Phone) -> None:
    call = staffed.rings().press("0")
    assert isinstance(call.waits, Dials)
    outcome = {"DialCallStatus": "completed", "DialBridged": "false", "DialCallDuration": "9"}
    call.follows(call.waits.action, outcome)
    is_offered_a_callback(call, NOBODY)


def test_an_outcome_that_the_carrier_forgot_to_name_is_nobody(staffed: Phone) -> None:
    call = staffed.rings().press("0")
    assert isinstance(call.waits, Dials)
    call.follows(call.waits.action, {})
    is_offered_a_callback(call, NOBODY)


def test_after_the_talk_the_line_says_goodbye(staffed: Phone) -> None:
    call = staffed.rings().press("0").reception(talked=True)
    assert call.heard == ["Thank you for calling. Goodbye."]
    assert call.over
    assert staffed.services.desk.store.waiting() == []


def test_a_wish_that_was_gathered_before_0_goes_on_when_nobody_answers(staffed: Phone) -> None:
    call = staffed.rings().press(*PATHS["summary"], "0").reception(talked=False)
    assert (call.heard[0], call.place) == (NOBODY, "summary")
    call.press("1")
    (found,) = staffed.services.desk.store.waiting()
    assert (found.kind, found.reference, found.day, found.part) == (
        "booking",
        call.reference,
        date(2026, 11, 24),
        "morning",
    )


def test_who_asks_for_a_person_at_night_is_told_once_and_offered_no_key_for_it(staffed: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 23, 21, 0)
    call = staffed.rings()
    assert "press 0" not in call.words
    call.press("0")
    assert call.heard[:2] == [CLOSED, "We open tomorrow, Tuesday, at nine in the morning."]
    again = call.press("0")
    assert (again.heard[0], again.place) == ("There is still nobody at the reception.", "callback")
    assert staffed.rings().press("1").press("0").place == "book_day", "the wish goes on"


# -- where nobody can be rung


@pytest.mark.parametrize("moment", [(2026, 11, 23, 8, 59), (2026, 11, 23, 20, 30), (2026, 11, 22, 19, 30)])
def test_out_of_hours_nobody_is_rung_and_a_callback_is_offered(
    staffed: Phone, clock: Clock, moment: tuple[int, ...]
) -> None:
    clock.shows(*moment)
    is_offered_a_callback(staffed.rings().press("0"), CLOSED)


@pytest.mark.parametrize("moment", [(2026, 11, 23, 9, 0), (2026, 11, 23, 20, 29), (2026, 11, 22, 9, 30)])
def test_from_the_first_minute_to_the_last_the_reception_is_rung(
    staffed: Phone, clock: Clock, moment: tuple[int, ...]
) -> None:
    clock.shows(*moment)
    assert staffed.rings().press("0").place == "ring"


@pytest.mark.parametrize("line", ["second", "third"])
def test_a_line_without_a_reception_offers_a_callback(staffed: Phone, line: str) -> None:
    is_offered_a_callback(staffed.rings(line).press("0"), NOBODY)


def test_a_clinic_without_a_reception_offers_a_callback(phone: Phone) -> None:
    is_offered_a_callback(phone.rings().press("0"), NOBODY)


def test_a_reception_that_closed_while_it_rang_leaves_the_caller_a_callback(staffed: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 23, 20, 29)
    call = staffed.rings().press("0")
    clock.goes_on(minutes=2)
    is_offered_a_callback(call.reception(talked=False), NOBODY)
