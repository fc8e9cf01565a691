"""Tells until when a missed call stands at the desk: until the close of the next open day after the call.

Pure: hours and a moment.
"""

from datetime import datetime, timedelta

from ivr.line.hours import HORIZON_DAYS, Hours


def gone_before(hours: Hours, now: datetime) -> datetime | None:
    """Return the moment before which missed calls are no longer shown; None if the line had no open day recently.

    The moment is the opening of the latest open day that is over. Earlier calls have waited for that whole day.
    """
    today = hours.local(now).date()
    for day in (today - timedelta(days=back) for back in range(HORIZON_DAYS)):
        stretches = list(hours.stretches(day))
        if stretches and stretches[-1][1] <= now:
            return stretches[0][0]
    return None
