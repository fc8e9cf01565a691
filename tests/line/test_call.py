"""The engine that walks the menu: standing keys, mistakes, keyed numbers, and a place that no longer exists."""

from dataclasses import replace
from datetime import date

import pytest

from config.clinic import LANGUAGES
from config.sentences import read as read_script
from ivr.line.blanks import Say
from ivr.line.booking import Kind, Part, Wish
from ivr.line.engine.arriving import KEY_SECONDS, NUMBER_SECONDS
from ivr.line.engine.call import enter, press, resume
from ivr.line.menu import HOME, LANGUAGES_PLACE, MENU, SCREENING
from ivr.line.phones import Phone
from ivr.line.places import Fork, Keying, Menu, Passage
from ivr.line.turn import Call, Facts, File, HangUp, KeyNumber, PressKey, RingReception, Turn
from tests.clinic import clinic_of_wishes, free_times, reads_out
from tests.people import at

SCRIPT = read_script(LANGUAGES)
SHIPPED = clinic_of_wishes()
OWN, OTHER, CARRIERS = Phone("+919999900001"), Phone("+919999900002"), Phone("+14155552671")
RECEPTION = (Phone("+919999900008"), Phone("+919999900009"))
MAIN = replace(SHIPPED.line("main"), reception=RECEPTION)
STAFFED = replace(SHIPPED, lines={"main": MAIN}, reception=replace(SHIPPED.reception, caller_id=CARRIERS))

OPEN, CLOSED = "2026-11-23 14:00", "2026-11-23 21:00"


def facts(now: str = OPEN, *, withheld: bool = False, staffed: bool = False) -> Facts:
    """Return the facts of a call to a clinic in Delhi; 23 November 2026 is a Monday."""
    clinic = STAFFED if staffed else SHIPPED
    return free_times(Facts(clinic, clinic.line("main"), None if withheld else OWN, at(now)))


def standing_at(place: str, language: str = "en", **more: object) -> Call:
    """Return a call that stands at this place and has gathered all that any place needs."""
    call = Call("main", language, place, kind=Kind.CALLBACK, day=date(2026, 11, 24), part=Part.MORNING, keyed=OTHER)
    call = replace(call, topic="now", reference="123456", offered_at=at(OPEN))
    return replace(reads_out(call, facts()), **more)  # type: ignore[arg-type]  # the fields' own types


def keys(call: Call, *pressed: str | None, now: str = OPEN, withheld: bool = False) -> Turn:
    """Return the turn of a call after these keys, pressed one after another; None stands for silence."""
    for key in pressed:
        turn = press(call, key, facts(now, withheld=withheld))
        call = turn.call
    return turn


def words(turn: Turn) -> list[str]:
    return [SCRIPT.say(say, turn.call.language).words for say in (*turn.first, *turn.asks)]


MENUS = [name for name, place in MENU.items() if isinstance(place, Menu)]
ASKING = [name for name, place in MENU.items() if isinstance(place, Menu | Keying)]


@pytest.mark.parametrize("place", MENUS)
class TestFromEveryMenu:
    def test_0_rings_the_reception_in_hours(self, place: str) -> None:
        turn = press(standing_at(place), "0", facts(staffed=True))
        assert turn.wait == RingReception(RECEPTION, CARRIERS, 20, SCREENING)
        assert turn.first == (Say("please_hold"),)

    @pytest.mark.parametrize(("now", "why"), [(OPEN, ["nobody"]), (CLOSED, ["reception_closed", "opens_next"])])
    def test_0_is_answered_where_nobody_can_be_rung_and_a_wish_goes_on(
        self, place: str, now: str, why: list[str]
    ) -> None:
        turn = press(standing_at(place), "0", facts(now, staffed=now == CLOSED))
        said = [say.name for say in turn.first]
        if {"kind", "change"} & set(MENU[place].needs):  # type: ignore[union-attr]  # a menu
            assert (turn.call.place, turn.call.keyed, said[: len(why)]) == (place, OTHER, why), "where they were"
        else:
            assert (turn.call.place, turn.call.kind, turn.call.keyed) == ("callback", Kind.CALLBACK, None)
            assert said == [*why, "call_back_instead"]
        again = press(turn.call, "0", facts(now, staffed=now == CLOSED))
        assert (again.call.place, again.asks[0], again.call.wrongs) == (turn.call.place, Say("still_nobody"), 1)

    def test_star_says_it_again_and_the_standing_keys_too(self, place: str) -> None:
        heard = enter(standing_at(place), place, facts())
        again = press(standing_at(place, silences=1, wrongs=1), "*", facts())
        assert (again.call, again.first, again.wait) == (heard.call, heard.first, heard.wait)
        assert again.asks[: len(heard.asks)] == heard.asks
        assert Say("option_repeat") in again.asks

    def test_hash_leads_to_the_main_menu_and_forgets_what_was_gathered(self, place: str) -> None:
        call = standing_at(place)
        assert press(call, "#", facts()).call == Call("main", "en", "main", own=call.own)

    def test_9_goes_on_in_the_other_language_at_the_same_place(self, place: str) -> None:
        if place == LANGUAGES_PLACE:
            return  # tests/test_third_language.py: with two languages no call is there
        there = press(standing_at(place), "9", facts())
        nothing = Call("main", "hi", HOME)
        there_too = standing_at("topics" if place == "topic" else place, "hi")
        warned = replace(there_too, signs_heard=("hi",) if there_too.place == "topics" else ())
        assert there.call == (nothing if place == HOME else warned)
        assert press(there.call, "9", facts()).call.language == "en"


