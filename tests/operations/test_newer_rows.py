"""Restoring a backup: what the desk has set and noted since stays, and what was erased does not come back unnamed."""

from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ivr.diary.blocked_times import TimeBlock
from ivr.hours.phone_booking import BookingSwitch
from ivr.line.hours import DeskClosure, Shift
from ivr.line.phones import phone as number
from ivr.operations.newer_rows import KNOWN_BY
from ivr.operations.restore import EMPTIED
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By
from ivr.web.services import Services
from tests.commands.test_backup import books, made, restored, runs
from tests.desk.callers import prefers_hindi
from tests.people import CALLER, OTHER, Clock, Phone, Staff
from tests.web.test_typed import types

MIDDAY = Shift(time(13), time(14))


def sets_everything(services: Services, clock: Clock) -> None:
    """Close a day, block a time and a number, and pause booking by telephone, as somebody at the desk does."""
    asha, day = By("asha", clock()), clock().date() + timedelta(days=2)
    services.hours.closures.set([DeskClosure(day, "")], asha)
    services.diary.blocked_times.set(TimeBlock(MIDDAY, day, day), asha)
    services.hours.phone_booking.change(BookingSwitch.PAUSED, services.clinic.diary, asha)
    services.desk.blocked.block(number(OTHER), "shouts", asha)


def limits(services: Services, clock: Clock) -> tuple[int, int, bool, bool, int]:
    """Return the closures, the blocked times, whether booking is paused, if OTHER is blocked, and the missed calls."""
    day = clock().date()
    return (
        len(services.hours.closures.current(day)),
        len(services.diary.blocked_times.standing(day)),
        services.hours.phone_booking.stored().paused,
        services.desk.blocked.has(number(OTHER)),
        len(services.desk.missed.standing(clock())),
    )


def test_what_limits_bookings_and_whom_to_call_stays_as_it_was_set_since(
    phone: Phone, app: Flask, services: Services, clock: Clock
) -> None:
    backup = made(app)
    clock.goes_on(minutes=1)
    sets_everything(services, clock)
    phone.rings(caller=CALLER).press("1").hangs_up()
    before = limits(services, clock)
    told = restored(app, backup)
    assert before == (1, 1, True, True, 1)
    assert limits(services, clock) == before
    kept = "1 changes of the opening hours, 1 blocked times, 1 switches of booking by telephone, 1 blocked numbers"
    assert f"Set, undone or noted since this backup was made, and kept as it is now: {kept}, 1 missed calls.\n" in told
    told = runs(app, "restore", str(backup), "--yes", "--drop-newer").output
    assert f"and DROPPED, so look at the hours, the diary and the list: {kept}, 1 missed calls.\n" in told
    assert limits(services, clock) == (0, 0, False, False, 0)


def test_what_was_undone_since_stays_undone(app: Flask, services: Services, clock: Clock) -> None:
    sets_everything(services, clock)
    backup, later = made(app), By("asha", clock() + timedelta(minutes=1))
    assert services.hours.closures.undo(1, later)
    assert services.diary.blocked_times.undo(1, later)
    assert services.desk.blocked.lift(1, later)
    services.hours.phone_booking.change(BookingSwitch.RESUMED, services.clinic.diary, later)
    restored(app, backup)
    assert limits(services, clock) == (0, 0, False, False, 0)


def test_what_a_later_backup_has_undone_stays_undone_after_a_restore_of_an_older_one(
    phone: Phone, app: Flask, services: Services, clock: Clock
) -> None:
    sets_everything(services, clock)
    phone.rings(caller=CALLER).press("1").hangs_up()
    prefers_hindi(phone)
    older = made(app)
    clock.goes_on(minutes=1)
    later = By("asha", clock())
    assert services.hours.closures.undo(1, later)
    assert services.diary.blocked_times.undo(1, later)
    assert services.desk.blocked.lift(1, later)
    services.desk.missed.call(services.desk.missed.standing(clock())[0].id, later)
    with services.database.writing() as write:
        write.execute(schema.caller_languages.update().values(latest=None, at=clock()))
    right, before = made(app), limits(services, clock)
    assert runs(app, "restore", str(older), "--yes", "--drop-newer").exit_code == 0
    assert limits(services, clock) == (1, 1, True, True, 1)
    assert "Set, undone or noted since" not in restored(app, right)
    assert limits(services, clock) == before == (0, 0, True, False, 0)
    with services.database.reading() as read:
        assert set(read.scalars(select(schema.caller_languages.c.latest))) == {None}


