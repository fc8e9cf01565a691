"""Puts a request into words, in the language of the reader at the desk.

Values and words only; no routes, no stores.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ivr.desk.requests import OUTCOMES, HistoryEntry, HistoryEvent, Outcome, Request, Status, Then
from ivr.desk.store import wish_of
from ivr.desk.tasks import FailedTask, history_of_failure
from ivr.line.blanks import Day, Say, Value
from ivr.line.booking import Kind, Part
from ivr.line.script import Spoken
from ivr.storage.odd import text_of
from ivr.web.desk.persons import NOBODY, Known
from ivr.web.desk.reasons import reason_words, why_words
from ivr.web.i18n import _, day, hour, how_soon, language, local, moment
from ivr.web.services import services
from ivr.web.wording import kind_words, language_words, outcome_words, person_words


@dataclass(frozen=True)
class Card:
    """A request in words, as its card and the list show it."""

    request: Request
    kind: str
    line: str
    language: str
    wish: str
    soon: str
    due: str
    """A sentence that tells the time by which somebody is to call the patient, also if that time is over."""
    late: bool
    mine: bool
    others: str = ""
    """A sentence about a wish made by a call from another telephone; empty if no such call came."""
    name: str = ""
    """The patient's name; empty where nobody has written it down."""
    task: str = ""
    """The task of the staff about an appointment, as a sentence; empty if the request is about no appointment."""

    @property
    def shape(self) -> str:
        """Return the look of the card: late, open, taken or closed."""
        return "late" if self.late else self.request.status


def card(found: Request, who: str, known: Known = NOBODY, asked_elsewhere: str | None = None) -> Card:
    """Return the card of a request in words for the person `who`. `known` has the name of the request's patient.

    `asked_elsewhere` is the latest wish from another telephone, as the history stores it; None if there is none.
    """
    now = services().clock()
    hours = services().hours.clinic_now().line(found.line).hours
    return Card(
        request=found,
        kind=kind_words(found.kind),
        line=services().clinic.line(found.line).name[language()],
        language=language_words(found.language),
        wish=wish_words(found.day, found.part),
        soon=how_soon(found.due, now, hours),
        due=_due_words(found.due, now),
        late=found.status is Status.OPEN and hours.open_time(found.due, now) > timedelta(),
        mine=found.status is Status.TAKEN and found.taken_by == who,
        others=_others_words(found, asked_elsewhere),
        name=known.name(found.patient_id),
        task=known.task(found),
    )


def _due_words(due: datetime, now: datetime) -> str:
    return _("Due %(moment)s.", moment=moment(due)) if due > now else _("Was due %(moment)s.", moment=moment(due))


def _others_words(found: Request, wish: str | None) -> str:
    """Return a sentence about the wish from another telephone, which may be a relative's or a stranger's call."""
    if wish is None:
        return ""
    if wish == wish_of(found.day, found.part):
        return _("also asked for from another number")
    try:
        return _("another number asks for: %(wish)s", wish=_wish_of(wish))
    except ValueError:  # a newer version's wish
        return _("also asked for from another number")


def wish_words(wished: date | None, part: Part | None) -> str:
    """Return in words the day, and the part of the day, that a caller wished for."""
    if wished is None or part is None:
        return _("as soon as possible")
    return _("%(day)s, %(part)s", day=day(wished), part=part_words()[part])


def part_words() -> Mapping[Part, str]:
    """Return the words for each part of a day that a caller may wish for."""
    return {Part.MORNING: _("morning"), Part.AFTERNOON: _("afternoon"), Part.EVENING: _("evening")}


def one_tap() -> list[tuple[Outcome, str]]:
    """Return the outcomes that need nothing typed, each with its words."""
    words = outcome_words()
    needs_more = {Outcome.BOOKED, Outcome.LATER, Outcome.NOT_REACHED}
    again_first = sorted(OUTCOMES, key=lambda each: OUTCOMES[each] is not Then.AGAIN)
    return [(each, words[each]) for each in again_first if each not in needs_more]


def taps_of(found: Request) -> list[tuple[Outcome, str, str]]:
    """Return the outcomes on a card's buttons, each with its words and what happens to the request afterwards."""
    return [(each, words, _then(found, each)) for each, words in one_tap()]


def _then(found: Request, outcome: Outcome) -> str:
    if OUTCOMES[outcome] is not Then.AGAIN:
        return ""
    if found.tries + 1 >= services().desk.moves.tries:
        return _("then it is closed")
    now = services().clock()
    due = services().hours.due_again(found, outcome, now)
    same_day = local(due).date() == local(now).date()
    return _("due again %(moment)s", moment=hour(due) if same_day else moment(due))


def closing_taps() -> list[tuple[Outcome, str]]:
    """Return the outcomes that close a request and need nothing typed, each with its words."""
    return [(each, words) for each, words in one_tap() if OUTCOMES[each] is Then.CLOSED]


def entry_words(entry: HistoryEntry) -> str:
    """Return an event of a request's history as a sentence; if it cannot be read, return the stored text."""
    what, detail = text_of(entry.what), text_of(entry.detail)
    try:
        return _sentence(what, detail)
    except (ValueError, OverflowError):
        return " ".join(filter(None, (what.replace("_", " "), detail)))


