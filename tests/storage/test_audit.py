"""The audit: read newest first, 100 lines at a time, for one person or all; stored together with each change."""

from collections.abc import Iterable

import pytest
from sqlalchemy import Column, String

from ivr.desk.requests import HistoryEvent
from ivr.staff.people import NameTaken
from ivr.storage import schema
from ivr.storage.audit import PAGE, AuditAction, AuditEntry, By
from tests.staff.staffed import NOW, Stores, after


def test_a_line_comes_back_as_it_was_written(desk: Stores) -> None:
    desk.audit.write(By("आशा", NOW), AuditAction.SAW_REQUEST, "012345", "line second")
    assert desk.audit.page() == [AuditEntry(1, NOW, "आशा", "saw request", "012345", "line second")]


def test_the_newest_come_first_a_hundred_at_a_time_and_none_twice_or_never(desk: Stores) -> None:
    for n in range(PAGE * 2 + 5):
        desk.audit.write(By("asha", after(seconds=n)), AuditAction.SAW_REQUEST, f"{n:06}")
    pages, before = [], None
    while page := desk.audit.page(before=before):
        pages.append(page)
        before = page[-1].id
        desk.audit.write(By("devi", after(days=1)), AuditAction.LOGGED_IN)  # while somebody reads
    assert [len(page) for page in pages] == [PAGE, PAGE, 5]
    assert [line.about for page in pages for line in page] == [f"{n:06}" for n in reversed(range(PAGE * 2 + 5))]


def test_of_a_person_there_is_what_they_did_and_what_was_done_to_them(desk: Stores) -> None:
    desk.audit.write(By("asha", NOW), AuditAction.SAW_REQUEST, "012345")
    desk.audit.write(By("meera", NOW), AuditAction.MADE_MANAGER, "asha")
    desk.audit.write(By("meera", NOW), AuditAction.SAW_REQUEST, "543210")
    assert [line.what for line in desk.audit.page("asha")] == ["made manager", "saw request"]
    assert [line.about for line in desk.audit.page("meera")] == ["543210", "asha"]
    assert desk.audit.page("nobody") == []
    assert [line.about for line in desk.audit.page("meera", before=3)] == ["asha"]


def test_what_is_too_long_for_its_column_is_cut_and_never_refused(desk: Stores) -> None:
    desk.audit.write(By("x" * 99, NOW), AuditAction.SAW_REQUEST, "z" * 99, "d" * 999)
    (kept,) = desk.audit.page()
    assert (len(kept.who), len(kept.about), len(kept.detail)) == (80, 80, 999)


def test_what_is_rolled_back_is_not_told(desk: Stores) -> None:
    desk.add("asha")
    before = desk.audit.page()
    with pytest.raises(NameTaken):
        desk.invitations.invite("asha", "staff", By("meera", NOW))
    assert desk.audit.page() == before


@pytest.mark.parametrize(
    ("words", "column"), [(AuditAction, schema.audit.c.what), (HistoryEvent, schema.history.c.what)]
)
def test_every_word_fits_its_column(words: Iterable[str], column: Column[str]) -> None:
    assert isinstance(column.type, String)
    assert column.type.length is not None
    assert max(map(len, words)) <= column.type.length
