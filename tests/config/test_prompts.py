"""The prompts: a mistake in config/prompts gives staff a clear message, and every sentence that is said has words."""

import shutil
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from config.clinic import LANGUAGES
from config.sentences import FOLDER, read
from config.settings import ROOT
from config.toml_file import BadFile
from ivr.carrier.leg import Leg
from ivr.line.blanks import Say
from ivr.line.booking import Kind, Part
from ivr.line.clinic import Whereabouts
from ivr.line.diary import Schedule
from ivr.line.engine.call import begin, enter, press
from ivr.line.hours import Closure, Hours, Shift
from ivr.line.menu import MENU, SCREENING
from ivr.line.paths.events import next_events
from ivr.line.paths.states import States
from ivr.line.phones import Phone
from ivr.line.places import ChangeWish, Changing, Checking, Filing, Keying, Menu, Ringing
from ivr.line.script import Script
from ivr.line.turn import Call, Facts, Own, Turn
from ivr.web.services import build
from tests.clinic import AN_APPOINTMENT, chooses, clinic_of_wishes, free_times, reads_out
from tests.conftest import settings_for
from tests.people import DELHI

SCRIPT = read(LANGUAGES)


def prompts(folder: Path, *changes: tuple[str, str, str]) -> Script:
    """Return the shipped prompts with some lines replaced; a change is (language, start of the old line, new line)."""
    copy = folder / "prompts"
    shutil.copytree(FOLDER, copy)
    for language, begins, line in changes:
        path = copy / f"{language}.toml"
        lines = path.read_text(encoding="utf-8").splitlines()
        place = next(number for number, each in enumerate(lines) if each.startswith(begins))
        path.write_text("\n".join([*lines[:place], line, *lines[place + 1 :]]), encoding="utf-8")
    return read(LANGUAGES, copy)


MISTAKES: dict[str, tuple[tuple[tuple[str, str, str], ...], tuple[str, ...]]] = {
    "a missing sentence": ((("hi", "goodbye =", ""),), ("hi.toml: sentences.goodbye: is missing",)),
    "a sentence in one language only": ((("en", "goodbye =", 'bye = "Bye."'),), ("sentences.bye", "sentences.goodbye")),
    "a sentence missing everywhere": ((("en", "goodbye =", ""), ("hi", "goodbye =", "")), ("goodbye",)),
    "another blank": (
        (("hi", "option_book =", 'option_book = "{keys} दबाइए।"'),),
        ("hi.toml: sentences.option_book: expected the blanks ['key'], has ['keys']",),
    ),
    "a blank left out": ((("hi", "reference =", 'reference = "संदर्भ।"'),), ("sentences.reference", "['reference']")),
    "a blank nobody fills": (
        (("en", "goodbye =", 'goodbye = "{who}"'), ("hi", "goodbye =", 'goodbye = "{who}"')),
        ("goodbye",),
    ),
    "an empty sentence": ((("hi", "goodbye =", 'goodbye = " "'),), ("hi.toml: sentences.goodbye = ' ': is empty",)),
    "a brace left open": (
        (("en", "option_day =", 'option_day = "For {day, press {key}."'),),
        ("en.toml: sentences.option_day = 'For {day, press {key}.'", "brace"),
    ),
    "a brace too many": (
        (("hi", "goodbye =", 'goodbye = "नमस्ते}"'),),
        ("hi.toml: sentences.goodbye = 'नमस्ते}': has a brace out of place",),
    ),
    "a misspelt blank of the clock": ((("hi", "half =", 'half = "साढ़े {hours} बजे"'),), ("clock.half", "hours")),
    "a misspelt blank of a day": ((("en", "run =", 'run = "{a}"'),), ("days.run",)),
    "a weekday too few": ((("en", "weekdays =", 'weekdays = ["Monday"]'),), ("en.toml: days.weekdays = ['Monday']: ",)),
    "an unknown table": ((("en", "[words]", "[wrds]"),), ("en.toml: wrds: no such key", "words: is missing")),
    "no English name": ((("hi", "names =", 'names = { hi = "हिंदी" }'),), ("hi.toml: language.names", "English name")),
    "a locale that is none": ((("hi", "locale =", 'locale = "Hindi"'),), ("hi.toml: language.locale = 'Hindi'",)),
    "a missing voice": ((("hi", "voice =", ""),), ("hi.toml: language.voice: is missing",)),
    "no TOML at all": ((("hi", "[clock]", "[clock"),), ("hi.toml: is not TOML",)),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_prompts_is_named(name: str, tmp_path: Path) -> None:
    changes, named = MISTAKES[name]
    with pytest.raises(BadFile) as refused:
        prompts(tmp_path, *changes)
    assert [words for words in named if words not in str(refused.value)] == [], str(refused.value)


def test_a_reworded_sentence_is_what_callers_hear(tmp_path: Path) -> None:
    reworded = prompts(tmp_path, ("en", "goodbye =", 'goodbye = "Be well."'))
    assert reworded.say(Say("goodbye"), "en").words == "Be well."


def test_a_topic_of_advice_without_its_sentences_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "clinic.toml"
    shipped = (ROOT / "config" / "clinic.toml").read_text(encoding="utf-8")
    path.write_text(shipped.replace('key = "causes"', 'key = "yoga"'), encoding="utf-8")
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path}/none.db", "redis://127.0.0.1:1/0", CLINIC_FILE=str(path))
    with pytest.raises(BadFile, match="yoga"):
        build(settings)


