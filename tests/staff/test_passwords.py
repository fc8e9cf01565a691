"""Passwords that people choose: long enough and hard to guess. Threads that hash passwords let calls go first."""

import os
import sys
import threading
from typing import Literal

import pytest
from argon2 import PasswordHasher

from ivr.staff.passwords import POLITE, BadPassword, EasyPassword, Passwords
from tests.conftest import NOT_HERE
from tests.staff.staffed import QUICK

EASY = (
    *(
        "aaaaaaaaaa",
        "1111111111",
        "abababababab",
        "abcabcabcabc",
        "1234567890",
        "9876543210",
        "qwertyuiop",
        "asdfghjkl;",
    ),
    *(
        "password12",
        "Password@123",
        "P@ssw0rd2026",
        "iloveyou123",
        "letmeinplease",
        "welcome123",
        "a" * 200,
        "मममममममममम",
    ),
    *("physiotherapy", "clinic1234", "reception1", "ashaasha12", "asha123456", "9999900001", "administrator"),
)

GOOD = (
    "correct horse battery",
    "a long new one",
    "a new and longer password",
    "बारिश में नीली छतरी",
    "x7#mQ!p2vR",
    "kettle-under-7-bridges",
)


@pytest.mark.parametrize("password", EASY)
def test_a_password_that_is_guessed_soon_is_refused(password: str) -> None:
    with pytest.raises(EasyPassword, match="is guessed soon"):
        Passwords(QUICK).kept(password, "asha")


@pytest.mark.parametrize("password", GOOD)
def test_a_password_that_is_not_is_taken(password: str) -> None:
    passwords = Passwords(QUICK)
    assert passwords.fits(passwords.kept(password, "asha"), password)


@pytest.mark.parametrize("password", ["", "nine char", "x" * 201])
def test_its_length_is_told_first(password: str) -> None:
    with pytest.raises(BadPassword, match="10 to 200"):
        Passwords(QUICK).kept(password)


def test_who_chose_an_easy_one_before_still_comes_in() -> None:
    assert Passwords(QUICK).fits(QUICK.hash("aaaaaaaaaa"), "aaaaaaaaaa")


class Watched(PasswordHasher):
    """A hasher of passwords that notes in which thread, and at which priority, it checks."""

    where: tuple[str, int] = ("", 0)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's name
        niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        self.where = (threading.current_thread().name, niceness)
        return super().verify(hash, password)


@pytest.mark.skipif(sys.platform != "linux", reason=f"{NOT_HERE}only on Linux has a thread a niceness of its own")
def test_hashing_gives_way_to_the_threads_that_answer_calls() -> None:
    hasher = Watched(time_cost=1, memory_cost=8, parallelism=1)
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert Passwords(hasher).fits(hasher.hash("correct horse"), "correct horse")
    assert hasher.where == ("passwords_0", min(19, max(POLITE, before)))
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
