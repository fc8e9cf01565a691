"""Telephone numbers: reads, checks and formats them. A Phone is always a valid number.

The only module that imports phonenumbers. Knows no menu and no carrier.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

HOME = "IN"
"""The country (ISO 3166) whose dialling rules apply to a number without a country code."""

REMEMBERED = 2_000
"""The most numbers in a process's cache of read numbers. One webhook reads the caller's number eight times."""

LONGEST_KEYED = 20
"""The most digits that are read as a number, because a caller who holds a key down can send hundreds of digits."""

WITHHELD_AS_DIGITS = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253", "7748283"})
"""Digits that carriers once sent for a withheld number.

They are ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE and PRIVATE typed on a keypad, also with a leading 1. The
carrier has sent the word instead since 2023.
"""

LONGEST_TYPED = 60
"""The most characters of a typed text that is read as a number."""

TYPED = re.compile(r"[^\d+@]*(\+?(?:[^\w+@]*\d)+)[^\d@]*")
"""The pattern of a typed number. Other signs may stand between its digits, and words before or after the number.

The text must have gone through `plain`. A text with an @ does not match, because it is a mail address."""

TRUNK_BEFORE_COUNTRY = re.compile(r"^0(?=91\d{10}$)")
"""The 0 before 91 in a number such as 091 99999 00001, which is dropped because no telephone dials it."""

MADE_UP = re.compile(r"\+1\d{3}55501\d{2}|\+447700900\d{3}")
"""The numbers that North America and Britain keep for films and books. India keeps none."""

INVISIBLE = ("Cc", "Cf")
"""The Unicode categories of invisible characters: controls, and marks of direction that come with a pasted number."""

PAID_BY_WHOM_WE_RING = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
"""Types of number that cost the clinic extra, or that no patient answers."""


class Refusal(Enum):
    """The reason why a number is refused; the value is the name of the sentence that tells the caller."""

    NO_SUCH_NUMBER = "number_unknown"
    COUNTRY = "number_abroad"
    PREMIUM = "number_premium"
    OUR_OWN = "number_ours"


class NumberRefused(ValueError):
    """A number is invalid or must not be called; `why` is the reason."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.name)
        self.why = why


@dataclass(frozen=True, order=True)
class Phone:
    """A valid number in E.164. Make it with `phone` or `typed`, or with a method of Dialling."""

    e164: str

    def __post_init__(self) -> None:
        if _valid(self.e164, None).e164 != self.e164:
            raise NumberRefused(Refusal.NO_SUCH_NUMBER)

    def __str__(self) -> str:
        return f"…{self.e164[-2:]}"

    __repr__ = __str__

    @property
    def is_made_up(self) -> bool:
        """True for a number that is reserved for fiction and belongs to nobody, so that no text or notice is sent."""
        return MADE_UP.fullmatch(self.e164) is not None

    @property
    def groups(self) -> tuple[str, ...]:
        """The number's digits in groups, as people say them. A foreign number begins with its country code."""
        number = _read(self.e164, None)
        home = phonenumbers.region_code_for_number(number) == HOME
        style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
        written = phonenumbers.format_number(number, style)
        if home and phonenumbers.number_type(number) == PhoneNumberType.MOBILE:
            written = written.removeprefix("0")
        return tuple("".join(filter(str.isdigit, group)) for group in written.replace("-", " ").split())


