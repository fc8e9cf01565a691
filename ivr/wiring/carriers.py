"""The carrier of this service: the one place that knows which there is. Whoever needs one asks here, with its settings.

What asks the carrier's own API is slow to load, and is loaded where it is asked for: never by the web process.
"""

from collections.abc import Callable, Mapping

from ivr.carrier.admin import Admin, OurAddresses, Texts
from ivr.carrier.port import Carrier
from ivr.carrier.settings import Setting
from ivr.carrier.stand_in import StandIn
from ivr.carrier.twilio import settings as twilio
from ivr.carrier.twilio.carrier import Twilio
from ivr.carrier.twilio.stand_in import TwilioStandIn
from ivr.carrier.twilio.twiml import Renderer
from ivr.line.script import Script

SETTINGS: tuple[Setting, ...] = (*twilio.SETTINGS,)
"""What every carrier declares, to be handed to config.settings.read. A second carrier adds its own, and a choice."""

Values = Mapping[str, str]
"""The carrier's settings, by the names of their variables."""


def carrier(values: Values, script: Script, voices: Mapping[str, str]) -> Carrier:
    """Return the carrier, which speaks the script's words in these voices."""
    return Twilio(twilio.Account.of(values), Renderer(script, voices))


def stand_in(values: Values) -> StandIn:
    """Return what signs as the carrier."""
    return TwilioStandIn(twilio.Account.of(values))


def admin(values: Values, ours: OurAddresses) -> Admin:
    """Return the numbers of the account. Raises NoAccount where the settings name none."""
    from ivr.carrier.twilio.numbers import Numbers  # noqa: PLC0415 - slow to load

    return Numbers(twilio.Account.of(values), ours)


def texts(values: Values) -> Callable[[], Texts]:
    """Return what makes the client for texts. Its library is loaded at once, so that no job has to wait for it."""
    from ivr.carrier.twilio.texts import TwilioTexts  # noqa: PLC0415 - slow to load

    return lambda: TwilioTexts(twilio.Account.of(values))