def test_a_newer_row_gives_way_to_one_of_the_backup_that_has_its_id(
    app: Flask, services: Services, clock: Clock
) -> None:
    """The file was lost and the desk began anew, so that its first closure has the id of one in the backup."""
    sets_everything(services, clock)
    backup = made(app)
    with services.database.writing() as write:
        for each in (schema.closures, schema.audit):
            write.execute(each.delete())
    services.hours.closures.set([DeskClosure(clock().date(), "")], By("meena", clock()))
    restored(app, backup)
    assert [each.who for each in services.hours.closures.current(clock().date())] == ["asha", "meena"]
    assert [each.who for each in services.staff.audit.page()] == ["meena", *["asha"] * 4]


def test_a_request_that_was_worked_on_since_is_named_because_it_stands_as_before(
    phone: Phone, app: Flask, services: Services, clock: Clock
) -> None:
    first, second = books(phone, 1), books(phone, 2)
    backup = made(app)
    services.desk.moves.take(1, By("asha", clock()))
    told = restored(app, backup)
    assert f"Worked on since, and as in the backup again; look before you call: {first}\n" in told
    assert second not in told


# -- the audit, and who was erased


def test_the_audit_goes_on_and_names_the_erased_at_every_restore(
    phone: Phone, app: Flask, services: Services, clock: Clock
) -> None:
    gone = books(phone, 1)
    backup = made(app)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    named = f"ERASED since, and back now; please erase again: {gone}\n"
    assert named in restored(app, backup)
    assert named in restored(app, backup)
    assert named in runs(app, "restore", str(backup), "--yes", "--drop-newer").output
    assert [each.what for each in services.staff.audit.page()].count(AuditAction.ERASED) == 1
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    clock.goes_on(minutes=1)
    assert "ERASED" not in restored(app, made(app))


def test_a_later_request_with_the_reference_of_an_erased_one_is_not_named(
    phone: Phone, app: Flask, services: Services, clock: Clock
) -> None:
    """A reference has six digits."""
    gone = books(phone, 1)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    clock.goes_on(days=20)
    books(phone, 2)
    with services.database.writing() as write:
        for each in (schema.requests, schema.promises):
            write.execute(each.update().values(reference=gone))
    assert "ERASED" not in restored(app, made(app))


@pytest.mark.parametrize("since", ["erased", "erased, and newer rows dropped", "left alone"])
def test_blocks_missed_calls_and_languages_that_were_erased_do_not_come_back(
    phone: Phone, app: Flask, services: Services, clock: Clock, since: str
) -> None:
    """The audit has no reference by which a restore could name them."""
    services.desk.blocked.block(number(OTHER), "shouts", By("asha", clock()))
    phone.rings(caller=CALLER).press("1").hangs_up()
    prefers_hindi(phone)
    backup = made(app)
    if was_erased := since.startswith("erased"):
        for each in (CALLER, OTHER):
            assert runs(app, "privacy", "erase", each, "--yes").exit_code == 0
    told = runs(app, "restore", str(backup), "--yes", *["--drop-newer"] * since.endswith("dropped")).output
    left = "Not brought back, since some were erased and nobody can tell which: 1 blocked numbers, 1 missed calls. "
    assert (left in told) == was_erased
    with services.database.reading() as read:
        languages = set(read.scalars(select(schema.caller_languages.c.latest)))
    assert (limits(services, clock)[3:], languages) == (((False, 0), {None}) if was_erased else ((True, 1), {"hi"}))


def test_what_was_typed_before_the_backup_and_not_sent_does_not_come_back(
    phone: Phone, app: Flask, staff: Staff, services: Services
) -> None:
    """A draft may have been sent since, or be about an erased number, and would stand on the card with its id now."""
    books(phone, 1)
    types(staff, "card 1", note="pain in the made-up knee")
    backup = made(app)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    restored(app, backup)
    assert services.staff.drafts.of(1) == []


def test_every_table_that_a_restore_would_empty_is_kept_or_known_to_be_otherwise() -> None:
    """A new table has to be among these: does what was stored since the backup stay, and who is told if it does not?"""
    by_promise = {"requests", "promises", "history", "errands", "patients", "appointments", "appointment_times"}
    of_people = {"staff", "second_factors", "recovery_codes", "invitations", "failed_logins", "rules"}
    passing = {*EMPTIED, "calendar_links", "hosts", "channel_troubles"}
    derived = {each.name for each in schema.metadata.sorted_tables if each.info == schema.DERIVED}
    known = by_promise | {"appointment_history"} | of_people | passing | derived | set(KNOWN_BY)
    assert set(schema.metadata.tables) == known
