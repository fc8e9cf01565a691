"""All offers by name: what a menu may offer beside its fixed options.

Pure: an offer is the sentence that names it and the call after it is chosen.
"""

from collections.abc import Mapping

from ivr.line.offers.choice import Choice, Offered
from ivr.line.offers.free import FREE_OFFERS
from ivr.line.offers.wishes import WISHES
from ivr.line.turn import Call, Facts

OFFERS: Mapping[str, Offered] = {**WISHES, **FREE_OFFERS}


def choices(name: str, call: Call, facts: Facts) -> list[Choice]:
    """Return the options of this kind of offer for the call; none if the name is empty."""
    offer = OFFERS.get(name)
    return list(offer.worked_out(call, facts)) if offer else []
