"""Tasks about an appointment: the staff get a notice over their channels, and the caller a text with its time."""

import json
from datetime import timedelta

import pytest

from ivr.desk.phone_bookings import TOO_LATE
from ivr.desk.requests import THE_CLOCK
from ivr.desk.store import add_task
from ivr.desk.tasks import CONFIRM_TO_CALLER, TELL_STAFF, NewTask
from ivr.diary.appointments import AppointmentStatus
from ivr.diary.diary import book, cancel, mark, move
from ivr.line.phones import Phone as Number
from ivr.storage.audit import COMMAND_LINE, By
from testing.listener import Listener
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, asked, wished
from tests.people import Staff
from tests.workers.test_tasks import ACCOUNT, texting
from workers import jobs
from workers.services import WorkerServices

__all__ = ["texting"]

CALLER, ASHA = By("caller", NOW), By("asha", NOW)


@pytest.fixture
def desk_url(database_url: str) -> str:
    return database_url


def booked(worker: WorkerServices, task: str = TELL_STAFF, **more: object) -> int:
    with worker.database.writing() as write:
        appointment_id = book(write, wished(**more), asked())  # type: ignore[arg-type]
        add_task(write, None, NewTask(task), NOW, appointment_id=appointment_id)
    return appointment_id


def changes(worker: WorkerServices, appointment_id: int, what: str, by: By = CALLER) -> None:
    with worker.database.writing() as write:
        if what == "moved":
            move(write, appointment_id, asked(AT_FOUR + HALF_AN_HOUR), by)
        if what == "cancelled":
            cancel(write, appointment_id, by)


@pytest.mark.parametrize(
    ("what", "by", "told"),
    [
        ("booked", CALLER, "Appointment booked by phone, 16:00"),
        ("moved", CALLER, "Appointment moved by phone, 16:30"),
        ("cancelled", CALLER, "Appointment cancelled by phone, 16:00"),
        ("moved", ASHA, "Appointment moved at the desk, 16:30"),
        ("moved", By(COMMAND_LINE, NOW), "Appointment moved, 16:30"),
        ("cancelled", By(THE_CLOCK, NOW), "Appointment cancelled, 16:00"),
    ],
)
def test_the_staff_are_told_what_became_of_an_appointment(
    telling: WorkerServices, channel: Listener, what: str, by: By, told: str
) -> None:
    title, _, hour = told.partition(", ")
    changes(telling, booked(telling), what, by)
    jobs.run(telling, 1)
    words = channel.posts[0][1].decode()
    assert json.loads(words)["title"] == title
    assert f"Mon 23 Nov {hour}, The first line, reference 000001. https://line.example/desk/diary" in words
    assert "99999" not in words, "no number"


def test_a_notice_is_of_the_last_change_whatever_the_desk_wrote_after_it(
    telling: WorkerServices, channel: Listener
) -> None:
    appointment_id = booked(telling)
    changes(telling, appointment_id, "moved")
    with telling.database.writing() as write:
        mark(write, appointment_id, AppointmentStatus.ARRIVED, telling.clinic.diary, ASHA)
    jobs.run(telling, 1)
    assert "Appointment moved by phone" in channel.posts[0][1].decode()


def test_nobody_is_told_of_a_booking_that_was_stored_too_late(telling: WorkerServices, channel: Listener) -> None:
    appointment_id = booked(telling)
    with telling.database.writing() as write:
        cancel(write, appointment_id, By(THE_CLOCK, NOW), TOO_LATE)
    jobs.run(telling, 1)
    assert channel.posts == []
    assert telling.desk.outbox.begin(1, NOW + timedelta(minutes=1)) is None, "it is done"


def test_a_failed_notice_of_an_appointment_is_on_the_desk_and_can_be_tried_again(
    telling: WorkerServices, channel: Listener, staff: Staff
) -> None:
    booked(telling)
    channel.status = 500
    for _ in range(8):
        with pytest.raises(jobs.TaskFailed):
            jobs.run(telling, 1)
    page = staff.sees()
    assert "Appointment, reference 000001: nobody could be told of it" in page.replace("</span>", "")
    channel.status = 200
    staff.browser.post("/desk/errands/1/again", data={"csrf_token": staff.csrf()})
    assert "nobody could be told of it" not in staff.sees()
    jobs.run(telling, 1)
    assert len(channel.posts) == 9


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "your appointment is on Monday, 23 November, at four in the afternoon. Reference number 000001."),
        ("hi", "आपका अपॉइंटमेंट सोमवार, 23 नवंबर, दोपहर बाद चार बजे का है। रेफ़रेंस नंबर 000001।"),
    ],
)
def test_the_text_names_the_hour(
    texting: tuple[object, WorkerServices], channel: Listener, language: str, words: str
) -> None:
    _phone, worker = texting
    channel.status, channel.answer = 201, b'{"sid": "SM1", "status": "queued"}'
    booked(worker, CONFIRM_TO_CALLER, language=language)
    jobs.run(worker, 1)
    assert channel.posts[0][0] == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert channel.form()["To"] == "+919999900001"
    assert channel.form()["Body"].endswith(words)


@pytest.mark.parametrize("task", [TELL_STAFF, CONFIRM_TO_CALLER])
def test_nobody_is_told_of_a_made_up_patient(telling: WorkerServices, channel: Listener, task: str) -> None:
    booked(telling, task, phone=Number("+12025550101"))
    jobs.run(telling, 1)
    assert channel.posts == []


@pytest.mark.parametrize("why", ["cancelled", "no number"])
def test_no_text_is_sent_where_there_is_nothing_to_say_or_nobody(
    texting: tuple[object, WorkerServices], channel: Listener, why: str
) -> None:
    _phone, worker = texting
    more = {"phone": None} if why == "no number" else {}
    appointment_id = booked(worker, CONFIRM_TO_CALLER, **more)
    changes(worker, appointment_id, why)
    jobs.run(worker, 1)
    assert channel.posts == []
    assert worker.desk.outbox.begin(1, NOW + timedelta(minutes=1)) is None, "it is done"
