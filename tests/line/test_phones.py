"""Telephone numbers: which a caller may key, how they are read back, and which callers' numbers can be called."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.line.phones import (
    LONGEST_TYPED,
    PAID_BY_WHOM_WE_RING,
    Dialling,
    NumberRefused,
    Phone,
    Refusal,
    among,
    is_withheld,
    phone,
    typed,
)

OURS = phone("+91 8090080906")
INDIA = Dialling(frozenset({"IN"}), frozenset({OURS}))
ABROAD_TOO = Dialling(frozenset({"IN", "US"}), frozenset({OURS}))

MOBILE = "+919999900001"

SENDERS = {
    "+919999900001": MOBILE,
    "919999900001": MOBILE,
    "09999900001": MOBILE,
    "9999900001": MOBILE,
    "00919999900001": MOBILE,
    "+12025550143": "+12025550143",
    "+9118603451234": "+9118603451234",
    **dict.fromkeys(["", " ", "+", "+91", "112", "anonymous", "+266696687", "266696687", "+1266696687", "+7378742833"]),
    **dict.fromkeys(["7378742833", "17378742833", "+17378742833"]),  # RESTRICTED, which would be a number too
    **dict.fromkeys(["sip:9999900001@example.org", "client:9999900001", "whatsapp:+919999900001", "९९९९९०००००१"]),
    **dict.fromkeys(["+918090080906", "918090080906", "8090080906", "9" * 40, "+91\x009999900001"]),
}
"""Callers' numbers as carriers may write them, each with the number that is counted and blocked; None for no number."""


@pytest.mark.parametrize("written", SENDERS)
def test_the_telephone_of_a_call_is_known_whether_or_not_we_would_ring_it(written: str) -> None:
    found = INDIA.sender(written)
    assert (found.e164 if found else None) == SENDERS[written]


@pytest.mark.parametrize("written", ["+91 99999 00001", "099999-00001", "(0)99999.00001", " 9999900001 "])
def test_the_desk_writes_a_number_as_people_do(written: str) -> None:
    assert INDIA.anybodys(written).e164 == MOBILE


AS_PEOPLE_TYPE = (
    *("99999 00001", "0 99999 00001", "+91 99999 00001", "0091 99999 00001", "00 91 9999900001", "091-99999-00001"),
    *(
        "+91 (0) 99999 00001",
        "9 9 9 9 9 0 0 0 0 1",
        "(+91)9999900001",
        "tel:+919999900001",
        "Tel. 99999-00001, mornings",
    ),
    "\u096f\u096f\u096f\u096f\u096f \u0966\u0966\u0966\u0966\u0967",  # Devanagari
    "\uff0b\uff19\uff11 \uff19\uff19\uff19\uff19\uff19\uff10\uff10\uff10\uff10\uff11",  # full width
    "\u09ef\u09ef\u09ef\u09ef\u09ef\u09e6\u09e6\u09e6\u09e6\u09e7",  # Bengali
    "\u202a+91 99999 00001\u202c",  # pasted from a telephone's contacts
    *("+91\u200b99999\u200d00001", "99999\u00a000001", "99999\u201300001", "\t99999 00001\r\n"),
)
"""A telephone number in many forms in which people type, paste or dictate it."""


@pytest.mark.parametrize("written", AS_PEOPLE_TYPE, ids=ascii)
def test_a_number_is_read_alike_wherever_somebody_types_it(written: str) -> None:
    """A typed number is read alike by the counter's form, by the form for blocking, by the search and by commands."""
    assert {INDIA.to_ring(written).e164, INDIA.anybodys(written).e164, typed(written).e164} == {MOBILE}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        *(
            (each, Refusal.NO_SUCH_NUMBER)
            for each in ("", "+", "98765", "9999900001 or 9999900002", "9999900001;ext=2", "sip:9999900001@a.b")
        ),
        ("809 008 0906", Refusal.OUR_OWN),
    ],
)
def test_the_desk_writes_no_number_or_one_of_ours(written: str, why: Refusal) -> None:
    with pytest.raises(NumberRefused) as refused:
        INDIA.anybodys(written)
    assert refused.value.why is why


