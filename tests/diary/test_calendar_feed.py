"""The calendar's link opens the feed while it is the newest, and nothing in the database is a link."""

from collections.abc import Iterator

import pytest
from ivr.desk.calendar_feed import CalendarFeed
from sqlalchemy import insert

from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.storage.encryption import LinkTokens
from tests.staff.staffed import NOW, Stores, after, at_once
from tests.storage.test_schema import request

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


def test_the_feed_holds_what_is_booked_from_thirty_days_back_to_all_ahead_in_its_order(
    feed: CalendarFeed, desk: Stores
) -> None:
    booked = {"status": "closed", "outcome": "booked", "touched": NOW}
    days = {1: 400, 2: -30, 3: -31, 4: 0}
    rows = [request(id=each, appointment=after(days=ahead), **booked) for each, ahead in days.items()]
    others = [request(id=5), request(id=6, status="closed", outcome="settled", touched=NOW, appointment=None)]
    with desk.database.writing() as write:
        for row in (*rows, *others):
            write.execute(insert(schema.requests).values(row))
        line = {"at": NOW, "who": "asha", "what": "booked", "detail": ""}
        write.execute(insert(schema.history), [{**line, "request_id": each} for each in (1, 1, 2, 4)])
    found = feed.appointments(NOW)
    assert [(each.request_id, each.revision) for each in found] == [(2, 0), (4, 0), (1, 1)]
    assert {(each.booked, each.line) for each in found} == {(NOW, "main")}
