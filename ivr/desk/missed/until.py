"""Tells until when a missed call stands at the desk: until the close of the next open day after the call.

Pure: hours and a moment.
"""

from datetime import datetime, timedelta

from ivr.line.hours import HORIZON_DAYS, Hours


def gone_before(hours: Hours, now: datetime) -> datetime | None:
    """Return the moment before which missed calls are over at `now`; None if no day has closed lately.

    The moment is the first opening of the latest day that has closed: an earlier call has waited that whole day.
    """
    today = hours.local(now).date()
    for day in (today - timedelta(days=back) for back in range(HORIZON_DAYS)):
        stretches = list(hours.stretches(day))
        if stretches and stretches[-1][1] <= now:
            return stretches[0][0]
    return None
