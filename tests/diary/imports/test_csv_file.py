"""Tables that other programs export: headings, separators, days and hours as people write them; and unreadable rows."""

import pytest

from ivr.diary.imports.entries import UnreadableFile
from ivr.line.diary import Schedule
from tests.diary import HALF_AN_HOUR, the_clinic
from tests.diary.imports import read_table, reasons, spans, table


@pytest.mark.parametrize(
    "row",
    [
        "2026-11-24,10:00,10:30",
        "2026/11/24,10:00:00,10:30:00",
        "24/11/2026,10:00 AM,10:30 am",
        "24.11.2026,10.00,10.30",
        "24-11-26,10 a.m.,10:30 A.M.",
        "24-Nov-2026,10:00,10:30",
        "24 November 2026,10:00,10:30",
        "२४/११/२०२६,१०:००,१०:३०",
        "24/11/2026,10:00,",
        ",2026-11-24T10:00,2026-11-24T10:30",
        ",2026-11-24T04:30:00Z,2026-11-24 10:30",
        ",2026-11-24T10:00:00+05:30,",
    ],
)
def test_days_and_hours_are_read_as_people_write_them(row: str) -> None:
    assert spans(read_table(table(row, header="day,starts,ends"))) == ["2026-11-24 10:00/24 10:30"]


