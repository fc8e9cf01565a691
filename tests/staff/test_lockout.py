"""Lockout at the login: the failures of a name or address that cause it, when it ends, and what the stores record."""

from datetime import datetime
from typing import Any

import pytest

from ivr.staff.lockout import LockedOut
from ivr.staff.people import STAFF
from ivr.storage import schema
from ivr.storage.audit import By
from tests.staff.staffed import NOW, PASSWORD, Stores, after, at_once

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
WRONG = "wrong horse battery"


def enters(desk: Stores, name: str = "asha", password: str = PASSWORD, **whence: Any) -> bool:
    """Return whether a login succeeds. By default, asha logs in with her password, at home, on an unknown device."""
    at = {"address": HOME, "now": NOW, **whence}
    return desk.authentication.enter(name, password, **at) is not None


def fails(desk: Stores, times: int, name: str = "asha", **whence: Any) -> None:
    for _ in range(times):
        assert not enters(desk, name, WRONG, **whence)


def locked_until(desk: Stores, name: str = "asha", **whence: Any) -> datetime | None:
    """Return the moment until which the right password is refused; None if the login succeeds."""
    try:
        assert enters(desk, name, PASSWORD, **whence)
    except LockedOut as locked:
        return locked.until
    return None


@pytest.fixture(autouse=True)
def _asha(desk: Stores) -> None:
    desk.add("asha")


def test_after_five_failures_even_the_right_password_is_refused_at_that_address_alone(desk: Stores) -> None:
    fails(desk, 5)
    assert locked_until(desk) == after(minutes=15)
    assert locked_until(desk, address=ELSEWHERE) is None


def test_five_wrong_passwords_again_and_again_lock_nobody_out_who_is_elsewhere(desk: Stores) -> None:
    for minute in range(0, 60, 15):
        for n in range(4):
            fails(desk, 5, address=f"203.0.113.{n}", now=after(minutes=minute))
        assert locked_until(desk, address=ELSEWHERE, now=after(minutes=minute)) is None


def test_of_strangers_everywhere_together_a_name_allows_a_hundred_guesses(desk: Stores) -> None:
    for n in range(20):
        fails(desk, 5, address=f"203.0.113.{n}")
    assert locked_until(desk, address=ELSEWHERE) == after(minutes=15)
    assert locked_until(desk, address=ELSEWHERE, device="a known one") is None


def test_a_known_device_is_let_through_whatever_strangers_tried_at_its_own_address(desk: Stores) -> None:
    fails(desk, 5)
    for n in range(15):
        fails(desk, 1, name=f"guess {n}")
    assert locked_until(desk) == after(minutes=15)
    assert locked_until(desk, device="a known one") is None
    assert locked_until(desk) == after(minutes=15), "that forgives strangers nothing"


def test_on_a_known_device_five_failures_are_too_many_too_and_lock_nothing_else(desk: Stores) -> None:
    fails(desk, 5, device="a known one")
    assert locked_until(desk, device="a known one") == after(minutes=15)
    assert locked_until(desk, device="another") is None
    assert locked_until(desk) is None


def test_what_is_refused_anyway_writes_nothing(desk: Stores) -> None:
    fails(desk, 5)
    with desk.database.writing(), pytest.raises(LockedOut):  # somebody else holds the one lock of writers
        desk.lockout.attempt("asha", HOME, NOW)


def test_four_failures_are_forgiven_by_the_right_password(desk: Stores) -> None:
    for _ in range(3):
        fails(desk, 4)
        assert locked_until(desk) is None


def test_the_wait_ends_when_the_first_failure_is_a_quarter_of_an_hour_old(desk: Stores) -> None:
    for minute in range(5):
        fails(desk, 1, now=after(minutes=minute))
    assert locked_until(desk, now=after(minutes=5)) == after(minutes=15)
    assert locked_until(desk, now=after(minutes=14, seconds=59)) == after(minutes=15)
    assert locked_until(desk, now=after(minutes=15)) is None


def test_knocking_while_one_has_to_wait_does_not_make_the_wait_longer(desk: Stores) -> None:
    fails(desk, 5)
    for minute in range(1, 15):
        assert locked_until(desk, now=after(minutes=minute)) == after(minutes=15)
    assert len(desk.rows(schema.failed_logins)) == 5
    assert locked_until(desk, now=after(minutes=15)) is None


