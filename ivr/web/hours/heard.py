"""The opening hours as the callers of each line hear them now.

Values in the reader's language; no routes, no stores.
"""

from dataclasses import dataclass
from datetime import datetime

from ivr.line.clinic import Clinic, Line
from ivr.line.engine.speeches import spoken
from ivr.line.hours import Closure
from ivr.line.menu import START
from ivr.line.turn import Call, Facts
from ivr.web.i18n import closing, language
from ivr.web.services import services


@dataclass(frozen=True)
class HeardAtLine:
    """The hours of a telephone line as its callers hear them now: in short, and word for word."""

    key: str
    line: str
    closes: str
    """Until when the line is open, in words; empty if it is closed."""
    reason: str
    sentences: str


def heard(clinic: Clinic, now: datetime) -> list[HeardAtLine]:
    """Return the hours of every telephone line as its callers hear them now."""
    return [_heard(clinic, line, now) for line in clinic.lines.values()]


def _heard(clinic: Clinic, line: Line, now: datetime) -> HeardAtLine:
    said = spoken("status", Call(line.key, language(), START), Facts(clinic, line, None, now))
    words = [services().script.say(each, language()).words for each in said]
    closure = line.hours.closure(line.hours.local(now).date())
    return HeardAtLine(line.key, line.name[language()], closing(line.hours, now), _reason(closure), " ".join(words))


def _reason(closure: Closure | None) -> str:
    return closure.reason[language()] if closure and closure.reason else ""
