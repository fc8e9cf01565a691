"""Takes from the text of a calendar the lines that say when somebody is busy, before it is parsed. Pure.

Alarms, guests, descriptions and attachments are most of an export: without them a long one is read in a fraction of the
time, and damage in them does no harm.
"""

import re
from collections.abc import Iterator

from ivr.diary.imports.entries import UnreadableFile

DAMAGED = "it begins as a calendar (ICS), and is broken off or damaged: export it again"

KEPT = frozenset(
    {
        *("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE"),
        *("STATUS", "TRANSP", "SUMMARY"),
    }
)
"""The properties of a calendar's event that are read."""

OF_THE_CALENDAR = frozenset({"METHOD", "VERSION"})

WHOLE = frozenset({"VTIMEZONE", "STANDARD", "DAYLIGHT"})
"""The components of a calendar of which every line is kept: the time zones."""

FOLD = re.compile(r"\r?\n[ \t]|\r[ \t]")
LINE_END = re.compile(r"\r\n|\n|\r")
NAME = re.compile(r"[A-Za-z0-9-]+")


def needed_lines(text: str) -> list[str]:
    """Return the unfolded lines of a calendar that the import reads: all of its time zones, and some of each event.

    Raises UnreadableFile if the calendar is cut off, because callers would be offered the times of the missing events.
    """
    return list(_kept(LINE_END.split(FOLD.sub("", text))))


def _kept(lines: list[str]) -> Iterator[str]:
    within: list[str] = []
    for line in lines:
        name, _, rest = line.partition(":")
        label = name.strip().upper()
        if label == "BEGIN":
            within.append(rest.strip().upper())
        if _is_kept(within, label, line):
            yield line
        if label == "END" and (not within or within.pop() != rest.strip().upper()):
            within.append(label)
            break
    if within:
        raise UnreadableFile(DAMAGED)


def _is_kept(within: list[str], label: str, line: str) -> bool:
    path = [each for each in within if each != "VCALENDAR"]
    if not path:
        found = NAME.match(line)
        return label in {"BEGIN", "END"} or (found is not None and found[0].upper() in OF_THE_CALENDAR)
    if WHOLE.issuperset(path):
        return True
    if path != ["VEVENT"]:
        return False
    found = NAME.match(line)
    return label in {"BEGIN", "END"} or (found is not None and found[0].upper() in KEPT)
