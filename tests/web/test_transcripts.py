"""What a caller hears, read beforehand, is what a call at that moment hears: each sentence of each branch."""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

import pytest

from ivr.desk.requests import Outcome, Report
from ivr.line.hours import DeskClosure, Shift
from ivr.line.phones import Phone as Number
from ivr.line.turn import File, RingReception
from ivr.line.ways.happenings import What
from ivr.phone.command import WITHHELD
from ivr.phone.reader import Dials, Gathers, Heard
from ivr.web.house import House
from ivr.web.transcripts import Branch, Caller, Wanted, read_call, read_reception
from tests.people import CALLER, DELHI, Clock, Conversation, Phone
from tests.web import clinic_with_reception, service

MOMENTS = {
    "in opening hours": (2026, 11, 23, 14, 0),
    "in the last minute": (2026, 11, 23, 20, 29),
    "at closing time": (2026, 11, 23, 20, 30),
    "before opening": (2026, 11, 24, 6, 5),
    "at midnight": (2026, 11, 25, 0, 0),
    "on a Sunday": (2026, 11, 29, 9, 30),
    "on a Sunday evening": (2026, 11, 29, 19, 45),
    "on the eve of Diwali": (2027, 10, 28, 21, 0),
    "on Diwali morning": (2027, 10, 29, 10, 0),
    "on a half day, before it": (2027, 3, 22, 10, 15),
    "on a half day": (2027, 3, 22, 17, 45),
    "after the desk closed early": (2026, 12, 1, 16, 0),
}
"""A dozen, on Delhi's clock."""

CLOSED = """
[[closed]]
day = 2027-10-29
reason = { en = "Diwali", hi = "दिवाली" }

[[closed]]
day = 2027-03-22
open = ["16:00-20:30"]
reason = { en = "Holi", hi = "होली" }
lines = ["main", "third"]
"""

REFERENCE = re.compile(r"(?<!\d )\d \d \d, \d \d \d(?! \d)")

AN_EARLY_EVENING = DeskClosure(date(2026, 12, 1), "", (Shift(time(9), time(15, 30)),), "power_cut")


