"""Our check of Twilio's signatures agrees with twilio-node, another library of Twilio's, on some hundred webhooks.

The script signatures/ask.mjs made up the webhooks and wrote down twilio-node's verdicts; it says how to run it again.
"""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from ivr.carrier.port import Malformed, NotSigned
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.webhook import SIGNATURE, read

ANSWERS = json.loads((Path(__file__).parent / "signatures" / "answers.json").read_text())


@dataclass(frozen=True)
class Webhook:
    """A made-up webhook, with the verdict of twilio-node on its signature."""

    kind: str
    method: str
    url: str
    form: tuple[tuple[str, str], ...]
    token: str
    signature: str | None
    believed: bool

    @property
    def believed_by_us(self) -> bool:
        """True if our check takes the webhook's signature for Twilio's, even if the form is then refused."""
        try:
            headers = {SIGNATURE: self.signature} if self.signature is not None else {}
            read(Account(token=self.token), self.method, self.url, headers, MultiDict(self.form))
        except NotSigned:
            return False
        except Malformed:
            return True
        return True


def _webhook(row: dict[str, Any]) -> Webhook:
    return Webhook(**{**row, "form": tuple((name, value) for name, value in row["form"])})


WEBHOOKS = tuple(_webhook(row) for row in ANSWERS["webhooks"])
KINDS = sorted({webhook.kind for webhook in WEBHOOKS})


WE_ARE_STRICTER = {
    "a user in the address, signed without the port": "twilio-python takes the : of user:word for the port's. "
    "PUBLIC_BASE_URL names no user.",
    "an address by number, signed without the port": "twilio-python takes the first : of an IPv6 address for the "
    "port's. The carrier asks a host by its name, which its certificate needs.",
    "letters that are not ASCII in the query, signed as bytes": "twilio-node tries the address in other spellings. We "
    "take the query as it came over the wire, where it is ASCII.",
    "the query signed in another spelling": "twilio-node tries the address in other spellings too. Ours are written "
    "by urlencode, which leaves nothing to spell otherwise.",
    "names beyond the first plane": "JavaScript sorts by halves of a letter, Python by letters, as Unix does. The "
    "carrier's names are ASCII.",
}
"""The kinds of webhook that twilio-node accepts and we refuse, each with the reason why no genuine one is refused."""

WE_ARE_LAXER = {
    "an empty query": "twilio-python drops a bare ? from the address, which carries nothing: the same is asked, of the "
    "same form. Our guard drops it too, before it asks.",
}
"""The kinds of webhook that we believe and twilio-node refuses, each with the reason why that does no harm."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WE_ARE_STRICTER | WE_ARE_LAXER])
def test_both_say_the_same(kind: str) -> None:
    differing = [each for each in WEBHOOKS if each.kind == kind and each.believed != each.believed_by_us]
    assert differing == []


@pytest.mark.parametrize("kind", WE_ARE_STRICTER)
def test_where_both_differ_by_design_we_are_the_ones_who_refuse(kind: str) -> None:
    answers = {(each.believed, each.believed_by_us) for each in WEBHOOKS if each.kind == kind}
    assert (True, False) in answers, "the difference is gone: the table may be shorter"
    assert (False, True) not in answers


@pytest.mark.parametrize("kind", WE_ARE_LAXER)
def test_where_we_believe_more_it_is_the_same_request(kind: str) -> None:
    lax = [each for each in WEBHOOKS if each.kind == kind and each.believed_by_us]
    assert lax, "the difference is gone: the table may be shorter"
    for each in lax:
        assert replace(each, url=each.url.removesuffix("?")).believed_by_us


def test_the_webhooks_are_some_hundred_of_every_kind_believed_and_not() -> None:
    """Check that the file has enough true and forged webhooks. With an empty file, the comparison would always pass."""
    assert len(WEBHOOKS) > 300
    assert Counter(webhook.believed for webhook in WEBHOOKS)[True] > 100
    assert Counter(webhook.believed for webhook in WEBHOOKS)[False] > 100
    assert {webhook.method for webhook in WEBHOOKS} == {"GET", "POST"}
    assert ANSWERS["twilio"] == "6.2.0"


def test_a_token_of_two_is_enough_and_neither_is_not() -> None:
    (first, *_) = [each for each in WEBHOOKS if each.kind == "signed"]
    form, headers = MultiDict(first.form), {SIGNATURE: first.signature or ""}
    for tokens in ((first.token, "another"), ("another", first.token)):
        with suppress(Malformed):  # a webhook that is believed may lack the account
            read(Account(token=tokens[0], next_token=tokens[1]), first.method, first.url, headers, form)
    with pytest.raises(NotSigned):
        read(Account(token="another", next_token="and-another"), first.method, first.url, headers, form)