@dataclass(frozen=True)
class Dialling:
    """The rules for telephone numbers: the countries that the clinic calls; its own numbers, which it never calls."""

    countries: frozenset[str]
    ours: frozenset[Phone]

    def keyed(self, digits: str) -> Phone:
        """Return the number that a caller entered by keys: ten digits, with 0 or 91 before them, or with an STD code.

        Raises NumberRefused.
        """
        if not digits.isascii() or not digits.isdigit() or len(digits) > LONGEST_KEYED:
            raise NumberRefused(Refusal.NO_SUCH_NUMBER)
        return self._allowed(_valid(digits, HOME))

    def is_emergency(self, digits: str) -> bool:
        """Return whether these digits are a number for emergencies, such as 112."""
        return phonenumbers.is_emergency_number(digits, HOME)

    def to_ring(self, written: str) -> Phone:
        """Return the number that somebody typed for the clinic to ring. Raises NumberRefused."""
        return self._allowed(_valid(typed(written).e164, None))

    def caller_id(self, sender: str) -> Phone | None:
        """Return the caller's number; None if it is withheld, invalid, or must not be called."""
        if is_withheld(sender):
            return None
        try:
            return self._allowed(_valid(sender, HOME))
        except NumberRefused:
            return None

    def sender(self, written: str) -> Phone | None:
        """Return the caller's number, even one that the clinic must not call; None if withheld, invalid or our own.

        The clinic's own numbers identify nobody, because a call that a clinic's mobile forwards may show its number.
        """
        if is_withheld(written):
            return None
        try:
            return self.anybodys(written)
        except NumberRefused:
            return None

    def is_ours(self, written: str) -> bool:
        """Return whether the text is one of the clinic's own numbers."""
        return among(written, self.ours)

    def anybodys(self, written: str) -> Phone:
        """Return the number that somebody typed, even if the clinic must not call it.

        Raises NumberRefused, also for the clinic's own numbers.
        """
        found = typed(written)
        if found in self.ours:
            raise NumberRefused(Refusal.OUR_OWN)
        return found

    def _allowed(self, number: "_ValidNumber") -> Phone:
        if number.region not in self.countries:
            raise NumberRefused(Refusal.COUNTRY)
        if number.kind in PAID_BY_WHOM_WE_RING:
            raise NumberRefused(Refusal.PREMIUM)
        found = Phone(number.e164)
        if found in self.ours:
            raise NumberRefused(Refusal.OUR_OWN)
        return found


def phone(written: str) -> Phone:
    """Return the number in this text, written with a country code or as dialled in India. Raises NumberRefused."""
    return Phone(_valid(written, HOME).e164)


def typed(written: str) -> Phone:
    """Return the number that somebody typed, in any script, with +91, 0091, 0 or nothing before it.

    Words may come before and after the number. Raises NumberRefused where words come between digits, because nobody can
    say which number is meant, and for an invalid number.
    """
    found = TYPED.fullmatch(plain(written)) if len(written) <= LONGEST_TYPED else None
    if not found:
        raise NumberRefused(Refusal.NO_SUCH_NUMBER)
    return phone(TRUNK_BEFORE_COUNTRY.sub("", re.sub(r"[^\d+]", "", found[1])))


def plain(written: str) -> str:
    """Return a typed text in plain characters: digits in ASCII, no full-width forms, nothing invisible."""
    if written.isprintable():  # so that nothing in it is invisible
        seen = written
    else:
        seen = "".join(each for each in written if unicodedata.category(each) not in INVISIBLE)
    return re.sub(r"\d", lambda found: str(int(found[0])), unicodedata.normalize("NFKC", seen))


def digits_of(written: str) -> str:
    """Return the digits that somebody typed, in ASCII: those of a number, a reference or a code."""
    return "".join(str(int(each)) for each in written if each.isdecimal())


def is_withheld(sender: str) -> bool:
    """Return whether `sender`, from a carrier, hides the number: it is empty, a word, an address, or an old code."""
    bare = sender.strip().removeprefix("+")
    if not bare.isascii() or not bare.isdigit():
        return True
    return bare in WITHHELD_AS_DIGITS or bare.removeprefix("1") in WITHHELD_AS_DIGITS


def among(written: str, numbers: Collection[Phone]) -> bool:
    """Return whether the text is a number in `numbers`, however it is written; False if the text is not a number."""
    try:
        return phone(written) in numbers
    except NumberRefused:
        return False


class _ValidNumber(NamedTuple):
    """A valid number as phonenumbers knows it: in E.164, with its country and its type."""

    e164: str
    region: str | None
    """The country in ISO 3166, or "001" for a number of no single country; None if unknown."""
    kind: int


@lru_cache(REMEMBERED)
def _valid(written: str, country: str | None) -> _ValidNumber:
    """Return the valid number that a text holds, as phonenumbers knows it. Raises NumberRefused if it holds none."""
    number = _read(written, country)
    if not phonenumbers.is_valid_number(number):
        raise NumberRefused(Refusal.NO_SUCH_NUMBER)
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return _ValidNumber(written, phonenumbers.region_code_for_number(number), phonenumbers.number_type(number))


def _read(written: str, country: str | None) -> PhoneNumber:
    try:
        return phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        raise NumberRefused(Refusal.NO_SUCH_NUMBER) from None
