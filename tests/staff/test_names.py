"""Names of people: allowed names, spellings of one login, and names too like another person's or the service's own."""

import pytest
from sqlalchemy import insert, select

from ivr.desk.requests import CALLER, THE_CLOCK
from ivr.staff.lockout import MOST_OF_A_NAME, LockedOut
from ivr.staff.names import can_be_name, is_reserved, login_of, look_of, proper_name
from ivr.staff.people import STAFF, BadName, NameReserved, NameTaken
from ivr.storage import schema
from ivr.storage.audit import COMMAND_LINE, EVERYBODY, SOMEBODY, By
from ivr.web.i18n import LANGUAGES, catalogue
from tests.staff.staffed import NOW, PASSWORD, Stores

DEEPTI = "\u0926\u0940\u092a\u094d\u200c\u0924\u093f"
"""A person's name with a joiner that keeps two letters apart, which only some keyboards write."""

ZAKIR = ("\u095b\u093e\u0915\u093f\u0930", "\u091c\u093c\u093e\u0915\u093f\u0930")
"""A person's name in two encodings of its first letter: as one character, and as a letter with a dot put under it."""


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("asha", "Asha"),
        ("Asha", "ASHA"),
        ("asha devi", "  Asha\u00a0 devi "),
        ("Jos\u00e9", "jose\u0301"),
        (DEEPTI, DEEPTI.replace("\u200c", "")),
        (DEEPTI.replace("\u200c", ""), DEEPTI),
        (ZAKIR[0], ZAKIR[1]),
        ("asha", "\u202aasha\u202c"),
        ("asha", "asha\u200b"),
    ],
)
def test_a_person_logs_in_however_a_telephone_writes_the_name(desk: Stores, name: str, typed: str) -> None:
    desk.people.add(name, PASSWORD, NOW)
    assert desk.enters(typed)
    assert login_of(name) == login_of(typed)


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("asha", "Asha"),
        ("asha", "\u0430sha"),  # the first letter is Cyrillic
        ("asha", "\uff41\uff53\uff48\uff41"),
        ("asha", "ash\u200ba"),
        ("leo", "1e0"),
        ("asha devi", "Asha  Devi"),
        ("asha devi", "ashadevi"),
        (DEEPTI, DEEPTI.replace("\u200c", "")),
        (ZAKIR[0], ZAKIR[1]),
    ],
)
def test_nobody_is_added_or_invited_whose_name_looks_like_anothers(desk: Stores, name: str, second: str) -> None:
    desk.people.add(name, PASSWORD, NOW)
    with pytest.raises(NameTaken, match="is at the desk already") as taken:
        desk.people.add(second, PASSWORD, NOW)
    assert taken.value.args == (proper_name(name),), "whose name it is, is told"
    with pytest.raises(NameTaken):
        desk.invitations.invite(second, STAFF, By("asha", NOW))
    assert len(desk.people.all()) == 1


@pytest.mark.parametrize("name", ["asha", "Asha Devi", DEEPTI, *ZAKIR, "O'Neill", "\u0928\u0947\u0939\u093e"])
def test_names_of_people_are_names(name: str) -> None:
    assert can_be_name(proper_name(name))


@pytest.mark.parametrize("name", ["as\u200dha", "a\u200c\u200cb", "a\x00", "as\nha", "", "x" * 81])
def test_what_is_no_letter_of_a_name_is_refused(desk: Stores, name: str) -> None:
    with pytest.raises(BadName):
        desk.people.add(name, PASSWORD, NOW)


def test_a_joiner_is_kept_as_it_was_written(desk: Stores) -> None:
    desk.people.add(DEEPTI, PASSWORD, NOW)
    assert [each.name for each in desk.people.all()] == [DEEPTI]


def test_names_that_look_different_are_different() -> None:
    names = ("asha", "ashok", "meena", "ravi", "ravi k", "devi", "neha", "\u0906\u0936\u093e", "asha 2", "asha 3")
    assert len({look_of(each) for each in names}) == len(names)


def test_of_two_from_an_older_program_each_logs_in_as_it_is_written(desk: Stores) -> None:
    """Two older accounts whose names differ only in capitals stay usable, each by its exact spelling.

    Any other spelling is refused.
    """
    first = desk.add("asha")
    with desk.database.writing() as write:
        row = dict(write.execute(select(schema.staff).where(schema.staff.c.id == first)).mappings().one())
        del row["id"]
        write.execute(insert(schema.staff).values(row | {"name": "Asha"}))
    assert desk.enters("asha")
    assert desk.enters("Asha")
    assert not desk.enters("ASHA")


def test_capitals_give_no_more_guesses(desk: Stores) -> None:
    """Failed logins count together for all spellings of one name, such as asha and ASHA."""
    for name in ("asha", "Asha", "aSha", "ASHA", " asha ")[:MOST_OF_A_NAME]:
        desk.lockout.attempt(name, "10.0.0.1", NOW)
    with pytest.raises(LockedOut):
        desk.lockout.attempt("ashA", "10.0.0.1", NOW)


OWN = (CALLER, THE_CLOCK, COMMAND_LINE, EVERYBODY, SOMEBODY)

LOOK_ALIKE = (
    *(
        "Caller",
        " CALLER ",
        "the  caller",
        "сaller",
        "cаllеr",
        "ｃａｌｌｅｒ",
        "cal\u200dler",
        "caIIer",
        "ca11er",
        "cállér",
    ),
    *("c.a.l.l.e.r", "(caller)", "[command line]", "command-line", "Command Line", "Тhe сlоck", "the cIock", "unknown"),
    *("evеrybody", "uｎknown", "फ़ोन करने वाला", "फ़ोन करने वाला", "घड़ी"),
)


@pytest.mark.parametrize("name", [*OWN, *LOOK_ALIKE])
def test_nobody_has_a_name_of_the_services_own_or_one_that_looks_like_it(desk: Stores, name: str) -> None:
    if name.strip().isprintable():
        with pytest.raises(NameReserved):
            desk.people.add(name, PASSWORD, NOW)
        with pytest.raises(NameReserved):
            desk.invitations.invite(name, "staff", By("meera", NOW))
    assert is_reserved(name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_under_which_the_desk_shows_them_are_reserved_too(language: str) -> None:
    assert [
        words for words in map(catalogue(language).gettext, ("the caller", "the system")) if not is_reserved(words)
    ] == []


@pytest.mark.parametrize(
    "name", ["asha", "Calla", "Clara", "Cleo", "आशा", "Lakshmi Venkataraman", "Call", "Lock", "Sonali"]
)
def test_people_keep_their_own_names(desk: Stores, name: str) -> None:
    desk.people.add(name, PASSWORD, NOW)
    assert desk.enters(name)


def test_who_has_such_a_name_already_still_comes_in(desk: Stores) -> None:
    """A person whose account has a reserved name from earlier can still log in."""
    desk.add("asha")
    with desk.database.writing() as write:
        write.exec_driver_sql("UPDATE staff SET name = 'caller'")
    assert desk.enters("caller")
