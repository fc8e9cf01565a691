"""Words that belong to one carrier: other code uses none of its headers, fields, verbs, ids, errors and settings.

The tests read the code's tokens, comments and docstrings too. Stand-ins in chaos/ and tests/ may use these words.
"""

import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from config.settings import ROOT
from tests.test_structure import MODULES, faults, within

WORDS = {
    "its name": r"twilio|twiml|plivo",
    "a header": r"\bx-[a-z]+-signature",
    "a field": r"\b(parent)?(call|account|recording)sid\b|\b(dial)?call(status|duration)\b|\bdialbridged\b"
    r"|\b((a|b)leg|call|dial\w+)uuid\b|\bdialstatus\b|\bhangupcause"
    r"|\berror(url|code)\b|\bforwardedfrom\b|\brecording(duration|url)\b|(?-i:^[\"']Digits[\"']$)",
    "a verb": r"</?(response|gather|dial|say|redirect|pause|hangup|number|record|play|reject)\b"
    r"|</?(speak|getinput|getdigits|wait)\b|\bget(input|digits)\b",
    "an attribute": r"\b(num_?digits|finish_?on_?key)\b|\bstatus_?callback|\bvoice_(url|method|application)"
    r"|\bconfirm(key|sound|timeout)\b|\b(execution|digit)timeout\b|\b(answer|hangup)_(url|method)\b",
    "an id": r"^[\"'](ac|ca|pn|ap|tk|sm)[\"']$|\b(ac|ca|pn|ap|tk|sm)[0-9a-f]{32}\b|\b\w+_sid\b|\bsid\b",
    "an error number": r"\b(112\d\d|12[1-4]00|1352\d|20003|21211)\b",
}

ANY = re.compile("|".join(WORDS.values()), re.IGNORECASE)

STORED = re.compile(r"\bcall_sid\b")
"""A carrier's word in the names of a column and of a field in Redis. Both stay, because other programs read them."""

COMMAND = re.compile(r"\bfallback-twiml\b")
"""The name of a command, which may contain a carrier's word, because operators use the name in their scripts."""

ONLY_THERE = ("ivr.carrier.twilio", "ivr.carrier.plivo", "ivr.wiring.carriers")


def odd_words(code: str) -> Iterator[str]:
    """Yield each word in this code that belongs to a single carrier, with the line of code that contains the word."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        found = ANY.search(COMMAND.sub("", STORED.sub("", token.string)))
        if found:
            yield f"{found[0]} in: {token.line.strip()}"


def test_no_word_of_a_carrier_stands_outside_its_folder() -> None:
    outside = {name: path for name, path in MODULES.items() if not any(within(name, there) for there in ONLY_THERE)}
    assert faults({name: list(odd_words(path.read_text())) for name, path in outside.items()}) == {}


def test_no_page_or_script_of_ours_names_a_carrier() -> None:
    shown = [path for suffix in ("html", "js", "css", "svg") for path in (ROOT / "ivr").rglob(f"*.{suffix}")]
    assert len(shown) > 20
    assert [path.name for path in shown if re.search(WORDS["its name"], path.read_text(), re.IGNORECASE)] == []


@pytest.mark.parametrize(
    "code",
    [
        *("import twilio.rest", "settings.twilio_auth_token", 'environ["TWILIO_AUTH_TOKEN"]', "# as TwiML has it"),
        *('request.headers["X-Twilio-Signature"]', 'form["CallSid"]', 'form["Digits"]', 'form.get("DialCallStatus")'),
        *(
            '"<Gather action=1/>"',
            "gather(numDigits=1)",
            "gather(num_digits=1)",
            'number["voice_url"]',
            "row.trunk_sid",
        ),
        *(
            'form["CallUUID"]',
            'form["DialBLegUUID"]',
            '"<Speak>Hello.</Speak>"',
            "dial(confirmKey=1)",
            '"X-Plivo-Signature-V3"',
        ),
        *('"CA" + token_hex(16)', f'"AC{"0" * 32}"', "error == 13521", '"""See error 12100."""', 'form["ErrorUrl"]'),
    ],
)
def test_a_word_of_a_carrier_is_seen_wherever_it_stands(code: str) -> None:
    assert list(odd_words(code)) != []


@pytest.mark.parametrize("code", ["Say('kept')", "Digits(('1',))", "select(c.call_sid)", "caller_id = 1", "'ca. 20'"])
def test_a_word_of_our_own_is_none_of_a_carriers(code: str) -> None:
    assert list(odd_words(code)) == []
