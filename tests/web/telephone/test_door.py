"""The door of the telephone: it answers as Flask does, and leaves every unusual or unsigned request to Flask."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from werkzeug.test import TestResponse

from ivr.carrier.carriers import Carriers
from ivr.carrier.steps import Dials
from ivr.hours.clinic_now import ClinicNow
from ivr.reports import spool
from ivr.reports.spool import Spool
from ivr.web.asgi import Body, WholeAnswer
from ivr.web.request_ids import HEADER
from ivr.web.telephone.door import TelephoneDoor
from tests.people import CALL, CALLER, Conversation, Phone
from tests.web import CALLER_ID, Serves, clinic_with_reception

FORM = "application/x-www-form-urlencoded"
GATHERED = re.compile(r"c=([A-Za-z0-9_-]+(?:%3D)*)")


def scope(path: str, headers: Mapping[str, str], **other: Any) -> dict[str, Any]:
    """Return the ASGI scope of a post to this path with these headers, as a web server describes it."""
    bare, _, query = path.partition("?")
    named = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {
        "type": "http",
        "method": "POST",
        "raw_path": bare.encode(),
        "path": unquote(bare),
        "query_string": query.encode(),
        "headers": named,
        "scheme": "http",
        "http_version": "1.1",
        **other,
    }


@dataclass
class BothWays(Phone):
    """A telephone that posts each webhook twice: through Flask, and then through the door."""

    door: TelephoneDoor = field(init=False)
    compared: int = 0

    def __post_init__(self) -> None:
        self.door = TelephoneDoor(self.services)

    def posts(self, path: str, form: Mapping[str, str], **headers: str) -> TestResponse:
        """Post a signed form through Flask and through the door; return Flask's answer. Fails if the answers differ."""
        answer = super().posts(path, form, **headers)
        path, body = self.within(path), urlencode(form).encode()
        signed = {"Content-Type": FORM, "X-Twilio-Signature": self.signs(path, form), **headers}
        other = self.door(scope(path, signed), Body(body, len(body)))
        assert other is not None, path
        other = other if isinstance(other, WholeAnswer) else other()
        other.close()
        assert self.told(other) == self.told(
            WholeAnswer(answer.status_code, tuple(answer.headers.items()), answer.get_data())
        )
        self.compared += 1
        return answer

    def told(self, answer: WholeAnswer) -> tuple[int, dict[str, str], str]:
        """Return an answer in comparable form: without the request's id, and with the gathered data decrypted.

        The header Vary is left out too, because Flask sets it for cookies, which no carrier sends.
        """
        headers = {name: value for name, value in answer.headers if name not in {HEADER, "Vary"}}
        opened = GATHERED.sub(lambda sealed: self.opened(sealed[1]), answer.content.decode())
        assert headers.pop("Content-Length", "0") == str(len(answer.content))
        return answer.status, headers, opened

    def opened(self, sealed: str) -> str:
        return self.services.telephone.cipher.decrypt(unquote(sealed))


@pytest.fixture
def phone(tmp_path: Path, serves: Serves) -> Iterator[BothWays]:
    """A telephone at a clinic with a reception, which posts each webhook through Flask and through the door."""
    with serves(CLINIC_FILE=clinic_with_reception(tmp_path)) as phone:
        yield BothWays(phone.app, phone.services)


@pytest.mark.parametrize("lang", ["en", "hi"])
@pytest.mark.parametrize("caller", [CALLER, "anonymous"])
def test_a_call_is_answered_alike_on_both_ways(phone: BothWays, lang: str, caller: str) -> None:
    for keys in (("4",), ("3", "1"), ("2", "1", "1", "1"), ("1", "1", "1", "1", "1"), ("7", "*", "7"), ("9",)):
        call = phone.rings(caller=caller, lang=lang)
        for key in keys:
            if call.place:
                call.press(key)
        call.hangs_up()
    silent = phone.rings(caller=caller, lang=lang)
    while silent.place:
        silent.stays_silent()
    assert phone.compared > 30


