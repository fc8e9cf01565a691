"""Second factors: each code counts once, an app's clock may be slightly wrong, and recovery codes work once.

Also the people for whom a second factor is required.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from pyotp import TOTP

from ivr.staff.lockout import LockedOut
from ivr.staff.people import STAFF, NoSuchPerson, Person
from ivr.staff.second_factor import AlreadyOn, KeyChanged, Proof, SecondFactors, StillRequired, WrongCode
from ivr.staff.totp import RECOVERY_CODES, address_of, new_secret
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.encryption import Cipher
from testing.servers import until
from testing.servers.postgres import Postgres
from tests.staff.staffed import NOW, PASSWORD, SECRET_KEY, Stores, after, at_once, somebody_waits

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOME = "192.0.2.1"
STEP = timedelta(seconds=30)
LATER = NOW + timedelta(minutes=2)


def shown(now: datetime, secret: str = SECRET) -> str:
    """Return the code that an authenticator app with this secret shows at this moment."""
    return TOTP(secret).at(now)


def person(desk: Stores, name: str = "asha") -> Person:
    found = desk.people.named(name)
    assert found is not None
    return found


def takes(desk: Stores, typed: str, now: datetime = LATER, name: str = "asha") -> bool:
    """Return whether this code is accepted as the second factor of the person with this name."""
    try:
        desk.factors.prove(desk.id_of(name), typed, now)
    except WrongCode:
        return False
    return True


@pytest.fixture(autouse=True)
def asha(desk: Stores) -> int:
    return desk.add("asha")


@pytest.fixture
def codes(desk: Stores, asha: int) -> list[str]:
    """The recovery codes of asha, who has set up her second factor."""
    return desk.factors.switch_on(asha, SECRET, shown(NOW), NOW)


# -- setting it up


def test_it_is_on_once_the_telephone_shows_the_right_code(desk: Stores, asha: int) -> None:
    assert not person(desk).second_factor
    with pytest.raises(WrongCode):
        desk.factors.switch_on(asha, SECRET, "000000", NOW)
    assert not person(desk).second_factor
    codes = desk.factors.switch_on(asha, SECRET, shown(NOW), NOW)
    assert person(desk).second_factor
    assert (len(set(codes)), desk.factors.codes_left(asha)) == (RECOVERY_CODES, RECOVERY_CODES)
    assert desk.told()[1:] == [("asha", "switched on second factor", "asha")]


def test_switching_it_on_ends_all_sessions_of_before(desk: Stores, asha: int) -> None:
    epoch = person(desk).epoch
    desk.factors.switch_on(asha, SECRET, shown(NOW), NOW)
    assert person(desk).epoch == epoch + 1


def test_the_code_that_confirmed_it_logs_nobody_in(desk: Stores, codes: list[str]) -> None:
    assert not takes(desk, shown(NOW), NOW)


def test_of_two_telephones_set_up_at_once_one_is_taken_on(desk: Stores, asha: int) -> None:
    secrets = [new_secret() for _ in range(4)]
    sets_up = [lambda each=each: desk.factors.switch_on(asha, each, shown(NOW, each), NOW) for each in secrets]
    outcomes = at_once(*sets_up)
    assert sorted(type(each).__name__ for each in outcomes) == ["AlreadyOn"] * 3 + ["list"]
    taken = next(secret for secret, each in zip(secrets, outcomes, strict=True) if isinstance(each, list))
    assert takes(desk, shown(LATER, taken))
    with pytest.raises(AlreadyOn):
        desk.factors.switch_on(asha, secrets[0], shown(NOW, secrets[0]), NOW)


def test_neither_the_secret_nor_a_recovery_code_lies_in_a_table(desk: Stores, codes: list[str]) -> None:
    kept = str([desk.rows(table) for table in schema.metadata.sorted_tables])
    assert SECRET not in kept
    assert all(code not in kept and code.replace(" ", "") not in kept for code in codes)


def test_the_address_for_the_app_says_whose_it_is_and_where_for() -> None:
    address = address_of(SECRET, "Asha आशा", "the clinic")
    assert address.startswith("otpauth://totp/the%20clinic:Asha%20")
    assert address.endswith(f"?secret={SECRET}&issuer=the%20clinic")


# -- codes of the app


def test_a_telephones_clock_may_be_one_step_wrong(desk: Stores, codes: list[str]) -> None:
    taken = [takes(desk, shown(LATER + early * STEP)) for early in (-2, -1, 0, 1, 2)]
    assert taken == [False, True, True, True, False]


def test_a_code_is_taken_once(desk: Stores, codes: list[str]) -> None:
    assert takes(desk, shown(LATER))
    assert not takes(desk, shown(LATER))
    assert not takes(desk, shown(LATER), LATER + STEP)
    assert takes(desk, shown(LATER + STEP), LATER + STEP)


def test_a_code_of_before_the_last_one_used_is_not_taken(desk: Stores, codes: list[str]) -> None:
    assert takes(desk, shown(LATER + STEP))
    assert not takes(desk, shown(LATER))
    assert not takes(desk, shown(LATER - STEP))


def test_of_many_who_send_one_code_at_once_one_wins(desk: Stores, codes: list[str]) -> None:
    for typed in (shown(LATER), codes[0]):
        assert at_once(*[lambda typed=typed: takes(desk, typed)] * 8).count(True) == 1


def test_a_code_is_read_as_people_type_it(desk: Stores, codes: list[str]) -> None:
    in_hindi = {ord("0") + n: ord("०") + n for n in range(10)}
    ways = ("{0}{1}", " {0} {1} ", "{0}-{1}", "{0}\u00a0{1}")
    for n, way in enumerate(ways):
        now = LATER + n * STEP
        assert takes(desk, way.format(shown(now)[:3], shown(now)[3:]), now), way
    assert takes(desk, shown(LATER + 9 * STEP).translate(in_hindi), LATER + 9 * STEP)
    assert takes(desk, codes[0].translate(in_hindi))


def test_whatever_else_is_typed_is_not_taken(desk: Stores, codes: list[str]) -> None:
    for typed in ("", " ", "12345", "²²²²²²", "x" * 3000, "9" * 3000, "\ud800", "\U0001d7d9" * 5):
        assert not takes(desk, typed)


def test_nobody_elses_code_is_taken(desk: Stores, codes: list[str]) -> None:
    devi, secret = desk.add("devi", STAFF), new_secret()
    hers = desk.factors.switch_on(devi, secret, shown(NOW, secret), NOW)
    assert not takes(desk, shown(LATER), name="devi")
    assert not takes(desk, codes[0], name="devi")
    assert not takes(desk, hers[0])
    assert takes(desk, hers[0], name="devi")


def test_who_has_none_proves_nothing(desk: Stores) -> None:
    assert not takes(desk, shown(LATER))


# -- recovery codes


def test_each_recovery_code_works_once_and_at_any_time(desk: Stores, asha: int, codes: list[str]) -> None:
    for n, code in enumerate(codes):
        proof = desk.factors.prove(asha, code if n % 2 else code.replace(" ", ""), after(days=n))
        assert proof == Proof(recovery=True, left=RECOVERY_CODES - 1 - n)
        assert not takes(desk, code, after(days=n))
    assert desk.told()[-1] == ("asha", "used recovery code", "asha")
    assert desk.factors.prove(asha, shown(LATER), LATER) == Proof(recovery=False, left=0)


def test_new_recovery_codes_take_the_place_of_those_of_before(desk: Stores, asha: int, codes: list[str]) -> None:
    new = desk.factors.new_codes(asha, NOW)
    assert not takes(desk, codes[0])
    assert takes(desk, new[0])
    assert desk.factors.codes_left(asha) == RECOVERY_CODES - 1
    assert ("asha", "made recovery codes", "asha") in desk.told()
    with pytest.raises(NoSuchPerson):
        desk.factors.new_codes(desk.add("devi"), NOW)


# -- ending it


def test_who_switches_it_off_has_none_and_none_of_its_codes(desk: Stores, asha: int, codes: list[str]) -> None:
    desk.factors.switch_off(asha, NOW)
    assert not person(desk).second_factor
    assert not takes(desk, codes[0])
    assert (desk.rows(schema.second_factors), desk.rows(schema.recovery_codes)) == ([], [])
    desk.factors.switch_off(asha, NOW)
    assert desk.told()[2:] == [("asha", "switched off second factor", "asha")]


def test_it_cannot_be_switched_off_where_it_is_required_but_removed_by_a_manager(
    desk: Stores, asha: int, codes: list[str]
) -> None:
    desk.accounts.require(asha, By("meera", NOW))
    with pytest.raises(StillRequired):
        desk.factors.switch_off(asha, NOW)
    desk.factors.remove(asha, By("meera", NOW))
    assert (person(desk).second_factor, person(desk).has_to_set_up) == (False, True)
    assert desk.told()[2:] == [
        ("meera", "required second factor", "asha"),
        ("meera", "removed second factor", "asha"),
    ]
    with pytest.raises(NoSuchPerson):
        desk.factors.remove(999, By("meera", NOW))


class Interrupted(Cipher):
    """A cipher that lets something else happen before a second factor's secret is opened for a check."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(SECRET_KEY, "second factor")
        self._meanwhile = meanwhile

    def decrypt(self, sealed: str) -> str:
        self._meanwhile()
        return super().decrypt(sealed)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_recovery_code_that_is_shown_while_the_factor_is_removed_counts_and_neither_is_refused(
    desk: Stores, asha: int, codes: list[str], postgres_server: Postgres
) -> None:
    with ThreadPoolExecutor(1) as meera:
        removed = []

        def removes() -> None:
            removed.append(meera.submit(desk.factors.remove, asha, By("meera", NOW)))
            assert until(lambda: removed[0].done() or somebody_waits(postgres_server))

        assert SecondFactors(desk.database, Interrupted(removes)).prove(asha, codes[0], LATER).recovery
        removed[0].result(20)
    assert (desk.rows(schema.second_factors), desk.rows(schema.recovery_codes)) == ([], [])


