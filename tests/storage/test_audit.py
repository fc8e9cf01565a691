"""The audit: newest first, by the hundred, of one person or of all; and told together with what it tells of."""

import pytest

from ivr.staff.people import NameTaken
from ivr.storage.audit import PAGE, AuditEntry
from tests.staff.staffed import NOW, Stores, after


def test_a_line_comes_back_as_it_was_written(desk: Stores) -> None:
    desk.audit.write("आशा", "saw request", "012345", NOW, "line second")
    assert desk.audit.page() == [AuditEntry(1, NOW, "आशा", "saw request", "012345", "line second")]


def test_the_newest_come_first_a_hundred_at_a_time_and_none_twice_or_never(desk: Stores) -> None:
    for n in range(PAGE * 2 + 5):
        desk.audit.write("asha", "saw request", f"{n:06}", after(seconds=n))
    pages, before = [], None
    while page := desk.audit.page(before=before):
        pages.append(page)
        before = page[-1].id
        desk.audit.write("devi", "logged in", "", after(days=1))  # while somebody reads
    assert [len(page) for page in pages] == [PAGE, PAGE, 5]
    assert [line.about for page in pages for line in page] == [f"{n:06}" for n in reversed(range(PAGE * 2 + 5))]


def test_of_a_person_there_is_what_they_did_and_what_was_done_to_them(desk: Stores) -> None:
    desk.audit.write("asha", "saw request", "012345", NOW)
    desk.audit.write("meera", "made manager", "asha", NOW)
    desk.audit.write("meera", "saw request", "543210", NOW)
    assert [line.what for line in desk.audit.page("asha")] == ["made manager", "saw request"]
    assert [line.about for line in desk.audit.page("meera")] == ["543210", "asha"]
    assert desk.audit.page("nobody") == []
    assert [line.about for line in desk.audit.page("meera", before=3)] == ["asha"]


def test_what_is_too_long_for_its_column_is_cut_and_never_refused(desk: Stores) -> None:
    desk.audit.write("x" * 99, "y" * 99, "z" * 99, NOW, "d" * 999)
    (kept,) = desk.audit.page()
    assert (len(kept.who), len(kept.what), len(kept.about), len(kept.detail)) == (80, 30, 80, 999)


def test_what_is_rolled_back_is_not_told(desk: Stores) -> None:
    desk.add("asha")
    before = desk.audit.page()
    with pytest.raises(NameTaken):
        desk.invitations.invite("asha", "staff", "meera", NOW)
    assert desk.audit.page() == before