def test_the_reception_s_leg_is_answered_alike_on_both_ways(phone: BothWays) -> None:
    call = phone.rings().press("0")
    assert isinstance(call.waits, Dials)
    number, address = call.waits.numbers[0]
    for keys in (("1",), ("7", "1"), ("7", "7", "7")):
        leg = Conversation(phone, {"From": CALLER_ID, "To": number, "ParentCallSid": call.sid})
        leg.follows(address, {})
        for key in keys:
            if leg.place:
                leg.press(key)
    call.reception(talked=False)


def test_a_step_that_is_tried_again_is_answered_alike_on_both_ways(phone: BothWays) -> None:
    call = phone.rings()
    for path in ("/voice/again", "/voice/again/main?line=main&lang=hi", "/voice/again/gone?line=none&lang=xx"):
        call.follows(path, {})


def test_both_ways_leave_the_same_trace(phone: BothWays) -> None:
    phone.rings().press("4").hangs_up()
    phone.services.reports.spool_writer.settle()
    (segment,) = Spool(phone.services.settings.state_dir / spool.FOLDER).read()[0]
    traces = [replace(each, at=segment.began) for each in segment.traces]
    assert traces[::2] == traces[1::2]
    assert [(each.what[-1:], each.over) for each in traces[::2]] == [
        (("main",), False),
        (("hours",), False),
        ((), True),
    ]


def test_both_ways_count_alike(phone: BothWays) -> None:
    phone.rings().press("4").hangs_up()
    counted = {
        (sample.labels["place"], sample.labels["outcome"]): sample.value
        for family in phone.services.operations.counters.collect()
        for sample in family.samples
        if sample.name == "clinic_webhook_seconds_count"
    }
    assert counted == {("incoming", "ok"): 2, ("main", "ok"): 2, ("status", "ok"): 2}


class Fails(ClinicNow):
    def read(self) -> Any:
        raise LookupError("a mistake of ours")


def test_a_fault_of_ours_is_answered_alike_on_both_ways(phone: BothWays, caplog: pytest.LogCaptureFixture) -> None:
    here = phone.services
    broken = replace(here, hours=replace(here.hours, now=Fails(here.clinic, *([None] * 3))))  # type: ignore[arg-type]
    phone.app.extensions["services"] = broken
    phone.door = TelephoneDoor(broken)
    answer = phone.posts("/voice/main?line=main&lang=en", {**CALL, "Digits": "4"})
    assert "/voice/again/main?" in answer.text
    assert [each.getMessage().partition("\n")[0] for each in caplog.records if each.levelname == "ERROR"] == [
        "a webhook of place /voice/main failed: LookupError"
    ] * 2
    assert phone.compared == 1


# -- what is Flask's


def post(phone: BothWays, path: str = "/voice", form: Mapping[str, str] = CALL, **other: Any) -> Any:
    """Return the door's answer to a signed webhook in which the test has made something unusual."""
    signed = {"Content-Type": FORM, "X-Twilio-Signature": phone.signs(path, form), **other.pop("headers", {})}
    body = other.pop("body", urlencode(form).encode())
    length = other.pop("length", len(body))
    return phone.door({**scope(path, signed), **other}, Body(body, length))


def test_a_plain_post_is_for_the_door(phone: BothWays) -> None:
    assert post(phone) is not None


AT_ONCE = {"/voice/main?line=main&lang=en": "4", "/voice/topics?line=main&lang=hi": "1"}
IN_A_THREAD = {"/voice": "", "/voice/main?line=main&lang=en": "0", "/voice/status": ""}


