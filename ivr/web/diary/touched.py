"""Keeps what was promised in step with the blocked times: whom a block touches is on the waiting list, to be told."""

from ivr.web.i18n import _
from ivr.web.services import services
from ivr.web.sessions import by


def keep_in_step() -> str:
    """Bring the waiting list in step with the times that are blocked now, and return what was done as a sentence.

    Raises StoreAway; the clock then does it at its next look.
    """
    touched = services().desk.upkeep.keep(services().hours.clinic_now(), by())
    told, relieved = len(touched.appointments), len(touched.relieved)
    return " ".join(
        (
            *([_("On the waiting list now, to be told: %(count)s.", count=told)] if told else []),
            *([_("Not to be told any more: %(count)s.", count=relieved)] if relieved else []),
        )
    )
