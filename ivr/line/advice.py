"""What callers are advised: each piece with its source, and the clinician's review that it has had.

Values only; the words are in config/prompts.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Review:
    """Which clinician has read every language of it, and when."""

    by: str
    on: date


@dataclass(frozen=True)
class Topic:
    """A topic of advice: its sentences are `topic_KEY`, which offers it, and `advice_KEY`."""

    key: str
    source: str
    review: Review | None = None

    def due(self, holds: timedelta) -> date | None:
        """When it is to be reviewed again, where a review holds for so long; None where it never was."""
        return self.review.on + holds if self.review else None

    def wants_review(self, holds: timedelta, today: date) -> bool:
        """Whether it was never reviewed, or is to be again by now."""
        due = self.due(holds)
        return due is None or due <= today


WARNING_SIGNS = "warning_signs"
"""The key, and the sentence, of the warning signs that are heard before any advice."""
