"""The services of the workers: made of the same parts as the web's, so that both reckon with the same hours."""

from datetime import datetime

from ivr.desk.requests import Outcome
from ivr.web.services import Services
from tests.people import DELHI, Phone, Staff
from workers.services import WorkerServices


def test_the_workers_call_again_in_the_hours_that_the_desk_has_set(
    staff: Staff, phone: Phone, services: Services, worker: WorkerServices
) -> None:
    phone.rings().press("2", "1", "1", "1")
    (request,) = services.desk.store.waiting()
    form = {"what": "early", "day": "2026-11-23", "time": "14:20", "line": "*", "reason": ""}
    staff.browser.post("/desk/hours", data={**form, "csrf_token": staff.csrf()})
    moves = (services.desk.moves, worker.desk.moves)
    due = [each.next_due(request, Outcome.NO_ANSWER, services.clock()) for each in moves]
    assert due == [datetime(2026, 11, 24, 9, 0, tzinfo=DELHI)] * 2


def test_web_and_workers_have_the_same_rooms(services: Services, worker: WorkerServices) -> None:
    for room in ("desk", "hours"):
        theirs, ours = vars(getattr(services, room)), vars(getattr(worker, room))
        assert {name: type(each) for name, each in theirs.items()} == {name: type(each) for name, each in ours.items()}
