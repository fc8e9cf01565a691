"""The sentences that every menu shares: the standing keys, and the help after a mistake.

Pure: call.py implements the keys.
"""

from ivr.line.languages import others
from ivr.line.menu import HOME, LANGUAGE, PERSON, START
from ivr.line.phones import Refusal
from ivr.line.places import Keying, Menu
from ivr.line.turn import Blanks, Call, Facts, Say


def announced(menu: Menu, call: Call, facts: Facts) -> tuple[Say, ...]:
    """Return the sentences that announce the standing keys in this menu; none if they do not work there."""
    if not menu.standing:
        return ()
    person = (Say("option_person", {"key": PERSON}),) if menu.offers_person else ()
    if call.place not in {START, HOME}:
        return (*person, Say("option_repeat_or_back"))
    return (*person, *(Say("option_language", {"key": LANGUAGE}, language=each) for each in others(call, facts)))


def help_after(mistake: str, before: int, place: Menu | Keying) -> Say:
    """Return the help after a mistake, more detailed each time; `before` counts earlier mistakes of the same kind."""
    if mistake in {SILENCE, WRONG}:
        return Say(f"{mistake}_{before + 1}_number" if isinstance(place, Keying) else f"{mistake}_{before + 1}")
    return Say(mistake)


SILENCE, WRONG = "silence", "wrong"

KEYS: Blanks = {"option_person": ("key",), "option_repeat_or_back": (), "option_language": ("key",)}

HELP: Blanks = {
    **{f"{mistake}_{count}": () for mistake in (SILENCE, WRONG) for count in (1, 2)},
    **{f"{SILENCE}_{count}_number": () for count in (1, 2)},
    **{refusal.value: () for refusal in Refusal},
}
"""The sentences after a mistake; after a refused number, the reason is said."""