# -- silence and wrong keys


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("pressed", "what"), [(None, "silence"), ("8", "wrong")])
@pytest.mark.parametrize(
    "place",
    [name for name in MENUS if (MENU[name].misses, MENU[name].ends_on_silence) == (3, False)],  # type: ignore[union-attr]
)
def test_a_caller_who_is_lost_gets_more_help_and_more_time_and_then_an_offer(
    place: str, pressed: str | None, what: str, language: str
) -> None:
    call, leaves = (
        standing_at(place, language),
        "goodbye" if place in {"not_kept", "refused", "filed_enough"} else "offer",
    )
    turns = [enter(call, place, facts()), keys(call, pressed), keys(call, pressed, pressed)]
    assert [turn.wait for turn in turns] == [PressKey(seconds) for seconds in KEY_SECONDS]
    assert list(KEY_SECONDS) == sorted(set(KEY_SECONDS))
    assert [turn.asks[0] for turn in turns[1:]] == [Say(f"{what}_1"), Say(f"{what}_2")]
    assert turns[1].asks[1:] == turns[2].asks[1:], "the choices are said again"
    assert all(say in turns[1].asks for say in turns[0].asks)
    assert len(words(turns[2])[0]) > len(words(turns[1])[0])
    assert keys(call, pressed, pressed, pressed).call.place == leaves


def test_silences_and_wrong_keys_are_counted_apart() -> None:
    mixed = keys(standing_at("main"), "8", None, "8", None)
    assert (mixed.call.place, mixed.call.wrongs, mixed.call.silences) == ("main", 2, 2)
    assert mixed.asks[0] == Say("silence_2")
    assert keys(mixed.call, "8").call.place == keys(mixed.call, None).call.place == "offer"


@pytest.mark.parametrize("pressed", [None, "8"])
def test_the_offer_leads_to_a_callback_or_to_goodbye(pressed: str | None) -> None:
    assert keys(standing_at("offer"), pressed, "1").call.place == "callback"
    left = keys(standing_at("offer"), pressed, pressed)
    assert (left.wait, left.first) == (HangUp(), (Say("goodbye"),))


@pytest.mark.parametrize("place", ASKING)
def test_silence_ends_the_call_from_everywhere(place: str) -> None:
    turn = enter(standing_at(place), place, facts())
    for _ in range(6):
        turn = turn if isinstance(turn.wait, HangUp) else keys(turn.call, None)
    assert turn.wait == HangUp()


@pytest.mark.parametrize("pressed", ["", "11", "A", "१"])
def test_what_is_no_key_counts_as_a_wrong_one(pressed: str) -> None:
    assert keys(standing_at("main"), pressed).asks[0] == Say("wrong_1")


def test_days_keep_their_keys_when_the_key_is_pressed_after_midnight() -> None:
    heard = keys(Call("main", "en", "main"), "1", now="2026-11-23 23:59")
    assert "For tomorrow, Tuesday, press 1." in words(heard)
    chosen = keys(heard.call, "1", now="2026-11-24 00:01")
    assert (chosen.call.place, chosen.call.day) == ("book_part", date(2026, 11, 24))
    summary = keys(chosen.call, "1", "1", now="2026-11-24 00:02")
    assert words(summary)[1] == "You would like an appointment today, in the morning."


def test_parts_of_today_keep_their_keys_when_one_of_them_becomes_too_short() -> None:
    heard = keys(Call("main", "en", "main"), "2", now="2026-11-23 10:59:50")
    assert keys(heard.call, "2", now="2026-11-23 11:00:10").call.part is Part.MORNING
    anew = keys(heard.call, "#", "2", "2", now="2026-11-23 11:00:10")
    assert anew.call.part is Part.AFTERNOON, "the main menu forgets what was on offer"


