"""Finds the language that a caller has used in a finished call, from the call's traces. Pure."""

from collections.abc import Sequence

from ivr.desk.callers.languages import UsedLanguage
from ivr.reports.call_records import Trace


def used_language(traces: Sequence[Trace]) -> UsedLanguage | None:
    """Return the language in which a call's caller last pressed a key; None where none is to be remembered.

    A language that was left again, such as after a 9 that was pressed by mistake, does not count.
    """
    ordered = sorted(traces, key=lambda each: each.at)
    pressed = [each for each in ordered if each.caller]
    if not pressed:
        return None
    last, begun_in = pressed[-1], next((each.language for each in ordered if each.language), "")
    return UsedLanguage(last.caller, last.language, chosen=last.language != begun_in, began=ordered[0].at)
