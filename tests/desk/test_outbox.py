"""The outbox holds tasks about appointments as well as tasks about requests; tested on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from ivr.desk.outbox import PAUSES, Outbox
from ivr.desk.store import add_task
from ivr.desk.tasks import TELL_STAFF, NewTask, OutboxTask
from ivr.diary.appointments import Appointment, DiaryEvent
from ivr.diary.diary import Diary, book, cancel, move
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.schema import LONG_AGO
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, asked, wished

CALLER = By("caller", NOW)
LATER = NOW + timedelta(minutes=1)


def booked(database: Database, *channels: str) -> int:
    with database.writing() as write:
        appointment_id = book(write, wished(), asked())
        for channel in channels or ("",):
            add_task(write, None, NewTask(TELL_STAFF, channel), NOW, appointment_id=appointment_id)
    return appointment_id


def cancelled_after(database: Database, ends: str) -> int:
    """Book an appointment whose notice is told or has failed, and cancel it, which makes task 2."""
    appointment_id, outbox = booked(database, "one"), Outbox(database)
    if ends == "told":
        outbox.done(begun(database, 1), NOW)
    else:
        outbox.failed(begun(database, 1), "NotTold", NOW, for_good=True)
    with database.writing() as write:
        cancel(write, appointment_id, CALLER)
        add_task(write, None, NewTask(TELL_STAFF, "one"), LATER, appointment_id=appointment_id)
    return appointment_id


def begun(database: Database, task_id: int) -> OutboxTask:
    task = Outbox(database).begin(task_id, LATER)
    assert task is not None
    return task


def test_a_task_about_an_appointment_brings_it_and_what_became_of_it_last(database: Database) -> None:
    appointment_id = booked(database)
    task = begun(database, 1)
    assert isinstance(task.about, Appointment)
    assert (task.about.id, task.last.what if task.last else "") == (appointment_id, DiaryEvent.BOOKED)
    with database.writing() as write:
        move(write, appointment_id, asked(AT_FOUR + HALF_AN_HOUR), CALLER)
        cancel(write, appointment_id, CALLER)
        add_task(write, None, NewTask(TELL_STAFF), LATER, appointment_id=appointment_id)
    last = begun(database, 2).last
    assert (last.what, last.who) == (DiaryEvent.CANCELLED, "caller") if last else False


def test_a_task_whose_moment_cannot_be_read_is_done_and_in_doubt_since_long_ago(database: Database) -> None:
    booked(database)
    assert begun(database, 1).in_doubt_since is None
    with database.writing() as write:
        write.execute(text("UPDATE errands SET created = 'infinity'"))
    assert begun(database, 1).in_doubt_since == LONG_AGO


def test_a_task_is_about_one_thing(database: Database) -> None:
    for ids in ((None, None), (1, 1)):
        with database.writing() as write, pytest.raises(ValueError, match="either"):
            add_task(write, ids[0], NewTask(TELL_STAFF), NOW, appointment_id=ids[1])


def test_a_notice_of_an_appointment_that_failed_stands_at_the_desk_until_its_time(database: Database) -> None:
    appointment_id, outbox = booked(database), Outbox(database)
    outbox.failed(begun(database, 1), "NotTold", NOW, for_good=True)
    (failed,) = outbox.failed_for_good(LATER)
    assert (failed.appointment_id, failed.request_id, failed.reference) == (appointment_id, None, "000001")
    assert outbox.failed_for_good(AT_FOUR + HALF_AN_HOUR) == [], "it is over"
    assert outbox.begin_again(failed.id, By("asha", LATER))
    assert outbox.failed_for_good(LATER) == []
    begun(database, 1)
    assert [each.what for each in Diary(database).history(appointment_id)] == ["booked", "not_told", "tried_again"]


def test_a_notice_that_another_channel_has_did_not_fail(database: Database) -> None:
    booked(database, "one", "other")
    outbox = Outbox(database)
    outbox.failed(begun(database, 1), "NotTold", NOW, for_good=True)
    assert outbox.failed_for_good(NOW) == []
    for _ in range(len(PAUSES) + 1):
        outbox.failed(begun(database, 2), "NotTold", LATER)
    assert len(outbox.failed_for_good(NOW)) == 1


def test_the_told_booking_does_not_hide_that_a_cancellation_was_not_told(database: Database) -> None:
    appointment_id, outbox = cancelled_after(database, "told"), Outbox(database)
    outbox.failed(begun(database, 2), "NotTold", LATER, for_good=True)
    (failed,) = outbox.failed_for_good(LATER)
    assert [each.what for each in Diary(database).history(appointment_id)] == ["booked", "cancelled", "not_told"]
    assert outbox.begin_again(failed.id, By("asha", LATER))
    assert outbox.failed_for_good(LATER) == []


def test_of_two_failed_changes_only_the_last_is_told_again(database: Database) -> None:
    """Both notices would say that the appointment is cancelled."""
    cancelled_after(database, "failed")
    outbox = Outbox(database)
    outbox.failed(begun(database, 2), "NotTold", LATER, for_good=True)
    (failed,) = outbox.failed_for_good(LATER)
    assert outbox.begin_again(failed.id, By("asha", LATER))
    assert [each.task_id for each in outbox.due(LATER)] == [2]
    assert outbox.failed_for_good(LATER) == []


def test_a_notice_that_one_channel_has_did_not_fail_on_an_added_one(database: Database) -> None:
    booked(database)
    outbox = Outbox(database)
    _, (more,) = outbox.spread(begun(database, 1), ["one", "other"], LATER)
    outbox.done(begun(database, 1), LATER)
    outbox.failed(begun(database, more.task_id), "NotTold", LATER, for_good=True)
    assert outbox.failed_for_good(LATER) == []


def test_a_change_is_told_over_every_channel_that_told_of_the_one_before(database: Database) -> None:
    """The notice of a cancellation goes once to every channel, even if the channel has told of the booking."""
    appointment_id, outbox = booked(database, "one", "other"), Outbox(database)
    with database.writing() as write:
        cancel(write, appointment_id, CALLER)
        add_task(write, None, NewTask(TELL_STAFF), LATER, appointment_id=appointment_id)
    key, more = outbox.spread(begun(database, 3), ["one", "other"], LATER)
    assert (key, [each.channel for each in more]) == ("one", ["other"])
    assert outbox.spread(begun(database, 3), ["one", "other"], LATER) == (None, [])


def test_a_task_about_an_appointment_that_is_gone_is_given_up(database: Database) -> None:
    with database.writing() as write:
        add_task(write, None, NewTask(TELL_STAFF), NOW, appointment_id=77)
    outbox = Outbox(database)
    assert outbox.begin(1, LATER) is None
    assert (outbox.due(LATER + timedelta(hours=1)), outbox.failed_for_good(NOW)) == ([], [])
