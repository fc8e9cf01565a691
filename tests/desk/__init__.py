"""The calls that Asha makes from the desk to patients, for the tests of the desk and of its pages."""

from datetime import datetime

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.storage.audit import By
from ivr.web.services import Services


def takes_and_reports(services: Services, request_id: int, outcome: Outcome, at: datetime | None = None) -> None:
    """Have Asha take this request at the desk, and report at once what came of her call."""
    by = By("asha", services.clock())
    services.desk.moves.take(request_id, by)
    services.desk.moves.report(request_id, OutcomeReport(outcome, at), by)
