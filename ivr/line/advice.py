"""What callers are advised: each piece with its source, and the clinician's review that it has had.

Values only; the words are in config/prompts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from hashlib import sha256

WARNING_SIGNS = "warning_signs"
"""The key, and the sentence, of the warning signs that are heard before any advice."""


class Lack(Enum):
    """Why a piece of advice wants a clinician's review."""

    NEVER = "no clinician has reviewed"
    AHEAD = "the day of the review is still to come"
    CHANGED = "the words are not those that were reviewed"
    DUE = "to be reviewed again"


def mark(words: Mapping[str, str]) -> str:
    """What stands for these words, by language: another word, another mark. Eight characters, to be written by hand."""
    whole = "\n".join(f"{language}: {said}" for language, said in sorted(words.items()))
    return sha256(whole.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Review:
    """Which clinician has read every language of it, when, and the mark of the words that they read."""

    by: str
    on: date
    words: str


@dataclass(frozen=True)
class Topic:
    """A topic of advice: its sentences are `topic_KEY`, which offers it, and `advice_KEY`."""

    key: str
    source: str
    review: Review | None = None

    @property
    def sentence(self) -> str:
        """The name of what is advised."""
        return WARNING_SIGNS if self.key == WARNING_SIGNS else f"advice_{self.key}"

    def due(self, holds: timedelta) -> date | None:
        """When it is to be reviewed again, where a review holds for so long; None where it never was."""
        return self.review.on + holds if self.review else None

    def lacks(self, holds: timedelta, today: date, words: Mapping[str, str]) -> Lack | None:
        """Return what is wrong with its review, or None; `words` are what callers hear today, by language."""
        if self.review is None:
            return Lack.NEVER
        if self.review.on > today:
            return Lack.AHEAD
        if self.review.words != mark(words):
            return Lack.CHANGED
        return Lack.DUE if self.review.on + holds <= today else None