def _sentence(what: str, detail: str) -> str:
    """Return the sentence of an event or outcome. Raises ValueError if this version does not know the word `what`."""
    if what in set(HistoryEvent):
        return HISTORY[HistoryEvent(what)](detail)
    words = outcome_words()[Outcome(what)]
    return f"{words}: {_moment(detail)}" if detail else words


def _moment(written: str) -> str:
    return moment(datetime.fromisoformat(written))


HISTORY: Mapping[HistoryEvent, Callable[[str], str]] = {
    HistoryEvent.MADE: lambda detail: _("asked for: %(wish)s", wish=_wish_of(detail)),
    HistoryEvent.RANG_AGAIN: lambda detail: _("called again and asked for: %(wish)s", wish=_wish_of(detail)),
    HistoryEvent.ASKED_FOR: lambda detail: _("asked for from another number: %(wish)s", wish=_wish_of(detail)),
    HistoryEvent.TAKEN: lambda _detail: _("took the request"),
    HistoryEvent.PUT_BACK: lambda _detail: _("released the request"),
    HistoryEvent.PASSED_ON: lambda detail: _("handed it over to %(name)s", name=detail),
    HistoryEvent.RETURNED: lambda detail: _("released the request: %(name)s had not worked on it", name=detail),
    HistoryEvent.UNDONE: lambda _detail: _("undid that"),
    HistoryEvent.NOT_TOLD: lambda detail: _("nobody could be told of it: %(reason)s", reason=reason_words(detail)),
    HistoryEvent.NOT_CONFIRMED: lambda why: _(
        "the caller could not be sent a text: %(reason)s", reason=reason_words(why)
    ),
    HistoryEvent.TOOK_IN: lambda detail: _took_in(*detail.split(" ", 2)),
    HistoryEvent.DUPLICATE_OF: lambda detail: _("merged this request into %(reference)s", reference=detail),
    HistoryEvent.REBOOKED: lambda detail: _("gave another time: %(moment)s", moment=_moment(detail)),
    HistoryEvent.CALLED_OFF: lambda _detail: _("cancelled the appointment"),
    HistoryEvent.REOPENED: lambda _detail: _("opened the request again"),
    HistoryEvent.NAMED: lambda _detail: _("entered the patient's name"),
    HistoryEvent.TRIED_AGAIN: lambda _detail: _("had the notification sent again"),
    HistoryEvent.NOTE: lambda detail: detail,
    HistoryEvent.TO_TELL: lambda why: _("the patient is to be told: %(why)s", why=why_words(why)),
    HistoryEvent.NOT_TO_TELL: lambda _detail: _("there is nothing to tell the patient any more"),
    HistoryEvent.DUE_MOVED: lambda detail: _(
        "moved the call to when the clinic is open: %(moment)s", moment=_moment(detail.split()[-1])
    ),
    HistoryEvent.DUE_BACK: lambda detail: _("set the call back to %(moment)s, as before", moment=_moment(detail)),
}
"""The functions that make the sentence of a history event from its detail. `outcome_words` is for outcomes."""


def failure_words(failed: FailedTask) -> str:
    """Return a sentence about a notice or text that could not be sent, with the reason."""
    return HISTORY[history_of_failure(failed.name)](failed.reason)


NO_ACTS = frozenset(
    {
        *(HistoryEvent.NOTE, HistoryEvent.NOT_TOLD, HistoryEvent.NOT_CONFIRMED),
        *(HistoryEvent.TO_TELL, HistoryEvent.NOT_TO_TELL, *Outcome),
    }
)
"""The history events whose words make no sentence after a person's name. So the card puts a colon after the name."""


def who_words(entry: HistoryEntry) -> str:
    """Return who caused a history event, in the words with which the event's sentence begins."""
    who = person_words(text_of(entry.who))
    return f"{who}:" if text_of(entry.what) in NO_ACTS else who


def to_say(request: Request) -> Spoken:
    """Return the sentence to say to the patient, in their language, or else in the first language of the line."""
    values: dict[str, Value] = {"clinic": services().clinic.name}
    name = f"say_{request.kind}"
    if request.day and request.part:
        name += "_then"
        values |= {"day": Day(request.day, local(services().clock()).date()), "part": request.part}
    script = services().script
    return script.say(Say(name, values), script.spoken(request.language))


def _took_in(reference: str, kind: str = "", wish: str = "") -> str:
    """Return the sentence that a request was merged into this one. `kind` is empty if the merged request was erased."""
    if not kind:
        return _("merged the request %(reference)s with this one", reference=reference)
    values = {"reference": reference, "kind": kind_words(Kind(kind)), "wish": _wish_of(wish)}
    return _("merged the request %(reference)s with this one. It also asked for: %(kind)s, %(wish)s.", **values)


def _wish_of(detail: str) -> str:
    """Return a wish in words, from the detail of a history event, such as "2026-11-24 morning"."""
    wished, _joint, part = detail.partition(" ")
    return wish_words(date.fromisoformat(wished), Part(part)) if part else wish_words(None, None)
