"""The greeting: the closing time, or the reason of a closure and the next opening, and the number for emergencies."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import pytest

from config.clinic import LANGUAGES, read
from config.sentences import read as read_script
from config.settings import ROOT
from ivr.line.blanks import Say
from ivr.line.clinic import Line
from ivr.line.engine.call import begin, press
from ivr.line.hours import Closure, Shift
from ivr.line.turn import Call, Facts, Turn
from tests.people import DELHI

CLINIC = read(ROOT / "config" / "clinic.toml")
SCRIPT = read_script(LANGUAGES)
WEEK = CLINIC.line("main").hours.week

WELCOME = {
    "en": "Arunalaya physiotherapy.",
    "hi": "अरुणालय फ़िज़ियोथेरेपी।",
}
EMERGENCY = {"en": "In an emergency, call 112.", "hi": "इमरजेंसी में 112 मिलाइए।"}

DIWALI = Closure({"en": "Diwali", "hi": "दिवाली"})
HOLI = {"en": "Holi", "hi": "होली"}
MORNING_ONLY = Closure(HOLI, (Shift(time(9), time(13)),))
EVENING_ONLY = Closure(HOLI, (Shift(time(16), time(20, 30)),))
WITH_A_BREAK = ((Shift(time(9), time(13)), Shift(time(16), time(20, 30))),) * 7
UNTIL_MIDNIGHT = ((Shift(time(9), time(0)),),) * 7
OVER_MIDNIGHT = ((Shift(time(0), time(2)), Shift(time(18), time(0))),) * 7
OVER_NIGHT = ((Shift(time(0), time(9)), Shift(time(18), time(0))),) * 7
ALWAYS = ((Shift(time(0), time(0)),),) * 7
UNTIL_SUNDAY = (*ALWAYS[:6], (Shift(time(0), time(13)),))
UNTIL_FRIDAY = (*ALWAYS[:5], (), ())
MONDAYS_OFF = ((), *WEEK[1:])

Week = tuple[tuple[Shift, ...], ...]


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def days(first: date, count: int) -> dict[date, Closure]:
    return {first + timedelta(days=ahead): DIWALI for ahead in range(count)}


@dataclass(frozen=True)
class Scene:
    """An expected greeting: the clinic's moment, closures and week, and the words after the welcome by language."""

    moment: str
    en: tuple[str, ...]
    hi: tuple[str, ...]
    closures: Mapping[date, Closure] = field(default_factory=dict)
    week: Week = WEEK

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.moment).replace(tzinfo=DELHI)

    @property
    def line(self) -> Line:
        main = CLINIC.line("main")
        hours = replace(main.hours, week=self.week, closures=self.closures)
        return replace(main, offer=replace(main.offer, hours=hours))

    def rung(self, language: str, line: Line | None = None) -> Turn:
        return begin(Call("main", language, "welcome"), self.facts(line))

    def facts(self, line: Line | None = None) -> Facts:
        return Facts(CLINIC, line or self.line, None, self.now)


NOW_CLOSED = "We are closed now."
ABHI_BAND = "अभी क्लिनिक बंद है।"
FOR_DIWALI = "We are closed today because of Diwali."
DIWALI_BAND = "दिवाली के कारण आज क्लिनिक बंद है।"

