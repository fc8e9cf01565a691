"""All speeches, by their names in the menu's table.

Pure.
"""

from collections.abc import Mapping

from ivr.line.blanks import Say
from ivr.line.speeches.greeting import GREETING
from ivr.line.speeches.opening_hours import OPENING_HOURS
from ivr.line.speeches.speech import Speech
from ivr.line.speeches.wishes import WISHES
from ivr.line.turn import Call, Facts

SPEECHES: Mapping[str, Speech] = {**GREETING, **OPENING_HOURS, **WISHES}


def spoken(name: str, call: Call, facts: Facts) -> tuple[Say, ...]:
    """Return the sentences for this name in the menu's table; a name without a speech is a sentence itself."""
    speech = SPEECHES.get(name)
    return tuple(speech.says(call, facts)) if speech else (Say(name),)
