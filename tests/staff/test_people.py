"""The people of the desk: names and passwords; an unknown name is treated like a wrong password."""

from typing import Literal

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from sqlalchemy import text

from ivr.staff.passwords import LONGEST, SHORTEST, BadPassword, Passwords
from ivr.staff.people import STAFF, BadName, NameTaken, People
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from tests.staff.staffed import NOW, PASSWORD, QUICK, Stores


def test_a_person_comes_in_with_their_name_and_password_and_with_nothing_else(desk: Stores) -> None:
    desk.add("asha")
    assert desk.enters("asha")
    assert desk.enters(" asha ")
    for name, password in (("asha", PASSWORD + " "), ("asha", ""), ("", PASSWORD)):
        assert not desk.enters(name, password)


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\x00sha", "as\nha", "\ufffe", "' OR 1=1 --", "\ud800"])
def test_a_name_that_nobody_has_or_can_have_is_only_a_wrong_one(desk: Stores, name: str) -> None:
    desk.add("asha")
    assert not desk.enters(name)
    assert desk.people.named(name) is None


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "as\nha", "a\x1b[31msha", "a\x00sha"])
def test_nobody_is_added_whose_name_is_none(desk: Stores, name: str) -> None:
    with pytest.raises(BadName, match="1 to 80 letters"):
        desk.people.add(name, PASSWORD, NOW)
    assert desk.people.all() == []


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
def test_nobody_is_added_whose_password_is_too_short_or_too_long(desk: Stores, length: int) -> None:
    with pytest.raises(BadPassword, match="10 to 200"):
        desk.people.add("asha", "x" * length, NOW)
    assert desk.people.all() == []


def test_the_longest_password_counts_to_its_end(desk: Stores) -> None:
    longest = ("kettle under 7 bridges, " * LONGEST)[:LONGEST]
    desk.people.add("asha", longest, NOW)
    assert desk.enters("asha", longest)
    assert not desk.enters("asha", longest + "x")
    assert not desk.enters("asha", longest[:-1])


def test_a_name_is_given_once(desk: Stores) -> None:
    desk.add("asha")
    with pytest.raises(NameTaken, match="asha is at the desk already"):
        desk.people.add(" asha ", "another long password", NOW)
    assert desk.enters("asha")
    assert desk.told() == [("(command line)", "added person", "asha")], "nothing is told of what did not happen"


def test_everybody_is_listed_by_name_with_their_role_and_whether_they_may_come_in(desk: Stores) -> None:
    desk.add("meera")
    desk.accounts.disable(desk.add("devi", STAFF), By("meera", NOW))
    desk.invitations.invite("asha", STAFF, By("meera", NOW))
    listed = [(person.name, person.manager, person.active, person.ready) for person in desk.people.all()]
    assert listed == [("asha", False, True, False), ("devi", False, False, True), ("meera", True, True, True)]


def test_who_is_disabled_is_nobody_to_a_session_or_a_login_but_keeps_their_name(desk: Stores) -> None:
    desk.add("meera")
    asha = desk.add("asha")
    desk.accounts.disable(asha, By("meera", NOW))
    assert desk.people.person(asha) is None
    assert not desk.enters("asha")
    with pytest.raises(NameTaken):
        desk.people.add("asha", PASSWORD, NOW)


def test_no_password_lies_in_the_table(desk: Stores) -> None:
    desk.add("asha")
    (row,) = desk.rows(schema.staff)
    assert str(row["password_hash"]).startswith("$argon2id$")
    assert PASSWORD not in str(row)


class Counting(PasswordHasher):
    """A quick hasher of passwords that remembers the costs of the hashes that it checks."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.tried: list[Parameters] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  # argon2 calls it so
        self.tried.append(extract_parameters(str(hash)))
        return super().verify(hash, password)


def test_a_name_that_nobody_has_costs_as_much_hashing_as_a_wrong_password(desk: Stores) -> None:
    hasher = Counting()
    people = People(desk.database, Passwords(hasher))
    people.add("asha", PASSWORD, NOW)
    desk.invitations.invite("guest", STAFF, By("asha", NOW))
    people.logged_in("asha", "wrong horse battery")
    as_hard = hasher.tried
    assert len(as_hard) == 1
    for name in ("nobody", "guest", "a\x00sha"):
        hasher.tried = []
        people.logged_in(name, "wrong horse battery")
        assert hasher.tried == as_hard, f"{name!a} is found out by how fast the answer comes"


@pytest.mark.parametrize("name", [b"", b"\xff\xfe", b"asha"])
def test_a_name_that_is_stored_as_bytes_is_read_as_text(sqlite_url: str, name: bytes) -> None:
    """A name that SQLite holds as bytes, which PostgreSQL would refuse, is read as text and breaks nothing."""
    database = Database(sqlite_url)
    people = People(database, Passwords(QUICK))
    people.add("ravi", PASSWORD, NOW)
    with database.writing() as write:
        write.execute(text("UPDATE staff SET name = :name"), {"name": name})
    assert [each.name for each in people.all()] == [name.decode(errors="replace")]
    assert people.named("somebody else") is None
    database.close()
