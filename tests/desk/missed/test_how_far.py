"""The places that a call passed show how far its caller came, and whether the caller got nothing."""

from dataclasses import replace

import pytest

from ivr.desk.missed.how_far import HowFar, PathReader
from ivr.line.clinic import MissedKind
from ivr.line.menu import HOME, MENU
from ivr.line.places import Menu, Option, Passage, Ringing
from ivr.reports.call_records import FAILED, FAULT
from ivr.storage import schema

READER = PathReader()
BEGAN = ("welcome", "main")
NOT_TAKEN = ("person", "ring", "unanswered", "nobody", "callback")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ((), HowFar(MissedKind.NOTHING)),
        (("offer", "goodbye"), HowFar(MissedKind.NOTHING)),
        (("book", "wish", "book_day"), HowFar(MissedKind.MIDWAY, "book")),
        (("offer", "callback", "for_whom", "number", "own_number"), HowFar(MissedKind.MIDWAY, "callback")),
        (("person", "ring"), HowFar(MissedKind.RECEPTION, "ringing")),
        (NOT_TAKEN, HowFar(MissedKind.RECEPTION, "nobody")),
        (("person", "nobody", "callback"), HowFar(MissedKind.RECEPTION, "nobody")),
        (("person", "closed_now", "callback"), HowFar(MissedKind.RECEPTION, "closed")),
        ((*NOT_TAKEN, "person", "ring"), HowFar(MissedKind.RECEPTION, "ringing")),
        (("hours", *NOT_TAKEN), HowFar(MissedKind.RECEPTION, "nobody")),
        (("book", FAULT), HowFar(MissedKind.FAULT)),
        (("hours", FAILED), HowFar(MissedKind.FAULT)),
        (("callback", "file", "not_kept"), HowFar(MissedKind.FAULT)),
        (("person", "ring", "talked", "goodbye"), HowFar(MissedKind.TALKED)),
        (("hours",), None),
        (("book", "wish", "book_day", "hours"), None),
        ((*NOT_TAKEN, "main", "hours", "book", "times"), None),
        (("callback", "file", "not_kept", "file", "kept"), None),
        (("book", "file", "booked", FAULT), None),
        (("own", "appointment", "change", "cancel_sure", "changing", "cancelled", *NOT_TAKEN), None),
        (("person", "refused"), None),
        (("callback", "file", "refused"), None),
        (("callback", "file", "refused", *NOT_TAKEN), HowFar(MissedKind.RECEPTION, "nobody")),
        (("callback", "file", "refused", "main", "person", "ring"), HowFar(MissedKind.RECEPTION, "ringing")),
        (("callback", "file", "refused", "person", "refused"), None),
    ],
)
def test_a_path_tells_how_far_its_call_came(path: tuple[str, ...], found: HowFar | None) -> None:
    assert READER.how_far((*BEGAN, *path)) == found


@pytest.mark.parametrize("path", [BEGAN, (*BEGAN, "person", "ring"), (*BEGAN, "person", "ring", "talked", "goodbye")])
def test_a_call_over_the_limit_is_none_however_far_it_came(path: tuple[str, ...]) -> None:
    assert READER.how_far(("over_limit", *path)) is None


def test_an_option_that_a_clinic_adds_is_known_by_its_place() -> None:
    home = MENU[HOME]
    assert isinstance(home, Menu)
    added = replace(home, options=(*home.options, Option("6", "option_way", "way")))
    menu = {**MENU, HOME: added, "way": Passage(("way",), HOME)}
    assert PathReader(menu).how_far((*BEGAN, "way", "main")) == HowFar(MissedKind.MIDWAY, "way")
    answers = {**menu, "way": Passage(("way",), HOME, answers=True)}
    assert PathReader(answers).how_far((*BEGAN, "way", "main")) is None


def test_every_word_fits_its_column() -> None:
    home, columns = MENU[HOME], schema.missed_calls.c
    assert isinstance(home, Menu)
    words = [option.leads for option in home.options]
    assert max(map(len, [*words, "ringing"])) <= (columns.reached.type.length or 0)  # type: ignore[attr-defined]  # a string
    assert max(map(len, MissedKind)) <= (columns.kind.type.length or 0)  # type: ignore[attr-defined]


def test_the_menu_has_what_a_path_is_read_by() -> None:
    """Check that the menu has the places by which a call's result is found; without them, all calls count as missed."""
    led = {outcome: READER._led_to(outcome) for outcome in ("kept", "booked", "moved", "cancelled", "lost", "refused")}
    assert all(led.values()), led
    assert {"hours", "topic", "appointment"} <= set(READER._answers)
    assert any(isinstance(place, Ringing) for place in MENU.values())
