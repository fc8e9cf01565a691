"""The breaker of a store: one caller waits and finds that the store stalls, and the next callers need not wait."""

import threading
from dataclasses import dataclass

import pytest

from ivr.storage.breaker import REST_SECONDS, Breaker, CircuitOpen

SLOW = 0.5


class Trouble(Exception):
    """The error that the store itself raises."""


@dataclass
class Stopwatch:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def breaker(watch: Stopwatch) -> Breaker:
    return Breaker(SLOW, monotonic=watch)


def fails(breaker: Breaker, watch: Stopwatch, after: float, error: type[Exception] = Trouble) -> None:
    with pytest.raises(error):
        attempt(breaker, watch, after, error)


def attempt(breaker: Breaker, watch: Stopwatch, after: float, error: type[Exception]) -> None:
    with breaker.attempt(Trouble):
        watch.seconds += after
        raise error


def succeeds(breaker: Breaker) -> None:
    with breaker.attempt(Trouble):
        pass


def is_resting(breaker: Breaker) -> bool:
    try:
        succeeds(breaker)
    except CircuitOpen:
        return True
    return False


def test_after_a_stall_nobody_asks_until_the_rest_is_over(breaker: Breaker, watch: Stopwatch) -> None:
    fails(breaker, watch, after=1.0)
    assert is_resting(breaker)
    watch.seconds += REST_SECONDS - 0.1
    assert is_resting(breaker)
    watch.seconds += 0.2
    assert not is_resting(breaker)
    assert not is_resting(breaker), "one good answer is enough"


def test_a_failure_that_comes_at_once_costs_nobody_anything(breaker: Breaker, watch: Stopwatch) -> None:
    fails(breaker, watch, after=0.01)
    assert not is_resting(breaker)


def test_after_the_rest_one_looks_while_the_others_wait(breaker: Breaker, watch: Stopwatch) -> None:
    fails(breaker, watch, after=1.0)
    watch.seconds += REST_SECONDS
    with breaker.attempt(Trouble):
        assert is_resting(breaker)
    assert not is_resting(breaker)


def test_one_that_has_not_come_back_keeps_the_others_from_trying(breaker: Breaker, watch: Stopwatch) -> None:
    hangs, thaws = threading.Event(), threading.Event()

    def hang() -> None:
        with breaker.attempt(Trouble):
            hangs.set()
            thaws.wait(10)

    thread = threading.Thread(target=hang)
    thread.start()
    assert hangs.wait(10)
    assert not is_resting(breaker), "it has only just begun"
    watch.seconds += SLOW * 2
    assert is_resting(breaker)
    watch.seconds += REST_SECONDS * 10
    assert is_resting(breaker), "it is the one that looks, however long it takes"
    thaws.set()
    thread.join(10)
    assert not is_resting(breaker)


def test_an_error_that_is_not_the_stores_says_nothing_about_it(breaker: Breaker, watch: Stopwatch) -> None:
    fails(breaker, watch, after=5.0, error=LookupError)
    assert not is_resting(breaker)
