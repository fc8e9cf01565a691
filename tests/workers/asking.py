"""Makes a request for a call back without making a call, for tests of the workers that need hundreds of requests."""

from dataclasses import replace
from datetime import timedelta

from ivr.web.services import Services
from testing.wishes import wish_to_be_rung


def asks(services: Services, number: int) -> str:
    """Make a request for a call back by a new caller, directly at the intake, without a call; return the reference."""
    now = services.clock()
    new = replace(wish_to_be_rung(f"+91999990{number:04}", now, f"CA{number:032x}"), due=now + timedelta(hours=1))
    kept = services.telephone.intake.accept(new)
    assert kept is not None
    return kept.reference
