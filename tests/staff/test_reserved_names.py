"""Reserved names, which the service itself uses: nobody at the desk can take one, nor one that only looks the same."""

import pytest

from ivr.desk.requests import CALLER, THE_CLOCK
from ivr.staff.people import NameReserved
from ivr.staff.reserved_names import is_reserved
from ivr.storage.audit import COMMAND_LINE, EVERYBODY, SOMEBODY, By
from ivr.web.i18n import LANGUAGES, catalogue
from tests.staff.staffed import NOW, PASSWORD, Stores

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
