"""The opening hours as they are spoken: the week in groups of days, then the closures ahead."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from config.clinic import LANGUAGES, read
from config.sentences import read as read_script
from config.settings import ROOT
from ivr.line.blanks import HourToday, Moment, Say
from ivr.line.engine.call import press
from ivr.line.hours import Closure, Shift
from ivr.line.turn import Call, Facts
from tests.people import DELHI

CLINIC = read(ROOT / "config" / "clinic.toml")
SCRIPT = read_script(LANGUAGES)
WEEK = CLINIC.line("main").hours.week

ALL_DAY = (Shift(time(9), time(20, 30)),)
WITH_A_BREAK = (Shift(time(9), time(13)), Shift(time(16), time(20, 30)))
UNTIL_MIDNIGHT = (Shift(time(12), time(0)),)

DIWALI = {"en": "Diwali", "hi": "दिवाली"}
HOLI = {"en": "Holi", "hi": "होली"}

Week = tuple[tuple[Shift, ...], ...]


def read_out(
    language: str, *, week: Week = WEEK, closures: Mapping[date, Closure] | None = None, day: str = "2026-11-23"
) -> list[str]:
    """Return the words of the line's hours, after key 4 of the main menu. 23 November 2026 is a Monday."""
    line = CLINIC.line("main")
    hours = replace(line.hours, week=week, closures=closures or {})
    now = datetime.fromisoformat(f"{day} 14:00").replace(tzinfo=DELHI)
    facts = Facts(CLINIC, replace(line, offer=replace(line.offer, hours=hours)), None, now)
    turn = press(Call("main", language, "main"), "4", facts)
    told = [say for say in turn.asks if say.name.startswith(("week", "closure"))]
    assert turn.asks[: len(told)] == tuple(told), "the hours come before the options"
    return [SCRIPT.say(say, language).words for say in told]


NINE_TO_HALF_PAST_EIGHT = "from nine in the morning until half past eight in the evening"
NAU_SE_SAADHE_AATH = "सुबह नौ बजे से रात साढ़े आठ बजे तक"

WEEKS: dict[str, tuple[Week, list[str], list[str]]] = {
    "as the clinic's page says": (
        WEEK,
        [
            f"Monday to Saturday, {NINE_TO_HALF_PAST_EIGHT}.",
            "Sunday, from half past nine in the morning until half past seven in the evening.",
        ],
        [f"सोमवार से शनिवार, {NAU_SE_SAADHE_AATH}।", "रविवार, सुबह साढ़े नौ बजे से शाम साढ़े सात बजे तक।"],
    ),
    "all days alike": (
        (ALL_DAY,) * 7,
        [f"Monday to Sunday, {NINE_TO_HALF_PAST_EIGHT}."],
        [f"सोमवार से रविवार, {NAU_SE_SAADHE_AATH}।"],
    ),
    "a day off in the middle": (
        (ALL_DAY, ALL_DAY, (), ALL_DAY, ALL_DAY, (), ()),
        [
            f"Monday to Tuesday, {NINE_TO_HALF_PAST_EIGHT}.",
            "Wednesday, closed.",
            f"Thursday to Friday, {NINE_TO_HALF_PAST_EIGHT}.",
            "Saturday to Sunday, closed.",
        ],
        [
            f"सोमवार से मंगलवार, {NAU_SE_SAADHE_AATH}।",
            "बुधवार, बंद।",
            f"गुरुवार से शुक्रवार, {NAU_SE_SAADHE_AATH}।",
            "शनिवार से रविवार, बंद।",
        ],
    ),
    "split shifts, and Sunday from noon until midnight": (
        (*(WITH_A_BREAK,) * 6, UNTIL_MIDNIGHT),
        [
            "Monday to Saturday, from nine in the morning until one in the afternoon,"
            " and from four in the afternoon until half past eight in the evening.",
            "Sunday, from twelve noon until midnight.",
        ],
        [
            "सोमवार से शनिवार, सुबह नौ बजे से दोपहर एक बजे तक, और दोपहर बाद चार बजे से रात साढ़े आठ बजे तक।",
            "रविवार, दोपहर बारह बजे से रात बारह बजे तक।",
        ],
    ),
}


@pytest.mark.parametrize("name", WEEKS)
def test_a_caller_hears_the_week_with_days_of_the_same_hours_together(name: str) -> None:
    week, english, hindi = WEEKS[name]
    assert read_out("en", week=week) == ["Our timings are:", *english]
    assert read_out("hi", week=week) == ["क्लिनिक का समय:", *hindi]


MORNING = (Shift(time(9), time(13)),)

CLOSURES: dict[str, tuple[str, Closure, str, str]] = {
    "today": (
        "2026-11-23",
        Closure(DIWALI),
        "Because of Diwali, we are closed today.",
        "दिवाली के कारण आज क्लिनिक बंद रहेगा।",
    ),
    "tomorrow, without a reason": (
        "2026-11-24",
        Closure(),
        "We are closed tomorrow, Tuesday.",
        "कल, मंगलवार को क्लिनिक बंद रहेगा।",
    ),
    "a weekday": (
        "2026-11-26",
        Closure(DIWALI),
        "Because of Diwali, we are closed on Thursday.",
        "दिवाली के कारण गुरुवार को क्लिनिक बंद रहेगा।",
    ),
    "the last of seven days, a half day": (
        "2026-11-29",
        Closure(HOLI, MORNING),
        "Because of Holi, our timings are different on Sunday: from nine in the morning until one in the afternoon.",
        "होली के कारण रविवार को क्लिनिक का समय अलग रहेगा: सुबह नौ बजे से दोपहर एक बजे तक।",
    ),
    "a half day without a reason": (
        "2026-11-25",
        Closure(None, MORNING),
        "Our timings are different on Wednesday: from nine in the morning until one in the afternoon.",
        "बुधवार को क्लिनिक का समय अलग रहेगा: सुबह नौ बजे से दोपहर एक बजे तक।",
    ),
}


