"""Options that are worked out while the call goes on: days, parts of a day, times to be rung, topics, languages.

Pure: each offer is the sentence that names it and what the call has gathered once it is chosen.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ivr.line.booking import Part
from ivr.line.languages import OFFER, leads_on
from ivr.line.turn import Blanks, Call, DayName, Facts, Say, Value

DAYS_ON_OFFER = 3


@dataclass(frozen=True)
class Choice:
    """Something on offer: how it is named, and the call once it is chosen."""

    says: Say
    then: Call
    leads: str = ""
    """Where it leads, if elsewhere than the other choices of its menu."""


@dataclass(frozen=True)
class Offered:
    """A kind of offer: how it is worked out, and the sentences that name its choices; the key is a blank of each."""

    worked_out: Callable[[Call, Facts], Iterator[Choice]]
    sentences: Blanks


def choices(name: str, call: Call, facts: Facts) -> list[Choice]:
    """What this kind of offer holds for the call; none for the empty name."""
    offer = OFFERS.get(name)
    return list(offer.worked_out(call, facts)) if offer else []


def open_days(call: Call, facts: Facts, count: int = DAYS_ON_OFFER) -> list[date]:
    """The days that a caller may choose from."""
    return facts.line.offer.days(_moment(call, facts), count)


def _days(call: Call, facts: Facts) -> Iterator[Choice]:
    today = _today(call, facts)
    for day in open_days(call, facts):
        yield Choice(Say("option_day", {"day": DayName(day, today)}), replace(call, day=day))


def _parts(call: Call, facts: Facts) -> Iterator[Choice]:
    for part in _parts_of(call, facts):
        yield Choice(Say(f"option_{part}"), replace(call, part=part))


def _parts_of(call: Call, facts: Facts) -> list[Part]:
    return facts.line.offer.parts_of(call.day, _moment(call, facts)) if call.day else []


def _times(call: Call, facts: Facts) -> Iterator[Choice]:
    """As soon as possible, or a part of the next open day."""
    yield Choice(Say("option_soonest"), replace(call, day=None, part=None))
    today = _today(call, facts)
    for day in open_days(call, facts, count=1):
        for part in _parts_of(replace(call, day=day), facts):
            values: dict[str, Value] = {"day": DayName(day, today), "part": part}
            yield Choice(Say("option_time", values), replace(call, day=day, part=part))


def _topics(call: Call, facts: Facts) -> Iterator[Choice]:
    for topic in facts.clinic.topics:
        yield Choice(Say(f"topic_{topic.key}"), replace(call, topic=topic.key))


def _languages(call: Call, facts: Facts) -> Iterator[Choice]:
    """Every language in its own words, the call's among them: so a language has the same key in every call."""
    for language in facts.clinic.name:
        yield Choice(Say("option_language", language=language), replace(call, language=language), leads_on(call, facts))


def _moment(call: Call, facts: Facts) -> datetime:
    return call.offered_at or facts.now


def _today(call: Call, facts: Facts) -> date:
    return facts.line.hours.local(_moment(call, facts)).date()


OFFERS: Mapping[str, Offered] = {
    "days": Offered(_days, {"option_day": ("day",)}),
    "parts": Offered(_parts, {f"option_{part}": () for part in Part}),
    "times": Offered(_times, {"option_soonest": (), "option_time": ("day", "part")}),
    "topics": Offered(_topics, {}),  # the sentences of each topic are the clinic's own
    OFFER: Offered(_languages, {"option_language": ()}),
}
