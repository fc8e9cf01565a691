"""Our check of Plivo's signatures agrees with both of Plivo's own libraries on some hundred webhooks.

signatures/ask.mjs made up the webhooks and recorded each library's verdict. Its first lines say how to run it again.
"""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.signature import NONCE, SIGNATURE
from ivr.carrier.plivo.webhook import read
from ivr.carrier.port import Malformed, NotSigned

ANSWERS = json.loads((Path(__file__).parent / "signatures" / "answers.json").read_text())


@dataclass(frozen=True)
class Webhook:
    """A made-up webhook, with the verdicts of Plivo's two libraries on its signature."""

    kind: str
    method: str
    url: str
    form: tuple[tuple[str, str], ...]
    token: str
    nonce: str
    signature: str
    node: bool
    python: bool

    def believed_by_us(self, account: PlivoAccount) -> bool:
        """Return whether our check takes the webhook's signature for Plivo's, even if the form is then refused."""
        try:
            with suppress(Malformed):
                headers = {SIGNATURE: self.signature, NONCE: self.nonce}
                read(account, self.method, self.url, headers, MultiDict(self.form))
        except NotSigned:
            return False
        return True


def _webhook(row: dict[str, Any]) -> Webhook:
    return Webhook(**{**row, "form": tuple((name, value) for name, value in row["form"])})


WEBHOOKS = tuple(_webhook(row) for row in ANSWERS["webhooks"])
KINDS = sorted({webhook.kind for webhook in WEBHOOKS})


@pytest.mark.parametrize("kind", KINDS)
def test_all_three_say_the_same(kind: str) -> None:
    differing = [
        each
        for each in WEBHOOKS
        if each.kind == kind and not each.node == each.python == each.believed_by_us(PlivoAccount(token=each.token))
    ]
    assert differing == []


def test_the_webhooks_are_some_hundred_of_every_kind_believed_and_not() -> None:
    """The file has enough true and forged webhooks, because an empty file would agree with any check."""
    assert len(WEBHOOKS) > 300
    counted = Counter(webhook.node for webhook in WEBHOOKS)
    assert counted[True] > 120
    assert counted[False] > 120
    assert {webhook.method for webhook in WEBHOOKS} == {"GET", "POST"}
    assert (ANSWERS["node"], ANSWERS["python"]) == ("4.79.0", "4.63.0")


def test_either_of_our_two_tokens_is_enough_and_without_one_nothing_is_believed() -> None:
    (first, *_) = [each for each in WEBHOOKS if each.kind == "signed"]
    assert first.believed_by_us(PlivoAccount(token="another", next_token=first.token))
    assert first.believed_by_us(PlivoAccount(token=first.token, next_token="another"))
    assert not first.believed_by_us(PlivoAccount(token="another", next_token="and-another"))
    assert not first.believed_by_us(PlivoAccount())
