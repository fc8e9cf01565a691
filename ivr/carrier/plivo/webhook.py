"""Verifies a webhook of Plivo, then reads it. There is no way to make an event from an unsigned one.

Only this module and stand_in.py know the names of Plivo's fields.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from ivr.carrier.form_fields import KEYS, PARTY, WORD, formed, seconds, spoilt, values_of
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.signature import is_signed
from ivr.carrier.port import CallEvent, Malformed, NotSigned
from ivr.line.phones import NumberRefused, Phone

CALL = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DIGITS = re.compile(r"[1-9][0-9]{6,14}")

SHORT = ("From", "To")
LONG = ("CallUUID", "ForwardedFrom", "Digits", "DialStatus", "DialBLegUUID", "CallStatus", "BillDuration", "Duration")
"""The long names of the fields we read, and BillDuration, which contains Duration. No value may contain a long name."""

NAMES_A_FIELD: Mapping[str, dict[str, list[str]]] = {"GetDigits": {"Event": [""]}}
"""The fields to empty before a search for field names, by the value of Event, because "GetDigits" contains Digits."""

BORDERS = re.compile(r"[&=?.]")
"""The characters that separate the parts of the text that Plivo signs. No name of Plivo's fields has one in it."""

BETWEEN_PAIRS = re.compile(r"[&?.]")
"""The characters that no query value of our addresses has: BORDERS without =, because a value may end with =."""

CALLED_OTHERWISE = {"timeout": "no-answer", "cancel": "canceled"}
"""Plivo's words for a call's status that differ from those in `CallEvent`, each with the word in `CallEvent`."""


def read(
    account: PlivoAccount, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]
) -> CallEvent:
    """Return the event of a webhook that Plivo has signed and sent to this public URL. Raises NotSigned, Malformed."""
    if not is_signed(account.tokens, url, values if method == "POST" else {}, headers):
        raise NotSigned
    for name in _drawn_anew(url, values):
        raise Malformed(name)
    return _event(values)


def _event(values: Mapping[str, str]) -> CallEvent:
    """Return the event that the fields of a webhook tell. Raises Malformed.

    The call's id and the pressed keys must be well formed. Any other field that is not well formed counts as empty,
    because a caller with an odd number is answered too.
    """
    if not CALL.fullmatch(values.get("CallUUID", "")):
        raise Malformed("CallUUID")
    keys = values.get("Digits", "")
    if keys and not KEYS.fullmatch(keys):
        raise Malformed("Digits")
    status = formed(WORD, values.get("CallStatus", ""))
    return CallEvent(
        call_id=values["CallUUID"],
        called=_party(values.get("To", "")),
        sender=_party(values.get("From", "")),
        forwarded_from=_party(values.get("ForwardedFrom", "")),
        keys=keys or None,
        talked=values.get("DialStatus") == "completed" and bool(values.get("DialBLegUUID")),
        status=CALLED_OTHERWISE.get(status, status),
        lasted=seconds(values.get("Duration", "")),
    )


def _party(written: str) -> str:
    """Return a number with the + that Plivo leaves out, a word or an address unchanged, or "" for any other text."""
    party = formed(PARTY, written)
    if DIGITS.fullmatch(party):
        try:
            return Phone(f"+{party}").e164
        except NumberRefused:
            return party
    return party


def _drawn_anew(url: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield the names of fields, in a webhook signed by Plivo, that a stranger may have forged.

    Plivo signs the query and the fields as one text without separators. So a stranger who has caught a webhook can move
    text between query and fields. Separators in the query or in a field's name betray moved text.
    """
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if BORDERS.search(name) or BETWEEN_PAIRS.search(value):
            yield "query"
    yield from (name for name in values if BORDERS.search(name))
    fields = {name: sorted(values_of(values, name)) for name in sorted(values)}
    yield from spoilt(fields | NAMES_A_FIELD.get(values.get("Event", ""), {}), LONG, SHORT)
