"""Numbers in sentences: telephone numbers are read digit by digit, amounts by the voice itself, and no text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.line.aloud.digits import Phrase, joined, read_aloud, spelled

ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
HINDI = ("ज़ीरो", "एक", "दो", "तीन", "चार", "पांच", "छह", "सात", "आठ", "नौ")


def aloud(text: str, digits: tuple[str, ...] = ENGLISH) -> str:
    return "".join(each.aloud or each.written for each in read_aloud(text, digits))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Call 112 now.", "Call one one two now."),
        ("For children, 1098; for women, 1091.", "For children, one zero nine eight; for women, one zero nine one."),
        ("To book, press 1.", "To book, press one."),
        ("5 minutes", "five minutes"),
        ("Call 80900 80906.", "Call eight zero nine zero zero eight zero nine zero six."),
        ("011-40000001", "zero one one-four zero zero zero zero zero zero one"),
        ("+911140000001", "+nine one one one four zero zero zero zero zero zero one"),
        ("New Delhi 110001", "New Delhi one one zero zero zero one"),
    ],
)
def test_a_key_and_a_number_that_is_called_are_read_digit_by_digit(written: str, read: str) -> None:
    assert aloud(written) == read


@pytest.mark.parametrize("written", ["112", "११२"])
def test_the_digits_of_both_scripts_are_read_in_the_words_of_the_language(written: str) -> None:
    assert aloud(f"तुरंत {written} पर फ़ोन कीजिए।", HINDI) == "तुरंत एक एक दो पर फ़ोन कीजिए।"


@pytest.mark.parametrize(
    "written",
    [
        "Rs 500 or 1,500 or 1,50,000",
        "at 10:30, at 10:05",
        "on 28 November 2026",
        "2026-11-05",
        "5/11/2026",
        "open 24x7",
        "house B-112",
        "L4-L5",
        "a scale of 4.5",
        "the 1st",
        "since 1998",
        "",
    ],
)
def test_amounts_times_dates_and_years_are_left_to_the_voice(written: str) -> None:
    assert aloud(written) == written


def test_a_telephone_number_is_read_group_by_group_and_written_as_people_write_it() -> None:
    assert spelled(("99999", "00001"), ENGLISH) == Phrase(
        "99999 00001", "nine nine nine nine nine, zero zero zero zero one"
    )
    assert spelled((), ENGLISH) == Phrase("")


def test_neighbours_that_are_read_as_written_become_one() -> None:
    apart = [Phrase("a"), Phrase(""), Phrase("b"), Phrase("1", "one"), Phrase(""), Phrase("2", "two"), Phrase("c")]
    assert list(joined(apart)) == [Phrase("ab"), Phrase("1", "one"), Phrase("2", "two"), Phrase("c")]


@given(st.text(st.sampled_from("0129 .,:-/xक१।"), max_size=40))
def test_nothing_that_is_written_is_lost(text: str) -> None:
    assert "".join(each.written for each in joined(read_aloud(text, ENGLISH))) == text
