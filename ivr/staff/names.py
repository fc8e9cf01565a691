"""Checks and compares the names of people at the desk: which can be one, which log in alike, and which look alike.

Pure: no store.
"""

import unicodedata

LONGEST_NAME = 80

JOINERS = "\u200c\u200d"
"""Invisible characters that join or part the letters of an Indian script or of Urdu."""

JOINED_SCRIPTS = ("\u0600", "\u0dff")
"""The first and the last character of the scripts in which joiners have a use."""

LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝӏвкмнтοανιυρκτχεηβ01",
    "aeopcyxijshdqwlbkmhtoaviupktxehbol",
)
"""Small letters of other scripts, and digits, that look like a Latin letter, large or small."""


def can_be_name(name: str) -> bool:
    """Return whether a person can have this name: 1 to `LONGEST_NAME` characters that can be printed.

    Joiners count as letters within a word of a script that has them.
    """
    words = all(_is_joined_well(*three) for three in zip("  " + name, " " + name + " ", name + "  ", strict=True))
    return 0 < len(name) <= LONGEST_NAME and without_joiners(name).isprintable() and words


def _is_joined_well(before: str, letter: str, after: str) -> bool:
    first, last = JOINED_SCRIPTS
    return letter not in JOINERS or all(first <= each <= last for each in (before, after))


def proper_name(name: str) -> str:
    """Return a name as it is stored: composed, with single blanks, and without what is invisible around a word."""
    seen = (each for each in name if each in JOINERS or unicodedata.category(each) != "Cf")
    spaced = "".join(" " if unicodedata.category(each) == "Zs" else each for each in seen)
    return unicodedata.normalize("NFC", " ".join(word.strip(JOINERS) for word in spaced.split(" ") if word))


def login_of(name: str) -> str:
    """Return the form that names which log in alike share, however composed, capitalized, spaced and joined."""
    return unicodedata.normalize("NFC", proper_name(without_joiners(name)).casefold())


def look_of(name: str) -> str:
    """Return the form that all names share which a reader cannot tell apart."""
    compatible = unicodedata.normalize("NFKC", login_of(name)).casefold()
    return "".join(compatible.split()).translate(LOOK_ALIKE)


def without_joiners(name: str) -> str:
    """Return the name without its joiners, which cannot be seen."""
    return "".join(each for each in name if each not in JOINERS)
