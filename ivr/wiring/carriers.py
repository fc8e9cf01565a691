"""Builds the parts of the carrier from its settings. The only module that knows which carrier there is.

The clients of the carrier's API are slow to import, so they are imported in the functions that return them. The web
process never imports them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ivr.carrier.admin import Admin, OurAddresses, Texts
from ivr.carrier.port import Carrier
from ivr.carrier.settings import Setting
from ivr.carrier.stand_in import StandIn
from ivr.carrier.twilio import settings as twilio
from ivr.carrier.twilio.carrier import Twilio
from ivr.carrier.twilio.stand_in import TwilioStandIn
from ivr.carrier.twilio.twiml import Recorded, Renderer
from ivr.line.script import Script

SETTINGS: tuple[Setting, ...] = (*twilio.SETTINGS,)
"""The settings of all carriers, for config.settings.read. A second carrier would add its own, and a choice."""

Values = Mapping[str, str]
"""The carrier's settings, by the names of their variables."""


def carrier(
    values: Values, script: Script, voices: Mapping[str, str], recorded: Recorded = MappingProxyType({})
) -> Carrier:
    """Return the carrier, which speaks the script's sentences in these voices, and plays those that are recorded."""
    return Twilio(twilio.Account.of(values), Renderer(script, voices, recorded))


def stand_in(values: Values) -> StandIn:
    """Return the stand-in that signs webhooks as the carrier does."""
    return TwilioStandIn(twilio.Account.of(values))


def admin(values: Values, ours: OurAddresses) -> Admin:
    """Return the administration of the account's numbers. Raises NoAccount where the settings name no account."""
    from ivr.carrier.twilio.numbers import Numbers  # noqa: PLC0415 - slow to load

    return Numbers(twilio.Account.of(values), ours)


def texts(values: Values) -> Callable[[], Texts]:
    """Return a factory of the client for texts. Its library is imported at once, so that no job waits for it."""
    from ivr.carrier.twilio.texts import TwilioTexts  # noqa: PLC0415 - slow to load

    return lambda: TwilioTexts(twilio.Account.of(values))
