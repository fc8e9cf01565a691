"""All speeches, by their names in the menu's table.

Pure.
"""

from collections.abc import Mapping

from ivr.line.blanks import Say
from ivr.line.engine.greeting import GREETING
from ivr.line.engine.opening_hours import OPENING_HOURS
from ivr.line.engine.speech import Speech
from ivr.line.engine.wishes import WISHES
from ivr.line.turn import Call, Facts

SPEECHES: Mapping[str, Speech] = {**GREETING, **OPENING_HOURS, **WISHES}


def spoken(name: str, call: Call, facts: Facts) -> tuple[Say, ...]:
    """Return the sentences of a name in the menu's table: those of its speech, or the sentence of that name."""
    speech = SPEECHES.get(name)
    return tuple(speech.says(call, facts)) if speech else (Say(name),)
