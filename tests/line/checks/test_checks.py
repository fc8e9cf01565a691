"""The checks of `flask line check`: the shipped table passes, and each kind of mistake in a table gets a complaint."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.clinic import LANGUAGES, read
from config.sentences import read_for
from config.settings import ROOT
from ivr.desk.own_appointments import ChangeOutcome, ProofOutcome
from ivr.desk.phone_bookings import BookingOutcome
from ivr.line.booking import Kind, Part
from ivr.line.checks.checks import CHECKS, gather, judge
from ivr.line.checks.explore import Walk, walk
from ivr.line.checks.findings import told
from ivr.line.checks.scenarios import situations
from ivr.line.checks.table import MOST_OPTIONS, OUTCOMES
from ivr.line.clinic import Clinic, Topic
from ivr.line.engine.call import STANDING, begin, keys_of, press
from ivr.line.hours import Hours, Shift
from ivr.line.menu import MENU, PERSON, WANTS
from ivr.line.places import Changing, Checking, End, Filing, Fork, Menu, Option, Passage, Place, Ringing
from ivr.line.script import Script
from ivr.line.turn import Call, KeyNumber, PressKey
from tests.people import DELHI

CLINIC = read(ROOT / "config" / "clinic.toml")
SCRIPT = read_for(CLINIC)
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)

OPEN, CLOSED = "open, caller known, a reception to ring", "closed for the night, number withheld, no reception"
NO_TIME = "no situation at all"

LEADS, NAMES = "every lead names a place", "every name in the table is known"
REACHED, MADE = "every place can be reached", "every turn can be made"
SILENCE, WRONG = "silence ends in at most 5 steps", "wrong keys end in at most 5 steps"
ERROR, ASTRAY = "an error of ours ends in at most 9 steps", "all of these in any order end in at most 9 steps"
ENDING = "every call ends with a person, a request or a goodbye"
OPTIONS = "a menu has at most 5 options, numbered from 1"
NEAR = "0 leads to a person, or it is told that nobody is there"
KEYS, SENTENCES = "the choice is said before its key", "every sentence is there in every language"
LANGUAGE_KEY = "each language is reached from each, wherever 9 works"
OFFERED, TWICE = "0 is announced only where somebody can answer", "no option leads to a sentence that was just said"
LONG = "no sentence takes longer than it may"
CIRCLES, BOOKED = "no options alone lead round", "the short warning comes before a booking is confirmed"
WARNED, WHOLE = "the warning signs come before any advice", "no key cuts off the emergency lines"
PART_OF_DAY = "a time is called by its own part of the day"
OUT_OF_HOURS = "out of hours the emergency line comes first"
NUMBER, PROMISE = "the emergency number is the same everywhere", "a promise is heard only after a request is stored"


Places = Mapping[str, Place]


def complaints(
    check: str, menu: Places = MENU, script: Script = SCRIPT, clinic: Clinic = CLINIC, when: str = OPEN
) -> Iterator[str]:
    """Yield the complaints of this check about the situations whose names end with `when`."""
    found = [[each] for each in situations(menu, clinic, NOW) if each.name.endswith(when)]
    for situation in found or [[]]:
        yield from told(CHECKS[check](gather(menu, clinic, script, situation)).complaints)


# -- the shipped table


def test_a_new_outcome_that_leads_on_holds_on_a_line_with_a_break_a_greeting_and_its_own_reception() -> None:
    line = CLINIC.line("second")
    with_a_break = (Shift(time(9), time(13)), Shift(time(16), time(0)))
    hours = Hours(DELHI, ((), *(with_a_break,) * 6))
    odd = replace(line, greeting={"en": "Hello.", "hi": "नमस्ते।"}, offer=replace(line.offer, hours=hours))
    refused: Places = {
        "file": Filing({**MENU["file"].on, "refused": "refused"}),  # type: ignore[union-attr]
        "ring": Ringing(("please_hold",), {"talked": "goodbye", "unanswered": "nobody", "refused": "refused"}),
        "refused": Menu(first=("not_kept",), options=(Option("1", "option_hours", "hours"),), gives_up="goodbye"),
    }
    clinic, menu = replace(CLINIC, lines={"second": odd}, default_line="second", reasons={}), {**MENU, **refused}
    staffed = (
        each for each in situations(menu, clinic, NOW) if "a reception to ring" in each.name or "never" in each.name
    )
    verdicts = judge(gather(menu, clinic, SCRIPT, staffed))
    assert {verdict.check: verdict.complaints for verdict in verdicts if not verdict.holds} == {}


def test_lines_that_differ_are_each_walked_open_and_closed_with_and_without_a_reception_or_a_callers_number() -> None:
    other = replace(CLINIC.line("third"), greeting={"en": "Hello.", "hi": "नमस्ते।"})
    names = {each.name for each in situations(MENU, replace(CLINIC, lines={**CLINIC.lines, "third": other}), NOW)}
    for line in ("line main and second", "line third"):
        for moment in ("open", "closed for the night"):
            for caller in ("caller known", "number withheld"):
                assert f"{line}, {moment}, {caller}, a reception to ring" in names
                assert f"{line}, {moment}, {caller}, no reception" in names
        for moment in ("on a closed day", "on a half day", "after a half day", "never open again"):
            assert any(name.startswith(f"{line}, {moment}, ") for name in names)


@pytest.mark.parametrize("shifts", [((0, 2), (18, 0)), ((0, 2), (22, 0)), ((0, 0),)])
def test_a_line_that_is_open_over_midnight_is_walked_open_and_closed(shifts: tuple[tuple[int, int], ...]) -> None:
    main = CLINIC.line("main")
    hours = Hours(DELHI, (tuple(Shift(time(start), time(end)) for start, end in shifts),) * 7)
    lines = {"main": replace(main, offer=replace(main.offer, hours=hours))}
    found = list(situations(MENU, replace(CLINIC, lines=lines), NOW))
    assert {each.open for each in found} == {True, False}
    for each in found:
        assert each.open == (", open," in each.name or "on a half day" in each.name), each.name


def test_the_situations_are_what_their_names_say() -> None:
    for each in situations(MENU, CLINIC, NOW):
        facts = each.facts
        assert each.open == (", open," in each.name or "on a half day" in each.name), each.name
        assert (facts.caller is None) == ("withheld" in each.name)
        assert bool(facts.line.reception) == ("a reception" in each.name)
        assert bool(facts.line.hours.opens_next(facts.now)) == ("never" not in each.name)


# -- ways of breaking the table


def but(name: str, **fields: Any) -> Places:
    """Return a part of the menu's table: the place of this name with these fields changed."""
    return {name: replace(MENU[name], **fields)}


