"""Builds the parts of the carriers from their settings. The only module that knows which carriers there are.

The clients of a carrier's API are slow to import, so they are imported in the functions that return them. The web
process never imports them.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ivr.carrier.admin import Admin, Admins, NoAccount, OurAddresses, Texts
from ivr.carrier.carriers import Carriers
from ivr.carrier.plivo import settings as plivo
from ivr.carrier.plivo.carrier import Plivo
from ivr.carrier.plivo.renderer import PlivoRenderer
from ivr.carrier.plivo.stand_in import PlivoStandIn
from ivr.carrier.port import Carrier
from ivr.carrier.settings import CarrierUnfit, Setting
from ivr.carrier.speaker import NONE_RECORDED, Recorded
from ivr.carrier.stand_in import StandIn
from ivr.carrier.twilio import settings as twilio
from ivr.carrier.twilio.carrier import Twilio
from ivr.carrier.twilio.stand_in import TwilioStandIn
from ivr.carrier.twilio.twiml import Renderer
from ivr.line.clinic import Clinic
from ivr.line.phones import Phone
from ivr.line.script import Script

log = logging.getLogger(__name__)

Values = Mapping[str, str]
"""The carriers' settings, by the names of their variables."""

MakeCarrier = Callable[[Values, Script, Clinic, Recorded], Carrier]


@dataclass(frozen=True)
class Provider:
    """A carrier that the program knows, with its settings and the functions that build its parts from settings."""

    settings: tuple[Setting, ...]
    carrier: MakeCarrier
    stand_in: Callable[[Values], StandIn]
    admin: Callable[[Values, OurAddresses], Admin]
    texts: Callable[[Values], Callable[[], Texts]]
    rents: Callable[[Values, Clinic], Phone | None] = lambda _values, _clinic: None
    """The function that returns the number from which the reception is called, if it must be rented; else None."""

    def is_on(self, values: Values) -> bool:
        """Return whether all settings that this carrier needs are set."""
        return all(values.get(each.name) for each in self.settings if each.needed)

    def can_text(self, values: Values) -> bool:
        """Return whether all settings that this carrier's text messages need are set."""
        return self.is_on(values) and all(values.get(each.name) for each in self.settings if each.for_texts)


def _twilio(values: Values, script: Script, clinic: Clinic, recorded: Recorded) -> Carrier:
    return Twilio(twilio.Account.of(values), Renderer(script, clinic.voices, recorded))


def _twilio_admin(values: Values, ours: OurAddresses) -> Admin:
    from ivr.carrier.twilio.numbers import Numbers  # noqa: PLC0415 - slow to load

    return Numbers(twilio.Account.of(values), ours)


def _twilio_texts(values: Values) -> Callable[[], Texts]:
    from ivr.carrier.twilio.texts import TwilioTexts  # noqa: PLC0415 - slow to load

    return lambda: TwilioTexts(twilio.Account.of(values))


def _plivo(values: Values, script: Script, clinic: Clinic, recorded: Recorded) -> Carrier:
    """Return the carrier Plivo. Raises CarrierUnfit where it lacks a voice, or a number to call the reception from."""
    account = plivo.PlivoAccount.of(values)
    account.check_caller_id(_plivo_rents(values, clinic), alone=not PROVIDERS[twilio.NAME].is_on(values))
    return Plivo(account, PlivoRenderer(script, clinic.voices, recorded))


def _plivo_rents(values: Values, clinic: Clinic) -> Phone | None:
    staffed = any(line.reception for line in clinic.lines.values())
    return plivo.PlivoAccount.of(values).calls_from(clinic.reception.caller_id) if staffed else None


def _plivo_admin(values: Values, ours: OurAddresses) -> Admin:
    from ivr.carrier.plivo.numbers import PlivoNumbers  # noqa: PLC0415 - slow to load

    return PlivoNumbers(plivo.PlivoAccount.of(values), ours)


