"""A short chaos campaign against the running service, and the proof that it notices each kind of broken promise.

The long campaign, with thousands of calls, is `make chaos`.
"""

import pytest

from chaos.campaign import run
from chaos.plan import Sizes, Wanted
from testing.servers.postgres import PostgresUnavailable
from tests.conftest import NO_POSTGRES, skipped_without

SEED = 3
"""The usual seed of this module's random campaigns.

With this seed no worker dies during a task, so that no test has to wait until the task's lease ends.
"""

LOCKED_LATE = 109
"""The seed of a campaign that locks the database only in its second half; in the first half, requests are stored."""

SWEPT = 3.0
"""The seconds that a campaign gives the clock process to list unheard appointments. The careless clock lists none."""


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_whatever_breaks_what_was_promised_is_at_the_desk_once_and_the_staff_are_told(database: str) -> None:
    with skipped_without(PostgresUnavailable, NO_POSTGRES):
        found = run(Wanted(database, Sizes(calls=28, faults=4, seconds=6.0), SEED, latest=2.0), print)
    assert (found.lost, found.doubled, found.never_told) == ((), 0, 0), found.line()
    assert found.promised >= 5, found.line()
    assert found.line().startswith(f"{database}: calls 28, faults 4, promised {found.promised}, lost 0, doubled 0, ")
    assert found.kept


def test_requests_that_are_lost_and_that_are_doubled_are_found_out() -> None:
    app = "tests.chaos.careless:loses_and_doubles_requests"
    sizes = Sizes(calls=50, faults=5, seconds=7.5)
    wanted = Wanted("sqlite", sizes, LOCKED_LATE, app, parts=("database",), twice=0.9, latest=2.0, desk_closes=1.0)
    found = run(wanted, print)
    assert found.lost, found.line()
    assert found.doubled, found.line()
    assert not found.kept


def test_hours_that_are_given_twice_or_that_nobody_is_told_of_are_found_out() -> None:
    """The campaign counts times given twice, kept bookings that were not heard, and patients not told of a closing."""
    app, clock = "tests.chaos.careless:gives_hours_twice_and_says_nothing", "tests.chaos.careless"
    sizes = Sizes(calls=40, faults=0, seconds=6.0)
    found = run(Wanted("sqlite", sizes, SEED, app, clock, latest=2.0, keeps_promises=0.0, swept=SWEPT), print)
    assert found.hours.given_twice, found.line()
    assert found.hours.unheard, found.line()
    assert found.hours.untold, found.line()
    assert not found.kept
