"""A made-up request of a caller, which tests and benchmarks store. Stores nothing itself."""

from datetime import datetime

from ivr.desk.requests import NewRequest
from ivr.line.booking import Kind
from ivr.line.phones import Phone


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
