"""The calendar's link: the newest link opens the feed, older links do not, and no link is stored in clear text."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from ivr.diary.calendar_feed import CalendarFeed, OlderEntry
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.storage.encryption import LinkTokens
from tests.staff.staffed import NOW, Stores, after, at_once

SECRET = "0123456789abcdef" * 4


@pytest.fixture
def feed(database_url: str) -> Iterator[CalendarFeed]:
    database = Database(database_url, timeout=WORKER_TIMEOUT)
    yield CalendarFeed(database, LinkTokens(SECRET, "calendar link"))
    database.close()


def token(feed: CalendarFeed) -> str:
    link = feed.link()
    assert link is not None
    return link.token


def test_without_a_link_nothing_opens_it(feed: CalendarFeed) -> None:
    assert feed.link() is None
    assert not any(feed.opens(each) for each in ("", "None", "x" * 43, "\ud800", "é"))


def test_the_newest_link_is_shown_again_and_opens_it_and_no_older_one_does(feed: CalendarFeed) -> None:
    feed.renew(By("asha", NOW))
    old = token(feed)
    assert (token(feed), len(old)) == (old, 43)
    feed.renew(By("meera", after(days=1)))
    new = token(feed)
    assert [feed.opens(each) for each in (old, new, new[:-1], new + "=", "", "é")] == [False, True, *[False] * 4]
    feed.switch_off(By("meera", after(days=2)))
    assert feed.link() is None
    assert not feed.opens(new)
    feed.renew(By("meera", after(days=3)))
    assert not feed.opens(new), "a link that was switched off does not come back"


def test_neither_the_database_nor_another_secret_gives_the_link(
    feed: CalendarFeed, desk: Stores, database_url: str
) -> None:
    feed.renew(By("asha", NOW))
    (row,) = desk.rows(schema.calendar_links)
    assert token(feed) not in str(row)
    assert not feed.opens(str(row["nonce"]))
    database = Database(database_url)
    other = CalendarFeed(database, LinkTokens("another secret", "calendar link"))
    assert not feed.opens(token(other))
    database.close()


def test_the_audit_says_who_made_it_and_who_switched_it_off_and_not_what_it_is(
    feed: CalendarFeed, desk: Stores
) -> None:
    feed.renew(By("asha", NOW))
    feed.switch_off(By("meera", after(days=1)))
    assert desk.told() == [("asha", "made calendar link", ""), ("meera", "switched off calendar", "")]


def test_of_many_who_renew_it_at_once_one_link_is_in_force(feed: CalendarFeed) -> None:
    came = at_once(*[lambda: feed.renew(By("asha", NOW))] * 8)
    assert came == [None] * 8
    assert feed.opens(token(feed))


def test_the_feed_holds_what_takes_time_from_thirty_days_back_to_all_ahead_in_its_order(
    feed: CalendarFeed, desk: Stores
) -> None:
    days = {1: 400, 2: -30, 3: -31, 4: 0, 5: 1, 6: 1, 7: 2}
    status = {5: "cancelled", 6: "noshow", 7: "arrived"}
    with desk.database.writing() as write:
        write.execute(insert(schema.patients).values(id=9, name="Made Up", created=NOW))
        for each, ahead in days.items():
            row = appointment(id=each, starts=after(days=ahead), status=status.get(each, "booked"), patient_id=9)
            write.execute(insert(schema.appointments).values(row))
        line = {"at": NOW, "who": "asha", "detail": ""}
        lines = [(1, "booked"), (1, "moved"), (1, "note"), (2, "booked"), (2, "undone"), (2, "reopened")]
        told = [{**line, "appointment_id": each, "what": what} for each, what in lines]
        write.execute(insert(schema.appointment_history), told)
    found = feed.appointments(NOW)
    assert [(each.id, each.revision) for each in found] == [(2, 2), (4, 0), (7, 0), (1, 1)]
    assert {(each.changed, each.line, each.patient, each.request_id) for each in found} == {(NOW, "main", "M.U.", None)}


def test_whole_names_are_off_until_somebody_says_so_and_each_change_is_told(feed: CalendarFeed, desk: Stores) -> None:
    assert not feed.has_whole_names()
    for whole in (True, True, False):
        feed.show_names(whole, By("asha", NOW))
        assert feed.has_whole_names() == whole
    names, initials = ("asha", "names in calendar", ""), ("asha", "initials in calendar", "")
    assert desk.told() == [names, names, initials]


def test_of_many_who_want_whole_names_at_once_each_is_content(feed: CalendarFeed) -> None:
    assert at_once(*[lambda: feed.show_names(True, By("asha", NOW))] * 8) == [None] * 8
    assert feed.has_whole_names()


@pytest.mark.parametrize("written", ["", "1", "1 2 3", "x 1", "1 -2", "1  2", "² 1"])
def test_what_an_older_entry_cannot_be_is_read_as_none(written: str) -> None:
    assert OlderEntry.read(written) is None
    assert OlderEntry.read(str(OlderEntry(12, 3))) == OlderEntry(12, 3)


def test_an_appointment_that_cannot_be_read_keeps_nobody_from_the_others(feed: CalendarFeed, desk: Stores) -> None:
    with desk.database.writing() as write:
        write.execute(insert(schema.appointments).values(appointment(id=1, starts=after(days=1), phone="12345")))
        write.execute(insert(schema.appointments).values(appointment(id=2, starts=after(days=2))))
    assert [each.id for each in feed.appointments(NOW)] == [2]


def appointment(**values: object) -> dict[str, object]:
    """Return a row of the table of appointments with these values."""
    starts = values["starts"]
    assert isinstance(starts, datetime)
    return {
        "reference": "000001",
        "phone": "+919999900001",
        "line": "main",
        "language": "en",
        "schedule": "1",
        "ends": starts + timedelta(minutes=30),
        "status": "booked",
        "source": "desk",
        "made_by": "asha",
        "call_sid": "",
        "created": NOW,
        "touched": NOW,
        **values,
    }