SCENES = {
    "in hours": Scene(
        "2026-11-23 14:00",
        ("We are open until half past eight this evening.",),
        ("क्लिनिक आज रात साढ़े आठ बजे तक खुला है।",),
    ),
    "the opening minute": Scene(
        "2026-11-29 09:30",
        ("We are open until half past seven this evening.",),
        ("क्लिनिक आज शाम साढ़े सात बजे तक खुला है।",),
    ),
    "the minute before opening": Scene(
        "2026-11-23 08:59",
        (NOW_CLOSED, "We open today at nine in the morning."),
        (ABHI_BAND, "क्लिनिक आज सुबह नौ बजे खुलेगा।"),
    ),
    "the closing minute": Scene(
        "2026-11-23 20:30",
        (NOW_CLOSED, "We open tomorrow, Tuesday, at nine in the morning."),
        (ABHI_BAND, "क्लिनिक कल, मंगलवार सुबह नौ बजे खुलेगा।"),
    ),
    "saturday night": Scene(
        "2026-11-28 20:30",
        (NOW_CLOSED, "We open tomorrow, Sunday, at half past nine in the morning."),
        (ABHI_BAND, "क्लिनिक कल, रविवार सुबह साढ़े नौ बजे खुलेगा।"),
    ),
    "midnight": Scene(
        "2026-11-24 00:00",
        (NOW_CLOSED, "We open today at nine in the morning."),
        (ABHI_BAND, "क्लिनिक आज सुबह नौ बजे खुलेगा।"),
    ),
    "open until midnight": Scene(
        "2026-11-23 23:59",
        ("We are open until midnight.",),
        ("क्लिनिक रात बारह बजे तक खुला है।",),
        week=UNTIL_MIDNIGHT,
    ),
    "open over midnight": Scene(
        "2026-11-23 23:30",
        ("We are open until two tonight.",),
        ("क्लिनिक आज रात दो बजे तक खुला है।",),
        week=OVER_MIDNIGHT,
    ),
    "open until the next morning": Scene(
        "2026-11-23 20:00",
        ("We are open until tomorrow at nine in the morning.",),
        ("क्लिनिक कल सुबह नौ बजे तक खुला है।",),
        week=OVER_NIGHT,
    ),
    "open until this morning": Scene(
        "2026-11-24 01:00",
        ("We are open until nine this morning.",),
        ("क्लिनिक आज सुबह नौ बजे तक खुला है।",),
        week=OVER_NIGHT,
    ),
    "open until a later day": Scene(
        "2026-11-23 10:00",
        ("We are open until Sunday at one in the afternoon.",),
        ("क्लिनिक रविवार दोपहर एक बजे तक खुला है।",),
        week=UNTIL_SUNDAY,
    ),
    "open until the midnight that ends a later day": Scene(
        "2026-11-23 10:00",
        ("We are open until Friday at midnight.",),
        ("क्लिनिक शुक्रवार रात बारह बजे तक खुला है।",),
        week=UNTIL_FRIDAY,
    ),
    "open day and night": Scene(
        "2026-11-23 10:00",
        ("We are open until midnight.",),
        ("क्लिनिक रात बारह बजे तक खुला है।",),
        week=ALWAYS,
    ),
    "before the lunch break": Scene(
        "2026-11-23 12:59",
        ("We are open until one this afternoon.",),
        ("क्लिनिक आज दोपहर एक बजे तक खुला है।",),
        week=WITH_A_BREAK,
    ),
    "in the lunch break": Scene(
        "2026-11-23 13:00",
        (NOW_CLOSED, "We open today at four in the afternoon."),
        (ABHI_BAND, "क्लिनिक आज दोपहर बाद चार बजे खुलेगा।"),
        week=WITH_A_BREAK,
    ),
    "a closed day with its reason": Scene(
        "2026-11-08 11:00",
        (FOR_DIWALI, "We open tomorrow, Monday, at nine in the morning."),
        (DIWALI_BAND, "क्लिनिक कल, सोमवार सुबह नौ बजे खुलेगा।"),
        days(day(11, 8), 1),
    ),
    "a closed day without a reason": Scene(
        "2026-11-23 11:00",
        ("We are closed today.", "We open tomorrow, Tuesday, at nine in the morning."),
        ("आज क्लिनिक बंद है।", "क्लिनिक कल, मंगलवार सुबह नौ बजे खुलेगा।"),
        {day(11, 23): Closure()},
    ),
    "a weekday off": Scene(
        "2026-11-23 11:00",
        ("We are closed today.", "We open tomorrow, Tuesday, at nine in the morning."),
        ("आज क्लिनिक बंद है।", "क्लिनिक कल, मंगलवार सुबह नौ बजे खुलेगा।"),
        week=MONDAYS_OFF,
    ),
    "before a half day that begins late": Scene(
        "2026-11-23 11:00",
        ("We are closed now because of Holi.", "We open today at four in the afternoon."),
        ("होली के कारण अभी क्लिनिक बंद है।", "क्लिनिक आज दोपहर बाद चार बजे खुलेगा।"),
        {day(11, 23): EVENING_ONLY},
    ),
    "in a half day": Scene(
        "2026-11-23 09:00",
        ("We are open until one this afternoon.", "Our timings are different today because of Holi."),
        ("क्लिनिक आज दोपहर एक बजे तक खुला है।", "होली के कारण आज क्लिनिक का समय अलग है।"),
        {day(11, 23): MORNING_ONLY},
    ),
    "after a half day that ended early": Scene(
        "2026-11-23 13:00",
        ("We have closed early today because of Holi.", "We open tomorrow, Tuesday, at nine in the morning."),
        ("होली के कारण आज क्लिनिक जल्दी बंद हो गया है।", "क्लिनिक कल, मंगलवार सुबह नौ बजे खुलेगा।"),
        {day(11, 23): MORNING_ONLY},
    ),
    "the first of a run of closed days": Scene(
        "2026-11-07 10:00",
        (FOR_DIWALI, "We open on Tuesday at nine in the morning."),
        (DIWALI_BAND, "क्लिनिक मंगलवार सुबह नौ बजे खुलेगा।"),
        days(day(11, 7), 3),
    ),
    "six days ahead the weekday is enough": Scene(
        "2026-11-23 10:00",
        (FOR_DIWALI, "We open on Sunday at half past nine in the morning."),
        (DIWALI_BAND, "क्लिनिक रविवार सुबह साढ़े नौ बजे खुलेगा।"),
        days(day(11, 23), 6),
    ),
    "seven days ahead the date is said": Scene(
        "2026-11-23 10:00",
        (FOR_DIWALI, "We open on Monday, 30 November, at nine in the morning."),
        (DIWALI_BAND, "क्लिनिक सोमवार, 30 नवंबर, सुबह नौ बजे खुलेगा।"),
        days(day(11, 23), 7),
    ),
    "the last day of the year": Scene(
        "2026-12-31 10:00",
        (FOR_DIWALI, "We open tomorrow, Friday, at nine in the morning."),
        (DIWALI_BAND, "क्लिनिक कल, शुक्रवार सुबह नौ बजे खुलेगा।"),
        days(day(12, 31), 1),
    ),
    "it never opens again": Scene(
        "2026-11-23 10:00",
        ("We are closed today.", "We do not know yet when we open again."),
        ("आज क्लिनिक बंद है।", "क्लिनिक कब खुलेगा, यह अभी तय नहीं है।"),
        week=((),) * 7,
    ),
}