# -- the warning signs, which nobody can cut off


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_warning_signs_are_heard_in_25_seconds(language: str) -> None:
    """The warning signs take at most 25 seconds in each language, read calmly at 150 words a minute."""
    words = SCRIPT.say(Say("warning_signs"), language).words.split()
    assert len(words) <= 25 * 150 // 60, f"{len(words)} words"


@pytest.mark.parametrize(
    ("language", "no_ambulance"),
    [("en", "line cannot call an ambulance"), ("hi", "लाइन एम्बुलेंस नहीं बुला")],
)
def test_the_warning_signs_name_112_and_say_that_the_line_cannot_call_an_ambulance(
    language: str, no_ambulance: str
) -> None:
    said = SCRIPT.say(Say("warning_signs"), language).words
    assert "112" in said
    assert no_ambulance in said


# -- whatever the table can say

CLINIC = clinic_of_wishes()
OWN, OTHER, CARRIERS = Phone("+919999900001"), Phone("+919999900002"), Phone("+14155552671")
REASON = {"en": "Diwali", "hi": "दिवाली"}
HALF = (Shift(time(9), time(13)),)
CLOSURES = {
    date(2026, 11, 24): Closure(REASON),
    date(2026, 11, 25): Closure(REASON, HALF),
    date(2026, 11, 26): Closure(),
    date(2026, 11, 27): Closure(None, HALF),
    date(2026, 11, 28): Closure(REASON, (Shift(time(16), time(20, 30)),)),
}
MOMENTS = {
    "in hours": "2026-11-23 14:00",
    "at night": "2026-11-23 21:00",
    "on a closed day": "2026-11-24 12:00",
    "before a half day": "2026-11-25 08:00",
    "on a half day": "2026-11-25 12:00",
    "after a half day": "2026-11-25 14:00",
    "before a late opening": "2026-11-28 12:00",
    "on a closed day without a reason": "2026-11-26 12:00",
}


def known(moment: str, *, caller: Phone | None = OWN) -> Facts:
    line = CLINIC.line("main")
    offer = replace(line.offer, hours=replace(line.hours, closures=CLOSURES))
    line = replace(line, offer=offer, reception=(OWN,) if caller else ())
    clinic = replace(CLINIC, lines={"main": line}, reception=replace(CLINIC.reception, caller_id=CARRIERS))
    return free_times(Facts(clinic, line, caller, datetime.fromisoformat(moment).replace(tzinfo=DELHI)))


def never_open() -> Facts:
    """Return the facts of a call to a line with its own greeting, at a clinic that never opens again."""
    facts = known(MOMENTS["in hours"])
    hours = Hours(DELHI, ((),) * 7)
    line = replace(facts.line, greeting=REASON, offer=replace(facts.line.offer, hours=hours))
    return replace(facts, line=line)


FACTS = [*(known(moment) for moment in MOMENTS.values()), known(MOMENTS["at night"], caller=None), never_open()]
FACTS.append(known(MOMENTS["in hours"], caller=None))


