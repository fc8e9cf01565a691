"""Puts each patient whose appointment a block of time touches on the waiting list, so that somebody tells them."""

from ivr.web.i18n import _
from ivr.web.services import services
from ivr.web.sessions import by


def keep_in_step() -> str:
    """Bring the waiting list in step with the blocked times; return sentences on what was done. Raises StoreAway."""
    touched = services().desk.upkeep.keep(services().hours.clinic_stored(), by())
    told, relieved = len(touched.appointments), len(touched.relieved)
    return " ".join(
        (
            *([_("On the waiting list now, to be told: %(count)s.", count=told)] if told else []),
            *([_("Need not be told any more: %(count)s.", count=relieved)] if relieved else []),
        )
    )