@pytest.mark.parametrize(
    ("row", "span"),
    [
        ("2026-11-24,22:00,00:00,", "24 22:00/25 00:00"),
        ("2026-11-24,22:00,24:00,", "24 22:00/25 00:00"),
        ("2026-11-24,10:00,,45", "24 10:00/24 10:45"),
        ("2026-11-24,10:00,,1:15", "24 10:00/24 11:15"),
        ("2026-11-24,10:00,,45 min", "24 10:00/24 10:45"),
        ("2026-11-24,12:30 am,1:00 am,", "24 00:30/24 01:00"),
        ("2026-11-24,,,", "24 00:00/25 00:00"),
    ],
)
def test_an_end_is_an_hour_or_so_many_minutes(row: str, span: str) -> None:
    assert spans(read_table(table(row, header="day,starts,ends,minutes"))) == [f"2026-11-{span}"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end_will_do(separator: str, end: str) -> None:
    text = table('24/11/2026,10:00,10:30,99999 00021,"Up, Made"', ",,,,", "25/11/2026,10:00,10:30,,")
    text = text.replace('"Up, Made"', "Made Up").replace(",", separator).replace("\n", end)
    found = read_table(text)
    assert ([each.where for each in found.entries], found.entries[0].name) == (["line 2", "line 4"], "Made Up")


def test_quotes_hold_separators_and_line_ends() -> None:
    found = read_table(table('2026-11-24,10:00,10:30,,"Up,\nMade"', "2026-11-25,10:00,25:00,,"))
    assert (found.entries[0].name, reasons(found)[0][:8]) == ("Up, Made", "line 4: ")


def test_headings_may_be_written_in_other_words_and_others_are_named() -> None:
    header = "Appointment Date;Start Time;Duration;Patient Name;Mobile Number;Fee"
    found = read_table(table("24/11/2026;10:00;45;Made Up;099999 00021;500", header=header))
    assert (spans(found), found.unused) == (["2026-11-24 10:00/24 10:45"], ("Fee",))
    assert (found.entries[0].phone and found.entries[0].phone.e164, found.entries[0].name) == (
        "+919999900021",
        "Made Up",
    )


def test_a_row_says_itself_that_it_is_busy_or_cancelled() -> None:
    header = "day,starts,name,kind,status"
    rows = (
        "2026-11-24,13:00,Lunch,busy,",
        "2026-11-24,14:00,Made Up,Appointment,confirmed",
        "2026-11-24,15:00,Made Up,,Cancelled",
        "2026-11-24,16:00,Made Up,holiday,",
        "2026-11-24,17:00,,appointment,",
    )
    found = read_table(table(*rows, header=header))
    assert [(each.is_visit, each.name, each.words) for each in found.entries] == [
        (False, "", "Lunch"),
        (True, "Made Up", ""),
    ]
    assert reasons(found) == [
        "line 4: cancelled there",
        "line 5: its kind is neither busy nor appointment",
        "line 6: an appointment has neither number nor name",
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("30/02/2026,10:00,,,", "its day cannot be read: write 2026-11-30, or 30/11/2026"),
        ("someday,10:00,,,", "its day cannot be read: write 2026-11-30, or 30/11/2026"),
        ("2026-11-24,ten,,,", "its hour cannot be read: write 09:30, or 9:30 am"),
        ("2026-11-24,10,,,", "its hour cannot be read: write 09:30, or 9:30 am"),
        ("2026-11-24,10:75,,,", "its hour cannot be read: there is no such hour"),
        ("2026-11-24,13:00 pm,,,", "its hour cannot be read: there is no such hour"),
        ("2026-11-24,10:00,09:00,,", "it ends before it begins"),
        ("2026-11-24,,,99999 00021,", "an appointment has no hour"),
        ("2026-11-24,06:00,22:00,99999 00021,", "an appointment is longer than twelve hours"),
        ("2026-11-24,10:00,,9999,", "its number is no complete telephone number"),
        ("2026-11-24,10:00,,9.2E+11,", "Excel has shortened its number: format that column as text, and export again"),
        ("2026-11-24,10:00,,+1 202 555 0123,", "its number is of a country that the clinic does not call"),
        ("2026-11-24,10:00,,99999 00021,Made,Up", "it has more cells than the header"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_its_line(row: str, why: str) -> None:
    (told,) = reasons(read_table(table(row)))
    assert told.startswith(f"line 2: {why}")


def test_a_file_with_the_month_first_is_not_guessed_at() -> None:
    with pytest.raises(UnreadableFile, match=r"^line 3: its day is written month first"):
        read_table(table("11/12/2026,10:00,10:30,,", "11/30/2026,10:00,10:30,,"))


def test_a_quote_that_is_left_open_does_not_swallow_the_rest() -> None:
    text = table('2026-11-24,10:00,10:30,,"Made Up', *("2026-11-25,10:00,10:30,," for _ in range(5000)))
    with pytest.raises(UnreadableFile, match="is a quote left open"):
        read_table(text)


def test_a_row_that_stands_twice_is_taken_once() -> None:
    found = read_table(table(*["2026-11-24,10:00,10:30,99999 00021,Made Up"] * 2))
    assert (len(found.entries), reasons(found)) == (1, ["line 3: twice in the file"])


def test_a_visit_without_an_end_is_as_long_as_in_its_column() -> None:
    clinic = the_clinic(
        Schedule("knee", HALF_AN_HOUR, {"en": "the knee"}), Schedule("neck", 2 * HALF_AN_HOUR, {"en": "the neck"})
    )
    found = read_table(table("2026-11-24,10:00,99999 00021,neck", header="day,starts,phone,doctor"), clinic)
    assert (spans(found), found.entries[0].schedule) == (["2026-11-24 10:00/24 11:00"], "neck")


def test_a_cancelled_line_does_not_hide_the_same_time_booked_anew() -> None:
    rows = ("2026-11-24,10:00,99999 00021,cancelled", "2026-11-24,10:00,99999 00021,booked")
    found = read_table(table(*rows, header="day,starts,phone,status"))
    assert ([each.where for each in found.entries], reasons(found)) == (["line 3"], ["line 2: cancelled there"])


def test_ids_of_patients_are_not_taken_for_ids_of_appointments() -> None:
    rows = ("7,2026-11-24,10:00,99999 00021", "7,2026-11-25,10:00,99999 00021", "8,2026-11-25,11:00,99999 00022")
    found = read_table(table(*rows, header="id,day,starts,phone"))
    assert (len(found.entries), len(found.uids), found.unused) == (3, 3, ("id, which stands for several times",))
    own = read_table(
        table(*(row.replace("7,", f"{n},", 1) for n, row in enumerate(rows)), header="id,day,starts,phone")
    )
    assert (own.uids >= {"0", "1"}, own.unused) == (True, ())
