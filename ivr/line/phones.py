"""Telephone numbers: a Phone is one that exists and may be rung, or it is not made at all.

The only module that imports phonenumbers. No menu, no carrier.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

HOME = "IN"
"""The country whose habits a keyed number follows (ISO 3166)."""

LONGEST_KEYED = 20
"""Digits: more than any number has; a finger asleep on a key sends hundreds."""

WITHHELD_AS_DIGITS = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253", "7748283"})
"""ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE and PRIVATE on a keypad: how the carrier used to write
a withheld caller, also with a leading 1. Since 2023 it writes the word."""

WRITTEN = re.compile(r"\s*\+?[0-9\s().-]{3,40}")
"""A number as people write it; phonenumbers would find one in an address or a sentence too."""

PAID_BY_WHOM_WE_RING = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
"""Kinds of number that cost the clinic extra, or that no patient answers."""


class Refusal(Enum):
    """Why a number cannot be rung; the value is the sentence that tells the caller."""

    NO_SUCH_NUMBER = "number_unknown"
    COUNTRY = "number_abroad"
    PREMIUM = "number_premium"
    OUR_OWN = "number_ours"


class NumberRefused(ValueError):
    """The number cannot be rung; `why` says which rule it broke."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.name)
        self.why = why


@dataclass(frozen=True, order=True)
class Phone:
    """A number in E.164. Build it with `phone`, `keyed` or `caller_id`."""

    e164: str

    def __post_init__(self) -> None:
        number = _read(self.e164, None)
        written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        if written != self.e164 or not phonenumbers.is_valid_number(number):
            raise NumberRefused(Refusal.NO_SUCH_NUMBER)

    def __str__(self) -> str:
        return f"…{self.e164[-2:]}"

    __repr__ = __str__

    @property
    def groups(self) -> tuple[str, ...]:
        """The digits as people say them, in groups; those of another country begin with its code."""
        number = _read(self.e164, None)
        home = phonenumbers.region_code_for_number(number) == HOME
        style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
        written = phonenumbers.format_number(number, style)
        if home and phonenumbers.number_type(number) == PhoneNumberType.MOBILE:
            written = written.removeprefix("0")
        return tuple("".join(filter(str.isdigit, group)) for group in written.replace("-", " ").split())


@dataclass(frozen=True)
class Dialling:
    """Which numbers the clinic will ring: the countries allowed, and never its own lines."""

    countries: frozenset[str]
    ours: frozenset[Phone]

    def keyed(self, digits: str) -> Phone:
        """The number that a caller keyed, by Indian habits: ten digits, 0 or 91 before them, or an STD code.

        Raises NumberRefused.
        """
        if not digits.isascii() or not digits.isdigit() or len(digits) > LONGEST_KEYED:
            raise NumberRefused(Refusal.NO_SUCH_NUMBER)
        return self._allowed(_read(digits, HOME))

    def caller_id(self, sender: str) -> Phone | None:
        """The number that a call came from, or None where it is withheld, no telephone, or not to be rung."""
        if is_withheld(sender):
            return None
        try:
            return self._allowed(_read(sender, HOME))
        except NumberRefused:
            return None

    def sender(self, written: str) -> Phone | None:
        """The telephone that a call came from, whether or not we would ring it; None where it is withheld or none.

        One of the clinic's own is nobody's: whatever the clinic's mobiles forward may come from them.
        """
        if is_withheld(written):
            return None
        try:
            return self.anybodys(written)
        except NumberRefused:
            return None

    def anybodys(self, written: str) -> Phone:
        """The number as people write it, whether or not we would ring it, but for the clinic's own.

        Raises NumberRefused.
        """
        if not WRITTEN.fullmatch(written):
            raise NumberRefused(Refusal.NO_SUCH_NUMBER)
        found = phone(written)
        if found in self.ours:
            raise NumberRefused(Refusal.OUR_OWN)
        return found

    def _allowed(self, number: PhoneNumber) -> Phone:
        if not phonenumbers.is_valid_number(number):
            raise NumberRefused(Refusal.NO_SUCH_NUMBER)
        if phonenumbers.region_code_for_number(number) not in self.countries:
            raise NumberRefused(Refusal.COUNTRY)
        if phonenumbers.number_type(number) in PAID_BY_WHOM_WE_RING:
            raise NumberRefused(Refusal.PREMIUM)
        found = Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164))
        if found in self.ours:
            raise NumberRefused(Refusal.OUR_OWN)
        return found


def phone(written: str) -> Phone:
    """The number written as people write it, with its country code or as dialled in India.

    Raises NumberRefused.
    """
    number = _read(written, HOME)
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def is_withheld(sender: str) -> bool:
    """Whether a carrier's From says "no number": a word, an address, nothing, or one of the old codes."""
    bare = sender.strip().removeprefix("+")
    if not bare.isascii() or not bare.isdigit():
        return True
    return bare in WITHHELD_AS_DIGITS or bare.removeprefix("1") in WITHHELD_AS_DIGITS


def among(written: str, numbers: Collection[Phone]) -> bool:
    """Whether this is one of those numbers, however it is written; False for anything that is no number."""
    try:
        return phone(written) in numbers
    except NumberRefused:
        return False


def _read(written: str, country: str | None) -> PhoneNumber:
    try:
        return phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        raise NumberRefused(Refusal.NO_SUCH_NUMBER) from None
