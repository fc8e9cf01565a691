"""Makes the options that depend on the call: days, parts of a day, times for a callback, topics, languages.

Pure: an option is the sentence that names it, and what the call gathers when the caller chooses it.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice

from ivr.line.blanks import DayName, MomentName, Say, Value
from ivr.line.booking import Part
from ivr.line.choices import Choice, Offered
from ivr.line.free_offers import FREE_OFFERS
from ivr.line.places import Menu, Option
from ivr.line.standing import OFFER, leads_on
from ivr.line.turn import Call, Facts

DAYS_ON_OFFER = 3


def choices(name: str, call: Call, facts: Facts) -> list[Choice]:
    """Return the options that the offer of this name makes for the call; none for an empty name."""
    offer = OFFERS.get(name)
    return list(offer.worked_out(call, facts)) if offer else []


def numbered(menu: Menu, call: Call, facts: Facts) -> Iterator[tuple[str, Say, Choice | Option]]:
    """Yield each option of a menu with its key and the sentence that names it; those of the menu's offer come first."""
    for number, choice in enumerate(choices(menu.offers, call, facts), start=1):
        key, says = str(number), choice.says
        yield key, Say(says.name, {**says.values, "key": key}, says.language), choice
    for option in menu.options:
        yield option.key, Say(option.says, {"key": option.key}), option


def open_days(call: Call, facts: Facts, count: int = DAYS_ON_OFFER) -> list[date]:
    """Return the days that a caller may choose from, at most `count`."""
    return facts.line.offer.days(_moment(call, facts), count)


def _days(call: Call, facts: Facts) -> Iterator[Choice]:
    today = _today(call, facts)
    for day in open_days(call, facts):
        yield Choice(Say("option_day", {"day": DayName(day, today)}), {"day": day, "slot": None})


def _parts(call: Call, facts: Facts) -> Iterator[Choice]:
    for part in _parts_of(call, facts):
        yield Choice(Say(f"option_{part}"), {"part": part})


def _parts_of(call: Call, facts: Facts) -> list[Part]:
    return facts.line.offer.parts_of(call.day, _moment(call, facts)) if call.day else []


def _times(call: Call, facts: Facts) -> Iterator[Choice]:
    """Yield "as soon as possible", then the parts of the next open day, as options for a callback."""
    yield Choice(Say("option_soonest"), {"day": None, "part": None})
    today = _today(call, facts)
    for day, parts in islice(facts.line.offer.ahead(_moment(call, facts)), 1):
        for part in parts:
            values: dict[str, Value] = {"day": DayName(day, today), "part": part}
            yield Choice(Say("option_time", values), {"day": day, "part": part})


def _topics(call: Call, facts: Facts) -> Iterator[Choice]:
    for topic in facts.clinic.topics:
        yield Choice(Say(f"topic_{topic.key}"), {"topic": topic.key})


def _languages(call: Call, facts: Facts) -> Iterator[Choice]:
    """Yield every language as an option in that language, also the call's own, so that no language changes its key."""
    for language in facts.clinic.name:
        values = {"language": language, "warned": False}
        yield Choice(Say("option_language", language=language), values, leads_on(call, facts))


def _moment(call: Call, facts: Facts) -> datetime:
    return call.offered_at or facts.now


def _today(call: Call, facts: Facts) -> date:
    return facts.line.hours.local(_moment(call, facts)).date()


def _own(call: Call, facts: Facts) -> Iterator[Choice]:
    """Yield the coming appointments of the caller's number as options."""
    now = facts.line.hours.local(facts.now)
    for each in call.own.appointments:
        at = MomentName(facts.line.hours.local(each.starts), now)
        yield Choice(Say("option_own_appointment", {"at": at}), {"chosen": each})


OFFERS: Mapping[str, Offered] = {
    "days": Offered(_days, {"option_day": ("day",)}),
    "parts": Offered(_parts, {f"option_{part}": () for part in Part}),
    "times": Offered(_times, {"option_soonest": (), "option_time": ("day", "part")}),
    "own": Offered(_own, {"option_own_appointment": ("at",)}),
    "topics": Offered(_topics, {}),  # the sentences of each topic are the clinic's own
    OFFER: Offered(_languages, {"option_language": ()}),
    **FREE_OFFERS,
}
