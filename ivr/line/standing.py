"""What is said at every menu besides its own sentences: the keys that stand everywhere, and help after a mistake.

Pure; what these keys do is call.py's business.
"""

from ivr.line.languages import others
from ivr.line.menu import HOME, LANGUAGE, PERSON, START
from ivr.line.phones import Refusal
from ivr.line.places import Keying, Menu
from ivr.line.turn import Blanks, Call, Facts, Say


def announced(menu: Menu, call: Call, facts: Facts) -> tuple[Say, ...]:
    """The standing keys as this menu says them; none where they do not work."""
    if not menu.standing:
        return ()
    person = (Say("option_person", {"key": PERSON}),) if menu.offers_person else ()
    if call.place not in {START, HOME}:
        return (*person, Say("option_repeat_or_back"))
    return (*person, *(Say("option_language", {"key": LANGUAGE}, language=each) for each in others(call, facts)))


def help_after(mistake: str, before: int, place: Menu | Keying) -> Say:
    """What helps after a silence, a wrong key or a refused number, with so many of them before: more each time."""
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
"""Of wrong digits it is said what is wrong with them."""
