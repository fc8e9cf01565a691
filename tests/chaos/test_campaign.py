"""A short chaos campaign against the running service, and the proof that it notices each kind of broken promise.

The long one, with thousands of calls, is `make chaos`.
"""

import pytest

from chaos.campaign import run
from chaos.plan import Sizes, Wanted
from ivr.reports.call_records import SETTLES
from testing.servers.postgres import PostgresUnavailable
from tests.conftest import NO_POSTGRES

SEED = 3
"""The seed of these campaigns' plans.

Any would do; with this one no worker dies in a task, which would take a lease.
"""


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_whatever_breaks_what_was_promised_is_at_the_desk_once_and_the_staff_are_told(database: str) -> None:
    try:
        found = run(Wanted(database, Sizes(calls=28, faults=4, seconds=6.0), SEED, latest=2.0), print)
    except PostgresUnavailable as missing:
        pytest.skip(f"{NO_POSTGRES}{missing}")
    assert (found.lost, found.doubled, found.never_told) == ((), 0, 0), found.line()
    assert found.promised >= 5, found.line()
    assert found.line().startswith(f"{database}: calls 28, faults 4, promised {found.promised}, lost 0, doubled 0, ")
    assert found.kept


def test_a_service_that_promises_before_it_keeps_is_found_out() -> None:
    app = "tests.chaos.careless:promises_too_early"
    sizes = Sizes(calls=30, faults=20, seconds=6.0)
    found = run(Wanted("sqlite", sizes, SEED, app, parts=("database",), latest=2.0), print)
    assert found.lost, found.line()
    assert not found.kept


def test_a_service_that_does_not_know_a_repeated_webhook_is_found_out() -> None:
    app = "tests.chaos.careless:knows_no_repetition"
    sizes = Sizes(calls=24, faults=0, seconds=4.0)
    found = run(Wanted("sqlite", sizes, SEED, app, twice=0.6, latest=3.0, desk_closes=1.0), print)
    assert found.doubled, found.line()
    assert not found.kept


def test_an_hour_that_is_given_twice_is_found_out() -> None:
    app = "tests.chaos.careless:gives_an_hour_twice"
    sizes = Sizes(calls=40, faults=0, seconds=4.0)
    found = run(Wanted("sqlite", sizes, SEED, app, latest=2.0), print)
    assert found.hours.given_twice, found.line()
    assert not found.kept


def test_hours_that_nobody_is_told_of_are_found_out() -> None:
    """The campaign counts appointments at a closed time, and those whose caller heard that they were not kept.

    The service books without telling its callers, and its clock looks at nothing.
    """
    app, clock = "tests.chaos.careless:books_without_a_word", "tests.chaos.careless"
    sizes = Sizes(calls=40, faults=0, seconds=6.0)
    recorded = SETTLES.total_seconds() + 4  # until the calls are recorded, and show which bookings were not heard
    found = run(Wanted("sqlite", sizes, SEED, app, clock, latest=2.0, keeps_promises=0.0, swept=recorded), print)
    assert found.hours.unheard, found.line()
    assert found.hours.untold, found.line()
    assert not found.kept