SWITCH = {"en": "हिंदी के लिए 9 दबाइए।", "hi": "For English press 9."}
"""The sentence, by the language of the call, that offers the other language in that other language."""


def words(turn: Turn, says: tuple[Say, ...]) -> list[str]:
    return [SCRIPT.say(say, turn.call.language).words for say in says]


def heard(turn: Turn) -> list[str]:
    """Return the words that a caller hears in a turn before the options of the menu."""
    before_the_menu = [say.name for say in turn.asks].index("option_book")
    return words(turn, (*turn.first, *turn.asks[:before_the_menu]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_caller_hears_whether_the_clinic_is_open_and_112_only_when_it_is_not(scene: Scene, language: str) -> None:
    said = scene.en if language == "en" else scene.hi
    turn = scene.rung(language)
    uncut = [] if scene.line.hours.is_open(scene.now) else [WELCOME[language], EMERGENCY[language]]
    assert words(turn, turn.first) == uncut
    assert heard(turn) == [*(uncut or [WELCOME[language]]), SWITCH[language], *said]


AFTER_A_LATE_HALF_DAY = Scene("2026-11-23 21:00", (), (), {day(11, 23): EVENING_ONLY})


def test_a_half_day_that_ended_at_the_usual_hour_is_not_said_to_have_closed_early() -> None:
    assert "early" not in " ".join(heard(AFTER_A_LATE_HALF_DAY.rung("en")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("week", [WEEK, WITH_A_BREAK, UNTIL_MIDNIGHT, MONDAYS_OFF, ((),) * 7])
def test_at_every_quarter_of_a_week_112_is_said_once_and_uncut_when_closed_and_never_when_open(
    week: Week, language: str
) -> None:
    first = datetime(2026, 11, 23, tzinfo=DELHI)
    for quarter in range(7 * 24 * 4):
        moment = first + timedelta(minutes=15 * quarter)
        scene = Scene(f"{moment:%Y-%m-%d %H:%M}", (), (), {day(11, 25): DIWALI, day(11, 26): MORNING_ONLY}, week)
        turn = scene.rung(language)
        said = [say.name for say in turn.first]
        assert said.count("emergency") == (0 if scene.line.hours.is_open(moment) else 1), moment
        assert "emergency" not in [say.name for say in turn.asks]


def test_a_caller_who_changes_language_hears_the_greeting_again_in_it() -> None:
    scene = SCENES["a closed day with its reason"]
    turn = press(scene.rung("en").call, "9", scene.facts())
    assert turn.call.language == "hi"
    assert heard(turn) == [WELCOME["hi"], EMERGENCY["hi"], SWITCH["hi"], *scene.hi]


def test_a_line_with_its_own_greeting_begins_with_it() -> None:
    scene = SCENES["in hours"]
    line = replace(scene.line, greeting={"en": "This is the evening line.", "hi": "यह शाम की लाइन है।"})
    assert heard(scene.rung("en", line)) == ["This is the evening line.", SWITCH["en"], *scene.en]
    assert heard(scene.rung("hi", line)) == ["यह शाम की लाइन है।", SWITCH["hi"], *scene.hi]