KEYED = {
    "9999900001": MOBILE,
    "09999900001": MOBILE,
    "919999900001": MOBILE,
    "00919999900001": MOBILE,
    # a mobile that itself begins with 91
    "9198100123": "+919198100123",
    "09198100123": "+919198100123",
    "919198100123": "+919198100123",
    "00919198100123": "+919198100123",
    "9191919191": "+919191919191",
    "919191919191": "+919191919191",
    # landlines, the STD code of two, three and four digits
    "01140000001": "+911140000001",
    "1140000001": "+911140000001",
    "911140000001": "+911140000001",
    "00911140000001": "+911140000001",
    "01242345678": "+911242345678",
    "1242345678": "+911242345678",
    "01744223344": "+911744223344",
    "1744223344": "+911744223344",
    "18001031111": "+9118001031111",
}


@pytest.mark.parametrize("digits", KEYED)
def test_a_caller_keys_a_number_as_people_in_india_do(digits: str) -> None:
    assert INDIA.keyed(digits).e164 == KEYED[digits]


REFUSED = {
    "": Refusal.NO_SUCH_NUMBER,
    "0": Refusal.NO_SUCH_NUMBER,
    "91": Refusal.NO_SUCH_NUMBER,
    "0091": Refusal.NO_SUCH_NUMBER,
    "112": Refusal.NO_SUCH_NUMBER,
    "40000001": Refusal.NO_SUCH_NUMBER,
    "999990000": Refusal.NO_SUCH_NUMBER,
    "99999000011": Refusal.NO_SUCH_NUMBER,
    "5999900001": Refusal.NO_SUCH_NUMBER,
    "9" * 20: Refusal.NO_SUCH_NUMBER,
    "9" * 21: Refusal.NO_SUCH_NUMBER,
    "9" * 500: Refusal.NO_SUCH_NUMBER,
    "99999*0001": Refusal.NO_SUCH_NUMBER,
    "+919999900001": Refusal.NO_SUCH_NUMBER,
    "९९९९९००००१": Refusal.NO_SUCH_NUMBER,
    "18603451234": Refusal.PREMIUM,
    "18605001066": Refusal.PREMIUM,
    "9118603451234": Refusal.PREMIUM,
    "0014155552671": Refusal.COUNTRY,
    "00971501234567": Refusal.COUNTRY,
    "8090080906": Refusal.OUR_OWN,
    "08090080906": Refusal.OUR_OWN,
    "918090080906": Refusal.OUR_OWN,
    "00918090080906": Refusal.OUR_OWN,
}


@pytest.mark.parametrize("digits", REFUSED)
def test_a_number_that_cannot_be_rung_is_refused_with_its_reason(digits: str) -> None:
    with pytest.raises(NumberRefused) as refused:
        INDIA.keyed(digits)
    assert refused.value.why is REFUSED[digits]


def test_a_caller_may_leave_a_number_abroad_where_the_clinic_allows_that_country() -> None:
    assert ABROAD_TOO.keyed("0014155552671").e164 == "+14155552671"
    with pytest.raises(NumberRefused):
        ABROAD_TOO.keyed("00971501234567")


# -- a number that somebody typed