def without(name: str) -> Places:
    return {each: place for each, place in MENU.items() if each != name}


def main_with(*options: Option) -> Places:
    return but("main", options=(*WANTS, *options))


LAST = len(WANTS)
PIECES = tuple(Option(str(key), "option_hours", "hours") for key in range(LAST + 1, MOST_OPTIONS + 3))

BREAKS: dict[str, tuple[Places, str, str]] = {
    # -- silence and wrong keys
    "silence leads round": (but("offer", gives_up="main"), SILENCE, "from main (en): goes round for ever by way of"),
    "wrong keys lead round": (but("offer", gives_up="main"), WRONG, "from key_number (hi): goes round for ever"),
    "silence takes too long": (but("main", misses=4), SILENCE, "from main (hi): takes 6 steps by way of main, offer"),
    "wrong keys take too long": (
        but("main", misses=4, ends_on_silence=True),
        WRONG,
        "from main (en): takes 6 steps by way of main, offer, goodbye; expected at most 5",
    ),
    "a menu that never gives up": (
        but("main", misses=10**9),
        SILENCE,
        "from main (hi): takes 11 steps by way of main;",
    ),
    "a number that is refused leads round": (but("key_number", gives_up="key_number"), WRONG, "by way of key_number"),
    "both together take too long": (but("main", misses=4), ASTRAY, "from main (en): takes 10 steps"),
    "who gives up goes round by way of the reception": (
        but("callback", gives_up="person"),
        ASTRAY,
        "goes round for ever by way of",
    ),
    # -- our own errors
    "a lost request is filed for ever": (
        {"file": Filing({"kept": "kept", "lost": "file"})},
        ERROR,
        "outcome lost at file (en): goes round for ever by way of file",
    ),
    "a lost request leads nowhere": (
        {"file": Filing({"kept": "kept", "lost": "sorry"})},
        MADE,
        "outcome lost at file (hi) fails with KeyError 'sorry'",
    ),
    "a lost request has no place": ({"file": Filing({"kept": "kept"})}, NAMES, "file: has no place for 'lost'"),
    "a refused request leads round": (
        {"file": Filing({"kept": "kept", "lost": "not_kept", "refused": "file"})},
        ERROR,
        "outcome refused at file (en): goes round for ever",
    ),
    "a lost request is met with silence": (
        {"file": Filing({"kept": "kept", "lost": "silent"}), "silent": End()},
        ENDING,
        "silent (en) hangs up without a word",
    ),
    "an unanswered reception is rung for ever": (
        {"ring": Ringing(("please_hold",), {"talked": "goodbye", "unanswered": "ring"})},
        ERROR,
        "outcome unanswered at ring (en): goes round for ever by way of ring",
    ),
    "a change for which the diary is away has no place": (
        {"changing": Changing({"moved": "moved", "cancelled": "cancelled", "taken": "free", "gone": "gone"})},
        NAMES,
        "changing: has no place for 'away'",
    ),
    "an unanswered reception has no place": (
        {"ring": Ringing(("please_hold",), {"talked": "goodbye"})},
        NAMES,
        "ring: has no place for 'unanswered'",
    ),
    "the main menu leads round, where a place that is gone leads": (
        but("main", gives_up="main"),
        ERROR,
        "with nothing gathered at 'a place of last year', silence: goes round for ever by way of main",
    ),
    "a place whose calls lack what it needs leads to a menu that goes round": (
        but("main", gives_up="main"),
        ERROR,
        "with nothing gathered at 'summary', key 1: goes round for ever",
    ),
    # -- the table
    "a key leads to no place": (main_with(Option("5", "option_hours", "moon")), LEADS, "main: key 5 leads to 'moon'"),
    "giving up leads to no place": (but("topics", gives_up="moon"), LEADS, "topics: giving up leads to 'moon'"),
    "an outcome leads to no place": (
        {"person": Fork("reception", {"rings": "ring", "nobody": "nobody", "closed": "moon"})},
        LEADS,
        "person: closed leads to 'moon'",
    ),
    "what is on offer leads to no place": (but("book_day", leads=""), LEADS, "book_day: the days on offer leads to ''"),
    "the language leads to no place": (but("main", language_leads="moon"), LEADS, "main: key 9 leads to 'moon'"),
    "a place that nothing leads to": ({"attic": End(("goodbye",))}, REACHED, "attic: no call ever comes there"),
    "a place that an outcome leads to which never is": (
        {"book": Fork("days_left", {"yes": "book_day", "no": "no_days", "perhaps": "attic"}), "attic": End()},
        REACHED,
        "attic: no call ever comes there",
    ),
    "a fork without a place for an answer": (
        {"person": Fork("reception", {"rings": "ring", "nobody": "nobody"})},
        MADE,
        "key 0 at main (en) fails with KeyError 'closed'",
    ),
    "places that lead to each other and ask nothing": (
        {"advice": Passage(("warning_signs",), "detour"), "detour": Passage((), "advice")},
        MADE,
        "key 3 at main (en) goes round for ever",
    ),
    "a need that nobody knows": (but("topics", needs=("luck",)), NAMES, "topics: needs 'luck', which nobody can know"),
    "an offer that nobody has": (but("topics", offers="gifts"), NAMES, "topics: offers 'gifts', which nobody has"),
    "a question that nobody answers": ({"book": Fork("weather", {})}, NAMES, "book: asks 'weather'"),
    # -- menus
    "six options": (
        main_with(*PIECES[: MOST_OPTIONS + 1 - LAST]),
        OPTIONS,
        "main (en) has 6 options; expected at most 5",
    ),
    "a gap in the keys": (
        main_with(PIECES[1]),
        OPTIONS,
        f"main (hi) has the keys {', '.join(each.key for each in (*WANTS, PIECES[1]))}; expected 1, 2, 3",
    ),
    "one key for two options": (
        but("topics", options=(Option("1", "option_hours", "hours"),)),
        OPTIONS,
        "topics (en) has a key that stands for two options",
    ),
    "nothing to choose": (but("offer", options=()), OPTIONS, "offer (en) has nothing to choose"),
    "0 says goodbye": ({"person": End(("goodbye",))}, NEAR, "0 at main (en) does not tell that nobody is"),
    "0 never rings the reception": (
        {"person": Passage(("nobody",), "callback", kind=Kind.CALLBACK)},
        NEAR,
        "0 at hours (hi) does not ring the reception, which is there",
    ),
    "a caller's menu without the standing keys": (
        but("hours", standing=False),
        NEAR,
        "hours (en) is heard by callers without the standing keys",
    ),
    "a person is offered at night": (
        but("hours", options=(Option("1", "option_person", "hours"),), says_options=True),
        OFFERED,
        "hours (en) announces 0, which calls nobody",
    ),
    "the options again that were just heard": (
        but("hours", says_options=True),
        TWICE,
        "key 4 at main (en) leads to option_book once more",
    ),
    "options that lead round": (
        but(
            "keyed_number", options=(Option("1", "option_right", "summary"), Option("2", "option_again", "key_number"))
        ),
        CIRCLES,
        "keyed_number (en) leads back to itself",
    ),
    # -- languages
    "a change of the language ends the call": (
        but("topics", language_leads="goodbye"),
        LANGUAGE_KEY,
        "topics (en): 9 does not lead to hi",
    ),
    # -- what must be heard
    "advice without the warning signs": (
        but("main", options=(Option("1", "option_advice", "topics"),)),
        WARNED,
        "key 1 leads to advice at topic (en) before the warning signs",
    ),
    "advice in another language than the warning signs": (
        {**but("topics", language_leads=""), **but("topic", language_leads="topics")},
        WARNED,
        "leads to advice at topic (hi) before the warning signs in that language",
    ),
    "advice before the warning signs in one breath": (
        {**but("main", options=(Option("1", "option_advice", "now"),)), "now": Passage(("advice_now",), "advice")},
        WARNED,
        "key 1 leads to advice at topics (en)",
    ),
    "warning signs that a key cuts off": (
        {**but("advice", says=()), **but("topics", says=("warning_signs", "which_topic"))},
        WHOLE,
        "warning_signs at topics (hi) can be cut off by a key",
    ),
    "warning signs that a key cuts off do not count as heard": (
        {**but("advice", says=()), **but("topics", says=("warning_signs", "which_topic"))},
        WARNED,
        "leads to advice at topic (en)",
    ),
    "a booking without the short warning": (but("earliest", first=()), BOOKED, "key 1 leads to a booking in en"),
    "a wish without the short warning": (but("summary", first=()), BOOKED, "key 1 leads to a booking in hi"),
    "an emergency line that a key cuts off": (
        {**but("welcome", says=()), **but("main", says=("closed_first",))},
        WHOLE,
        "emergency at main (en) can be cut off by a key",
    ),
    "no emergency line out of hours": (
        but("welcome", says=()),
        OUT_OF_HOURS,
        "the call begins en leads to main (en) without the emergency line",
    ),
    "no emergency line in the other language": (
        but("main", language_leads=""),
        OUT_OF_HOURS,
        "key 9 leads to main (hi) without the emergency line",
    ),
    "a promise without a request": (
        but("summary", options=(Option("1", "option_confirm", "kept"),)),
        PROMISE,
        "key 1 leads to a promise at kept (en) though nothing was stored",
    ),
    "a promise for a lost request": (
        {"file": Filing({"kept": "kept", "lost": "kept"})},
        PROMISE,
        "outcome lost leads to a promise at kept (hi)",
    ),
    "a goodbye without a word": ({"goodbye": End()}, ENDING, "goodbye (en) hangs up without a word"),
    "a sentence that no language has": (but("hours", says=("weather",)), SENTENCES, "hi: weather is missing"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_table_is_objected_to_by_the_name_of_its_place(name: str) -> None:
    changes, check, words = BREAKS[name]
    assert any(words in said for when in (OPEN, CLOSED) for said in complaints(check, {**MENU, **changes}, when=when))


@pytest.mark.parametrize("needed", ["welcome", "main", "person"])
def test_a_place_that_every_call_needs_is_missed(needed: str) -> None:
    assert f"{needed!r} is no place, and every call needs it" in complaints(LEADS, without(needed), when=NO_TIME)


def test_the_table_needs_a_place_for_every_outcome_that_the_desk_can_give() -> None:
    """An outcome of booking, of a proof or of a change that has no place in the menu would begin the call again."""
    assert OUTCOMES[Filing] >= {*BookingOutcome}
    assert OUTCOMES[Checking] == {*ProofOutcome}
    assert OUTCOMES[Changing] == {*ChangeOutcome}


def test_a_place_that_has_moved_is_missed_wherever_it_was_led_to() -> None:
    said = " ".join(complaints(LEADS, without("offer"), when=NO_TIME))
    assert "main: giving up leads to 'offer', which is no place" in said
    assert "prove: giving up leads to 'offer', which is no place" in said


def test_every_check_is_seen_to_object() -> None:
    broken = {check for _, check, _ in BREAKS.values()} | {check for _, _, check, _ in WORDS.values()}
    assert broken == set(CHECKS) - {PART_OF_DAY}, "for which see below"


def test_a_complaint_names_the_situation_and_in_how_many_more_it_shows() -> None:
    menu = {**MENU, **but("main", language_leads="")}
    found = [each for each in situations(menu, CLINIC, NOW) if "closed for the night" in each.name]
    said = told(CHECKS[OUT_OF_HOURS](gather(menu, CLINIC, SCRIPT, found)).complaints)[0]
    first = "line main and second and third, closed for the night, caller known, a reception to ring"
    assert said.endswith(f"[{first}; and {len(found) - 1} more situations]")


# -- ways of breaking the words


def reworded(language: str, **sentences: str | None) -> Script:
    """Return the shipped sentences with these changes in one language; a sentence that is given as None is removed."""
    prompts = {each: SCRIPT.prompts(each) for each in LANGUAGES}
    words = {**prompts[language].sentences, **sentences}
    kept = {name: sentence for name, sentence in words.items() if sentence is not None}
    return Script({**prompts, language: replace(prompts[language], sentences=kept)})


WORDS: dict[str, tuple[str, dict[str, str | None], str, str]] = {
    "the key first": ("en", {"option_book": "Press {key} to book."}, KEYS, "en: option_book: the key comes before"),
    "the key first, with courtesy": ("en", {"topic_now": "Please press {key} for help."}, KEYS, "en: topic_now"),
    "the key first, in Hindi": ("hi", {"option_book": "{key} दबाइए, अपॉइंटमेंट के लिए।"}, KEYS, "hi: option_book"),
    "the key before the day": ("hi", {"option_day": "आप को {key} दबाना {day}।"}, KEYS, "hi: option_day"),
    "the key alone": ("en", {"option_take": "Press {key}."}, KEYS, "en: option_take"),
    "a sentence missing in Hindi": ("hi", {"goodbye": None}, SENTENCES, "hi: goodbye is missing"),
    "advice missing in Hindi": ("hi", {"advice_causes": None}, SENTENCES, "hi: advice_causes is missing"),
    "a topic's name missing in English": ("en", {"topic_now": None}, SENTENCES, "en: topic_now is missing"),
    "a topic that waits, in one language only": (
        "en",
        {"advice_yoga": "Yoga."},
        SENTENCES,
        "hi: advice_yoga is missing",
    ),
    "another blank in Hindi": (
        "hi",
        {"reference": "संदर्भ {number}।"},
        SENTENCES,
        "hi: reference has the blanks number; expected reference",
    ),
    "a fault that must know something": (
        "en",
        {"fault": "{clinic}: sorry, 112."},
        SENTENCES,
        "en: fault has the blanks",
    ),
    "another number in an emergency": ("hi", {"fault": "108 मिलाइए।"}, NUMBER, "hi: fault does not name 112"),
    "another number after a refusal": ("hi", {"refused": "108 मिलाइए।"}, NUMBER, "hi: refused does not name 112"),
    "no number in one language alone": ("en", {"fault_again": "Sorry."}, NUMBER, "en: fault_again does not name 112"),
    "no number when nothing was kept": ("en", {"not_kept": "We are sorry."}, NUMBER, "en: not_kept does not name 112"),
    "no number among the warning signs": ("hi", {"warning_signs": "दर्द।"}, NUMBER, "hi: warning_signs does not name"),
    "a sentence that goes on and on": ("en", {"please_hold": "Please stay. " * 20}, LONG, "en: please_hold takes"),
    "no number at all": ("en", {"emergency": "Ring somebody."}, NUMBER, "en: emergency does not name a number"),
}


@pytest.mark.parametrize("name", WORDS)
def test_broken_words_are_objected_to_by_language_and_name(name: str) -> None:
    language, sentences, check, words = WORDS[name]
    when = OPEN if check == LONG else NO_TIME  # only what is heard is timed
    said = list(complaints(check, script=reworded(language, **sentences), when=when))
    assert any(words in complaint for complaint in said), said


def test_the_number_of_an_emergency_may_be_written_in_hindi_digits() -> None:
    hindi = {name: SCRIPT.prompts("hi").sentences[name].replace("112", "११२") for name in ("emergency", "fault")}
    assert list(complaints(NUMBER, script=reworded("hi", **hindi), when=NO_TIME)) == []


def test_a_time_that_is_offered_under_one_part_of_the_day_and_called_another_is_named() -> None:
    line = CLINIC.line("main")
    parts = {Part.AFTERNOON: Shift(time(12), time(18)), Part.EVENING: Shift(time(18), time(0))}
    late = replace(line, offer=replace(line.offer, parts={**line.offer.parts, **parts}))
    clinic = replace(CLINIC, lines={"main": late}, default_line="main")
    assert list(complaints(PART_OF_DAY)) == []
    assert list(complaints(PART_OF_DAY, clinic=clinic)) == [
        "en: 17:00 is said as 'five in the evening', and offered under 'afternoon'",
        "hi: 17:00 is said as 'शाम पाँच बजे', and offered under 'दोपहर'",
    ]


def test_a_sentence_of_a_speech_that_fills_too_little_is_named() -> None:
    wordy = reworded("en", please_hold="Please hold, {name}.")
    assert "en: please_hold is said with nothing for the blanks name" in complaints(SENTENCES, script=wordy)


def test_a_sixth_topic_of_advice_is_one_option_too_many() -> None:
    topics = tuple(Topic(key, "") for key in ("now", "stretches", "causes", "treatment", "yoga", "sleep"))
    clinic = replace(CLINIC, topics=topics)
    assert any(each.startswith("topics (en) has 6 options") for each in complaints(OPTIONS, clinic=clinic))
    assert "hi: advice_sleep is missing" in complaints(SENTENCES, clinic=clinic, when=NO_TIME)


# -- what the walk leaves out, which must make no difference

EVERY_KEY = "0123456789*#"
SITUATIONS = {each.name: each for each in situations(MENU, CLINIC, NOW) if each.name.endswith((OPEN, CLOSED))}


@cache
def walked(name: str) -> Walk:
    return walk(SITUATIONS[name], LANGUAGES)


@settings(max_examples=60)
@given(
    name=st.sampled_from(sorted(SITUATIONS)),
    pressed=st.lists(st.sampled_from([None, *EVERY_KEY, "1", "1"]), max_size=20),
)
def test_wherever_any_keys_lead_the_walk_has_been_there(name: str, pressed: list[str | None]) -> None:
    found = walked(name)
    been = {(state.place, state.language, state.silences, state.wrongs) for state in found.steps}
    facts = found.situation.facts
    turn = begin(Call("main", "en", "welcome"), facts)
    for key in pressed:
        if not isinstance(turn.wait, PressKey | KeyNumber):
            break
        keyed = "9999900002" if key == "2" and isinstance(turn.wait, KeyNumber) else key
        turn = press(turn.call, keyed, facts)
        assert (turn.call.place, turn.call.language, turn.call.silences, turn.call.wrongs) in been


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_a_key_that_means_something_means_the_same_after_a_mistake(name: str) -> None:
    facts = SITUATIONS[name].facts
    calls = {step.to: step.turn.call for _, step in walked(name).every() if isinstance(step.turn.wait, PressKey)}
    for call in (call for state, call in calls.items() if not state.silences and not state.wrongs):
        standing = set(STANDING) - ({PERSON} if call.nobody_told else set())  # 0 works no more there
        for key in {*keys_of(menu_of(call), call, facts), *(standing if menu_of(call).standing else ())}:
            assert press(replace(call, silences=1, wrongs=2), key, facts) == press(call, key, facts)


def menu_of(call: Call) -> Menu:
    place = MENU[call.place]
    assert isinstance(place, Menu)
    return place
