"""Made-up requests that the tests of the desk and of its pages share."""

from datetime import datetime

from ivr.desk.requests import NewRequest, Outcome, OutcomeReport
from ivr.line.booking import Kind
from ivr.line.phones import Phone
from ivr.storage.audit import By
from ivr.web.services import Services


def wish_to_be_rung(number: str, moment: datetime, call_id: str = "CA1") -> NewRequest:
    """Return a new request for a call back as soon as possible, as a call on the first line makes it."""
    return NewRequest(
        kind=Kind.CALLBACK,
        line="main",
        phone=Phone(number),
        language="en",
        day=None,
        part=None,
        due=moment,
        call_id=call_id,
        created=moment,
        asked=moment,
        own_number=True,
    )


def takes_and_reports(services: Services, request_id: int, outcome: Outcome, at: datetime | None = None) -> None:
    """Have Asha take this request at the desk, and report at once what came of her call."""
    by = By("asha", services.clock())
    services.desk.moves.take(request_id, by)
    services.desk.moves.report(request_id, OutcomeReport(outcome, at), by)
