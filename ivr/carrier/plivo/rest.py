"""Asks Plivo's REST API about one account, with a time limit. The web process never loads this slow module."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from ivr.carrier.plivo.settings import PlivoAccount

TIMEOUT_SECONDS = 10
"""The time limit of a request to the API; by default the HTTP library waits for ever."""

THE_CARRIERS = "https://api.plivo.com"

MOST_PAGES = 100
"""The most pages of a list that are read; each holds twenty entries."""


class ApiRefused(Exception):
    """Plivo's API has answered with an error, of which `code` is the HTTP status. Holds none of the carrier's words."""

    def __init__(self, code: int) -> None:
        super().__init__(f"HTTP {code}")
        self.code = code


class NotTheApi(ValueError):
    """The answer to a request does not come from Plivo's API."""


class PlivoApi:
    """The REST API for one account at Plivo. Each method raises ApiRefused, NotTheApi, or OSError if out of reach."""

    def __init__(self, account: PlivoAccount) -> None:
        self._session = requests.Session()
        self._session.auth = (account.auth_id, account.token)
        self._account = f"{account.api_url or THE_CARRIERS}/v1/Account/{account.auth_id}"

    def all(self, kind: str, **wanted: str) -> Iterator[Mapping[str, Any]]:
        """Yield every entry of a list that the account has at Plivo, such as "Number"; `wanted` filters the entries."""
        query: dict[str, str] = {**wanted, "limit": "20"}
        for _ in range(MOST_PAGES):
            page = self._asked("GET", kind, params=query)
            yield from _listed(page)
            onward = page.get("meta", {}).get("next") if isinstance(page.get("meta"), dict) else None
            if not onward:
                return
            query = dict(parse_qsl(urlsplit(str(onward)).query))

    def first(self, kind: str, **wanted: str) -> list[Mapping[str, Any]]:
        """Return the newest entries, at most 20, of a list at Plivo, such as "Message"; `wanted` narrows the list."""
        return list(_listed(self._asked("GET", kind, params={**wanted, "limit": "20"})))

    def change(self, kind: str, name: str = "", **fields: str) -> Mapping[str, Any]:
        """Make an entry of this kind at Plivo, such as "Application", or change entry `name`; return Plivo's answer."""
        return self._asked("POST", f"{kind}/{name}" if name else kind, json=fields)

    def _asked(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        url = f"{self._account}/{path}/"
        answer = self._session.request(method, url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **more)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise ApiRefused(answer.status_code)
        try:
            found = answer.json()
        except ValueError:
            raise NotTheApi from None
        if not isinstance(found, dict):
            raise NotTheApi
        return found


def _listed(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    objects = page.get("objects")
    if not isinstance(objects, list) or not all(isinstance(each, dict) for each in objects):
        raise NotTheApi
    yield from objects
