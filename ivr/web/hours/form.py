"""Turns the form of the opening-hours page into closures to be set, or refuses it with a sentence for the reader.

No store and no clock: the closures that are set already, and today's date, are arguments.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time, timedelta

from ivr.line.clinic import Clinic
from ivr.line.hours import HORIZON_DAYS, DeskClosure, Shift, closing_early, opening_late
from ivr.web.i18n import _

ALL_LINES = "*"
"""The form's value for all telephone lines; no line has this key."""

HOUR = re.compile(r"\d\d:\d\d")

Form = Mapping[str, str]
Shifts = tuple[Shift, ...]


class FormRefused(ValueError):
    """The opening-hours form cannot be carried out. The message tells the reader why."""


def wished(form: Form, usual: Clinic, standing: Sequence[DeskClosure], today: date) -> list[DeskClosure]:
    """Return the closures that the opening-hours form asks for. Raises FormRefused.

    `usual` is the clinic as its file describes it, and `standing` are the closures that the desk has set already.
    """
    day, line, reason = _day(form, today), _line(form, usual), _reason(form, usual)
    match form.get("what"):
        case "closed":
            return _alike(DeskClosure(day, line, (), reason), standing)
        case "day":
            return _alike(DeskClosure(day, line, _half_day(form), reason), standing)
        case "early" | "late" as what:
            return _cut(DeskClosure(day, line, (), reason), CUTS[what], _hour(form, "time"), usual, standing)
        case _:
            raise FormRefused(_("Please choose what is to change."))


def _alike(wish: DeskClosure, standing: Sequence[DeskClosure]) -> list[DeskClosure]:
    """Return `wish`; if it is for all lines, add an equal closure for each line with its own closure that day."""
    own = sorted({each.line for each in standing if each.day == wish.day and each.line})
    lines = [wish.line] if wish.line else ["", *own]
    return [DeskClosure(wish.day, line, wish.shifts, wish.reason) for line in lines]


def _cut(
    wish: DeskClosure, cut: Callable[[Shifts, time], Shifts], at: time, usual: Clinic, standing: Sequence[DeskClosure]
) -> list[DeskClosure]:
    """Return the closures by which lines open as late, or close as early, as the time `at`. Raises FormRefused."""
    present = usual.with_closures(standing)
    lines = [wish.line] if wish.line else list(usual.lines)
    now = {line: present.line(line).hours.shifts(wish.day) for line in lines}
    left = _left(cut, at, {line: usual.line(line).hours.shifts(wish.day) for line in lines}, now)
    changed = {line: shifts for line, shifts in left.items() if shifts != now[line]}
    if not (changed and any(left.values())):
        raise FormRefused(_nothing(at, closes=bool(changed), open_at_all=any(left.values())))
    if not wish.line and len(set(left.values())) == 1:
        return _alike(DeskClosure(wish.day, "", left[lines[0]], wish.reason), standing)
    return [DeskClosure(wish.day, line, shifts, wish.reason) for line, shifts in changed.items()]


def _left(
    cut: Callable[[Shifts, time], Shifts], at: time, usual: Mapping[str, Shifts], now: Mapping[str, Shifts]
) -> Mapping[str, Shifts]:
    """Return the present hours `now` of lines, cut at the time `at`. If that cuts none, cut the usual hours instead.

    So lines set to close at five can be set to close at six, and a wholly closed clinic opens after all. Beside an open
    line, a line that somebody has closed stays closed. Raises FormRefused where one line is set to close at four, and
    another at five: who says six may mean one of them.
    """
    left = {line: cut(shifts, at) for line, shifts in now.items()}
    if left != now:
        return left
    all_closed = not any(now.values())
    whole = {line: _uncut(cut, usual[line], now[line]) for line in now if now[line] or all_closed}
    anew = {line: again for line, shifts in whole.items() for again in [cut(shifts, at)] if again != shifts}
    if not _of_one_cut(cut, [(whole[line], now[line]) for line in anew]):
        raise FormRefused(
            _("Different times are set for the lines on that day. Please choose the line whose day is to be longer.")
        )
    return {**now, **anew}


def _uncut(cut: Callable[[Shifts, time], Shifts], usual: Shifts, present: Shifts) -> Shifts:
    """Return a line's usual hours without a cut by `cut`. A late opening is kept when the day's end is cut."""
    return OTHER_END[cut](usual, present) if present else usual


def _of_one_cut(cut: Callable[[Shifts, time], Shifts], lines: Sequence[tuple[Shifts, Shifts]]) -> bool:
    """Return whether the present hours of lines may come of one change of all; `lines` has (whole, present) of each."""
    hours = {hour for _whole, present in lines for each in present for hour in (each.start, each.end)}
    alike = len({present for _whole, present in lines}) <= 1
    return alike or any(all(cut(whole, hour) == present for whole, present in lines) for hour in hours)


def _nothing(at: time, *, closes: bool, open_at_all: bool) -> str:
    if closes:
        return _("At %(time)s nothing would be left of the day. Is the clinic closed on that day?", time=f"{at:%H:%M}")
    if open_at_all:
        return _("%(time)s changes nothing: it is outside the opening hours of that day.", time=f"{at:%H:%M}")
    return _("The clinic is not open on that day.")


CUTS: Mapping[str, Callable[[Shifts, time], Shifts]] = {"early": closing_early, "late": opening_late}

OTHER_END: Mapping[Callable[[Shifts, time], Shifts], Callable[[Shifts, Shifts], Shifts]] = {
    closing_early: lambda usual, present: opening_late(usual, present[0].start),
    opening_late: lambda usual, present: closing_early(usual, present[-1].end),
}
"""For each cut in CUTS, a function that gives the cut end of a day its usual time, and keeps the day's other end."""


# -- the fields


def _day(form: Form, today: date) -> date:
    try:
        day = date.fromisoformat(form.get("day", ""))
    except ValueError:
        raise FormRefused(_("Please choose a day.")) from None
    if day < today:
        raise FormRefused(_("That day is over."))
    if day > today + timedelta(days=HORIZON_DAYS):
        raise FormRefused(_("That day is more than a year ahead."))
    return day


def _line(form: Form, usual: Clinic) -> str:
    line = form.get("line", "")
    if line != ALL_LINES and line not in usual.lines:
        raise FormRefused(_("There is no such line."))
    return "" if line == ALL_LINES else line


def _reason(form: Form, usual: Clinic) -> str:
    reason = form.get("reason", "")
    if reason and reason not in usual.reasons:
        raise FormRefused(_("There is no such reason."))
    return reason


def _half_day(form: Form) -> Shifts:
    """Return the hours that the form gives for a half day; none for a closed day."""
    if not form.get("from") and not form.get("until"):
        return ()
    if not form.get("from") or not form.get("until"):
        raise FormRefused(_("A half day needs both times: from when and until when."))
    start, end = _hour(form, "from"), _hour(form, "until")
    try:
        return (Shift(start, end),)
    except ValueError:
        raise FormRefused(_("The clinic must open before it closes.")) from None


def _hour(form: Form, field: str) -> time:
    written = form.get(field, "")
    try:
        if HOUR.fullmatch(written):
            return time.fromisoformat(written)
    except ValueError:
        pass
    raise FormRefused(_("Please give a time, such as 17:00."))