def test_with_another_secret_key_no_code_is_taken_and_removing_it_is_the_way_out(
    desk: Stores, asha: int, codes: list[str]
) -> None:
    other = SecondFactors(desk.database, Cipher("another key, as long as it has to be", "second factor"))
    for typed in (shown(LATER), codes[0], "000000"):
        with pytest.raises(KeyChanged):
            other.prove(asha, typed, LATER)
    with pytest.raises(KeyChanged):
        other.check(asha)
    other.remove(asha, By("meera", NOW))
    other.check(asha)
    assert other.switch_on(asha, SECRET, shown(NOW), NOW)


# -- of whom it is required


def test_it_is_required_of_one_or_of_everybody_and_of_who_is_invited_later(desk: Stores, asha: int) -> None:
    desk.add("devi", STAFF)
    desk.accounts.require(asha, By("meera", NOW))
    assert [each.required for each in desk.people.all()] == [True, False]
    for _ in range(2):
        desk.accounts.require_of_everybody(True, By("meera", NOW))
    guest = desk.invitations.use(desk.invitations.invite("guest", STAFF, By("meera", NOW)), PASSWORD, NOW)
    assert (guest.required, guest.has_to_set_up) == (True, True)
    assert all(each.required for each in desk.people.all())
    assert desk.accounts.required_of_everybody()
    desk.accounts.require_of_everybody(False, By("meera", NOW))
    assert [each.required for each in desk.people.all()] == [True, False, False]
    desk.accounts.no_longer_require(asha, By("meera", NOW))
    assert not any(each.required for each in desk.people.all())
    told = [line for line in desk.told() if "second factor" in line[1]]
    assert told == [
        ("meera", "required second factor", "asha"),
        *[("meera", "required second factor", "(everybody)")] * 2,
        ("meera", "made second factor optional", "(everybody)"),
        ("meera", "made second factor optional", "asha"),
    ]


