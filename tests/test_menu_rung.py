"""Every path of the menu, called through the webhooks in both languages; each document on the way is judged."""

import pytest

from ivr.line.menu import MENU
from ivr.line.phones import Phone as Number
from ivr.line.places import Keying, Menu
from ivr.storage.audit import By
from tests.people import Clock, Conversation, Phone

LANGUAGES = pytest.mark.parametrize("lang", ["en", "hi"])

PATHS: dict[str, tuple[str, ...]] = {
    "main": (),
    "book_day": ("1",),
    "book_part": ("1", "2"),
    "own_number": ("1", "2", "1"),
    "summary": ("1", "2", "1", "1"),
    "kept": ("1", "2", "1", "1", "1"),
    "key_number": ("1", "2", "1", "2"),
    "keyed_number": ("1", "2", "1", "2", "09999900002#"),
    "callback": ("2",),
    "topics": ("3",),
    "topic": ("3", "1"),
    "hours": ("4",),
}
"""The keys that lead to each place of the menu where a call waits, for a caller whose number is known."""

OF_THE_DIARY = {
    *(
        "practitioner",
        "earliest",
        "time_sure",
        "other_times",
        "times",
        "free_days",
        "free_parts",
        "free_times",
        "booked",
    ),
    *("which_own", "appointment", "prove", "find_number", "find_reference"),
    *("move_sure", "cancel_sure", "moved", "cancelled"),
}
"""Places of the menu only at clinics whose telephone books times. The tests in tests/web/telephone call them."""


def ring(phone: Phone, lang: str, *keys: str, caller: str = "+919999900001") -> Conversation:
    return phone.rings(lang=lang, caller=caller).press(*keys)


@LANGUAGES
@pytest.mark.parametrize("place", PATHS)
def test_a_caller_gets_to_every_place(phone: Phone, lang: str, place: str) -> None:
    call = ring(phone, lang, *PATHS[place])
    assert call.place == place
    assert f"{lang}-IN" in call.languages


def test_the_table_of_paths_names_every_place_where_a_caller_is_asked() -> None:
    asked = {name for name, place in MENU.items() if isinstance(place, Menu | Keying)}
    reached_otherwise = {"not_kept", "refused", "filed_enough", "offer", "languages", "whose"}
    reached_otherwise |= {"without_number", "without_reference"}
    assert asked == set(PATHS) | reached_otherwise | OF_THE_DIARY


@LANGUAGES
def test_who_is_blocked_gets_to_the_place_of_the_refused_and_its_keys_lead_on(phone: Phone, lang: str) -> None:
    phone.services.desk.blocked.block(Number("+919999900001"), "rings for fun", By("asha", phone.services.clock()))
    leads = {"1": "topics", "2": "hours", "0": "callback", "*": "refused", "#": "main", "9": "refused"}
    for key, there in leads.items():
        call = ring(phone, lang, *PATHS["kept"])
        assert (call.place, "112" in call.uncut[0]) == ("refused", True)
        assert f"{lang}-IN" in call.languages
        assert call.press(key).place == there, key
    assert ring(phone, lang, *PATHS["kept"]).stays_silent(3).over


@LANGUAGES
@pytest.mark.parametrize("place", [name for name in PATHS if name != "key_number"])
def test_the_standing_keys_mean_the_same_everywhere(phone: Phone, lang: str, place: str) -> None:
    callers = iter(
        f"+91999990{number:04}" for number in range(5)
    )  # a number with a request is asked for whom the new one is

    def pressing(*keys: str) -> Conversation:
        return ring(phone, lang, *PATHS[place], *keys, caller=next(callers))

    assert pressing().heard[-1] in pressing("*").heard
    assert pressing("#").place == "main"
    menu = MENU[place]
    wishes = isinstance(menu, Menu) and "kind" in menu.needs
    assert pressing("0").place == (place if wishes else "callback"), "a wish is not lost"
    assert f"{'hi' if lang == 'en' else 'en'}-IN" in pressing("9").languages


@LANGUAGES
def test_1_1_1_1_1_books_an_appointment(phone: Phone, lang: str) -> None:
    call = ring(phone, lang, "1", "1", "1", "1", "1")
    found = phone.services.desk.store.waiting()
    assert [(each.kind, each.reference, each.language) for each in found] == [("booking", call.reference, lang)]
    assert call.reference in "".join(call.uncut).replace(" ", "").replace(",", "")


@LANGUAGES
def test_2_1_1_1_asks_to_be_rung_back(phone: Phone, lang: str) -> None:
    call = ring(phone, lang, "2", "1", "1", "1")
    (found,) = phone.services.desk.store.waiting()
    assert (found.kind, found.reference, found.day, found.part) == ("callback", call.reference, None, None)
    assert found.due == phone.services.clock()


