"""The people of the tests: a caller of the line, and a member of staff at the desk.

The caller posts webhooks as a carrier does. The staff open pages as a browser does. Each carrier document is checked.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import BadData
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from ivr.carrier.steps import Dials, Gathers, HangsUp, Heard, Pauses, Redirects, Step
from ivr.line.standing import keys_to
from ivr.web.services import Services
from ivr.web.sessions import KEY
from ivr.web.telephone.call_urls import language_of
from tests.carrier.twilio.twiml_rules import faults

DELHI = ZoneInfo("Asia/Kolkata")


def at(written: str) -> datetime:
    """Return this time of a day as a moment in Delhi. 23 November 2026 is a Monday."""
    return datetime.fromisoformat(written).replace(tzinfo=DELHI)


CALLER, OTHER = "+919999900001", "+919999900002"
"""The numbers of the usual caller and of another caller, obviously made up."""

CALL = {"CallSid": "CA" + "1" * 32, "AccountSid": "AC" + "0" * 32, "From": CALLER, "To": "+918090080906"}
"""The fields of a webhook from the usual caller, about a call that the service has not seen before."""

BOOK, CALLBACK = ("1", "1", "1", "1", "1"), ("2", "1", "1", "1")
"""The keys that ask for an appointment as soon as possible, and for a call back, for the number that calls."""

TOKEN = "a-token-that-signs-only-in-tests"


@dataclass
class Clock:
    """A clock of the tests, as a function that tells the time: it stands still until somebody moves it."""

    now: datetime = datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)
    """The moment that the clock shows: at first a Monday, with the clinic open and the whole evening left."""
    _set_by: float = 0.0
    """Seconds, in sum, by which somebody has set the clock forward or back, without time having passed."""

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        """Return the lived time in seconds, as a monotonic clock counts it: setting the clock does not change it."""
        return self.now.timestamp() - self._set_by

    def jumps(self, **time: float) -> None:
        """Set the clock forward or back by this time, as a person or a time service does."""
        self.now += timedelta(**time)
        self._set_by += timedelta(**time).total_seconds()

    def shows(self, *moment: int) -> None:
        """Set the clock to a moment in Delhi, given as year, month, day, hour and minute."""
        self.now = datetime(*moment, tzinfo=DELHI)  # type: ignore[misc, arg-type]  # year, month, day, hour, minute

    def goes_on(self, **time: float) -> None:
        """Let this time pass: the clock and the lived time both move on."""
        self.now += timedelta(**time)


@dataclass
class Phone:
    """The telephone of a caller, connected to the application through webhooks with the carrier's signature."""

    app: Flask
    services: Services

    def rings(self, line: str = "main", caller: str = CALLER, lang: str | None = None, **more: str) -> "Conversation":
        """Call a line of the clinic; with `lang`, the caller changes to that language if the call begins in another."""
        called = min(self.services.clinic.lines[line].reached_by).e164
        call = Conversation(self, {"From": caller, "To": called, **more})
        call.follows("/voice", {})
        if lang:
            call.press(*keys_to(lang, language_of(call.next_url), self.services.script.languages))
        return call

    def runs(self, *words: str, typed: str = "") -> str:
        """Run a command on the service's server; return what it prints. Fails where the command does."""
        done = self.app.test_cli_runner().invoke(args=list(words), input=typed)
        assert done.exit_code == 0, done.output
        return done.output

    def posts(self, path: str, form: Mapping[str, str], **headers: str) -> TestResponse:
        """Post a form to this path of the service, with the carrier's signature."""
        signature = self.signs(path, form)
        return self.unsigned(path, form, **{"X-Twilio-Signature": signature, **headers})

    def signs(self, path: str, form: Mapping[str, str]) -> str:
        """Return the carrier's signature for this form, posted to this path of the service."""
        signed: str = RequestValidator(TOKEN).compute_signature(self.called_at + self.within(path), form)
        return signed

    @property
    def called_at(self) -> str:
        """The public address of the service, to which the carrier posts."""
        return self.services.settings.public_base_url

    def within(self, url: str) -> str:
        """Return the path and query of a full address in a document, which must be the service's own."""
        path = url.removeprefix(self.called_at)
        assert path.startswith("/"), f"not at {self.called_at}: {url}"
        return path

    def unsigned(self, path: str, form: Mapping[str, str], **headers: str) -> TestResponse:
        """Post a form to this path without a signature, with only these headers."""
        anybody = self.app.test_client(use_cookies=False)
        answer = anybody.post(self.within(path), data=form, headers=headers, buffered=True)  # answered whole
        self.services.reports.spool_writer.settle()  # the next look at the spool finds this webhook's trace
        return answer


