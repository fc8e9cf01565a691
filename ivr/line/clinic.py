"""The clinic as its configuration describes it: lines, opening hours, reception, limits, topics of advice.

Values only. config/clinic.py reads the file and checks it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum, StrEnum
from hashlib import sha256

from ivr.line.booking import Offer, Persistence
from ivr.line.diary import DiaryRules
from ivr.line.hours import Closure, DeskClosure, Hours, Text
from ivr.line.phones import Dialling, Phone, among

WARNING_SIGNS = "warning_signs"
"""The name of the warning signs, which are said before any advice: their topic and their sentence have this name."""


class Lack(Enum):
    """The reason why a piece of advice needs a clinician's review."""

    NEVER = "no clinician has reviewed"
    AHEAD = "the day of the review is still to come"
    CHANGED = "the words are not those that were reviewed"
    DUE = "to be reviewed again"


def mark(words: Mapping[str, str]) -> str:
    """Return a checksum of `words`, a text in all its languages: eight hex characters, short enough to copy by hand."""
    whole = "\n".join(f"{language}: {said}" for language, said in sorted(words.items()))
    return sha256(whole.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Review:
    """A clinician's review of one piece of advice in all languages. `words` is a hash of the text that was reviewed."""

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
        """Return why the advice needs a review, or None. A review is valid for `holds`, and for these `words` only."""
        if self.review is None:
            return Lack.NEVER
        if self.review.on > today:
            return Lack.AHEAD
        if self.review.words != mark(words):
            return Lack.CHANGED
        return Lack.DUE if self.review.on + holds <= today else None


@dataclass(frozen=True)
class Line:
    """A telephone line of the clinic: its name, its language, its opening hours and its reception."""

    key: str
    name: Text
    language: str
    reached_by: frozenset[Phone]
    """The numbers of this line: those that callers dial, and those that forward to it."""
    offer: Offer
    reception: tuple[Phone, ...] = ()
    greeting: Text | None = None
    tells_own: bool = True
    """True if callers hear the time of their number's next appointment; False where many share a telephone."""
    remembers_language: bool = True
    """True if a number is greeted in the language that it has chosen in earlier calls."""

    @property
    def hours(self) -> Hours:
        """The opening hours of this line."""
        return self.offer.hours

    @property
    def heading(self) -> str:
        """The line's English name with a capital first letter, for the beginning of a heading."""
        name = self.name["en"]
        return name[:1].upper() + name[1:]

    def with_closures(self, closures: Mapping[date, Closure]) -> "Line":
        """Return this line with these closures added; they replace the line's own closures of the same days."""
        return replace(self, offer=replace(self.offer, hours=self.hours.with_closures(closures)))


@dataclass(frozen=True)
class Reception:
    """The settings for calling the reception: the number shown there as the caller's, and the seconds to ring."""

    caller_id: Phone | None
    seconds: int


@dataclass(frozen=True)
class Whereabouts:
    """The address of the clinic, and the directions to the clinic; each is None if clinic.toml does not have it."""

    address: Text | None = None
    directions: Text | None = None


@dataclass(frozen=True)
class Limits:
    """The limits on calls and requests. A caller over a limit still hears hours and advice, but can file no request."""

    calls_of_a_caller: int
    """The most calls of one caller in an hour."""
    calls_of_a_line: int
    """The most calls on one line in an hour."""
    withheld_calls_of_a_line: int
    """The most calls without a number on one line in an hour: few, so that other calls still come through."""
    requests_of_a_number: int
    """The most requests for one number in a day. Calls from the number and calls from others have a limit each."""
    requests_of_a_call: int = 3
    """The most requests in one call."""
    rings_of_a_call: int = 3
    """The most times that one call may ring the reception."""


class MissedKind(StrEnum):
    """The kinds of calls that the desk keeps among its missed calls, as clinic.toml and the database name them."""

    NOTHING = "nothing"
    """The caller chose nothing."""
    MIDWAY = "midway"
    """The caller chose something, and the call ended before that was done."""
    RECEPTION = "reception"
    """The caller asked for the reception, and talked to nobody."""
    FAULT = "fault"
    """The line had a fault."""
    TALKED = "talked"
    """The reception took the call: nothing was missed, but the desk has the caller's number at hand."""


@dataclass(frozen=True)
class Retention:
    """The times for which personal data is kept."""

    closed_requests: timedelta
    recordings: timedelta
    log: timedelta
    """The time for which the audit and the records of calls are kept. The audit names requests only by reference."""

    @property
    def counted(self) -> timedelta:
        """The time for which all data of the reports is kept, that is closed requests and records of calls."""
        return min(self.closed_requests, self.log)


@dataclass(frozen=True)
class Clinic:
    """The whole configuration of the clinic, except its sentences."""

    name: Text
    lines: Mapping[str, Line]
    default_line: str
    dialling: Dialling
    reception: Reception
    persistence: Persistence
    limits: Limits
    retention: Retention
    topics: tuple[Topic, ...]
    warning_signs: Topic
    """The advice that is said before any topic."""
    review_holds: timedelta
    """The time for which a clinician's review of the advice is valid."""
    diary: DiaryRules
    voices: Mapping[str, str]
    """The clinic's own choice of voice for a language, by language; without one the voice of the prompts is used."""
    whereabouts: Whereabouts = Whereabouts()
    reasons: Mapping[str, Text] = field(default_factory=dict)
    """The reasons for a closure that the desk can choose from, in the words that callers hear."""
    missed_calls: frozenset[MissedKind] = frozenset(MissedKind)
    """The kinds of missed calls that the desk keeps and shows."""

    @property
    def advice(self) -> tuple[Topic, ...]:
        """All advice: the warning signs, then the topics."""
        return (self.warning_signs, *self.topics)

    def line(self, key: str) -> Line:
        """Return the line with this key. Returns the default line for an unknown key, so that a call never fails."""
        return self.lines.get(key) or self.lines[self.default_line]

    def with_closures(self, found: Sequence[DeskClosure]) -> "Clinic":
        """Return the clinic with the closures that the desk has set, oldest first. They replace those of clinic.toml.

        If there are several for a day, the latest is used. A closure of one line is used before one of all lines.
        """
        if not found:
            return self
        return replace(
            self, lines={key: line.with_closures(self._held(key, found)) for key, line in self.lines.items()}
        )

    def _held(self, line: str, found: Sequence[DeskClosure]) -> dict[date, Closure]:
        ordered = [each for whose in ("", line) for each in found if each.line == whose]
        return {each.day: Closure(self.reasons.get(each.reason), each.shifts) for each in ordered}

    def line_rung(self, called: str, forwarded_from: str) -> Line:
        """Return the telephone line with the number `forwarded_from`, else with `called`, else the default line."""
        for written in (forwarded_from, called):
            for line in self.lines.values():
                if among(written, line.reached_by):
                    return line
        return self.lines[self.default_line]
