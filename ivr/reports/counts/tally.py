"""A tally: the counts of some calls and requests, which can be added to another, stored as text, and read as stats.

Pure. The database stores the names and keys of the counts. A change of their meaning needs another `VERSION`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from ivr.desk.requests import Outcome
from ivr.line.booking import Kind
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import CallStats, Fate, ReceptionAnswer
from ivr.reports.request_stats import WAITING, RequestStats

VERSION = "2"

Tally = Mapping[str, Mapping[str, int]]
"""The counts of some calls and requests. The outer key is the name of a statistic, the inner key one of its cases."""

TOLD = "told_"
"""The prefix of the names of counts about patients who asked for nothing and are to be told of a change."""

OPEN, CLOSED = "open", "closed"
"""The words by which keys of counts tell whether the line was open or closed when the call or request came."""

BY_SLOT = ("calls_at", "served_at", "reached_at")
"""The names of the counts by five minutes of the day: of calls, of served calls, and of reached patients.

A call counts in the slot of its start. A patient who asked on that day counts in the slot when they were reached.
"""

LATER = "reached_later"
"""The name of the counts of a day's patients who asked for a call on that day and were reached on a later day.

A count's key has the number of days between the two, the five-minute slot of the later day, and OPEN or CLOSED.
"""


def added(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of these tallies, count by count."""
    total: dict[str, Counter[str]] = {}
    for tally in tallies:
        for name, counts in tally.items():
            total.setdefault(name, Counter()).update(counts)
    return total


def only(tally: Tally, *names: str) -> Tally:
    """Return the tally with only the counts of these names."""
    return {name: tally[name] for name in names if tally.get(name)}


def without(tally: Tally, *names: str) -> Tally:
    """Return the tally without the counts of these names, and without empty ones."""
    return {name: counts for name, counts in tally.items() if counts and name not in names}


def stored(tally: Tally) -> str:
    """Return the tally as text, for the database."""
    return json.dumps(tally, separators=(",", ":"))


def of_text(text: str) -> Tally:
    """Return the tally from a text that `stored` has made; an empty tally from an empty text.

    Raises ValueError, AttributeError or TypeError for any other text.
    """
    found = json.loads(text or "{}")
    return {name: {**counts} for name, counts in found.items()}


def open_or_closed(is_open: bool) -> str:
    """Return the key that a tally uses for counts of the open line, or of the closed line if `is_open` is False."""
    return OPEN if is_open else CLOSED


# -- calls


def tally_of_calls(calls: CallStats) -> Tally:
    """Return these stats of calls as a tally."""
    return {
        "hours": {str(hour): count for hour, count in calls.hours.items()},
        "choices": dict(calls.choices),
        "endings": {str(each): count for each, count in calls.endings.items()},
        "fates": {str(each): count for each, count in calls.fates.items()},
        "receptions": {f"{each} {int(left)}": count for (each, left), count in calls.receptions.items()},
    }


def calls_of(tally: Tally) -> CallStats:
    """Return the stats of calls that a tally holds."""
    asked = _pairs(tally.get("receptions", {}))
    return CallStats(
        hours={int(hour): count for hour, count in tally.get("hours", {}).items()},
        choices=tally.get("choices", {}),
        endings={Ending(each): count for each, count in tally.get("endings", {}).items()},
        fates={Fate(each): count for each, count in tally.get("fates", {}).items()},
        receptions={(ReceptionAnswer(answer), left == "1"): count for (answer, left), count in asked},
    )


# -- requests


def tally_of_requests(requests: RequestStats, told: str = "") -> Tally:
    """Return these stats of requests as a tally, without the waits of patients who have not been called.

    `told` is TOLD for requests that the program made to tell patients of a change; else empty.
    """
    sums = {"to_reach": requests.to_reach, "untried": requests.untried}
    return {
        f"{told}made": {f"{kind} {source}": count for (kind, source), count in requests.made.items()},
        f"{told}rung": {str(minutes): count for minutes, count in requests.rung.items()},
        f"{told}reached": {str(number): count for number, count in requests.reached.items()},
        f"{told}outcomes": {str(each): count for each, count in requests.outcomes.items()},
        f"{told}sums": {name: count for name, count in sums.items() if count},
    }


def requests_of(tally: Tally, unrung: Mapping[int, int], told: str = "") -> RequestStats:
    """Return the stats of requests from their tally. `unrung` has the numbers of uncalled patients by minutes waited.

    `told` is TOLD for requests that the program made to tell patients of a change; else empty.
    """
    sums = tally.get(f"{told}sums", {})
    made = {(Kind(kind), source): count for (kind, source), count in _pairs(tally.get(f"{told}made", {}))}
    outcomes = tally.get(f"{told}outcomes", {})
    return RequestStats(
        made=made,
        rung=_numbered(tally.get(f"{told}rung", {})),
        unrung=unrung,
        to_reach=sums.get("to_reach", 0),
        reached=_numbered(tally.get(f"{told}reached", {})),
        outcomes={each if each == WAITING else Outcome(each): count for each, count in outcomes.items()},
        untried=sums.get("untried", 0),
    )


def _pairs(counts: Mapping[str, int]) -> Iterable[tuple[tuple[str, str], int]]:
    for key, count in counts.items():
        first, _space, second = key.partition(" ")
        yield (first, second), count


def _numbered(counts: Mapping[str, int]) -> Counter[int]:
    return Counter({int(number): count for number, count in counts.items()})
