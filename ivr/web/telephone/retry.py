"""Where a call goes on after a fault of ours: the same step once more, and never a second time.

The carrier says which address failed. That step is asked again below /voice/again, without the key that was lost; if
it fails there too, or nothing can be read from the address, the call ends. So a call makes at most two tries at each
of its steps, and nothing has to be remembered. Only a path of ours leaves here, whatever address comes in.
"""

import re
from urllib.parse import urlsplit

AGAIN = "/voice/again"

STEP = re.compile(r"/voice((?!/(again|answered|status|fallback)\b)/[a-z_]{1,40})?")
"""A step of a caller's own call: not the reception's leg, and nothing that has been tried again already."""

LONGEST = 2000
"""Characters of an address; ours have some hundred."""

PLAIN = re.compile(r"[!-~]*")


def once_more(url: str) -> str | None:
    """Where the step of this address is tried again; None where the call had better end."""
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
