"""Rules for the names of people at the desk: valid names, names that are equal at login, look-alikes, reserved names.

Pure: no store.
"""

import unicodedata

LONGEST_NAME = 80

JOINERS = "\u200c\u200d"
"""Invisible characters that join or part the letters of an Indian script or of Urdu."""

JOINED_SCRIPTS = ("\u0600", "\u0dff")
"""The first and the last character of the scripts in whose words `JOINERS` are allowed."""

LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝӏвкмнтοανιυρκτχεηβ01",
    "aeopcyxijshdqwlbkmhtoaviupktxehbol",
)
"""The small letters of other scripts and the digits that look like a Latin letter, each mapped to that Latin letter."""


def can_be_name(name: str) -> bool:
    """Return whether a person can have this name: 1 to `LONGEST_NAME` characters that can be printed.

    The invisible characters `JOINERS` are allowed between two letters of `JOINED_SCRIPTS`.
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
    """Return the form in which a typed name is compared at the login. Capitals and spacing make no difference."""
    return unicodedata.normalize("NFC", proper_name(without_joiners(name)).casefold())


def look_of(name: str) -> str:
    """Return a form of the name that is the same for all names that look the same to a reader."""
    compatible = unicodedata.normalize("NFKC", login_of(name)).casefold()
    return "".join(compatible.split()).translate(LOOK_ALIKE)


def without_joiners(name: str) -> str:
    """Return the name without its joiners, which cannot be seen."""
    return "".join(each for each in name if each not in JOINERS)


RESERVED = (
    *("caller", "the caller", "clock", "the clock", "command line", "everybody", "unknown"),
    *("the system", "system", "the server", "server", "not known"),
    *("फ़ोन करने वाला", "फ़ोन करने वाले", "घड़ी", "सिस्टम", "सर्वर", "पता नहीं"),
)
"""The service's own names, as they are stored and as the desk shows them. Tests check that this list has them all."""

ALIKE = {
    ord(each): pair[0]
    for pair in (
        *("a4@аαᴀ", "b8ь", "cсᴄϲ", "dԁ", "e3еεᴇ", "hнһ", "kкκ", "li1!|ıіιӏʟ", "mмᴍ", "nпո", "oоο0ᴏօ", "pрρ", "rгʀ"),
        *("s5$ѕ", "t7тτ", "uυս", "vνѵ", "wԝѡ", "xхχ", "yуγү"),
    )
    for each in pair[1:]
}
"""A map from letters and signs to the Latin letter that each looks like, such as 1 to l, or Cyrillic and Greek letters.

Taken from the confusables of Unicode's Technical Standard 39, for the letters in the words of `RESERVED`.
"""


def is_reserved(name: str) -> bool:
    """Return whether a name is one of the service's own, or looks like one."""
    return _skeleton(name) in OWN


def _skeleton(name: str) -> str:
    """Return a name reduced to what a reader sees of it: without case, width, accents, joiners, blanks and signs."""
    plain = unicodedata.normalize("NFKD", name).casefold().translate(ALIKE)
    return "".join(each for each in plain if unicodedata.category(each)[0] in "LN").replace("rn", "m")


OWN = frozenset(map(_skeleton, RESERVED))
