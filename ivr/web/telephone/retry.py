"""Chooses where a call goes on after a fault of ours. A failed step is tried once more, and never a second time.

The carrier names the URL that failed. The step of that URL is tried again below /voice/again, without the lost key. If
the second try fails too, or the URL cannot be read, the call ends. So a step has at most two tries, and nothing has to
be remembered. If the carrier names no URL, the call begins again each time, until the caller hangs up. Only a path of
ours is returned, whatever URL comes in.
"""

import re
from urllib.parse import urlsplit

AGAIN = "/voice/again"
"""The path below which a step is tried again after a fault."""

STEP = re.compile(r"/voice((?!/(again|answered|status|fallback)\b)/[a-z_]{1,40})?")
"""The pattern of paths to try again. A second try, a status report, a pick-up and the fallback have other paths."""

LONGEST = 2000
"""The most characters of a URL that is tried again. Our own URLs are far shorter."""

PLAIN = re.compile(r"[!-~]*")


def once_more(url: str) -> str | None:
    """Return the path at which the step with this failed URL is tried once more; None if the call should end."""
    if len(url) > LONGEST or not PLAIN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    step = STEP.fullmatch(parts.path)
    if step is None:
        return None
    return AGAIN + (step[1] or "") + (f"?{parts.query}" if parts.query else "")