def test_another_name_from_the_same_address_need_not_wait(desk: Stores) -> None:
    desk.add("devi", STAFF)
    fails(desk, 5)
    assert locked_until(desk, "devi") is None


def test_after_twenty_failures_nobody_comes_in_from_that_address_and_from_others_they_do(desk: Stores) -> None:
    for n in range(19):
        fails(desk, 1, name=f"guess {n}")
    assert locked_until(desk) is None
    fails(desk, 1, name="guess 19", now=after(minutes=1))
    assert locked_until(desk, now=after(minutes=2)) == after(minutes=15)
    assert locked_until(desk, address=ELSEWHERE, now=after(minutes=2)) is None
    assert locked_until(desk, now=after(minutes=15)) is None


def test_who_can_log_in_themselves_does_not_thereby_get_more_guesses_at_others(desk: Stores) -> None:
    desk.add("devi", STAFF)
    for _ in range(5):
        fails(desk, 1)
        assert locked_until(desk, "devi") is None
    assert locked_until(desk) is not None


def test_a_name_that_nobody_has_is_locked_out_alike(desk: Stores) -> None:
    fails(desk, 5, name="nobody")
    assert isinstance(at_once(lambda: enters(desk, "nobody"))[0], LockedOut)


@pytest.mark.parametrize("name", ["\x00", "x" * 300, "\ud800", ""])
def test_any_name_that_can_be_typed_is_counted(desk: Stores, name: str) -> None:
    fails(desk, 5, name=name)
    with pytest.raises(LockedOut):
        enters(desk, name)


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        ([f"2001:db8:0:1::{n}" for n in range(20)], 0),
        ([f"::ffff:192.0.2.{n + 1}" for n in range(20)], 20),
        (["", "unix:", "x" * 300] * 6, 20),
    ],
    ids=["one customer's IPv6 network is one address", "IPv4 written as IPv6 is not", "none, or no address"],
)
def test_what_counts_as_one_address(desk: Stores, addresses: list[str], most: int) -> None:
    for n, address in enumerate(addresses):
        fails(desk, 1, name=f"guess {n}", address=address)
    assert (locked_until(desk, address=addresses[0]) is None) is (most == 20)


def test_many_who_guess_at_the_same_moment_get_no_more_guesses(desk: Stores) -> None:
    outcomes = at_once(*[lambda: enters(desk, password=WRONG)] * 20)
    assert set(map(type, outcomes)) <= {bool, LockedOut}
    assert outcomes.count(False) <= 5
    assert True not in outcomes


def test_a_new_password_by_a_link_ends_the_wait(desk: Stores) -> None:
    fails(desk, 5)
    token = desk.invitations.reset(desk.id_of("asha"), By("meera", NOW))
    person = desk.invitations.use(token, PASSWORD, NOW)
    desk.authentication.came_in(person, HOME, NOW)
    assert locked_until(desk) is None


def test_what_no_longer_counts_is_forgotten_when_the_clock_says_so(desk: Stores) -> None:
    fails(desk, 2)
    fails(desk, 3, now=after(minutes=10))
    desk.lockout.purge(after(minutes=14, seconds=59))
    assert len(desk.rows(schema.failed_logins)) == 5
    desk.lockout.purge(after(minutes=15))
    assert len(desk.rows(schema.failed_logins)) == 3


def test_the_audit_tells_of_logins_and_failures_but_of_no_name_that_nobody_has(desk: Stores) -> None:
    fails(desk, 1)
    fails(desk, 1, name="my password in the wrong field")
    assert enters(desk, " asha ")
    assert desk.told()[1:] == [
        ("(unknown)", "failed login", "asha"),
        ("(unknown)", "failed login", ""),
        ("asha", "logged in", ""),
    ]
    assert {line.detail for line in desk.audit.page()[:3]} == {HOME}


def test_neither_passwords_nor_unknown_names_lie_in_a_table(desk: Stores) -> None:
    fails(desk, 1, name="my password in the wrong field")
    kept = str([desk.rows(table) for table in (schema.failed_logins, schema.audit)])
    assert "my password" not in kept
    assert WRONG not in kept
