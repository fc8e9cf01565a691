"""config/clinic.toml: its shipped contents, and the error messages that tell the staff of a mistake in the file."""

from datetime import date, time
from pathlib import Path

import pytest

from config.clinic import read
from config.settings import ROOT
from config.toml_file import BadFile
from ivr.line.clinic import Clinic, MissedKind
from ivr.line.hours import Shift

SHIPPED = ROOT / "config" / "clinic.toml"


def clinic(folder: Path, *changes: tuple[str, str]) -> Clinic:
    """Return the clinic of a changed copy of the shipped file: each pair is an old text and the new text for it."""
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"the shipped file has no {old}"
        text = text.replace(old, new, 1)
    path = folder / "clinic.toml"
    path.write_text(text, encoding="utf-8")
    return read(path)


def refusal(folder: Path, *changes: tuple[str, str]) -> str:
    with pytest.raises(BadFile) as refused:
        clinic(folder, *changes)
    return str(refused.value)


MONDAY = 'monday = ["09:00-20:30"]'
FIRST, SECOND = 'reached_by = ["+91 8090080906"]', 'reached_by = ["+91 8090080907"]'
CLOSED_HERE = "[wishes]"
POWER_CUT = 'words = { en = "a power cut", hi = "पावर कट" }'
PRACTITIONER = """[[practitioners]]
key = "knee"
name = { en = "the knee specialist", hi = "घुटने के विशेषज्ञ" }
"""
DIWALI = 'reason = { en = "Diwali", hi = "दिवाली" }'


def closed(*entries: str) -> str:
    return "".join(f"[[closed]]\n{entry}\n" for entry in entries) + CLOSED_HERE


