"""The page of all advice to callers: its words, its source, and the clinician who reviewed it, with the day.

Read-only: words and reviews are changed in the configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template

from ivr.line.blanks import Say
from ivr.line.clinic import WARNING_SIGNS, Lack, Topic, mark
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, language, local
from ivr.web.services import services
from ivr.web.wording import languages_of_the_line

advice = Blueprint("advice", __name__)


@dataclass(frozen=True)
class Piece:
    """A piece of advice as its page shows it. `due` is the day of the next review; None if there was no review yet."""

    topic: Topic
    title: str
    words: Mapping[str, str]
    """The words of the advice, by language."""
    due: date | None
    lack: Lack | None
    """The reason why the advice needs a review; None if it needs none."""

    @property
    def mark(self) -> str:
        """Return the checksum of the advice's words. A review in clinic.toml has the checksum of the reviewed words."""
        return mark(self.words)


@advice.get("/desk/advice")
@guarded_by(staff_only)
def page() -> str:
    """Show all advice to callers, and the number of pieces that need a review."""
    pieces = [_piece(topic) for topic in services().clinic.advice]
    wanting = sum(each.lack is not None for each in pieces)
    return render_template("advice.html", pieces=pieces, wanting=wanting, spoken=languages_of_the_line())


def _piece(topic: Topic) -> Piece:
    holds, today = services().clinic.review_holds, local(services().clock()).date()
    words = services().script.everywhere(Say(topic.sentence))
    return Piece(topic, _title(topic), words, topic.due(holds), topic.lacks(holds, today, words))


def _title(topic: Topic) -> str:
    if topic.key == WARNING_SIGNS:
        return _("Warning signs")
    key = str(services().clinic.topics.index(topic) + 1)
    return services().script.say(Say(f"topic_{topic.key}", {"key": key}), language()).words