def test_a_step_that_needs_no_store_is_answered_at_once_and_any_other_in_a_thread(phone: BothWays) -> None:
    for path, keys in AT_ONCE.items():
        assert isinstance(post(phone, path, {**CALL, "Digits": keys}), WholeAnswer), path
    for path, keys in IN_A_THREAD.items():
        work = post(phone, path, {**CALL, **({"Digits": keys} if keys else {"CallStatus": "completed"})})
        assert not isinstance(work, WholeAnswer), path
        assert isinstance(work(), WholeAnswer), path
    call = phone.rings().press("1", "1", "1", "1")
    work = post(phone, phone.within(call.next_url), call.form({"Digits": "1"}))
    assert not isinstance(work, WholeAnswer), "a promise"
    assert phone.services.desk.store.waiting() == []
    work()
    assert len(phone.services.desk.store.waiting()) == 1


OTHERS: Mapping[str, dict[str, Any]] = {
    "another method": {"method": "GET"},
    "a page": {"path": "/desk"},
    "the fallback": {"path": "/voice/fallback"},
    "a path with a slash too many": {"path": "/voice/"},
    "a longer path": {"path": "/voice/again/main/more"},
    "a path in capitals": {"path": "/voice/Main"},
    "a path that is written otherwise": {"path": "/voice/m%61in"},
    "no signature": {"headers": {"X-Twilio-Signature": ""}},
    "another signature": {"headers": {"X-Twilio-Signature": "bm8="}},
    "a form without a call": {"form": {"AccountSid": CALL["AccountSid"]}},
    "another kind of body": {"headers": {"Content-Type": "application/json"}},
    "a kind that is none": {"headers": {"Content-Type": ""}},
    "letters that are not escaped": {"body": urlencode(CALL).encode() + "&Name=आशा".encode()},
    "a query that is not escaped": {"query_string": "line=आशा".encode()},
    "a body that was too long": {"body": b"", "length": 70_000},
    "a longer body than any carrier's": {"form": {**CALL, "Name": "a" * 9_000}},
    "a longer query than any carrier's": {"path": f"/voice/main?line=main&lang=en&more={'a' * 9_000}"},
    "thousands of fields": {"form": {**CALL, **{f"field{n}": "1" for n in range(300)}}},
}


@pytest.mark.parametrize("which", OTHERS)
def test_any_other_request_is_left_to_flask(phone: BothWays, which: str) -> None:
    assert post(phone, **OTHERS[which]) is None
    assert not (phone.services.settings.state_dir / spool.FOLDER).exists(), "it leaves no trace"


def test_an_id_that_a_proxy_has_given_is_kept_on_both_ways(phone: BothWays) -> None:
    given = {HEADER: "0123456789abcdef"}
    path, form = "/voice/main?line=main&lang=en", {**CALL, "Digits": "4"}
    assert phone.posts(path, form, **given).headers[HEADER] == given[HEADER]
    assert dict(post(phone, path, form, headers=given).headers)[HEADER] == given[HEADER]


class Stumbles:
    """A carrier that claims every webhook as its own, and raises an error when it reads one, like a bug in our code."""

    def bears(self, _headers: Mapping[str, str]) -> bool:
        return True

    def read(self, *_: object) -> Any:
        raise LookupError("a mistake of ours")


def test_a_mistake_in_reading_is_left_to_flask_which_apologizes(phone: BothWays) -> None:
    here = phone.services
    stumbling = replace(here.telephone, carriers=Carriers({"Stumbles": Stumbles()}))  # type: ignore[dict-item]
    phone.door = TelephoneDoor(replace(here, telephone=stumbling))
    assert post(phone) is None


def test_a_header_that_comes_twice_is_left_to_flask(phone: BothWays) -> None:
    usual = scope("/voice", {"Content-Type": FORM, "X-Twilio-Signature": phone.signs("/voice", CALL)})
    body = urlencode(CALL).encode()
    assert phone.door(usual, Body(body, len(body))) is not None
    usual["headers"].append((b"x-twilio-signature", b"bm8="))
    assert phone.door(usual, Body(body, len(body))) is None
