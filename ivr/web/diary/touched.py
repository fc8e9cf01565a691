"""Tells the rest of the desk whom a block touches: the one place where a new block reaches patients."""

from collections.abc import Sequence

from ivr.diary.appointments import Appointment
from ivr.diary.blocked_times import TimeBlock
from ivr.web.diary.words import block_hours
from ivr.web.i18n import _
from ivr.web.services import services
from ivr.web.sessions import by


def tell_of_block(block: TimeBlock, touched: Sequence[Appointment]) -> None:
    """Write to each appointment that a new block touches that its time is blocked now. Raises StoreAway."""
    for each in touched:
        said = _("Its time is blocked now: %(hours)s %(words)s", hours=block_hours(block), words=block.words)
        services().diary.desk.write_note(each.id, said.strip(), by())
