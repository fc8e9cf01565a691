"""Chooses the sentences that read back a number or time, confirm an appointment, promise a call, or tell warning signs.

Pure: the words are in config/prompts, and script.py fills their blanks.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from ivr.line.blanks import Day, Digits, Say
from ivr.line.booking import Kind
from ivr.line.engine.speech import Speech, moment
from ivr.line.turn import Call, Facts

At = Callable[[Call], datetime | None]


def _number(name: str) -> Speech:
    """Return a speech that says only the sentence `name`, which reads out the number to call back."""

    def says(call: Call, facts: Facts) -> Iterator[Say]:
        number = facts.number(call)
        yield Say(name, {"number": Digits(number.groups if number else ())})

    return Speech(says, {name: ("number",)})


def _warning(call: Call, _facts: Facts) -> Iterator[Say]:
    """Yield the short warning to a caller who books, unless they have heard it for this wish."""
    if call.kind is Kind.BOOKING and not call.warned:
        yield Say("warning")


def _booked(call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the sentences that confirm a booked appointment: its time, then its reference."""
    if call.slot:
        yield Say("booked", {"at": moment(call.slot.start, facts)})
    yield from _reference(call)


def _summary(call: Call, facts: Facts) -> Iterator[Say]:
    if call.slot:
        yield Say("summary_time", {"at": moment(call.slot.start, facts)})
    elif call.day and call.part:
        day = Day(call.day, facts.line.hours.local(facts.now).date())
        yield Say(f"summary_{call.wish.kind}_then", {"day": day, "part": call.part})
    else:
        yield Say(f"summary_{call.wish.kind}")


def _kept(call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the sentences that promise a stored request: the confirmation, when the clinic calls, and the reference.

    The reference is left out if the call holds none.
    """
    yield Say("kept_again" if call.joined else "kept")
    if call.kind:
        yield _promise(call, facts)
    yield from _reference(call)


def _reference(call: Call) -> Iterator[Say]:
    if call.reference:
        yield Say("reference", {"reference": Digits((call.reference[:3], call.reference[3:]))})


def _promise(call: Call, facts: Facts) -> Say:
    """Return the sentence that says when the clinic calls: at once, at its opening, or in the chosen part of a day."""
    hours, wish = facts.line.hours, call.wish
    here = hours.local(facts.now)
    due = facts.line.offer.due(wish, facts.now)
    if wish.kind is Kind.CALLBACK and wish.part and wish.day == due.date():
        return Say("promise_then", {"day": Day(wish.day, here.date()), "part": wish.part})
    if due - here > timedelta(minutes=1):
        return Say(f"promise_{wish.kind}_opening", {"opens": moment(due, facts)})
    return Say(f"promise_{wish.kind}")


def _topic(call: Call, _facts: Facts) -> Iterator[Say]:
    yield Say(f"advice_{call.topic}")


def _warning_signs_once(call: Call, _facts: Facts) -> Iterator[Say]:
    """Yield all warning signs, unless this call has heard them in its present language."""
    if call.language not in call.signs_heard:
        yield Say("warning_signs")


def _about(name: str, at: At) -> Speech:
    """Return a speech of the sentence `name` with the time that `at` returns; empty if `at` returns None."""

    def says(call: Call, facts: Facts) -> Iterator[Say]:
        time = at(call)
        if time:
            yield Say(name, {"at": moment(time, facts)})

    return Speech(says, {name: ("at",)})


def _own(call: Call) -> datetime | None:
    return call.chosen.starts if call.chosen else None


def _own_now(call: Call) -> datetime | None:
    """Return the time that the chosen appointment has now, after the desk has changed it; None if it takes no time."""
    return next((each.starts for each in call.own.appointments if call.chosen and each.id == call.chosen.id), None)


def _chosen(call: Call) -> datetime | None:
    return call.slot.start if call.slot else None


def _first_offered(call: Call) -> datetime | None:
    return call.offered[0].start if call.offered else None


WISHES: Mapping[str, Speech] = {
    "own_number": _number("own_number"),
    "keyed_number": _number("keyed_number"),
    "earliest": _about("earliest", _first_offered),
    "summary": Speech(
        _summary,
        {
            **{f"summary_{kind}": () for kind in Kind},
            **{f"summary_{kind}_then": ("day", "part") for kind in Kind},
            "summary_time": ("at",),
        },
    ),
    "warning": Speech(_warning, {"warning": ()}),
    "warning_signs_once": Speech(_warning_signs_once, {"warning_signs": ()}),
    "booked": Speech(_booked, {"booked": ("at",), "reference": ("reference",)}),
    "kept": Speech(
        _kept,
        {
            **dict.fromkeys(("kept", "kept_again"), ()),
            **{f"promise_{kind}": () for kind in Kind},
            **{f"promise_{kind}_opening": ("opens",) for kind in Kind},
            "promise_then": ("day", "part"),
            "reference": ("reference",),
        },
    ),
    "appointment": _about("appointment", _own),
    "own_now": _about("own_appointment", _own_now),
    "cancel_sure": _about("cancel_sure", _own),
    "move_sure": _about("move_sure", _chosen),
    "moved": _about("moved", _chosen),
    "topic": Speech(_topic, {}),  # the clinic defines the sentences of the topics
}
