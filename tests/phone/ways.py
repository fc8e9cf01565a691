"""Ways through a call and its failures, for the telephones in the terminal and in the browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clinic import SHIPPED
from tests.people import Clock, Phone
from tests.served import rung_by_itself


@dataclass(frozen=True)
class Way:
    """A way through a call: the keys, as `flask phone --keys` takes them, and the sentences heard after them."""

    keys: str
    hears: tuple[str, ...]
    """The names of the sentences that the caller hears after these keys, in order, without those that have blanks."""
    stores: bool = True
    """False if the service's database and Redis are away."""
    caller: str = ""

    @property
    def presses(self) -> list[str]:
        """The keys of the way, one by one; a dash stands for silence."""
        return self.keys.split()


WAYS = {
    "the earliest time is booked": Way("1 1", ("warning", "kept_more")),
    "all warning signs before it": Way("1 8", ("warning", "warning_signs")),
    "a wrong key twice": Way("7 7", ("wrong_1", "wrong_2")),
    "a wrong key at the time": Way("1 7 1", ("wrong_1", "kept_more")),
    "no key at the time": Way("1 - 1", ("silence_1", "kept_more")),
    "nobody at the reception": Way("0 0", ("call_back_instead", "still_nobody")),
    "112 where a number is asked for": Way("1 3 112#", ("key_number", "emergency_keyed")),
    "a number that is none, and hash alone": Way("1 3 12# #", ("number_unknown", "silence_1_number")),
    "nobody can call a withheld number": Way("2 1 1# 1# 1#", ("withheld", "without_number"), caller="withheld"),
    "advice after the signs": Way("3 1", ("warning_signs", "advice_now")),
    "nothing is pressed": Way("- - -", ("silence_1", "silence_2", "offer")),
    "no store for a call back": Way("2 1 1 1", ("not_kept",), stores=False),
    "no diary for an appointment": Way("1 1", ("diary_away", "which_part"), stores=False),
    "hours without a store": Way("4", ("week",), stores=False),
}


@contextmanager
def line_for(stores: bool, folder: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """Serve the shipped clinic on a real port, with its stores or with both of them away; yield a telephone at it."""
    nowhere = folder / "nowhere"
    urls = (database_url, redis_url) if stores else (f"sqlite:///{nowhere}/clinic.db", f"unix://{nowhere}/redis")
    with rung_by_itself(folder, *urls, clock, CLINIC_FILE=str(SHIPPED)) as phone:
        yield phone


def words_of(phone: Phone, name: str, language: str) -> str:
    """Return the words of the sentence with this name, in this language."""
    words: Any = phone.services.script.prompts(language).sentences[name]
    return str(words)