TYPED = {
    **dict.fromkeys(
        ["9999900001", "99999 00001", "99999-00001", " 99999.00001 ", "99999/00001", "99999–00001", "99999,00001"],
        MOBILE,
    ),
    **dict.fromkeys(["099999 00001", "(0)99999 00001", "0-99999-00001", "91 99999 00001", "0091 99999 00001"], MOBILE),
    **dict.fromkeys(["+919999900001", "+91 99999-00001", "+ 91 99999 00001", "(+91) 99999 00001"], MOBILE),
    **dict.fromkeys(["+91 (0) 99999 00001", "tel:+919999900001", "\u202a+91 99999 00001\u202c"], MOBILE),
    **dict.fromkeys(["९९९९९ ००००१", "+९१ ९९९९९-००००१", "०९९९९९००००१", "९९९९९00001"], MOBILE),
    **dict.fromkeys(["Mob: 99999 00001", "99999 00001 (wife)", "मोबाइल ९९९९९ ००००१ घर"], MOBILE),
    **dict.fromkeys(["011 4000 0001", "(011) 4000-0001", "+91 11 4000 0001", "91-11-40000001"], "+911140000001"),
    "1800 103 1111": "+9118001031111",
    "+1 (415) 555-2671": "+14155552671",
    "9999900001".rjust(LONGEST_TYPED): MOBILE,
}
"""Texts that people type, each with the number that it means."""

NOT_TYPED = [
    *("", "+", "nobody", "98765", "99999 0000", "99999 00001 2", "1 415 555 2671"),
    *("99999 00001 ext 2", "9999900001;ext=2", "99999 00001, 99999 00002", "+91 +99999 00001"),
    "9999900001".rjust(LONGEST_TYPED + 1),
]


@pytest.mark.parametrize("written", TYPED)
def test_a_number_is_read_as_people_type_it(written: str) -> None:
    assert typed(written).e164 == TYPED[written]


@pytest.mark.parametrize("written", NOT_TYPED)
def test_text_that_does_not_say_which_number_is_meant_is_refused(written: str) -> None:
    with pytest.raises(NumberRefused) as refused:
        typed(written)
    assert refused.value.why is Refusal.NO_SUCH_NUMBER


TO_RING = {
    "+1 415 555 2671": Refusal.COUNTRY,
    "1860 345 1234": Refusal.PREMIUM,
    "०८०९० ०८०९०६": Refusal.OUR_OWN,
    "99999 0000": Refusal.NO_SUCH_NUMBER,
}


@pytest.mark.parametrize("written", TO_RING)
def test_a_number_typed_at_the_desk_must_be_one_the_clinic_rings(written: str) -> None:
    assert INDIA.to_ring("९९९९९ ००००१").e164 == MOBILE
    with pytest.raises(NumberRefused) as refused:
        INDIA.to_ring(written)
    assert refused.value.why is TO_RING[written]


# -- the number that a call comes from