def with_practitioners() -> Facts:
    """Return the facts of a call to a clinic with two practitioners to choose from, and directions to the clinic."""
    facts = known(MOMENTS["in hours"])
    named = tuple(Schedule(key, timedelta(minutes=30), REASON) for key in ("knee", "neck"))
    rules = replace(facts.clinic.diary, schedules=named, phone_books=True)
    found = Whereabouts({"en": "a house", "hi": "एक घर"}, {"en": "Ask at the gate.", "hi": "गेट पर पूछिए।"})
    return free_times(replace(facts, clinic=replace(facts.clinic, diary=rules, whereabouts=found)))


FACTS.append(with_practitioners())

STATES = States(MENU)


def calls(place: str, language: str, facts: Facts) -> Iterable[Call]:
    """Return calls at this place with all that the place needs, one call for each different state."""
    call = Call("main", language, place, keyed=OTHER, topic="now", reference="123456", offered_at=facts.now)
    every = [replace(call, kind=kind) for kind in Kind]
    every += [replace(each, day=date(2026, 11, 27), part=Part.MORNING, joined=True) for each in every]
    every = [reads_out(each, facts) for whole in every for each in (whole, chooses(whole, facts))]
    if isinstance(MENU[place], Checking | Changing):
        proved = replace(every[0], entered="00", chosen=AN_APPOINTMENT, proved=True)
        every = [chooses(replace(proved, change=change), facts) for change in ChangeWish]
    needs = getattr(MENU[place], "needs", ())
    every = [each for each in every if each.slot or "slot" not in needs]
    return {(STATES.of(each, facts), STATES.gathered(each, facts)): each for each in every}.values()


def turns(call: Call, facts: Facts) -> Iterator[Turn]:
    """Yield every turn that can come next in this call: after keys, silence, mistakes and each outcome of an action."""
    place = MENU[call.place]
    yield enter(call, call.place, facts)
    if isinstance(place, Menu | Keying):
        numbers = ("9999900002", "1", "18603451234", "0014155552671", "8090080906", "*", "112")
        pressed = "0123456789*#" if isinstance(place, Menu) else numbers
        yield from (press(call, key, facts) for key in pressed)
        yield press(replace(call, nobody_told=True), "0", facts)
        for misses in range(place.misses):
            yield press(replace(call, silences=misses), None, facts)
            yield press(replace(call, wrongs=misses), "8", facts)
    if isinstance(place, Filing | Ringing | Checking | Changing):
        yield from (each.turn() for each in next_events(enter(call, call.place, facts), facts))


HEARD = Call("main", "en", "screen")
"""A call at the place where the person who answers at the reception is asked for a key before taking the patient."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_a_caller_can_be_told_has_its_words(language: str) -> None:
    said = {"fault", "fault_again", "text_confirmation", "text_appointment"}
    said |= {"say_booking", "say_booking_then", "say_callback", "say_callback_then"}
    for facts in FACTS:
        every = [turn for place in MENU for call in calls(place, language, facts) for turn in turns(call, facts)]
        begins = [begin(Call("main", language, "", own=own), facts) for own in (Own(), Own((AN_APPOINTMENT,)))]
        for turn in [*begins, *every]:
            for say in (*turn.first, *turn.asks):
                said.add(say.name)
                words = SCRIPT.say(say, turn.call.language).words
                assert words.strip(), say.name
                assert not set("{}") & set(words), words
    for leg in (Leg(HEARD, SCREENING, begins=True), Leg(HEARD, SCREENING), Leg(HEARD, SCREENING, pressed="2")):
        said |= {say.name for say in leg.asks}
        assert all(SCRIPT.say(say, language).words.strip() for say in leg.asks)
    written = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))["sentences"]
    assert set(written) - said == set(), "sentences that nobody can hear"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_prompts_saved_by_any_editor_are_read(tmp_path: Path, encoding: str, newline: str) -> None:
    for language in LANGUAGES:
        words = (FOLDER / f"{language}.toml").read_text(encoding="utf-8").replace("\n", newline)
        (tmp_path / f"{language}.toml").write_bytes(words.encode(encoding))
    assert read(LANGUAGES, tmp_path).languages == SCRIPT.languages
    assert all("\r" not in say for say in (tmp_path / "en.toml").read_text(encoding="utf-8-sig"))
