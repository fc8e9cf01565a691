"""The carrier of a campaign: posts webhooks to the web servers, some twice or late, and failed ones to the fallback.

As the carriers' manuals say, it tries twice to connect, waits fifteen seconds for an answer, then asks the fallback
URL, and at last says words of its own. Works with HTTP only, and with no menus.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from chaos.dialects import Dialect

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0


class NotConnected(Exception):
    """No process of the service took the carrier's connection."""


class NoAnswer(Exception):
    """A process of the service took the carrier's connection, and gave no good answer."""


class Webhook(NamedTuple):
    """A webhook as the carrier posts it: its address, its form and its headers."""

    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class Line:
    """The connection of one call to the service: posts the call's webhooks, and notes the longest wait and failures."""

    ports: Sequence[int]
    over: Dialect
    random: Random
    mischief: ThreadPoolExecutor
    twice: float = 0.1
    """The share of the webhooks that are posted twice at the same moment. As many others are posted again later."""
    latest: float = 12.0
    """The most seconds by which the second delivery of a webhook is late."""
    longest_silence: float = 0.0
    fell_back: int = 0
    failures: list[str] = field(default_factory=list)
    """The failures after which the carrier asked the fallback: no connection, no answer, or the answer's status."""
    end_told: bool = False
    """True if the carrier has told the service that the call is over."""
    caught: list[Webhook] = field(default_factory=list)
    """The webhooks of this call with their signatures, for strangers who repeat them or change them."""
    _over: threading.Event = field(default_factory=threading.Event)

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> str:
        """Post a webhook; return the document the caller hears: the service's, the fallback's or the carrier's own."""
        began = time.monotonic()
        self.caught.append(Webhook(url, form, headers))
        try:
            document = self._delivered(url, form, headers)
        except (NotConnected, NoAnswer) as failed:
            self.fell_back += 1
            self.failures.append(f"{type(failed).__name__} {failed}".strip())
            return self._fallback(url, form, type(failed).__name__)
        else:
            self.end_told = self.end_told or url.endswith("/voice/status")
            return document
        finally:
            self.longest_silence = max(self.longest_silence, time.monotonic() - began)

    def _delivered(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> str:
        if self.random.random() < self.twice:
            self.mischief.submit(self._again, url, form, headers, self.random.uniform(0.5, self.latest))
        if self.random.random() < self.twice:
            self.mischief.submit(self._again, url, form, headers, 0.0)
        try:
            return self._once(url, form, headers)
        except NotConnected:
            return self._once(url, form, headers)

    def _fallback(self, url: str, form: Mapping[str, str], error: str) -> str:
        parts = urlsplit(url)
        there = f"{parts.scheme}://{parts.netloc}/voice/fallback"
        more = {**form, **self.over.of_failure(url, error)}
        try:
            return self._once(there, more, self.over.signs(there, more))
        except (NotConnected, NoAnswer):
            return self.over.own_words

    def _again(self, url: str, form: Mapping[str, str], headers: Mapping[str, str], later: float) -> None:
        """Post a webhook once more, `later` seconds from now or when the call is over; nobody hears the answer."""
        self._over.wait(later)
        try:
            self._once(url, form, headers)
        except (NotConnected, NoAnswer):
            return

    def _once(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> str:
        parts = urlsplit(url)
        connection = HTTPConnection("127.0.0.1", self.random.choice(self.ports), timeout=CONNECT_SECONDS)
        try:
            _connect(connection)
            return _answer(connection, f"{parts.path}?{parts.query}" if parts.query else parts.path, form, headers)
        finally:
            connection.close()


def _connect(connection: HTTPConnection) -> None:
    try:
        connection.connect()
    except OSError as error:
        raise NotConnected from error
    connection.sock.settimeout(ANSWER_SECONDS)


def _answer(connection: HTTPConnection, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> str:
    posted = {**headers, "Content-Type": "application/x-www-form-urlencoded", "Host": "line.example"}
    try:
        connection.request("POST", path, urlencode(form), posted)
        answer = connection.getresponse()
        body = answer.read().decode()
    except (OSError, HTTPException) as error:
        raise NoAnswer from error
    if answer.status >= 300:
        raise NoAnswer(str(answer.status))
    return body
