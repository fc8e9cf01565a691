"""Draws the menu's table as docs/menu.md: Markdown with a Mermaid flowchart and a list of the places.

Pure: reads only the table. `python -m ivr.line.paths.diagram` prints the page.
"""

import sys
from collections.abc import Iterator, Mapping

from ivr.line.engine.speeches import said_at
from ivr.line.menu import LANGUAGE, MENU
from ivr.line.paths.transitions import Transition, transitions
from ivr.line.places import Changing, Checking, End, Filing, Fork, Keying, Menu, Passage, Place, Return, Ringing
from ivr.line.standing import OFFER

SHAPES: Mapping[type, tuple[str, str]] = {
    Menu: ("[", "]"),
    Keying: ("[/", "/]"),
    Passage: ("(", ")"),
    Fork: ("{", "}"),
    Return: (">", "]"),
    Filing: ("[(", ")]"),
    Checking: ("[(", ")]"),
    Changing: ("[(", ")]"),
    Ringing: ("{{", "}}"),
    End: ("([", "])"),
}
"""The brackets with which Mermaid draws each kind of place."""

KINDS: Mapping[type, str] = {
    Menu: "waits for a key",
    Keying: "waits for a number",
    Passage: "speaks and goes on",
    Fork: "decides",
    Return: "leads back to where the caller was",
    Filing: "books the time, or leaves the request at the desk",
    Checking: "compares the digits with the reference",
    Changing: "moves or cancels the appointment",
    Ringing: "rings the reception",
    End: "hangs up",
}

GIVING_UP = "giving up"
EXCEPTIONS = {GIVING_UP, f"key {LANGUAGE}"}
"""The causes of the transitions with dotted arrows. For these causes, only targets other than the usual are drawn."""

USUALLY = Menu().gives_up
"""The place to which a menu leads after too many mistakes, unless its row in the table names another."""

PAGE = """\
# The menu

Made from the table in [ivr/line/menu.py](../ivr/line/menu.py) by `make menu`; a test compares the two. What is said at
each place, on any line at any moment, is on the desk under "Callers hear" and printed by `flask --app wsgi hear`.

From every menu, `0` leads to `person`, `*` says it again, `#` leads to `main` and `9` changes the language where the
caller is; on a line of three languages or more it leads to `languages` first, and a choice there to where it would have
led. After {misses} silences, or {misses} wrong keys, a menu leads to `{usually}`.
Dotted arrows are the exceptions, and the list names the number of mistakes of a place where it is another.

```mermaid
{diagram}
```

| place | what it does | says | leads |
|---|---|---|---|
{rows}
"""


def page(menu: Mapping[str, Place]) -> str:
    """Return the text of docs/menu.md."""
    rows = "\n".join(_row(name, place) for name, place in menu.items())
    return PAGE.format(misses=Menu().misses, usually=USUALLY, diagram=diagram(menu), rows=rows)


def diagram(menu: Mapping[str, Place]) -> str:
    """Return the flowchart of all places. It has no arrows for keys that lead to the same place everywhere."""
    nodes = (f"    {name}{_drawn(name, place)}" for name, place in menu.items())
    arrows = (arrow for name, place in menu.items() for arrow in _arrows(name, place))
    return "\n".join(("flowchart TD", *nodes, *arrows))


def _drawn(name: str, place: Place) -> str:
    before, after = SHAPES[type(place)]
    return f'{before}"{f"{place.asks}?" if isinstance(place, Fork) else name}"{after}'


def _arrows(name: str, place: Place) -> Iterator[str]:
    """Yield the arrows from a place; transitions to one and the same place share an arrow."""
    together: dict[tuple[bool, str], list[str]] = {}
    for transition in _own_leads(place):
        together.setdefault((transition.by in EXCEPTIONS, transition.to), []).append(_words(transition))
    for (exception, to), words in together.items():
        line, said = "-.->" if exception else "-->", ", ".join(filter(None, words))
        yield f"    {name} {line}|{said}| {to}" if said else f"    {name} {line} {to}"


def _own_leads(place: Place) -> Iterator[Transition]:
    usual = isinstance(place, Menu | Keying) and place.gives_up == USUALLY
    return (transition for transition in transitions(place) if not (usual and transition.by == GIVING_UP))


def _words(transition: Transition) -> str:
    return "" if transition.by == "going on" else transition.by.removeprefix("key ")


def _row(name: str, place: Place) -> str:
    said = ", ".join(f"`{each}`" for each in said_at(place))
    onward = "; ".join(
        (*_back(place), *(f"{_words(transition)} → `{transition.to}`".strip() for transition in _own_leads(place)))
    )
    return f"| `{name}` | {_does(place)} | {said} | {onward} |"


def _back(place: Place) -> Iterator[str]:
    if isinstance(place, Menu) and place.offers == OFFER:
        yield f"each language → where `{LANGUAGE}` was pressed"


def _does(place: Place) -> str:
    does = KINDS[type(place)]
    if isinstance(place, Menu | Keying) and place.misses != Menu().misses:
        return f"{does}, {place.misses} mistakes"
    if isinstance(place, Ringing) and place.screening:
        asked = place.screening
        return f"{does}, which hears `{asked.says}`, `{asked.offers}` and takes the call with {asked.key}"
    return does


if __name__ == "__main__":
    sys.stdout.write(page(MENU))
