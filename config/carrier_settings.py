"""Reads the settings that carriers declare. A carrier is on if any of its settings is set; at least one must be on.

Knows no carrier: the entry points pass in the declared settings. Reads no environment.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol


class CarrierSetting(Protocol):
    """An environment variable that a carrier declares. Entry points pass it, because this module knows no carrier."""

    @property
    def name(self) -> str:
        """The name of the variable."""

    @property
    def carrier(self) -> str:
        """The name of the carrier that needs this environment variable."""

    @property
    def check(self) -> Callable[[str], str]:
        """The function that checks the variable's value, if set, and returns the value to use. Raises ValueError."""

    @property
    def needed(self) -> str:
        """Words on where to find the variable's value; empty if the carrier works without the variable."""

    @property
    def for_texts(self) -> bool:
        """Return whether the carrier cannot send text messages without the variable."""

    @property
    def made_up(self) -> str:
        """The comment above the variable in a developer's generated .env; empty if no value is generated."""


Declared = Mapping[str, Sequence[CarrierSetting]]
"""The variables that each carrier declares, by the name of the carrier."""


def by_carrier(settings: Sequence[CarrierSetting]) -> Declared:
    """Return the variables that each carrier declares, by the carrier's name, in the order of `settings`."""
    names = dict.fromkeys(each.carrier for each in settings)
    return {name: [each for each in settings if each.carrier == name] for name in names}


def begun(given: Mapping[str, str], settings: Sequence[CarrierSetting]) -> Declared:
    """Return each carrier that has a value for any variable, with all its variables. `given` has lower-case names."""
    found = by_carrier(settings)
    return {name: own for name, own in found.items() if any(given.get(each.name.lower()) for each in own)}


def missing(given: Mapping[str, str], settings: Sequence[CarrierSetting]) -> Iterator[str]:
    """Yield an error for each unset variable that a switched-on carrier needs; one error if no carrier is on."""
    on = begun(given, settings)
    for own in on.values():
        yield from (f"{each.name} is missing; {each.needed}" for each in _unset(given, own, needed=True))
    if not on and settings:
        yield _no_carrier(by_carrier(settings))


def missing_for_texts(given: Mapping[str, str], settings: Sequence[CarrierSetting]) -> Iterator[str]:
    """Yield an error for each unset texting variable of the carrier that has the fewest unset."""
    of_each = begun(given, settings) or dict([*by_carrier(settings).items()][:1])
    fewest = min((_unset(given, own, needed=False) for own in of_each.values()), key=len, default=[])
    yield from (f"{each.name} is missing; TEXT_CONFIRMATIONS needs it" for each in fewest)


def _unset(given: Mapping[str, str], own: Sequence[CarrierSetting], *, needed: bool) -> list[CarrierSetting]:
    """Return one carrier's unset variables: those always needed if `needed`, else those that text messages need."""
    wanted = (each for each in own if (each.needed if needed else each.for_texts))
    return [each for each in wanted if not given.get(each.name.lower())]


def _no_carrier(declared: Declared) -> str:
    """Return the error for settings without any carrier: each carrier's variables, and where to get the first one."""
    (first, *_), *_ = needs = [[each for each in own if each.needed] for own in declared.values()]
    words = [f"for {name} {' and '.join(each.name for each in own)}" for name, own in zip(declared, needs, strict=True)]
    return "; or ".join((f"{first.name} is missing; {first.needed}", *words[1:]))


def checked(
    given: Mapping[str, str], settings: Sequence[CarrierSetting]
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the values of the carriers' variables by name, empty if unset; and the name and error of each bad one."""
    values, wrong = dict[str, str](), list[tuple[str, str]]()
    for each in settings:
        written = given.get(each.name.lower(), "")
        try:
            values[each.name] = each.check(written) if written else ""
        except ValueError as odd:
            wrong.append((each.name, str(odd)))
    return values, wrong
