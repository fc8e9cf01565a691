"""Makes the signed webhooks of a load, each for a call of its own, with all the fields that Twilio sends.

All are made before the load begins. Uses the carrier's form and signature. Sends nothing itself, except the webhooks of
a call that is recorded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlencode, urlsplit

from bench.figures import BenchFailed
from bench.load.wires import Wanted
from ivr.carrier.stand_in import GoesOn, Happened, PlacedCall, Presses
from ivr.carrier.steps import Gathers, Heard
from ivr.carrier.twilio.reader import steps
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.signature import signature
from ivr.carrier.twilio.stand_in import TwilioStandIn
from ivr.carrier.twilio.webhook import SIGNATURE
from ivr.phone.handset import Handset, KeyStream

ACCOUNT_SID = "AC" + "0" * 32
TOKEN = "0123456789abcdef" * 2

BESIDE = {
    "CalledCountry": "IN",
    "CallerCountry": "IN",
    "FromCountry": "IN",
    "FromState": "",
    "FromCity": "",
    "FromZip": "",
    "ToCountry": "IN",
    "ToState": "",
}
"""Fields of a webhook that Twilio sends and the service does not read; Called and Caller repeat To and From."""

POSTED = (
    "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
    "Content-Length: {length}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
    "I-Twilio-Idempotency-Token: {mark}\r\n" + SIGNATURE + ": {signature}\r\n\r\n"
)
"""The request line and headers of a webhook, as Twilio sends them."""

A_DOCUMENT = b"</Response>"


@dataclass(frozen=True)
class Step:
    """A step of a call: the path and query of its webhook, its event, and a part that the answer must contain."""

    path: str
    happened: Happened = field(default_factory=GoesOn)
    wants: bytes = A_DOCUMENT


COMES_IN = Step("/voice")


@dataclass(frozen=True)
class Signer:
    """A carrier that makes calls from made-up numbers to one number of the clinic, and signs their webhooks."""

    base: str
    called: str
    account: Account = field(default_factory=lambda: Account(ACCOUNT_SID, TOKEN))
    _numbers: "count[int]" = field(default_factory=lambda: count(10_000_000))

    def call(self, known: int = 0) -> PlacedCall:
        """Return a new call: from a number that never called before, or from the next of `known` numbers in turn."""
        number = next(self._numbers)
        return PlacedCall(f"CA{number:032x}", f"+9199{number % known if known else number:08}", self.called)

    def webhook(self, step: Step, call: PlacedCall) -> Wanted:
        """Return the signed webhook of a step of this call."""
        url = self.base + step.path
        said = TwilioStandIn(self.account).says(url, call, step.happened).values
        form = {**said, "Called": call.called, "Caller": call.sender, **BESIDE}
        body = urlencode(form)
        signed, host = signature(self.account.token, url, form), urlsplit(self.base).netloc
        head = POSTED.format(path=step.path, host=host, length=len(body), mark=call.call_id, signature=signed)
        return Wanted((head + body).encode(), step.wants)

    def webhooks(self, happens: Iterable[Step], calls: int, known: int = 0) -> list[Wanted]:
        """Return `calls` webhooks of new calls, the steps in turn, from `known` numbers. If 0, every number is new."""
        wanted = list(happens)
        return [self.webhook(wanted[number % len(wanted)], self.call(known)) for number in range(calls)]


@dataclass
class _Recorder:
    """A caller who presses the keys of a list, and whose telephone records the steps of its call."""

    port: int
    keys_left: KeyStream
    steps: list[Step] = field(default_factory=list)

    def hears(self, _heard: Heard) -> None:
        """Ignore the words that are heard."""

    def keys(self, wanted: Gathers) -> str | None:
        """Return the keys that the recorded caller presses next, from `keys_left`; None to hang up."""
        return self.keys_left.press(wanted)

    def reception_answers(self, _heard: list[str]) -> str | None:
        """Return None: nobody at the reception answers."""
        return None

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> str:
        """Post a webhook to the service on this machine, and record it as a step. Raises BenchFailed."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if not path.endswith("/status"):
            self.steps.append(Step(path, Presses(form["Digits"]) if "Digits" in form else GoesOn()))
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {**headers, "Host": parts.netloc, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form), named)
            answer = connection.getresponse()
            if answer.status >= 300:
                raise BenchFailed(f"{path.partition('?')[0]} answered {answer.status} to a call that was recorded")
            return answer.read().decode()
        finally:
            connection.close()


def recorded(port: int, signer: Signer, keys: str) -> list[Step]:
    """Make one call that presses these keys; return its steps. Raises BenchFailed, CallFailed.

    The address of a step holds what the call has gathered, so the steps can be posted again for other callers.
    """
    caller = _Recorder(port, KeyStream(keys))
    Handset(caller.post, steps, TwilioStandIn(signer.account), signer.base, signer.call()).ring(caller)
    return caller.steps
