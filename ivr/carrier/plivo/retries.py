"""Plivo's time limits and retries for a webhook, written after the # of the webhook's address, and never signed.

Plivo waits at most 15 seconds for a document in any case. With these values Plivo waits one second to connect (ct)
and 3.5 seconds for the answer (rt), because a frozen store costs us two. Plivo retries twice (rc) if it could not
connect, got no answer, or met a proxy without a server (rp), as during a restart. Three tries take at most 13.5
seconds, and the total limit (tt) is 14. Plivo asks from its edge in Mumbai (er). Every webhook is safe to repeat.
"""

RETRIES = {"ct": "1000", "rt": "3500", "rc": "2", "rp": "ct,rt,5xx", "tt": "14000", "er": "mumbai"}

FRAGMENT = "&".join(f"{name}={value}" for name, value in RETRIES.items())


def with_retries(url: str) -> str:
    """Return the address, followed by # and Plivo's rules for retries."""
    return f"{url}#{FRAGMENT}"


def as_asked(url: str) -> str:
    """Return the address as the carrier asks it: without the # and what follows."""
    return url.partition("#")[0]
