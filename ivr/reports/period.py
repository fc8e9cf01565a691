"""The days of a report, and the earlier days with which the report is compared.

Values only; the moment is an argument.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Period:
    """The period of a report: whole days in the clinic's time zone, the last day included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the period, in order."""
        return tuple(self.first + timedelta(days=ahead) for ahead in range((self.last - self.first).days + 1))

    @property
    def start(self) -> datetime:
        """The moment at which the period begins."""
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def end(self) -> datetime:
        """The moment at which the period is over."""
        return datetime.combine(self.last + timedelta(days=1), time.min, self.zone)

    @property
    def before(self) -> "Period":
        """The period of the same length that ends just before this one, for comparison."""
        length = timedelta(days=len(self.days))
        return Period(self.first - length, self.last - length, self.zone)

    def day_of(self, moment: datetime) -> date:
        """Return the clinic's day on which a moment lies."""
        return moment.astimezone(self.zone).date()

    def moment_before(self, now: datetime) -> datetime:
        """Return the moment in the comparison period that matches `now`: the same hour, earlier by the period's length.

        For example, this morning is compared with a morning and not with a whole day. The result is never later
        than the start of this period.
        """
        here = now.astimezone(self.zone)
        ago = datetime.combine(here.date() - timedelta(days=len(self.days)), here.time(), self.zone)
        return min(ago, self.start)
