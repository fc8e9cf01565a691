"""Puts into words which channels to the staff do not work, and why. Values and words only; no routes, no stores."""

from collections.abc import Callable, Mapping

from ivr.notices.troubles import ChannelTrouble, TroubleKind
from ivr.web.i18n import _, moment


def trouble_words(found: ChannelTrouble) -> str:
    """Return a sentence about a channel to the staff that does not work, and why."""
    return TROUBLES[found.kind](found.channel.name, moment(found.since))


TROUBLES: Mapping[TroubleKind, Callable[[str, str], str]] = {
    TroubleKind.NOT_UNDERSTOOD: lambda name, _since: _(
        "Notifications of new requests over %(name)s reach nobody: its address is wrong.", name=name
    ),
    TroubleKind.NOT_TAKEN: lambda name, since: _(
        "Notifications of new requests over %(name)s have not arrived since %(moment)s.",
        name=name,
        moment=since,
    ),
}