MISTAKES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a misspelt key": (MONDAY, "mondey = []", ("hours.mondey: no such key is known", "hours.monday: is missing")),
    "withheld calls that may use up the line": (
        "withheld_calls_of_a_line_per_hour = 30",
        "withheld_calls_of_a_line_per_hour = 300",
        ("limits = ", "expected withheld_calls_of_a_line_per_hour far below calls_of_a_line_per_hour"),
    ),
    "a kind of missed call that there is not": (
        'shown = ["nothing", ',
        'shown = ["silence", ',
        ("missed_calls.shown", "'silence'", "'nothing', 'midway', 'reception', 'fault' or 'talked'"),
    ),
    "no request in a call": ("requests_of_a_call = 3", "requests_of_a_call = 0", ("limits.requests_of_a_call = 0: ",)),
    "a misspelt table": ("[reception]", "[receptoin]", ("receptoin: no such key is known",)),
    "a number that cannot exist": (FIRST, 'reached_by = ["+91 12345"]', ("'+91 12345': expected a telephone number",)),
    "a line without a number": (FIRST, "reached_by = []", ("lines.0.reached_by = []: ", "at least 1")),
    "a number on two lines": (SECOND, FIRST, ("lines: the number +918090080906 reaches two lines",)),
    "a line twice": ('key = "second"', 'key = "main"', ("lines: the key 'main' stands twice",)),
    "a key with a blank": ('key = "second"', 'key = "line 2"', ("lines.1.key = 'line 2': ", "pattern")),
    "an unknown language": ('language = "en"', 'language = "ta"', ("lines.0.language = 'ta': expected one of en, hi",)),
    "hours as people write them": (MONDAY, 'monday = ["9-20:30"]', ("hours.monday.0 = '9-20:30': expected", "09:00")),
    "an hour that is none": (MONDAY, 'monday = ["09:00-25:00"]', ("hours.monday.0 = '09:00-25:00': expected an hour",)),
    "a shift backwards": (MONDAY, 'monday = ["20:30-09:00"]', ("'20:30-09:00': ", "expected a later end")),
    "a shift from 24:00": (MONDAY, 'monday = ["24:00-09:00"]', ("hours.monday.0 = '24:00-09:00': expected",)),
    "hours without a list": (MONDAY, 'monday = "09:00-20:30"', ("hours.monday = '09:00-20:30': ",)),
    "overlapping shifts": (
        MONDAY,
        'monday = ["09:00-13:00", "12:00-20:30"]',
        ("hours.monday", "12:00-20:30", "expected shifts in their order, none overlapping another"),
    ),
    "an unknown default line": ('"main" #', '"mein" #', ("default_line = 'mein': ", "main, second, third")),
    "a name in one language": (', hi = "पहली लाइन"', "", ("lines.0.name", "the first line", "each of en, hi")),
    "a name that is empty": ("पहली लाइन", " ", ("lines.0.name", "expected words in each of en, hi")),
    "an unknown zone": ("Asia/Kolkata", "Asia/Kolkatta", ("timezone = 'Asia/Kolkatta': expected a time zone",)),
    "half a zone": ("Asia/Kolkata", "Asia", ("timezone = 'Asia': expected a time zone",)),
    "no zone": ("Asia/Kolkata", "", ("timezone = '': expected a time zone",)),
    "an empty voice": ("\n[hours]", '\n[voices]\nhi = ""\n[hours]', ("voices.hi",)),
    "a voice too many": ("\n[hours]", '\n[voices]\nta = "x"\n[hours]', ("'ta': expected one of en, hi",)),
    "a third language in the name alone": (
        "\n[name]",
        '\n[name]\npa = "ਕਲੀਨਿਕ"',
        ("lines.0.name", "each of pa, en, hi"),
    ),
    "a language of the desk left out": ('\nhi = "अरुणालय', '\npa = "अरुणालय', ("name", "each of en, pa, hi")),
    "a language by its locale": ("\n[name]", '\n[name]\npa-IN = "ਕਲੀਨਿਕ"', ("name", "'pa-IN' is no key of a language")),
    "a reception without caller_id": (
        "reception = []",
        'reception = ["+91 9999900008"]',
        ("reception.caller_id: is missing",),
    ),
    "a caller id that is none": ("# caller_id", "caller_id", ("reception.caller_id = '+1 ...': expected a telephone",)),
    "too short a ring": ("seconds = 20", "seconds = 2", ("reception.seconds = 2: ", "5")),
    "parts out of order": ('evening = "17:00"', 'evening = "11:00"', ("wishes", "morning before afternoon")),
    "a part with an offset": ('morning = "06:00"', 'morning = "06:00+05:30"', ("wishes.morning = '06:00+05:30': ",)),
    "too long a lead": ("lead_minutes = 60", "lead_minutes = 6000", ("diary.lead_minutes = 6000: ", "2880")),
    "a country by its name": ('["IN"]', '["India"]', ("wishes.countries.0 = 'India': expected a country such as IN",)),
    "a closed day that is no day": (CLOSED_HERE, closed('day = "Diwali"'), ("closed.0.day = 'Diwali': ", "date")),
    "a closed day twice": (
        CLOSED_HERE,
        closed("day = 2027-10-29", f"day = 2027-10-29\n{DIWALI}"),
        ("closed: the day 2027-10-29 of all lines stands twice",),
    ),
    "a closed day twice for a line": (
        CLOSED_HERE,
        closed('day = 2027-10-29\nlines = ["main"]', 'day = 2027-10-29\nlines = ["second", "main"]'),
        ("2027-10-29", "twice"),
    ),
    "a closed day of no line": (
        CLOSED_HERE,
        closed('day = 2027-10-29\nlines = ["mein"]'),
        ("closed: no line has the key 'mein'",),
    ),
    "a reason in one language": (
        CLOSED_HERE,
        closed('day = 2027-10-29\nreason = { en = "Diwali" }'),
        ("closed.0.reason", "each of en, hi"),
    ),
    "a reason twice": ('key = "holi"', 'key = "diwali"', ("reasons: the key 'diwali' stands twice",)),
    "a reason for the desk in one language": (
        ', hi = "दिवाली" }\n\n[[reasons]]',
        " }\n\n[[reasons]]",
        ("reasons.0.words", "each of en, hi"),
    ),
    "a reason with a key of words": (
        'key = "power_cut"',
        'key = "Power cut"',
        ("reasons.4.key = 'Power cut': ", "pattern"),
    ),
    "a reason without words": (POWER_CUT, "", ("reasons.4.words: is missing",)),
    "a reason with a misspelt word": (
        'words = { en = "Holi"',
        'word = { en = "Holi"',
        ("reasons.1.word: no such key is known",),
    ),
    "a review without its day": (
        'key = "now"\n',
        'key = "now"\nreviewed_by = "Dr. Made Up"\n',
        ("advice.0", "reviewed_on"),
    ),
    "an appointment of a moment": ("minutes = 30", "minutes = 1", ("diary.minutes = 1: ", "5")),
    "a visit of seven minutes": ("minutes = 30", "minutes = 7", ("diary.minutes = 7: ", "multiple of 5")),
    "nobody at once": ("patients_at_once = 1", "patients_at_once = 0", ("diary.patients_at_once = 0: ", "1")),
    "a lead in two places": (
        'countries = ["IN"]',
        'countries = ["IN"]\nlead_minutes = 60',
        ("wishes.lead_minutes", "[diary]"),
    ),
    "a practitioner twice": (CLOSED_HERE, PRACTITIONER * 2 + CLOSED_HERE, ("practitioners", "'knee'", "twice")),
    "a practitioner on no line": (
        CLOSED_HERE,
        PRACTITIONER + 'lines = ["fourth"]\n' + CLOSED_HERE,
        ("practitioners", "'fourth'"),
    ),
    "a topic twice": ('key = "stretches"', 'key = "now"', ("advice", "'now'", "twice")),
    "no TOML at all": (CLOSED_HERE, "[wishes", ("is not TOML", "line 41")),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_file_is_named_by_its_key_its_value_and_what_was_expected(name: str, tmp_path: Path) -> None:
    old, new, named = MISTAKES[name]
    said = refusal(tmp_path, (old, new))
    assert "clinic.toml: " in said
    assert [words for words in named if words not in said] == [], said


