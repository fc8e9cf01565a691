"""Plivo's time limits and retries for a webhook. They stand behind the # of its address, and are not signed.

The carrier gives up on a document after 15 seconds in any case. With these values it waits one second to connect (ct)
and 3.5 seconds for the answer (rt), because a frozen store costs us two. Then it retries twice (rc), if it could not
connect, got no answer, or met a proxy without a server (rp), as during a restart. Three tries take at most 13.5
seconds; the total limit (tt) is below the 15. It asks from its edge in Mumbai (er). Every webhook is safe to repeat.
"""

RETRIES = {"ct": "1000", "rt": "3500", "rc": "2", "rp": "ct,rt,5xx", "tt": "14000", "er": "mumbai"}

FRAGMENT = "&".join(f"{name}={value}" for name, value in RETRIES.items())


def with_retries(url: str) -> str:
    """Return the address with Plivo's rules for retries behind its #."""
    return f"{url}#{FRAGMENT}"


def as_asked(url: str) -> str:
    """Return the address as the carrier asks it: without the # and what follows."""
    return url.partition("#")[0]
