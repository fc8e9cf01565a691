"""Many requests at once, made without the steps of a call, for the workers' tests."""

from dataclasses import replace
from datetime import timedelta

from ivr.web.services import Services
from tests.desk import wish_to_be_rung


def asks(services: Services, number: int) -> str:
    """Promise one more caller a call back and return the reference."""
    now = services.clock()
    new = replace(wish_to_be_rung(f"+91999990{number:04}", now, f"CA{number:032x}"), due=now + timedelta(hours=1))
    kept = services.telephone.intake.accept(new)
    assert kept is not None
    return kept.reference
