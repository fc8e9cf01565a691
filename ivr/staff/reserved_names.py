"""Tells the names that the service uses itself in histories and in the audit, which no person may have.

A name that only looks like one of them is one of them: to a reader both are the same. Pure.
"""

import unicodedata

RESERVED = (
    *("caller", "the caller", "clock", "the clock", "command line", "everybody", "unknown"),
    *("the system", "system", "the server", "server", "not known"),
    *("फ़ोन करने वाला", "फ़ोन करने वाले", "घड़ी", "सिस्टम", "सर्वर", "पता नहीं"),
)
"""The service's own names, as stored and as the desk shows them. Tests compare them with both."""

ALIKE = {
    ord(each): pair[0]
    for pair in (
        *("a4@аαᴀ", "b8ь", "cсᴄϲ", "dԁ", "e3еεᴇ", "hнһ", "kкκ", "li1!|ıіιӏʟ", "mмᴍ", "nпո", "oоο0ᴏօ", "pрρ", "rгʀ"),
        *("s5$ѕ", "t7тτ", "uυս", "vνѵ", "wԝѡ", "xхχ", "yуγү"),
    )
    for each in pair[1:]
}
"""Letters and signs by the Latin letter that they look like: i and l, Cyrillic, Greek, Armenian, small capitals.

From the confusables of Unicode's Technical Standard 39, those that look like a letter of the words in `RESERVED`.
"""


def is_reserved(name: str) -> bool:
    """Return whether a name is one of the service's own, or looks like one."""
    return _skeleton(name) in OWN


def _skeleton(name: str) -> str:
    """Return a name reduced to what a reader sees of it: without case, width, accents, joiners, blanks and signs."""
    plain = unicodedata.normalize("NFKD", name).casefold().translate(ALIKE)
    return "".join(each for each in plain if unicodedata.category(each)[0] in "LN").replace("rn", "m")


OWN = frozenset(map(_skeleton, RESERVED))
