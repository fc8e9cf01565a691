"""Accounts of the desk: roles, disabled people, sessions that end, and the one manager who must always be left."""

from collections.abc import Callable

import pytest

from ivr.staff.accounts import LastManager
from ivr.staff.people import MANAGER, STAFF, NoSuchPerson
from ivr.storage.audit import By
from tests.staff.staffed import NOW, Stores, at_once

Change = Callable[[Stores, int], object]

REMOVALS: dict[str, Change] = {
    "disabled": lambda desk, person: desk.accounts.disable(person, By("asha", NOW)),
    "made staff": lambda desk, person: desk.accounts.make(person, STAFF, By("asha", NOW)),
}
"""The changes that leave an account without the power of a manager, by the name of the change."""

CHANGES: dict[str, Change] = {
    **REMOVALS,
    "made manager": lambda desk, person: desk.accounts.make(person, MANAGER, By("asha", NOW)),
    "enabled": lambda desk, person: desk.accounts.enable(person, By("asha", NOW)),
    "logged out": lambda desk, person: desk.accounts.end_sessions(person, By("asha", NOW)),
    "reset": lambda desk, person: desk.invitations.reset(person, By("asha", NOW)),
}


@pytest.mark.parametrize("removed", REMOVALS.values(), ids=REMOVALS)
def test_the_last_manager_stays_one(desk: Stores, removed: Change) -> None:
    asha = desk.add("asha")
    desk.add("devi", STAFF)
    with pytest.raises(LastManager):
        removed(desk, asha)
    person = desk.people.person(asha)
    assert person is not None
    assert person.manager
    assert person.epoch == 0
    assert desk.told()[-1] == ("(command line)", "added person", "devi"), "and nothing is told of it"


@pytest.mark.parametrize("removed", REMOVALS.values(), ids=REMOVALS)
def test_who_has_not_chosen_a_password_or_is_disabled_is_no_manager_to_be_left(desk: Stores, removed: Change) -> None:
    asha = desk.add("asha")
    desk.invitations.invite("guest", MANAGER, By("asha", NOW))
    desk.accounts.disable(desk.add("meera"), By("asha", NOW))
    with pytest.raises(LastManager):
        removed(desk, asha)


@pytest.mark.parametrize("removed", REMOVALS.values(), ids=REMOVALS)
def test_while_another_manager_is_left_anybody_may_go(desk: Stores, removed: Change) -> None:
    asha, devi = desk.add("asha"), desk.add("devi", STAFF)
    desk.add("meera")
    for person in (asha, devi):
        removed(desk, person)
    assert [person.name for person in desk.people.all() if person.manager and person.active] == ["meera"]


@pytest.mark.parametrize("removed", REMOVALS.values(), ids=REMOVALS)
def test_two_managers_who_remove_each_other_at_the_same_moment_do_not_both_go(desk: Stores, removed: Change) -> None:
    asha, meera = desk.add("asha"), desk.add("meera")
    for _ in range(5):
        outcomes = at_once(lambda: removed(desk, asha), lambda: removed(desk, meera))
        assert [type(each) for each in outcomes if each is not None] == [LastManager]
        left = [person for person in desk.people.all() if person.manager and person.active]
        assert len(left) == 1
        for person in (asha, meera):
            desk.accounts.enable(person, By("asha", NOW))
            desk.accounts.make(person, MANAGER, By("asha", NOW))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nobody_is_changed_who_is_not_there(desk: Stores, change: Change) -> None:
    desk.add("asha")
    before = desk.told()
    with pytest.raises(NoSuchPerson):
        change(desk, 999)
    assert desk.told() == before


def test_what_ends_all_sessions_of_a_person_ends_nobody_elses(desk: Stores) -> None:
    desk.add("meera")
    asha = desk.add("asha")

    def epochs() -> dict[str, int]:
        return {person.name: person.epoch for person in desk.people.all()}

    desk.accounts.end_sessions(asha, By("meera", NOW))
    assert epochs() == {"asha": 1, "meera": 0}
    desk.accounts.disable(asha, By("meera", NOW))
    desk.accounts.enable(asha, By("meera", NOW))
    assert epochs() == {"asha": 2, "meera": 0}, "who comes back begins anew"
    desk.invitations.reset(asha, By("meera", NOW))
    assert epochs() == {"asha": 3, "meera": 0}


def test_every_change_is_told_with_who_did_it(desk: Stores) -> None:
    desk.add("meera")
    asha = desk.add("asha", STAFF)
    desk.accounts.make(asha, MANAGER, By("meera", NOW))
    desk.accounts.make(asha, STAFF, By("meera", NOW))
    desk.accounts.disable(asha, By("meera", NOW))
    desk.accounts.enable(asha, By("meera", NOW))
    desk.accounts.end_sessions(asha, By("asha", NOW))
    assert desk.told()[2:] == [
        ("meera", "made manager", "asha"),
        ("meera", "made staff", "asha"),
        ("meera", "disabled person", "asha"),
        ("meera", "enabled person", "asha"),
        ("asha", "ended sessions", "asha"),
    ]
