"""Limits of calls, counted in Redis: each call counts once, from its beginning, however often its webhooks come."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from redis import Redis

from ivr.desk.call_limits import CallLimits, IncomingCall
from ivr.line.clinic import Limits
from ivr.line.phones import Phone
from ivr.storage.breaker import Breaker
from ivr.storage.encryption import KeyedIds
from ivr.storage.redis import client_for_callers
from tests.staff.staffed import NOW, after, at_once

CALLER = Phone("+919999900001")


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client of an empty Redis, with the settings that the web process gives its own."""
    with client_for_callers(redis_url) as client:
        yield client


def counting(redis: Redis, most: int) -> CallLimits:
    """Return call limits for an hour: `most` calls of a number, ten calls on a line, two withheld calls on a line."""
    return CallLimits(redis, Breaker(0.5), KeyedIds("0123456789abcdef" * 4), Limits(most, 10, 2, 6))


def fits(limits: CallLimits, call: str, now: datetime = NOW, caller: Phone | None = CALLER) -> bool:
    return not limits.over(IncomingCall(call, "main", caller), now)


def test_a_call_counts_for_an_hour_from_when_it_came_in_however_often_it_is_told_of(redis: Redis) -> None:
    limits = counting(redis, 1)
    assert fits(limits, "CA1")
    assert fits(limits, "CA1", after(minutes=59))
    assert not fits(limits, "CA2", after(minutes=59))
    assert fits(limits, "CA2", after(minutes=60))


def test_a_call_that_was_let_in_stays_so_when_the_limit_is_lowered(redis: Redis) -> None:
    assert all(fits(counting(redis, 3), call) for call in ("CA1", "CA2", "CA3"))
    assert all(fits(counting(redis, 1), call) for call in ("CA1", "CA2", "CA3"))
    assert not fits(counting(redis, 1), "CA4")


def test_a_redis_that_has_forgotten_the_script_goes_on_counting(redis: Redis) -> None:
    """The limits hold after a restart of Redis, which forgets the script that counts."""
    limits = counting(redis, 1)
    assert fits(limits, "CA1")
    redis.script_flush()
    assert not fits(limits, "CA2")


def test_of_many_calls_at_the_same_moment_no_more_and_no_fewer_are_let_in(redis: Redis) -> None:
    limits = counting(redis, 5)
    calls = [f"CA{n}" for n in range(20)]
    let_in = at_once(*[lambda call=call: fits(limits, call) for call in calls])
    assert sorted(map(str, let_in)) == ["False"] * 15 + ["True"] * 5


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(minutes=59, seconds=59)])
def test_the_last_call_within_is_let_in_and_the_first_beyond_is_not(redis: Redis, ago: timedelta) -> None:
    limits = counting(redis, 3)
    assert [fits(limits, f"CA{n}", NOW - ago) for n in range(3)] == [True] * 3
    assert not fits(limits, "CA3")


def test_withheld_calls_beyond_their_limit_do_not_count_for_the_line(redis: Redis) -> None:
    limits = counting(redis, 20)
    assert [fits(limits, f"CAw{n}", caller=None) for n in range(9)] == [True] * 2 + [False] * 7
    assert [fits(limits, f"CA{n}") for n in range(9)] == [True] * 8 + [False], "eight of ten are left"


@pytest.mark.parametrize("caller", [CALLER, None], ids=["a telephone", "withheld"])
def test_calls_refused_by_a_full_line_count_for_nobody(redis: Redis, caller: Phone | None) -> None:
    """A caller who tries again and again while the line is full is no nearer to a limit of their own."""
    limits = counting(redis, 3)
    assert fits(limits, "CA0", after(minutes=30), caller=caller)
    for n in range(9):
        fits(limits, f"CAo{n}", caller=Phone(f"+91999990001{n}"))
    refused = [fits(limits, f"CAr{n}", after(minutes=31), caller=caller) for n in range(9)]
    assert refused == [False] * 9
    assert fits(limits, "CA1", after(minutes=61), caller=caller)


def test_the_load_of_a_line_is_that_of_the_last_hour_and_can_be_forgotten(redis: Redis) -> None:
    limits = counting(redis, 20)
    fits(limits, "CAw", caller=None)
    for n in range(12):
        fits(limits, f"CA{n}", after(minutes=30))
    main, other = limits.loads(["main", "third"], after(minutes=59))
    assert (main.line, main.calls, main.withheld, main.is_full, main.is_full_of_withheld) == (
        "main",
        10,
        1,
        True,
        False,
    )
    assert (other.calls, other.withheld, other.is_full) == (0, 0, False)
    (main,) = limits.loads(["main"], after(minutes=60))
    assert (main.calls, main.withheld) == (9, 0)
    limits.forget("main")
    (main,) = limits.loads(["main"], after(minutes=60))
    assert (main.calls, main.withheld) == (0, 0)
    assert fits(limits, "CA99", after(minutes=60))


def test_a_limit_at_which_no_call_without_a_number_is_taken_is_told(redis: Redis) -> None:
    limits = counting(redis, 20)
    assert [fits(limits, f"CAw{n}", caller=None) for n in range(3)] == [True, True, False]
    (main,) = limits.loads(["main"], NOW)
    assert (main.is_full, main.is_full_of_withheld) == (False, True)