@pytest.mark.parametrize("name", CLOSURES)
def test_a_caller_hears_each_closure_of_the_next_seven_days_after_the_week(name: str) -> None:
    day, closure, english, hindi = CLOSURES[name]
    closures = {date.fromisoformat(day): closure}
    assert read_out("en", closures=closures)[3:] == [english]
    assert read_out("hi", closures=closures)[3:] == [hindi]


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-30", "2027-11-23"])
def test_nobody_hears_of_a_closure_that_is_over_or_more_than_seven_days_ahead(day: str) -> None:
    assert len(read_out("en", closures={date.fromisoformat(day): Closure(DIWALI)})) == 3


def test_closures_are_read_out_in_order_across_the_turn_of_the_year() -> None:
    closures = {date(2027, 1, 1): Closure(HOLI), date(2026, 12, 31): Closure(DIWALI)}
    assert read_out("en", closures=closures, day="2026-12-30")[3:] == [
        "Because of Diwali, we are closed tomorrow, Thursday.",
        "Because of Holi, we are closed on Friday.",
    ]


# -- hours as people say them

CLOCK = {
    "00:00": ("midnight", "रात बारह बजे"),
    "00:15": ("a quarter past twelve at night", "रात सवा बारह बजे"),
    "00:30": ("half past twelve at night", "रात साढ़े बारह बजे"),
    "00:45": ("a quarter to one at night", "रात पौन बजे"),
    "01:30": ("half past one at night", "रात डेढ़ बजे"),
    "02:30": ("half past two at night", "रात ढाई बजे"),
    "03:45": ("a quarter to four at night", "रात पौने चार बजे"),
    "04:00": ("four in the morning", "सुबह चार बजे"),
    "08:45": ("a quarter to nine in the morning", "सुबह पौने नौ बजे"),
    "09:00": ("nine in the morning", "सुबह नौ बजे"),
    "09:15": ("a quarter past nine in the morning", "सुबह सवा नौ बजे"),
    "09:30": ("half past nine in the morning", "सुबह साढ़े नौ बजे"),
    "11:45": ("a quarter to twelve in the morning", "सुबह पौने बारह बजे"),
    "12:00": ("twelve noon", "दोपहर बारह बजे"),
    "12:15": ("a quarter past twelve in the afternoon", "दोपहर सवा बारह बजे"),
    "12:30": ("half past twelve in the afternoon", "दोपहर साढ़े बारह बजे"),
    "12:45": ("a quarter to one in the afternoon", "दोपहर पौन बजे"),
    "13:00": ("one in the afternoon", "दोपहर एक बजे"),
    "13:30": ("half past one in the afternoon", "दोपहर डेढ़ बजे"),
    "13:45": ("a quarter to two in the afternoon", "दोपहर पौने दो बजे"),
    "14:30": ("half past two in the afternoon", "दोपहर ढाई बजे"),
    "15:30": ("half past three in the afternoon", "दोपहर साढ़े तीन बजे"),
    "16:00": ("four in the afternoon", "दोपहर बाद चार बजे"),
    "17:00": ("five in the evening", "शाम पाँच बजे"),
    "19:30": ("half past seven in the evening", "शाम साढ़े सात बजे"),
    "20:20": ("20 minutes past eight in the evening", "रात आठ बजकर 20 मिनट"),
    "20:30": ("half past eight in the evening", "रात साढ़े आठ बजे"),
    "21:00": ("nine at night", "रात नौ बजे"),
    "23:45": ("a quarter to twelve at night", "रात पौने बारह बजे"),
}


@pytest.mark.parametrize("hour", CLOCK)
def test_an_hour_is_said_as_people_say_it(hour: str) -> None:
    english, hindi = CLOCK[hour]
    moment = datetime.combine(date(2026, 11, 23), time.fromisoformat(hour), DELHI)
    say = Say("opens_next", {"opens": Moment(moment, moment)})
    assert SCRIPT.say(say, "en").words == f"We open today at {english}."
    assert SCRIPT.say(say, "hi").words == f"क्लिनिक आज {hindi} खुलेगा।"


TODAY = {
    "00:00": ("midnight", "रात बारह बजे"),
    "11:00": ("eleven this morning", "आज सुबह ग्यारह बजे"),
    "12:00": ("twelve noon", "दोपहर बारह बजे"),
    "13:30": ("half past one this afternoon", "आज दोपहर डेढ़ बजे"),
    "18:15": ("a quarter past six this evening", "आज शाम सवा छह बजे"),
    "20:30": ("half past eight this evening", "आज रात साढ़े आठ बजे"),
    "21:45": ("a quarter to ten tonight", "आज रात पौने दस बजे"),
}


@pytest.mark.parametrize("hour", TODAY)
def test_an_hour_of_today_is_said_as_this_part_of_the_day(hour: str) -> None:
    english, hindi = TODAY[hour]
    moment = datetime.combine(date(2026, 11, 23), time.fromisoformat(hour), DELHI)
    say = Say("open_until", {"until": HourToday(moment)})
    assert SCRIPT.say(say, "en").words == f"We are open until {english}."
    assert SCRIPT.say(say, "hi").words == f"क्लिनिक {hindi} तक खुला है।"
