"""Makes the options that depend on the call: days, parts of a day, times for a callback, topics, languages.

Pure: an offer is the sentence that names it and the call after it is chosen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from ivr.line.booking import Part
from ivr.line.languages import OFFER, leads_on
from ivr.line.offers.choice import Choice, Offered
from ivr.line.turn import Call, DayName, Facts, Say, Value

DAYS_ON_OFFER = 3


def open_days(call: Call, facts: Facts, count: int = DAYS_ON_OFFER) -> list[date]:
    """Return the days that a caller may choose from, at most `count`."""
    return facts.line.offer.days(_moment(call, facts), count)


def _days(call: Call, facts: Facts) -> Iterator[Choice]:
    today = _today(call, facts)
    for day in open_days(call, facts):
        yield Choice(Say("option_day", {"day": DayName(day, today)}), replace(call, day=day, slot=None))


def _parts(call: Call, facts: Facts) -> Iterator[Choice]:
    for part in _parts_of(call, facts):
        yield Choice(Say(f"option_{part}"), replace(call, part=part))


def _parts_of(call: Call, facts: Facts) -> list[Part]:
    return facts.line.offer.parts_of(call.day, _moment(call, facts)) if call.day else []


def _times(call: Call, facts: Facts) -> Iterator[Choice]:
    """Yield "as soon as possible", then the parts of the next open day."""
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
    """Yield every language, named in itself. The current one is included, so that keys are the same in every call."""
    for language in facts.clinic.name:
        yield Choice(Say("option_language", language=language), replace(call, language=language), leads_on(call, facts))


def _moment(call: Call, facts: Facts) -> datetime:
    return call.offered_at or facts.now


def _today(call: Call, facts: Facts) -> date:
    return facts.line.hours.local(_moment(call, facts)).date()


WISHES: Mapping[str, Offered] = {
    "days": Offered(_days, {"option_day": ("day",)}),
    "parts": Offered(_parts, {f"option_{part}": () for part in Part}),
    "times": Offered(_times, {"option_soonest": (), "option_time": ("day", "part")}),
    "topics": Offered(_topics, {}),  # the sentences of each topic are the clinic's own
    OFFER: Offered(_languages, {"option_language": ()}),
}