def test_nobody_is_promised_a_part_of_the_day_that_is_over() -> None:
    evening = standing_at("file", day=date(2026, 11, 23), part=Part.EVENING, offered_at=at("2026-11-23 19:30"))
    heard = words(resume(evening, "kept", facts("2026-11-23 20:35")))
    assert not any("today" in sentence for sentence in heard), heard


# -- a keyed number


@pytest.mark.parametrize(("pressed"), ["9999900002", "09999900002#", "98*9999900002#", "1*2*919999900002"])
def test_star_begins_a_number_again_hash_ends_it_and_0_is_a_digit(pressed: str) -> None:
    read_back = keys(standing_at("key_number", keyed=None), pressed)
    assert (read_back.call.place, read_back.call.keyed) == ("keyed_number", OTHER)
    assert words(read_back)[0] == "You entered 99999 00002."


@pytest.mark.parametrize("place", [name for name in ASKING if name not in MENUS])
class TestWhereDigitsAreEntered:
    def test_0_leads_to_the_reception(self, place: str) -> None:
        for pressed in ("0", "0#"):
            turn = press(standing_at(place), pressed, facts(staffed=True))
            assert isinstance(turn.wait, RingReception)
            back = resume(turn.call, "unanswered", facts(staffed=True))
            wishes = bool({"kind", "change"} & set(MENU[place].needs))  # type: ignore[union-attr]  # a keying
            assert back.call.place == (place if wishes else "callback")

    @pytest.mark.parametrize("pressed", ["", "#"])
    def test_hash_alone_is_a_silence(self, place: str, pressed: str) -> None:
        assert keys(standing_at(place), pressed) == keys(standing_at(place), None)
        assert keys(standing_at(place), pressed).asks[0] == Say("silence_1_number")

    @pytest.mark.parametrize("pressed", ["112", "112#", "*108#", "100", "102", "101"])
    def test_a_number_for_emergencies_is_answered_with_112_which_no_key_cuts_off(
        self, place: str, pressed: str
    ) -> None:
        turn = keys(standing_at(place), pressed)
        assert (turn.call.place, turn.first) == (place, (Say("emergency_keyed"),))
        assert "112" in words(turn)[0]

    def test_a_withheld_caller_who_fails_is_not_told_that_we_call(self, place: str) -> None:
        for now in (OPEN, CLOSED):
            turn = Turn(standing_at(place, keyed=None if place != "find_reference" else OTHER), (), (), KeyNumber(8))
            for _ in range(3):
                turn = press(turn.call, None, facts(now, withheld=True))
            if place == "prove":  # the appointment there is the caller's own, so the number is known
                assert turn.call.place == "offer"
                continue
            assert turn.call.place in {"without_number", "without_reference"}
            said = [say.name for say in turn.asks]
            assert "opens_next" in said if now == CLOSED else "open_until" in said
            assert isinstance(MENU[press(turn.call, "1", facts(now, withheld=True)).call.place], Keying)
            over = press(press(turn.call, None, facts(now, withheld=True)).call, None, facts(now, withheld=True))
            assert over.wait == HangUp()


@pytest.mark.parametrize("pressed", ["*", "98*", "*#", "0*"])
def test_star_alone_asks_for_the_number_anew_and_is_no_mistake(pressed: str) -> None:
    turn = keys(standing_at("key_number", wrongs=1), pressed)
    assert (turn.call.place, turn.call.wrongs, turn.asks) == ("key_number", 1, (Say("key_number"),))


@pytest.mark.parametrize(
    ("pressed", "why"),
    [
        ("999990000", "That is not a complete Indian number."),
        ("18603451234", "Sorry, we cannot call that kind of number."),
        ("0014155552671", "Sorry, we can only call numbers in India."),
        ("8090080907", "That is one of the clinic's own numbers. We need yours."),
    ],
)
def test_a_number_that_cannot_be_rung_is_refused_in_words_and_a_third_one_leads_to_the_offer(
    pressed: str, why: str
) -> None:
    first, second = (keys(standing_at("key_number"), *[pressed] * times) for times in (1, 2))
    assert [words(first)[0], words(second)[0]] == [why, why]
    assert [first.wait, second.wait] == [KeyNumber(seconds) for seconds in NUMBER_SECONDS[1:]]
    assert keys(second.call, pressed).call.place == "offer"


@pytest.mark.parametrize("language", LANGUAGES)
def test_silence_while_a_number_is_keyed_is_answered_in_words_of_its_own(language: str) -> None:
    first, second = (keys(standing_at("key_number", language), *[None] * times) for times in (1, 2))
    assert [first.asks[0], second.asks[0]] == [Say("silence_1_number"), Say("silence_2_number")]
    assert keys(second.call, "18603451234").call.place == "key_number", "a refusal is counted apart"
    assert keys(second.call, None).call.place == "offer"