@pytest.fixture
def phone(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a clinic with closed days, a reception on its first line, and no limit that a test would meet."""
    path = Path(clinic_with_reception(tmp_path))
    words = re.sub(r"^((calls|requests)_of_\w+) = \d+", r"\1 = 1000000", path.read_text(), flags=re.MULTILINE)
    path.write_text(words.replace("\n# What a caller can ask for", f"{CLOSED}\n# What a caller can ask for", 1))
    with service(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=str(path)) as phone:
        house = phone.house
        house.closures.set([AN_EARLY_EVENING], "asha", clock())
        house.mirror.follow(house.closures, clock().date())
        yield phone


LINES = pytest.mark.parametrize("line", ["main", "second", "third"])
LANGUAGES = pytest.mark.parametrize("lang", ["en", "hi"])


@LINES
@LANGUAGES
def test_at_a_dozen_moments_every_sentence_on_every_way_that_is_offered_is_what_a_call_hears(
    phone: Phone, clock: Clock, line: str, lang: str
) -> None:
    for moment in MOMENTS:
        compare(phone, clock, Which(line, lang, moment), OFFERED)


@LANGUAGES
@pytest.mark.parametrize(("line", "moment"), [("main", "in opening hours"), ("third", "on Diwali morning")])
def test_after_every_mistake_and_every_standing_key_too(
    phone: Phone, clock: Clock, line: str, lang: str, moment: str
) -> None:
    assert compare(phone, clock, Which(line, lang, moment), frozenset(What)) > 150


@LANGUAGES
@pytest.mark.parametrize("caller", [Caller.WITHHELD, Caller.REFUSED])
def test_a_caller_whose_number_is_withheld_or_who_is_refused_hears_what_was_read_for_them(
    phone: Phone, clock: Clock, lang: str, caller: Caller
) -> None:
    compare(phone, clock, Which("main", lang, "in opening hours", caller), OFFERED)


def test_the_reception_hears_what_was_read_for_it(phone: Phone, clock: Clock) -> None:
    house, clinic = phone.house, phone.house.clinic_now()
    wanted = Wanted(clinic.line("main"), "hi", clock())
    read = read_reception(house, clinic, wanted, read_call(house, clinic, wanted))
    assert read is not None
    rung = phone.rings("main", lang="hi").press("0")
    assert isinstance(rung.waits, Dials)
    leg = replace(rung, fields={"From": rung.fields["To"], "To": "+919999900008"})
    leg.follows(rung.waits.numbers[0][1], {})
    Listener(house, frozenset(What)).compares(read, leg)
    closed = Wanted(clinic.line("main"), "hi", datetime(*MOMENTS["at midnight"], tzinfo=DELHI))
    assert read_reception(house, clinic, closed, read_call(house, clinic, closed)) is None


OFFERED = frozenset({What.BEGINS, What.KEY, What.OUTCOME})
"""What is followed where mistakes are not."""


class Which(NamedTuple):
    """Which call is read, and then rung."""

    line: str
    lang: str
    moment: str
    caller: Caller = Caller.SHOWN


def compare(phone: Phone, clock: Clock, which: Which, follows: frozenset[What]) -> int:
    """Reads the call at another hour, rings at its own, and compares; how many documents were heard."""
    house, at = phone.house, datetime(*MOMENTS[which.moment], tzinfo=DELHI)
    clinic = house.clinic_now()
    read = read_call(house, clinic, Wanted(clinic.line(which.line), which.lang, at, which.caller))
    clock.now, before = at, clock.now
    with blocked(house) if which.caller is Caller.REFUSED else nullcontext():
        sender = WITHHELD if which.caller is Caller.WITHHELD else CALLER
        listener = Listener(house, follows)
        listener.compares(read, phone.rings(which.line, caller=sender, lang=which.lang))
    clock.now = before
    return listener.heard


class Listener:
    """Somebody who has the transcript before them, rings, and compares."""

    def __init__(self, house: House, follows: frozenset[What]) -> None:
        self.house = house
        self.follows = follows
        self.heard = 0

    def compares(self, read: Branch, call: Conversation) -> None:
        """What was heard last, and then all that the transcript tells to follow."""
        self.heard += 1
        assert heard(call) == list(read.heard), read.scene.keys
        for branch in read.next:
            if branch.scene.what in self.follows and not self._is_standing(branch):
                self._follows(branch, call)

    def _is_standing(self, branch: Branch) -> bool:
        return self.follows == OFFERED and branch.scene.by in {"*", "#"}

    def _follows(self, branch: Branch, call: Conversation) -> None:
        if branch.scene.what is What.SILENCE:
            self.compares(branch, replace(call).stays_silent())
        elif isinstance(branch.scene.turn.wait, File):
            self._files(branch, call)
        elif isinstance(branch.scene.turn.wait, RingReception):
            self._rings(branch, call)
        else:
            self.compares(branch, pressed(replace(call), branch))

    def _files(self, filing: Branch, call: Conversation) -> None:
        """Confirms: at first, again in another call, and as somebody who is blocked."""
        after = {each.scene.by: each for each in filing.next}
        if not after:
            return  # it is told where the same is confirmed before
        self.compares(after["kept"], pressed(replace(call), filing))
        if "joined" in after:
            self.compares(after["joined"], pressed(another(call), filing))
        settles(self.house)
        self._is_refused(after, filing, call)

    def _rings(self, ringing: Branch, call: Conversation) -> None:
        rung = pressed(replace(call), ringing)
        assert heard(rung) == list(ringing.heard)
        after = {each.scene.by: each for each in ringing.next}
        for outcome, talked in (("talked", True), ("unanswered", False)):
            if after:
                self.compares(after[outcome], replace(rung).reception(talked))
        self._is_refused(after, ringing, call)

    def _is_refused(self, after: Mapping[str, Branch], branch: Branch, call: Conversation) -> None:
        if "refused" in after and self.follows != OFFERED:  # what is said then is the same at all moments
            with blocked(self.house):
                self.compares(after["refused"], pressed(another(call), branch))


def pressed(call: Conversation, branch: Branch) -> Conversation:
    """The call once the key or the number of this branch is pressed."""
    assert isinstance(call.waits, Gathers)
    return call.press(branch.scene.by + call.waits.ends_with)


def another(call: Conversation) -> Conversation:
    """Another call that has come as far as this one."""
    return replace(call, sid=f"CA{secrets.token_hex(16)}")


def heard(call: Conversation) -> list[Heard]:
    """All that was heard since the last key, with the transcript's reference in place of the true one."""
    spoken = {each for words in call.heard for each in REFERENCE.findall(words)}
    assert len(spoken) <= 1
    for true in spoken:
        return [replace(each, words=each.words.replace(true, "0 0 0, 0 0 0")) for each in call.spoken]
    return call.spoken


def settles(house: House) -> None:
    """The desk closes all that waits, so that nothing is joined to it."""
    for each in house.desk.waiting():
        house.moves.take(each.id, "asha", house.clock())
        house.moves.report(each.id, Report(Outcome.SETTLED), "asha", house.clock())


@contextmanager
def blocked(house: House) -> Iterator[None]:
    """The caller is blocked."""
    number, now = Number(CALLER), house.clock()
    house.blocked.block(number, "rings for fun", "asha", now)
    yield
    house.blocked.lift(house.blocked.all()[0].id, "asha", now)
