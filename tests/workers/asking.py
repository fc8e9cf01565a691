"""Callers of the workers' tests: many, who ask at once, without the steps of a call."""

from datetime import timedelta

from ivr.desk.requests import NewRequest
from ivr.line.booking import Kind
from ivr.line.phones import Phone as Number
from ivr.web.services import Services


def asks(services: Services, number: int) -> str:
    """One more caller is promised a call back; its reference."""
    now = services.clock()
    new = NewRequest(
        kind=Kind.CALLBACK,
        line="main",
        phone=Number(f"+91999990{number:04}"),
        language="en",
        day=None,
        part=None,
        due=now + timedelta(hours=1),
        call_id=f"CA{number:032x}",
        created=now,
        asked=now,
        own_number=True,
    )
    kept = services.telephone.intake.accept(new)
    assert kept is not None
    return kept.reference
