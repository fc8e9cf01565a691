"""The channels by which the staff are told: one for each address in STAFF_NOTIFY_URLS, keyed by a hash of the address.

Values only; nothing is sent here, and no library is loaded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.storage.encryption import KeyedIds

SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,19})://", re.IGNORECASE)


@dataclass(frozen=True)
class Channel:
    """A channel by which notices go out to the staff."""

    key: str
    """The keyed hash of the channel's address, under which deliveries are stored; another address has another key."""
    name: str
    """The channel's number in STAFF_NOTIFY_URLS and kind, as in "2 (mailto)", for staff and logs: without passwords."""
    address: str = field(repr=False)


def channels_of(addresses: str, ids: KeyedIds) -> Mapping[str, Channel]:
    """Return the channels of the addresses in this text, in order, by the channel's key. Repeats are left out."""
    found: dict[str, Channel] = {}
    for number, address in enumerate(addresses.split(), start=1):
        key = ids.channel(address)
        found.setdefault(key, Channel(key, _name(number, address), address))
    return found


def _name(number: int, address: str) -> str:
    scheme = SCHEME.match(address)
    return f"{number} ({scheme[1].lower()})" if scheme else str(number)
