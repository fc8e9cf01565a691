"""The topics of advice, each with its source and the review that a clinician has given it.

Values only. The words are in config/prompts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from hashlib import sha256

WARNING_SIGNS = "warning_signs"
"""The key of the warning signs, which are said before any advice. It is also the name of their sentence."""


class Lack(Enum):
    """The reason why a piece of advice needs a clinician's review."""

    NEVER = "no clinician has reviewed"
    AHEAD = "the day of the review is still to come"
    CHANGED = "the words are not those that were reviewed"
    DUE = "to be reviewed again"


def mark(words: Mapping[str, str]) -> str:
    """Return a checksum of the words, keyed by language: eight hex characters, short enough to copy by hand."""
    whole = "\n".join(f"{language}: {said}" for language, said in sorted(words.items()))
    return sha256(whole.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Review:
    """A clinician's review of one piece of advice in every language; `words` is the `mark` of what was read."""

    by: str
    on: date
    words: str


@dataclass(frozen=True)
class Topic:
    """A topic of advice. The sentence `topic_KEY` offers it, the sentence `advice_KEY` gives the advice."""

    key: str
    source: str
    review: Review | None = None

    @property
    def sentence(self) -> str:
        """The name of the sentence that gives the advice."""
        return WARNING_SIGNS if self.key == WARNING_SIGNS else f"advice_{self.key}"

    def due(self, holds: timedelta) -> date | None:
        """Return the day of the next review, if a review is valid for `holds`; None if there was no review."""
        return self.review.on + holds if self.review else None

    def lacks(self, holds: timedelta, today: date, words: Mapping[str, str]) -> Lack | None:
        """Return why the review is not valid today, or None; `words` are what callers hear today, by language."""
        if self.review is None:
            return Lack.NEVER
        if self.review.on > today:
            return Lack.AHEAD
        if self.review.words != mark(words):
            return Lack.CHANGED
        return Lack.DUE if self.review.on + holds <= today else None