@dataclass
class Conversation:
    """A call of a test: the sentences that the caller has heard last, and the key or event for which the call waits."""

    phone: Phone
    fields: dict[str, str]
    sid: str = field(default_factory=lambda: "CA" + secrets.token_hex(16))
    heard: list[str] = field(default_factory=list)
    """The sentences that the caller has heard since the last key."""
    spoken: list[Heard] = field(default_factory=list)
    """The sentences that the caller has heard since the last key, each with its language."""
    uncut: list[str] = field(default_factory=list)
    """The sentences that the caller has heard since the last key, and that no key could have cut off."""
    languages: set[str] = field(default_factory=set)
    waits: Step | None = None
    url: str = ""
    documents: int = 0
    silence_leads: str = ""

    @property
    def place(self) -> str:
        """The place of the menu at which the call waits; empty if it is over."""
        if isinstance(self.waits, Gathers | Dials):
            return urlsplit(self.waits.action).path.rpartition("/")[2]
        return ""

    @property
    def next_url(self) -> str:
        """The address to which the next key goes. Fails if the call waits for no key."""
        assert isinstance(self.waits, Gathers), f"nothing waits for a key: {self.words}"
        return self.waits.action

    @property
    def over(self) -> bool:
        """True once the service has ended the call."""
        return isinstance(self.waits, HangsUp)

    @property
    def words(self) -> str:
        """All words that the caller has heard since the last key."""
        return " ".join(self.heard)

    @property
    def reference(self) -> str:
        """The reference that the caller has heard since the last key. Fails if the caller has heard none."""
        assert self.spoken_reference, f"no reference was heard in: {self.words}"
        return self.spoken_reference

    @property
    def spoken_reference(self) -> str:
        """The reference that the caller has heard since the last key; empty if the caller has heard none."""
        spoken = re.findall(r"(?<!\d )(?<!\d)(\d{3} \d{3})(?! ?\d)", self.words)
        assert len(set(spoken)) <= 1, spoken
        assert len(spoken) <= 1, "a reference is read out once"
        return re.sub(r"\D", "", spoken[0]) if spoken else ""

    def press(self, *keys: str) -> "Conversation":
        """Press keys one after another, each when the call waits for it."""
        for each in keys:
            assert isinstance(self.waits, Gathers), f"nothing waits for {each}: {self.words}"
            ends = self.waits.ends_with
            self.follows(self.waits.action, {"Digits": each.rstrip(ends) if ends else each})
        return self

    def stays_silent(self, times: int = 1) -> "Conversation":
        """Press nothing, this many times in a row."""
        for _ in range(times):
            assert isinstance(self.waits, Gathers), "nobody waits for a key"
            self.follows(self.silence_leads, {})
        return self

    def repeats_last_webhook(self) -> str:
        """Deliver the call's last webhook once more; return the document that answers it."""
        return self.phone.posts(self._last[0], self._last[1]).text

    def hears_again(self) -> str:
        """Deliver the last webhook once more; return the words that a caller would hear in the answer."""
        again = self.phone.services.telephone.carrier.heard(self.repeats_last_webhook())
        return " ".join(step.words for step in again if isinstance(step, Heard))

    def reception(self, talked: bool) -> "Conversation":
        """Report to the service that the reception was called, and whether it talked to the caller."""
        assert isinstance(self.waits, Dials), f"nobody is rung: {self.words}"
        outcome = {"DialCallStatus": "completed" if talked else "no-answer", "DialBridged": str(talked).lower()}
        self.follows(self.waits.action, outcome)
        return self

    def hangs_up(self, **more: str) -> "Conversation":
        """Hang up; the carrier reports to the service that the call is over."""
        fields = self.form({"CallStatus": "completed", "CallDuration": "61", **more})
        assert self.phone.posts("/voice/status", fields).status_code == 204
        return self

    def follows(self, url: str, more: Mapping[str, str]) -> None:
        """Post a webhook of this call to this path with these further fields, and read the document that answers."""
        path = self.phone.within(urljoin(self.url or "/voice", url))
        self._last = (path, self.form(more))
        answer = self.phone.posts(*self._last)
        self.documents += 1
        assert answer.status_code == 200, f"{answer.status_code} at {path.partition('?')[0]}"
        assert faults(answer.data, answer.headers["Content-Type"]) == []
        self.url = path
        self._read(answer.text)

    def form(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"CallSid": self.sid, "AccountSid": "AC" + "0" * 32, "CallStatus": "in-progress", **self.fields, **more}

    def _read(self, document: str) -> None:
        self.heard, self.spoken, self.uncut, self.languages, self.waits = [], [], [], set(), None
        for step in self.phone.services.telephone.carrier.heard(document):
            assert all(url.startswith(f"{self.phone.called_at}/voice") for url in addresses_of(step)), "whole addresses"
            match step:
                case Heard(words, language, cuttable):
                    self.spoken.append(step)
                    self.heard.append(words)
                    self.uncut += [] if cuttable else [words]
                    self.languages.add(language)
                case Redirects(to):
                    self.silence_leads = to
                case Pauses():
                    pass
                case _:
                    self.waits = step


