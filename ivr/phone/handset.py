"""A telephone without a carrier: rings the running service through its signed webhooks and follows the TwiML.

Who holds it (a person at a terminal, a script of keys, a test) is the Caller; how posts travel is the Post.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urljoin

from twilio.request_validator import RequestValidator

from ivr.phone.reader import Dials, Gathers, HangsUp, Heard, NotUnderstood, Records, Redirects, Step, steps

MOST_DOCUMENTS = 200
"""A call of more documents than this goes round in circles."""


class Caller(Protocol):
    """Whoever holds the telephone."""

    def hears(self, heard: Heard) -> None:
        """Words are spoken."""

    def keys(self, wanted: Gathers) -> str | None:
        """What is pressed now; an empty string for nothing, None to hang up."""

    def reception_answers(self, heard: list[str]) -> str | None:
        """What the reception presses on hearing this; None where nobody picks up."""


Post = Callable[[str, Mapping[str, str], Mapping[str, str]], str]
"""Posts a form with headers to a URL and returns the document. Raises what its own transport raises."""


class CallFailed(Exception):
    """The service did not answer as the carrier needs it to; the message says what came instead."""


@dataclass(frozen=True)
class Going:
    """Where a call goes next, with which fields; nowhere when it is over."""

    url: str | None
    fields: Mapping[str, str]


OVER = Going(None, {})


@dataclass(frozen=True)
class Handset:
    """A telephone that rings one line of the service."""

    post: Post
    base_url: str
    token: str
    account_sid: str
    call_sid: str
    sender: str
    called: str
    more: Mapping[str, str] = field(default_factory=dict)
    """Further fields of the form, such as ForwardedFrom."""

    def ring(self, caller: Caller) -> int:
        """Makes the call and tells the service of its end. Returns how many documents it took.

        Raises CallFailed.
        """
        going = Going(f"{self.base_url}/voice", {})
        for count in range(MOST_DOCUMENTS):
            if going.url is None:
                self.send(f"{self.base_url}/voice/status", {"CallStatus": "completed"})
                return count
            going = self._document(going.url, going.fields, caller)
        raise CallFailed(f"the call goes round in circles: {MOST_DOCUMENTS} documents")

    def send(self, url: str, fields: Mapping[str, str]) -> str:
        """Posts a signed webhook about this call, and returns what comes back."""
        form = self._form() | dict(fields)
        signature = RequestValidator(self.token).compute_signature(url, form)
        return self.post(url, form, {"X-Twilio-Signature": signature})

    def _form(self) -> dict[str, str]:
        return {
            "CallSid": self.call_sid,
            "AccountSid": self.account_sid,
            "From": self.sender,
            "To": self.called,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
            **self.more,
        }

    def _document(self, url: str, form: Mapping[str, str], caller: Caller) -> Going:
        """Follows one document to where the call goes next."""
        try:
            for step in steps(self.send(url, form)):
                going = self._step(step, url, caller)
                if going is not None:
                    return going
        except NotUnderstood as error:
            raise CallFailed(str(error)) from error
        return OVER

    def _step(self, step: Step, url: str, caller: Caller) -> Going | None:
        """Where this step leads, or None to go on with the next one."""
        going: Going | None = None
        match step:
            case Heard():
                caller.hears(step)
            case Gathers():
                going = self._gathered(caller.keys(step), urljoin(url, step.action))
            case Dials():
                going = Going(urljoin(url, step.action), self._dialled(step, url, caller))
            case Records():
                going = Going(urljoin(url, step.action), {"RecordingDuration": "1", "Digits": "hangup"})
            case Redirects():
                going = Going(urljoin(url, step.to), {})
            case HangsUp():
                going = OVER
        return going

    def _gathered(self, keys: str | None, action: str) -> Going | None:
        if keys is None:
            return OVER
        return Going(action, {"Digits": keys}) if keys else None

    def _dialled(self, dials: Dials, url: str, caller: Caller) -> Mapping[str, str]:
        """Rings the first of the reception's telephones."""
        number, screen = dials.numbers[0]
        if screen:
            taken = self._screened(number, urljoin(url, screen), caller)
        else:
            taken = caller.reception_answers([]) is not None
        bridged = {"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "30"}
        return bridged if taken else {"DialCallStatus": "no-answer", "DialBridged": "false"}

    def _screened(self, number: str, url: str, caller: Caller) -> bool:
        """Whether the reception, on hearing its own document, presses a key that lets that document end."""
        leg = replace(self, call_sid=f"{self.call_sid[:-1]}r", sender=number, called=number)
        asked = list(steps(leg.send(url, {})))
        key = caller.reception_answers([step.words for step in asked if isinstance(step, Heard)])
        gathers = next((step for step in asked if isinstance(step, Gathers)), None)
        if not key or gathers is None:
            return False
        after = steps(leg.send(urljoin(url, gathers.action), {"Digits": key}))
        return not any(isinstance(step, HangsUp | Gathers) for step in after)


class KeyStream:
    """Keys given beforehand, a word each, pressed one after another: "1 1 9999900001# 1"; "-" is a silence."""

    def __init__(self, words: str) -> None:
        self._words = words.split()

    def press(self, wanted: Gathers) -> str | None:
        """What the next gather gets; None when all keys have been pressed."""
        if not self._words:
            return None
        word = self._words.pop(0)
        if word == "-":
            return ""
        count = wanted.digits or len(word)
        if wanted.digits is None and wanted.ends_with and wanted.ends_with in word:
            count = word.index(wanted.ends_with) + 1
        pressed, rest = word[:count], word[count:]
        if rest:
            self._words.insert(0, rest)
        return pressed.rstrip(wanted.ends_with) if wanted.ends_with else pressed
