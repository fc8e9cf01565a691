"""Makes the menus of free times: first the earliest times; then days, parts of a day and times, a few in each menu.

Pure. The call keeps the free times that were read out (`offered`). So a key means the time that the caller heard,
even if another person books meanwhile.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from ivr.line.blanks import DayName, Hour, MomentName, Say
from ivr.line.booking import Part
from ivr.line.choices import Choice, Offered
from ivr.line.diary import Slot
from ivr.line.places import ChangeWish
from ivr.line.turn import Call, Facts

EARLIEST, ON_A_PAGE = 3, 4
"""The most free times in the first offer, and the most days or times in one menu."""

MOST_PRACTITIONERS = ON_A_PAGE
"""The most practitioners that one menu offers; the times of the others are offered to callers without a preference."""


def bookable(call: Call, facts: Facts) -> list[Slot] | None:
    """Return the free times that this caller may book, in order, one for each start time; None if the diary is away."""
    found = facts.free_times(call.chosen if call.change is ChangeWish.MOVE else None)
    if found is None:
        return None
    wanted = (slot for slot in found if call.practitioner in {"", slot.schedule})
    return list({slot.start: slot for slot in reversed(list(wanted))}.values())[::-1]


def part_of(slot: Slot, facts: Facts) -> Part:
    """Return the part of the day in which a free time lies; a time before the morning begins counts as morning."""
    at = slot.start.time()
    begun = [part for part in Part if facts.line.offer.parts[part].start <= at]
    return begun[-1] if begun else Part.MORNING


def offered_at(offer: str, call: Call, facts: Facts) -> tuple[Slot, ...]:
    """Return an offer's free times. If its options cannot hold all, most offers add one, to show that more exist."""
    return tuple(READ_OUT[offer](bookable(call, facts) or [], call, facts))


def _first(found: Sequence[Slot], _call: Call, _facts: Facts) -> Sequence[Slot]:
    return found[:1]


def _firsts(found: Sequence[Slot], _call: Call, _facts: Facts) -> Sequence[Slot]:
    return found[: EARLIEST + 1]


def _nexts(found: Sequence[Slot], _call: Call, _facts: Facts) -> Sequence[Slot]:
    return found[1 : EARLIEST + 2]


def _of_days(found: Sequence[Slot], call: Call, _facts: Facts) -> Sequence[Slot]:
    days: dict[date, Slot] = {}
    for slot in found:
        days.setdefault(slot.start.date(), slot)
    return _paged(list(days.values()), call)


def _of_parts(found: Sequence[Slot], call: Call, facts: Facts) -> Sequence[Slot]:
    parts: dict[Part, Slot] = {}
    for slot in found:
        if slot.start.date() == call.day:
            parts.setdefault(part_of(slot, facts), slot)
    return list(parts.values())


def _of_times(found: Sequence[Slot], call: Call, facts: Facts) -> Sequence[Slot]:
    return _paged([slot for slot in found if (slot.start.date(), part_of(slot, facts)) == (call.day, call.part)], call)


def _paged(found: Sequence[Slot], call: Call) -> Sequence[Slot]:
    return found[call.page * ON_A_PAGE : (call.page + 1) * ON_A_PAGE + 1]


READ_OUT: Mapping[str, Callable[[Sequence[Slot], Call, Facts], Sequence[Slot]]] = {
    "earliest": _first,
    "first_times": _firsts,
    "next_times": _nexts,
    "free_days": _of_days,
    "free_parts": _of_parts,
    "free_times": _of_times,
}
"""The functions that choose the free times of an offer, by the name of the offer.

For `earliest`, the menu reads out the one chosen time. For each other offer, every option names a chosen time.
"""


# -- the options


def _firsts_to_choose(call: Call, facts: Facts) -> Iterator[Choice]:
    """Yield the first free times as options, then "another day" if there are more times."""
    now = facts.line.hours.local(call.offered_at or facts.now)
    for slot in call.offered[:EARLIEST]:
        yield Choice(Say("option_free_time", {"at": MomentName(slot.start, now)}), {"slot": slot})
    if len(call.offered) > EARLIEST:
        yield Choice(Say("option_other_day"), more=True)


def _times(call: Call, _facts: Facts) -> Iterator[Choice]:
    for slot in call.offered[:ON_A_PAGE]:
        yield Choice(Say("option_free_hour", {"at": Hour(slot.start)}), {"slot": slot})
    if len(call.offered) > ON_A_PAGE:
        yield Choice(Say("option_later_times"), {"page": call.page + 1}, more=True)


def _days(call: Call, facts: Facts) -> Iterator[Choice]:
    today = facts.line.hours.local(call.offered_at or facts.now).date()
    for slot in call.offered[:ON_A_PAGE]:
        day = slot.start.date()
        yield Choice(Say("option_day", {"day": DayName(day, today)}), {"day": day, "part": None, "slot": None})
    if len(call.offered) > ON_A_PAGE:
        yield Choice(Say("option_later_days"), {"page": call.page + 1}, more=True)


def _parts(call: Call, facts: Facts) -> Iterator[Choice]:
    for slot in call.offered:
        part = part_of(slot, facts)
        yield Choice(Say(f"option_{part}"), {"part": part})


def _practitioners(call: Call, facts: Facts) -> Iterator[Choice]:
    """Yield the option of no preference, then one for each practitioner of this line, at most MOST_PRACTITIONERS."""
    yield Choice(Say("option_anybody"), {"practitioner": ""})
    for each in facts.clinic.diary.practitioners_of(call.line)[:MOST_PRACTITIONERS]:
        yield Choice(Say("option_practitioner", {"name": each.name or {}}), {"practitioner": each.key})


FREE_OFFERS: Mapping[str, Offered] = {
    "practitioners": Offered(_practitioners, {"option_anybody": (), "option_practitioner": ("name",)}),
    **dict.fromkeys(
        ("first_times", "next_times"),
        Offered(_firsts_to_choose, {"option_free_time": ("at",), "option_other_day": ()}),
    ),
    "free_days": Offered(_days, {"option_day": ("day",), "option_later_days": ()}),
    "free_parts": Offered(_parts, {f"option_{part}": () for part in Part}),
    "free_times": Offered(_times, {"option_free_hour": ("at",), "option_later_times": ()}),
}