def _plivo_texts(values: Values) -> Callable[[], Texts]:
    from ivr.carrier.plivo.texts import PlivoTexts  # noqa: PLC0415 - slow to load

    return lambda: PlivoTexts(plivo.PlivoAccount.of(values))


PROVIDERS: Mapping[str, Provider] = {
    twilio.NAME: Provider(
        settings=twilio.SETTINGS,
        carrier=_twilio,
        stand_in=lambda values: TwilioStandIn(twilio.Account.of(values)),
        admin=_twilio_admin,
        texts=_twilio_texts,
    ),
    plivo.NAME: Provider(
        settings=plivo.SETTINGS,
        carrier=_plivo,
        stand_in=lambda values: PlivoStandIn(plivo.PlivoAccount.of(values)),
        admin=_plivo_admin,
        texts=_plivo_texts,
        rents=_plivo_rents,
    ),
}
"""The carriers that the program knows, by name. The carriers that are switched on are used in this order."""

SETTINGS: tuple[Setting, ...] = tuple(each for provider in PROVIDERS.values() for each in provider.settings)
"""The settings of all carriers, for config.settings.read."""


def switched_on(values: Values) -> Mapping[str, Provider]:
    """Return the carriers whose needed settings are all set, by name."""
    return {name: each for name, each in PROVIDERS.items() if each.is_on(values)}


def carriers(values: Values, script: Script, clinic: Clinic, recorded: Recorded = NONE_RECORDED) -> Carriers:
    """Return the carriers that are switched on; they speak the script's sentences, and play those that are recorded.

    Raises CarrierUnfit where one of them cannot do what the clinic's file asks for.
    """
    return Carriers(
        {name: each.carrier(values, script, clinic, recorded) for name, each in switched_on(values).items()}
    )


def unfit(values: Values, script: Script, clinic: Clinic) -> str:
    """Return in words why a carrier cannot do what the clinic's file asks for; empty if all carriers can."""
    try:
        carriers(values, script, clinic)
    except CarrierUnfit as unfit_for:
        return str(unfit_for)
    return ""


def stand_in(values: Values, name: str = "") -> StandIn:
    """Return a stand-in that signs webhooks as a carrier does: the carrier `name`, or the first carrier that is on."""
    on = switched_on(values)
    return on[name or next(iter(on))].stand_in(values)


def stand_ins(values: Values) -> Mapping[str, StandIn]:
    """Return, by the carrier's name, the stand-in of each carrier that is switched on."""
    return {name: each.stand_in(values) for name, each in switched_on(values).items()}


def admin(values: Values, ours: OurAddresses) -> Admin:
    """Return the operations on the numbers of the carriers' accounts. Raises NoAccount if the settings name no account.

    Only the first carrier gets a fallback hosted elsewhere, since that fallback answers in the first carrier's dialect.
    """
    made, unnamed = list[Admin](), list[NoAccount]()
    for number, provider in enumerate(switched_on(values).values()):
        try:
            made.append(provider.admin(values, replace(ours, elsewhere="") if number else ours))
        except NoAccount as missing:
            unnamed.append(missing)
    if not made:
        raise unnamed[0]
    for each in unnamed:
        log.warning("the numbers of one carrier are left out: %s", each)
    return made[0] if len(made) == 1 else Admins(tuple(made))


def must_be_rented(values: Values, clinic: Clinic) -> frozenset[Phone]:
    """Return the numbers that the clinic must rent from a carrier, so that the carrier can call the reception."""
    return frozenset(found for each in switched_on(values).values() if (found := each.rents(values, clinic)))


def texts(values: Values) -> Callable[[], Texts]:
    """Return a function that makes a client for text messages, of the first carrier that has the settings for texts.

    The carrier's library is imported now and not when the function is called, so that no job waits for the import.
    """
    first, *_ = [each for each in PROVIDERS.values() if each.can_text(values)] or PROVIDERS.values()
    return first.texts(values)
