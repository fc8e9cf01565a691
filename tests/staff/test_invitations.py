"""Invitations: a link to choose a password works once, for an hour, and if it is the newest; only hashes are stored."""

import re

import pytest

from ivr.staff.invitations import LinkVoid
from ivr.staff.passwords import BadPassword
from ivr.staff.people import MANAGER, STAFF, BadName, NameTaken, NoSuchPerson
from ivr.storage import schema
from ivr.storage.audit import By
from tests.staff.staffed import NOW, PASSWORD, Stores, after, at_once

NEW = "a new and longer password"


def void(desk: Stores, token: str, **time: float) -> bool:
    """Return whether an invitation's link, opened this long after the tests began, shows no form and accepts none."""
    now = after(**time)
    looked, used = (
        at_once(lambda: desk.invitations.invited(token, now)),
        at_once(lambda: desk.invitations.use(token, NEW, now)),
    )
    return {type(each) for each in looked + used} == {LinkVoid}


@pytest.mark.parametrize("role", [STAFF, MANAGER])
def test_who_is_invited_chooses_a_password_and_comes_in_with_it(desk: Stores, role: str) -> None:
    token = desk.invitations.invite(" asha ", role, By("meera", NOW))
    assert desk.invitations.invited(token, NOW).name == "asha"
    person = desk.invitations.use(token, PASSWORD, after(minutes=59))
    assert (person.name, person.manager, person.ready) == ("asha", role == MANAGER, True)
    assert person == desk.people.person(person.id), "a session that begins with it has the right epoch"
    assert desk.enters("asha")


@pytest.mark.parametrize("password", ["", PASSWORD, "what is tried where there is no password"])
def test_before_that_no_password_fits(desk: Stores, password: str) -> None:
    desk.invitations.invite("asha", STAFF, By("meera", NOW))
    assert not desk.enters("asha", password)


def test_a_link_works_once(desk: Stores) -> None:
    token = desk.invitations.invite("asha", STAFF, By("meera", NOW))
    desk.invitations.use(token, PASSWORD, NOW)
    assert void(desk, token)
    assert desk.enters("asha", PASSWORD)


def test_a_link_may_be_looked_at_before(desk: Stores) -> None:
    token = desk.invitations.invite("asha", STAFF, By("meera", NOW))
    for _ in range(3):
        assert desk.invitations.invited(token, NOW).name == "asha"
    desk.invitations.use(token, PASSWORD, NOW)


def test_a_link_works_for_an_hour_and_not_a_moment_longer(desk: Stores) -> None:
    token = desk.invitations.invite("asha", STAFF, By("meera", NOW))
    assert desk.invitations.invited(token, after(minutes=59, seconds=59)).name == "asha"
    assert void(desk, token, hours=1)


def test_a_newer_link_voids_the_older_ones_of_this_person_only(desk: Stores) -> None:
    older = desk.invitations.invite("asha", STAFF, By("meera", NOW))
    others = desk.invitations.invite("devi", STAFF, By("meera", NOW))
    newer = desk.invitations.reset(desk.id_of("asha"), By("meera", NOW))
    assert void(desk, older)
    assert desk.invitations.use(newer, PASSWORD, NOW).name == "asha"
    assert desk.invitations.use(others, PASSWORD, NOW).name == "devi"


def test_only_one_of_two_who_use_a_link_at_the_same_moment_is_let_in(desk: Stores) -> None:
    token = desk.invitations.invite("asha", STAFF, By("meera", NOW))
    one, other = at_once(
        lambda: desk.invitations.use(token, PASSWORD, NOW), lambda: desk.invitations.use(token, NEW, NOW)
    )
    assert [type(each) for each in (one, other)].count(LinkVoid) == 1
    assert desk.enters("asha", NEW) is isinstance(one, LinkVoid)
    assert desk.enters("asha", PASSWORD) is isinstance(other, LinkVoid)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "\x00", "é\ud83d", "' OR 1=1 --", "x" * 10_000])
def test_what_was_never_a_link_does_nothing(desk: Stores, token: str) -> None:
    desk.invitations.invite("asha", STAFF, By("meera", NOW))
    assert void(desk, token)


@pytest.mark.parametrize("password", ["", "nine char", "x" * 201])
def test_a_password_that_is_refused_does_not_use_the_link_up(desk: Stores, password: str) -> None:
    token = desk.invitations.invite("asha", STAFF, By("meera", NOW))
    with pytest.raises(BadPassword):
        desk.invitations.use(token, password, NOW)
    desk.invitations.use(token, PASSWORD, NOW)


def test_a_reset_voids_the_old_password_at_once_and_ends_all_sessions(desk: Stores) -> None:
    asha = desk.add("asha")
    token = desk.invitations.reset(asha, By("meera", NOW))
    assert not desk.enters("asha", PASSWORD)
    assert [person.epoch for person in desk.people.all()] == [1]
    desk.invitations.use(token, NEW, NOW)
    assert desk.enters("asha", NEW)
    assert not desk.enters("asha", PASSWORD)


def test_ones_own_password_stays_until_the_link_is_used(desk: Stores) -> None:
    asha = desk.add("asha")
    token = desk.invitations.reset(asha, By("asha", NOW))
    assert void(desk, token, hours=1)
    assert desk.enters("asha", PASSWORD)
    desk.invitations.use(token, NEW, NOW)
    assert not desk.enters("asha", PASSWORD)
    assert [person.epoch for person in desk.people.all()] == [1]


def test_who_is_disabled_gets_no_link_and_the_one_they_have_does_nothing(desk: Stores) -> None:
    desk.add("meera")
    token = desk.invitations.invite("asha", STAFF, By("meera", NOW))
    desk.accounts.disable(desk.id_of("asha"), By("meera", NOW))
    assert void(desk, token)
    with pytest.raises(NoSuchPerson):
        desk.invitations.reset(desk.id_of("asha"), By("meera", NOW))


def test_nobody_is_invited_under_a_name_that_is_none_or_is_taken(desk: Stores) -> None:
    desk.add("asha")
    for name, refused in (("", BadName), ("x" * 81, BadName), ("a\nb", BadName), (" asha ", NameTaken)):
        with pytest.raises(refused):
            desk.invitations.invite(name, STAFF, By("asha", NOW))
    assert len(desk.people.all()) == 1
    assert desk.rows(schema.invitations) == []


def test_a_link_is_long_random_and_kept_only_as_its_hash(desk: Stores) -> None:
    tokens = [desk.invitations.invite(f"guest {n}", STAFF, By("meera", NOW)) for n in range(3)]
    assert len(set(tokens)) == 3
    assert all(re.fullmatch(r"[\w-]{43}", token, re.ASCII) for token in tokens), "32 bytes"
    kept = str([desk.rows(table) for table in (schema.invitations, schema.audit, schema.staff)])
    assert not any(token in kept for token in tokens)
    assert all(re.fullmatch(r"[0-9a-f]{64}", str(row["token_hash"])) for row in desk.rows(schema.invitations))


def test_who_invited_whom_and_who_chose_a_password_is_told(desk: Stores) -> None:
    token = desk.invitations.invite("asha", STAFF, By("meera", NOW))
    desk.invitations.use(token, PASSWORD, NOW)
    desk.invitations.reset(desk.id_of("asha"), By("meera", NOW))
    told = [
        ("meera", "invited person", "asha"),
        ("asha", "chose password", "asha"),
        ("meera", "reset password", "asha"),
    ]
    assert desk.told() == told