def test_several_mistakes_are_named_at_once_a_line_each(tmp_path: Path) -> None:
    said = refusal(tmp_path, (MONDAY, "monday = [900]"), (FIRST, 'reached_by = ["1"]'), ("Asia/Kolkata", "Delhi"))
    for key in (
        "clinic.toml: timezone = ",
        "clinic.toml: hours.monday.0 = 900",
        "clinic.toml: lines.0.reached_by.0 = ",
    ):
        assert key in said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"nowhere\.toml: cannot be read"):
        read(tmp_path / "nowhere.toml")


def test_a_file_saved_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clinic.toml"
    path.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-16")
    with pytest.raises(BadFile, match=r"clinic\.toml"):
        read(path)


# -- what the file can say


def test_a_closed_day_of_one_line_leaves_the_others_open_and_beats_the_day_of_all(tmp_path: Path) -> None:
    one = 'day = 2027-10-29\nopen = ["09:00-13:00"]\nlines = ["second"]'
    told = clinic(tmp_path, (CLOSED_HERE, closed(one, f"day = 2027-10-29\n{DIWALI}")))
    day = date(2027, 10, 29)
    assert told.line("second").hours.shifts(day) == (Shift(time(9), time(13)),)
    assert told.line("main").hours.shifts(day) == ()
    closure = told.line("third").hours.closure(day)
    assert closure is not None
    assert closure.reason == {"en": "Diwali", "hi": "दिवाली"}


def test_a_day_can_have_a_break_and_last_until_midnight(tmp_path: Path) -> None:
    told = clinic(tmp_path, (MONDAY, 'monday = ["09:00-13:00", "16:00-24:00"]'))
    split = (Shift(time(9), time(13)), Shift(time(16), time(0)))
    assert told.line("main").hours.week[0] == split


def test_shifts_without_a_break_between_them_are_one(tmp_path: Path) -> None:
    told = clinic(tmp_path, (MONDAY, 'monday = ["09:00-13:00", "13:00-18:00", "19:00-24:00"]'))
    assert told.line("main").hours.week[0] == (Shift(time(9), time(18)), Shift(time(19), time(0)))