def test_a_callback_can_wait_for_a_part_of_the_next_open_day(phone: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 23, 21, 0)
    call = ring(phone, "en", "2")
    assert "For tomorrow, Tuesday afternoon, press 3." in call.heard
    call.press("3", "1", "1")
    (found,) = phone.services.desk.store.waiting()
    assert phone.services.clinic.line("main").hours.local(found.due).strftime("%a %H:%M") == "Tue 12:00"
    assert "We will call you tomorrow, Tuesday, in the afternoon." in call.heard


@LANGUAGES
def test_a_withheld_caller_keys_a_number_and_hears_it_back(phone: Phone, lang: str) -> None:
    call = ring(phone, lang, "1", "1", "1", caller="anonymous")
    assert call.place == "key_number"
    call.press("0 99999".replace(" ", "") + "00002#")
    assert "99999 00002" in call.words
    call.press("2").press("9999900003#", "1", "1")
    assert [each.phone.e164 for each in phone.services.desk.store.waiting()] == ["+919999900003"]


def test_while_a_number_is_keyed_star_begins_it_again_and_0_is_a_digit(phone: Phone) -> None:
    call = ring(phone, "en", "1", "1", "1", caller="anonymous").press("98765*9999900002#")
    assert "99999 00002" in call.words


@LANGUAGES
def test_the_warning_signs_come_before_any_advice_and_no_key_cuts_them_off(phone: Phone, lang: str) -> None:
    warning = ring(phone, lang, "3").uncut
    assert len(warning) == 1
    assert "112" in warning[0]
    switched = ring(phone, lang, "3", "1", "9")
    assert len(switched.uncut) == 1, "in the other language they are heard again"
    assert switched.uncut != warning


@LANGUAGES
def test_every_topic_of_advice_is_heard(phone: Phone, lang: str) -> None:
    heard = {ring(phone, lang, "3", key).heard[0] for key in "1234"}
    assert len(heard) == 4


@LANGUAGES
def test_three_silences_lead_to_the_offer_of_a_callback_and_then_to_goodbye(phone: Phone, lang: str) -> None:
    call = ring(phone, lang)
    helped = [call.stays_silent().heard[0], call.stays_silent().heard[0]]
    assert len(set(helped)) == 2
    assert len(helped[1]) > len(helped[0]), "more help each time"
    assert call.stays_silent().place == "offer"
    assert call.stays_silent(2).over


def test_three_wrong_keys_lead_to_the_offer_which_leads_to_a_callback(phone: Phone) -> None:
    call = ring(phone, "en").press("7", "7", "7")
    assert call.place == "offer"
    call.press("1", "1", "1", "1")
    assert phone.services.desk.store.waiting()[0].reference == call.reference


def test_silence_and_wrong_keys_are_counted_apart(phone: Phone) -> None:
    call = ring(phone, "en").press("7").stays_silent().press("7").stays_silent()
    assert call.place == "main"
    assert call.press("7").place == "offer"


@LANGUAGES
def test_a_caller_who_keys_nothing_is_offered_a_callback_too(phone: Phone, lang: str) -> None:
    call = ring(phone, lang, "1", "1", "1", "2").stays_silent(3)
    assert call.place == "offer"


def test_a_number_that_cannot_be_rung_is_refused_with_its_reason(phone: Phone) -> None:
    call = ring(phone, "en", "1", "1", "1", "2").press("12345#")
    assert call.heard[0] == "That is not a complete Indian number."
    assert call.press("18603451234#").heard[0] == "Sorry, we cannot call that kind of number."
    assert call.press("8090080906#").place == "offer"
    assert phone.services.desk.store.waiting() == []


def test_out_of_hours_0_becomes_a_callback(phone: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 23, 22, 0)
    call = ring(phone, "en", "0")
    assert call.heard[:3] == [
        "The reception is closed now.",
        "We open tomorrow, Tuesday, at nine in the morning.",
        "We can call you back.",
    ]
    call.press("1", "1", "1")
    assert call.heard[1] == "We will call you when we open tomorrow, Tuesday, at nine in the morning."


@LANGUAGES
def test_after_the_promise_silence_says_goodbye(phone: Phone, lang: str) -> None:
    assert ring(phone, lang, "1", "1", "1", "1", "1").stays_silent().over


def test_the_hours_are_heard_and_lead_on_to_a_booking(phone: Phone) -> None:
    call = ring(phone, "en", "4")
    assert call.heard[:3] == [
        "Our timings are:",
        "Monday to Saturday, from nine in the morning until half past eight in the evening.",
        "Sunday, from half past nine in the morning until half past seven in the evening.",
    ]
    assert call.press("1").place == "book_day"


@LANGUAGES
def test_after_the_promise_any_other_key_says_it_again(phone: Phone, lang: str) -> None:
    call = ring(phone, lang, "1", "1", "1", "1", "1")
    reference = call.reference
    assert call.press("1").reference == call.press("7").reference == reference
    assert len(phone.services.desk.store.waiting()) == 1
    assert call.press("1").over