def test_a_confirmed_wish_is_filed_with_the_keyed_number_and_the_moment_it_was_begun() -> None:
    turn = keys(standing_at("summary"), "1", now="2026-11-23 14:10")
    wish = Wish(Kind.CALLBACK, date(2026, 11, 24), Part.MORNING)
    filed = File(wish, OTHER, at("2026-11-24 09:00"), at(OPEN))
    assert turn == Turn(standing_at("file"), (), (), filed, through=("confirmed",))


@pytest.mark.parametrize(("now", "place"), [("2026-11-24 13:59", "file"), ("2026-11-24 14:00", "main")])
def test_a_wish_of_a_day_ago_is_no_longer_filed(now: str, place: str) -> None:
    assert keys(standing_at("summary"), "1", now=now).call.place == place


@pytest.mark.parametrize(
    ("place", "outcome", "leads"),
    [
        ("file", "kept", "kept"),
        ("file", "lost", "not_kept"),
        ("file", "refused", "refused"),
        ("ring", "talked", "goodbye"),
        ("ring", "unanswered", "callback"),
        ("ring", "refused", "refused"),
        ("file", "", "main"),
        ("hours", "kept", "main"),
        ("nowhere", "kept", "main"),
    ],
)
def test_what_became_of_it_leads_on_and_anything_else_to_the_main_menu(place: str, outcome: str, leads: str) -> None:
    assert resume(standing_at(place), outcome, facts()).call.place == leads


def test_who_may_not_ring_anybody_though_the_call_is_there_already_offers_a_callback() -> None:
    assert enter(standing_at("main"), "ring", facts()).call.place == "callback"


def test_what_was_chosen_before_is_chosen_anew() -> None:
    soonest = keys(standing_at("callback"), "1").call
    assert (soonest.day, soonest.part) == (None, None)
    assert keys(standing_at("topics", topic=None), "1").call.topic == SHIPPED.topics[0].key


def test_whatever_is_said_on_the_way_to_a_key_is_said() -> None:
    menu = {**MENU, "book": Fork("days_left", {"yes": "no_days"}), "no_days": Passage(("no_days",), "fork")}
    menu |= {"fork": Fork("days_left", {"yes": "hours"})}
    turn = enter(standing_at("main"), "book", replace(facts(), menu=menu))
    assert (turn.first, turn.through, turn.call.place) == ((Say("no_days"),), ("book", "no_days", "fork"), "hours")


# -- a call that is one too many


def one_too_many(place: str, language: str = "en") -> Call:
    return standing_at(place, language, over_limit=True)


@pytest.mark.parametrize("place", MENUS)
def test_the_reception_is_not_rung_for_a_call_too_many_from_any_menu(place: str) -> None:
    turn = press(one_too_many(place), "0", facts(staffed=True))
    assert (turn.call.place, turn.first) == ("refused", (Say("refused"),))


def test_no_request_is_taken_from_a_call_too_many_however_it_goes_on() -> None:
    there = keys(one_too_many("summary"), "1")
    assert (there.call.place, there.first) == ("refused", (Say("refused"),))
    again = keys(there.call, "#", "2", "1", "1", "1")
    assert again.call.place == "refused"


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_refused_hears_112_to_the_end_and_is_offered_advice_and_hours_but_no_person(language: str) -> None:
    turn = keys(one_too_many("summary", language), "1")
    assert "112" in SCRIPT.say(turn.first[0], language).words
    offered = [say.name for say in turn.asks]
    assert offered == ["refused_more", "option_advice", "option_hours"]
    assert keys(turn.call, "1").call.place == "topics"
    assert keys(turn.call, "2").call.place == "hours"


# -- places that a call cannot be in


@pytest.mark.parametrize("place", ["", "nowhere", "a-place-of-last-year", "welcome", "file", "goodbye", "person"])
@pytest.mark.parametrize("pressed", [None, "1"])
def test_a_key_at_a_place_that_does_not_wait_for_one_gets_the_main_menu(place: str, pressed: str | None) -> None:
    assert keys(standing_at(place, "hi"), pressed).call == Call("main", "hi", "main")


NEEDING = [name for name, place in MENU.items() if isinstance(place, Menu | Keying) and place.needs]


@pytest.mark.parametrize("pressed", [None, "1", "9999900002"])
@pytest.mark.parametrize("place", NEEDING)
def test_a_call_without_what_its_place_needs_gets_the_main_menu(place: str, pressed: str | None) -> None:
    assert keys(Call("main", "hi", place), pressed, withheld=True).call == Call("main", "hi", "main")