def test_of_many_who_require_it_of_everybody_at_once_nobody_is_refused(desk: Stores) -> None:
    staff = [By(f"staff {each}", NOW) for each in range(8)]
    requires = [lambda by=by: desk.accounts.require_of_everybody(True, by) for by in staff]
    assert at_once(*requires) == [None] * 8
    assert desk.accounts.required_of_everybody()
    assert [line[1] for line in desk.told()].count("required second factor") == 8


# -- at the login


def proves(desk: Stores, typed: str, now: datetime = LATER) -> bool | None:
    """Return whether a login with this code is accepted; None if the lockout refuses it without checking the code."""
    try:
        desk.authentication.prove(person(desk), typed, HOME, now)
    except WrongCode:
        return False
    except LockedOut:
        return None
    return True


def test_wrong_codes_and_wrong_passwords_are_counted_together(desk: Stores, codes: list[str]) -> None:
    for _ in range(3):
        assert desk.authentication.enter("asha", "wrong horse battery", HOME, NOW) is None
    assert [proves(desk, "000000") for _ in range(3)] == [False, False, None]
    assert proves(desk, shown(LATER)) is None
    with pytest.raises(LockedOut):
        desk.authentication.enter("asha", PASSWORD, HOME, LATER)
    much_later = NOW + timedelta(minutes=20)
    assert proves(desk, shown(much_later), much_later)


def test_the_right_password_buys_no_new_guesses_at_the_code_and_costs_none(desk: Stores, codes: list[str]) -> None:
    for _ in range(4):
        assert desk.authentication.enter("asha", PASSWORD, HOME, LATER) == person(desk)
        assert proves(desk, "000000") is False
    assert len(desk.rows(schema.failed_logins)) == 4
    assert proves(desk, shown(LATER))
    assert desk.rows(schema.failed_logins) == []


def test_many_who_guess_codes_at_the_same_moment_get_no_more_guesses(desk: Stores, codes: list[str]) -> None:
    outcomes = at_once(*[lambda: proves(desk, "000000")] * 12)
    assert outcomes.count(False) <= 5
    assert set(outcomes) <= {False, None}


def test_nobody_is_said_to_be_in_before_the_code_is_right(desk: Stores, codes: list[str]) -> None:
    before = len(desk.told())
    desk.authentication.enter("asha", PASSWORD, HOME, LATER)
    assert desk.told()[before:] == []
    proves(desk, "000000")
    assert desk.told()[before:] == [("(unknown)", "wrong code", "asha")]