WITHHELD = [
    "",
    " ",
    "+",
    *("anonymous", "Anonymous", "ANONYMOUS", "restricted", "private", "unavailable", "unknown", "blocked", "withheld"),
    *("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "+7748283"),
    *("266696687", "+1266696687", "17378742833", "+12562533", "18656696", "+186282452253", "17748283"),
    *(
        "sip:desk@example.org",
        "client:asha",
        "sim:HS0123",
        "whatsapp:+919999900001",
        "VM-CLINIC",
        "９９９９９００００１",
    ),
]


@pytest.mark.parametrize("sender", WITHHELD)
def test_a_withheld_caller_has_no_number_to_ring(sender: str) -> None:
    assert is_withheld(sender)
    assert INDIA.caller_id(sender) is None
    assert ABROAD_TOO.caller_id(sender) is None


@pytest.mark.parametrize("sender", [MOBILE, "919999900001", "09999900001", "9999900001"])
def test_a_caller_is_known_by_the_number_they_ring_from(sender: str) -> None:
    assert INDIA.caller_id(sender) == Phone(MOBILE)


@pytest.mark.parametrize(
    "sender", ["+14155552671", "+9118603451234", "+91", "+91123", "+" + "1" * 400, OURS.e164, "08090080906"]
)
def test_a_caller_whose_number_cannot_be_rung_counts_as_withheld(sender: str) -> None:
    assert INDIA.caller_id(sender) is None


@pytest.mark.parametrize("written", ["+918090080906", "918090080906", "08090080906", "+91 80900 80906"])
def test_one_of_the_clinics_numbers_is_known_however_it_is_written(written: str) -> None:
    assert among(written, {OURS})


@pytest.mark.parametrize("written", ["", "anonymous", "+919999900001", "sip:line@example.org"])
def test_anything_else_is_none_of_the_clinics_numbers(written: str) -> None:
    assert not among(written, {OURS})


# -- a number read back, and hidden

GROUPS = {
    MOBILE: ("99999", "00001"),
    "+911140000001": ("011", "4000", "0001"),
    "+911242345678": ("0124", "234", "5678"),
    "+911744223344": ("01744", "223", "344"),
    "+9118001031111": ("1800", "103", "1111"),
    "+14155552671": ("1", "415", "555", "2671"),
}


@pytest.mark.parametrize("number", GROUPS)
def test_a_number_is_read_back_in_groups_as_people_say_it(number: str) -> None:
    assert Phone(number).groups == GROUPS[number]


def test_a_number_that_is_shown_or_logged_by_accident_is_hidden() -> None:
    number = Phone(MOBILE)
    for shown in (str(number), repr(number), f"{number}", f"{[number]}", f"{INDIA}"):
        assert "99999" not in shown
        assert "80900" not in shown
    assert str(number) == "…01"


def test_a_refusal_says_nothing_of_the_number() -> None:
    with pytest.raises(NumberRefused) as refused:
        INDIA.keyed("18603451234")
    assert not any(character.isdigit() for character in str(refused.value))


@pytest.mark.parametrize("written", ["", "919999900001", "+91999990000", "+91 12345", "anonymous"])
def test_a_phone_that_does_not_exist_cannot_be(written: str) -> None:
    with pytest.raises(NumberRefused):
        Phone(written)


@pytest.mark.parametrize("written", ["+91 99999 00001", "+91-99999-00001", "tel:+919999900001", "+9199999ABCDE"])
def test_a_phone_that_is_not_written_in_e164_cannot_be(written: str) -> None:
    with pytest.raises(NumberRefused):
        Phone(written)


# -- anything that may be keyed

DIALLED = st.from_regex(r"(0|91|0091|00|\+91|\+|1|)[1-9][0-9]{6,11}", fullmatch=True)
ANYTHING = st.one_of(DIALLED, DIALLED, st.text("0123456789+*# ", max_size=25), st.text(max_size=30))
DIALLINGS = st.sampled_from([INDIA, ABROAD_TOO])


def may_be_rung(found: Phone, dialling: Dialling) -> bool:
    """Return whether the clinic may call this number, worked out from phonenumbers without the methods of Dialling."""
    number = phonenumbers.parse(found.e164, None)
    return (
        phonenumbers.is_valid_number(number)
        and phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == found.e164
        and phonenumbers.region_code_for_number(number) in dialling.countries
        and phonenumbers.number_type(number) not in PAID_BY_WHOM_WE_RING
        and found not in dialling.ours
    )


@given(written=ANYTHING, dialling=DIALLINGS)
@example(written="9118603451234", dialling=INDIA)
@example(written="0014155552671", dialling=INDIA)
@example(written="918090080906", dialling=INDIA)
def test_whatever_is_keyed_is_refused_or_a_number_that_may_be_rung(written: str, dialling: Dialling) -> None:
    try:
        found = dialling.keyed(written)
    except NumberRefused:
        return
    assert may_be_rung(found, dialling)


@given(sender=ANYTHING, dialling=DIALLINGS)
@example(sender="+14155552671", dialling=INDIA)
@example(sender="+9118603451234", dialling=INDIA)
def test_whatever_a_call_comes_from_is_withheld_or_a_number_that_may_be_rung(sender: str, dialling: Dialling) -> None:
    found = dialling.caller_id(sender)
    assert found is None or may_be_rung(found, dialling)