def test_a_line_can_have_hours_of_its_own(tmp_path: Path) -> None:
    days = "\n".join(f'{day} = ["10:00-11:00"]' for day in ("monday", "tuesday", "wednesday", "thursday", "friday"))
    third = 'reached_by = ["+91 8866991000"]\nreception = []'
    told = clinic(tmp_path, (third, f"{third}\n[lines.hours]\n{days}\nsaturday = []\nsunday = []"))
    assert told.line("third").hours.week == (*((Shift(time(10), time(11)),),) * 5, (), ())
    assert told.line("main").hours.week[6] == (Shift(time(9, 30), time(19, 30)),)


# -- what the shipped file says, from the clinic's page

CLINIC = read(SHIPPED)


def test_the_clinic_has_its_three_numbers_and_every_line_begins_in_english() -> None:
    numbers = {number.e164: line.key for line in CLINIC.lines.values() for number in line.reached_by}
    assert numbers == {"+918090080906": "main", "+918090080907": "second", "+918866991000": "third"}
    assert {line.language for line in CLINIC.lines.values()} == {"en"}


def test_the_desk_has_a_short_list_of_reasons_in_both_languages() -> None:
    assert len(CLINIC.reasons) <= 10
    assert CLINIC.reasons["power_cut"] == {"en": "a power cut", "hi": "पावर कट"}


@pytest.mark.parametrize("line", ["main", "second", "third"])
def test_the_hours_are_those_of_the_clinics_page(line: str) -> None:
    hours = CLINIC.line(line).hours
    assert hours.week == (*((Shift(time(9), time(20, 30)),),) * 6, (Shift(time(9, 30), time(19, 30)),))
    assert str(hours.zone) == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("called", "forwarded_from", "line"),
    [
        ("+918090080906", "", "main"),
        ("+918090080907", "", "second"),
        ("+918866991000", "", "third"),
        ("08866991000", "", "third"),
        ("+14155552671", "+918090080907", "second"),
        ("+14155552671", "918866991000", "third"),
        ("+918090080907", "+918866991000", "third"),
        ("+918090080907", "+919999900001", "second"),
        ("+14155552671", "+919999900001", "main"),
        ("", "", "main"),
        ("sip:line@example.org", "anonymous", "main"),
    ],
)
def test_the_number_that_was_rung_or_forwarded_decides_the_line(called: str, forwarded_from: str, line: str) -> None:
    assert CLINIC.line_rung(called, forwarded_from).key == line


def test_an_unknown_line_gets_the_default_one() -> None:
    assert CLINIC.line("fourth").key == "main"


def test_a_file_from_before_some_limits_has_three_for_a_call_and_a_tenth_for_withheld_calls(tmp_path: Path) -> None:
    withheld = "withheld_calls_of_a_line_per_hour = 30\n"
    before = ((withheld, ""), ("requests_of_a_call = 3\n", ""), ("rings_of_a_call = 3\n", ""))
    limits = clinic(tmp_path, *before, ("\ncalls_of_a_line_per_hour = 300", "\ncalls_of_a_line_per_hour = 120")).limits
    assert (limits.requests_of_a_call, limits.rings_of_a_call, limits.withheld_calls_of_a_line) == (3, 3, 12)
    few = clinic(tmp_path, *before, ("\ncalls_of_a_line_per_hour = 300", "\ncalls_of_a_line_per_hour = 4")).limits
    assert few.withheld_calls_of_a_line == 1


def test_a_file_from_before_missed_calls_shows_every_kind_and_one_may_show_none(tmp_path: Path) -> None:
    written = '[missed_calls]\nshown = ["nothing", "midway", "reception", "fault", "talked"]\n'
    assert clinic(tmp_path, (written, "")).missed_calls == frozenset(MissedKind)
    assert clinic(tmp_path, (written, "[missed_calls]\nshown = []\n")).missed_calls == frozenset()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_saved_by_any_editor_is_read(tmp_path: Path, encoding: str, newline: str) -> None:
    path = tmp_path / "clinic.toml"
    path.write_bytes(SHIPPED.read_text(encoding="utf-8").replace("\n", newline).encode(encoding))
    assert read(path) == read(SHIPPED)
