"""Compares the clinic's numbers at Plivo with the application that they need, and changes them.

An application is Plivo's own record of our addresses; each number names one. Uses the REST API, for commands only.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from ivr.carrier.admin import CarrierRefused, Difference, Number, OurAddresses, refusals
from ivr.carrier.plivo.rest import ApiRefused, NotTheApi, PlivoApi
from ivr.carrier.plivo.retries import with_retries
from ivr.carrier.plivo.settings import AUTH_ID, AUTH_TOKEN, NAME, PlivoAccount

METHOD = "POST"

WORDS = {
    "answer_url": "a call comes in",
    "answer_method": "  by",
    "fallback_answer_url": "we cannot be reached",
    "fallback_method": "  by",
    "hangup_url": "a call has ended",
    "hangup_method": "  by",
}
"""The settings of an application that say where its calls go, each with the operator's words for it."""

READ_BACK: Mapping[str, str] = {"fallback_method": "fallback_answer_method"}
"""The other name that Plivo's answers may use for a setting, by the setting's name in a request to Plivo."""

APPLICATION = "app_id"
"""The setting of a number at Plivo that names the number's application."""


def application_name(ours: OurAddresses) -> str:
    """Return the name of our application at Plivo. The service's host is part of it, so each service has its own."""
    return "clinic-line-" + re.sub("[^a-z0-9]+", "-", urlsplit(ours.base).netloc.lower()).strip("-")


def wanted(ours: OurAddresses) -> dict[str, str]:
    """Return the settings of our application at Plivo, which lead its calls to these addresses of ours."""
    return {
        "answer_url": with_retries(ours.incoming),
        "answer_method": METHOD,
        "fallback_answer_url": ours.fallback(NAME),
        "fallback_method": METHOD,
        "hangup_url": with_retries(ours.status),
        "hangup_method": METHOD,
    }


class PlivoNumbers:
    """The operations on the numbers of the clinic's account at Plivo."""

    def __init__(self, account: PlivoAccount, ours: OurAddresses) -> None:
        self._api = PlivoApi(account)
        self._wanted = wanted(ours)
        self._name = application_name(ours)

    def owned(self) -> list[Number]:
        """Return every number that the account rents at Plivo, sorted by number. Raises CarrierRefused."""
        with _told():
            applications = {str(each.get(APPLICATION, "")): each for each in self._api.all("Application")}
            found = [self._number(each, applications) for each in self._api.all("Number")]
        return sorted(found, key=lambda number: number.e164)

    def connect(self, number: Number) -> None:
        """Connect a rented number to us, by way of our application at Plivo. Safe to repeat. Raises CarrierRefused."""
        if number.differences:
            with _told():
                self._api.change("Number", number.id, app_id=self._application())

    def _application(self) -> str:
        """Return the id of our application at Plivo. Make the application if missing; correct its settings if wrong."""
        ours = next((each for each in self._api.all("Application") if each.get("app_name") == self._name), None)
        if ours is None:
            made = self._api.change("Application", app_name=self._name, **self._wanted)
            return _id(made)
        if any(True for _ in self._differences(ours)):
            self._api.change("Application", _id(ours), **self._wanted)
        return _id(ours)

    def _number(self, found: Mapping[str, Any], applications: Mapping[str, Mapping[str, Any]]) -> Number:
        """Return the number in Plivo's answer `found`, with each setting that differs from the wanted one."""
        digits = str(found.get("number", "")).removeprefix("+")
        application = applications.get(str(found.get("application") or "").rstrip("/").rpartition("/")[2], {})
        name = str(application.get("app_name") or "")
        other = (Difference(APPLICATION, "application", name, self._name),) if name != self._name else ()
        return Number(digits, f"+{digits}", (*other, *self._differences(application)))

    def _differences(self, application: Mapping[str, Any]) -> Iterator[Difference]:
        for setting, words in WORDS.items():
            found = application.get(setting) or application.get(READ_BACK.get(setting, ""))
            is_now, should_be = str(found or ""), self._wanted[setting]
            if is_now != should_be:
                yield Difference(setting, words, is_now, should_be)


def _id(application: Mapping[str, Any]) -> str:
    found = str(application.get(APPLICATION) or "")
    if not found:
        raise NotTheApi
    return found


LOOK = f"see {AUTH_ID} and {AUTH_TOKEN}; then run this again"

REFUSALS = refusals(AUTH_ID, AUTH_TOKEN)


@contextmanager
def _told() -> Iterator[None]:
    """Turn errors of Plivo's API into CarrierRefused, without the carrier's own message, which may contain numbers."""
    try:
        yield
    except ApiRefused as refused:
        why = REFUSALS.get(refused.code, "the carrier refused")
        raise CarrierRefused(f"{why} (HTTP {refused.code})", LOOK) from None
    except NotTheApi:
        raise CarrierRefused("what answered is not the carrier's REST API", LOOK) from None
    except OSError as away:  # the errors of requests are subclasses of it
        raise CarrierRefused(f"the carrier's REST API could not be reached ({type(away).__name__})", LOOK) from None