def addresses_of(step: Step) -> list[str]:
    """Return the addresses that the carrier may ask after this step of a document."""
    match step:
        case Gathers(action=to) | Redirects(to):
            return [to]
        case Dials(action=to, numbers=numbers):
            return [to, *(screen for _, screen in numbers)]
        case _:
            return []


class Staff:
    """Somebody at the desk, with a browser that keeps cookies and sends back the forms that it was given."""

    def __init__(self, app: Flask, name: str = "asha", password: str = "") -> None:
        self.browser: FlaskClient = app.test_client()
        self.name = name
        self.password = password
        self._tokens: dict[str, str] = {}

    def logs_in(self, name: str | None = None, password: str | None = None) -> TestResponse:
        """Log in through the form of the login, as this person or with another name or password; return the answer."""
        token = self.token(self.browser.get("/login").text)
        form = {"name": name or self.name, "password": password or self.password, "csrf_token": token}
        return self.browser.post("/login", data=form)

    def sees(self) -> str:
        """Return the HTML of the desk's first page as this person gets it, with its entities decoded."""
        page = self.browser.get("/desk")
        assert page.status_code == 200, page.status_code
        return unescape(page.text)

    def searches(self, words: str) -> str:
        """Search the desk for these words by a POST, which keeps them out of the URL; return the words of the page."""
        page = self.browser.post("/desk/search", data={"csrf_token": self.csrf(), "q": words})
        assert page.status_code == 200, page.status_code
        return unescape(page.text)

    def does(self, move: str, request_id: int, **fields: str) -> str:
        """Press a button on a request's card; return the words of the page that follows."""
        path = f"/desk/requests/{request_id}/{move}"
        return unescape(self.browser.post(path, data={"csrf_token": self.csrf(), **fields}, follow_redirects=True).text)

    def takes_back(self, page: str, **more: str) -> str:
        """Press the "Undo" that a page offers, with the fields of its form.

        Return the words of the page that follows.
        """
        offer = re.search(r'action="(/desk/requests/\d+/undo)"(.*?)</(?:form|div)>', page, re.DOTALL)
        assert offer, "the page offers nothing to take back"
        what = re.search(r'name="what" value="([^"]*)"', offer[2])
        assert what
        fields = {"csrf_token": self.token(page), "what": what[1], **more}
        return unescape(self.browser.post(offer[1], data=fields, follow_redirects=True).text)

    def csrf(self) -> str:
        """Return the CSRF token of this browser's forms, read from the smallest page that has a form.

        All forms of a session share one token, so a session's token is read only once.
        """
        key = self._session_key()
        token = self._tokens.get(key) or self.token(self.browser.get("/desk/me").text)
        if key:
            self._tokens[key] = token
        return token

    def _session_key(self) -> str:
        """Return the key of the session in this browser's cookie, or "" where there is none."""
        app = self.browser.application
        cookie = self.browser.get_cookie(str(app.config["SESSION_COOKIE_NAME"]))
        signed_by = SecureCookieSessionInterface().get_signing_serializer(app)
        try:
            return str(signed_by.loads(cookie.value).get(KEY, "")) if cookie and signed_by else ""
        except BadData:  # an older cookie, or another's
            return ""

    @staticmethod
    def token(page: str) -> str:
        """Return the CSRF token of a page's first form."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, "the page has no form"
        return found[1]
