"""A listener for tests, who reads a call's transcript, makes the call, and compares all sentences and offered keys."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from ivr.carrier.steps import Dials, Gathers, Heard
from ivr.desk.requests import Outcome, OutcomeReport
from ivr.line.aloud.digits import spelled
from ivr.line.blanks import Say
from ivr.line.menu import MENU
from ivr.line.paths.events import KEYPAD, EventKind
from ivr.line.paths.transcript import Keys
from ivr.line.phones import Phone as Number
from ivr.line.places import Menu
from ivr.line.script import Script
from ivr.line.turn import Call, ChangeAppointment, CheckDigits, File, RingReception
from ivr.storage.audit import By
from ivr.web.preview.transcripts import Branch
from ivr.web.services import Services
from ivr.web.telephone.call_urls import CallUrls
from tests.people import CALLER, Conversation, Phone

REFERENCE = re.compile(r"(?<!\d )(?<!\d)\d{3} \d{3}(?! ?\d)")

PLACEHOLDER = "000 000"
"""The made-up reference that a transcript shows in the place of the real one that a caller hears."""

PRESS = re.compile(r"press (\d)|(\d) दबाइए")
"""The pattern of the words by which a sentence offers a key, in English and Hindi."""

EVERYTHING = frozenset(EventKind)
OFFERED = frozenset({EventKind.BEGINS, EventKind.KEY, EventKind.OUTCOME})
"""The kinds of events that a listener follows if mistakes and silences are left out."""


Compares = Callable[[Branch, Conversation], None]
"""A function that checks that a call has just said the words of a branch of the transcript."""


class Share(NamedTuple):
    """A share of a transcript's branches: of every `of` branches, the listener follows the one at index `number`."""

    number: int
    of: int


EVERY_WAY = Share(0, 1)
SIGNS = {"8"}
STANDING = {"0", "9", "*", "#", *SIGNS}


@dataclass
class Listener:
    """A listener who reads the transcript of a call, makes the call, and compares the two."""

    services: Services
    read: Branch
    follows: frozenset[EventKind] = OFFERED
    share: Share = EVERY_WAY
    """The share of the transcript's repeated branches that the listener follows to their end.

    For what follows a repeated branch, the transcript refers to another place. The branch itself is always compared.
    """
    stranded: Phone | None = None
    """A telephone at a service whose database and Redis are both away."""
    heard: int = 0
    """The number of documents that the listener has compared with the transcript."""
    _alike: int = 0
    _told: dict[Keys, Branch] = field(default_factory=dict)
    _page: set[Heard] = field(default_factory=set)

    def __post_init__(self) -> None:
        for each in self.read.every():
            self._told[each.scene.keys] = each
            self._page |= set(each.heard)

    def compares(self, read: Branch, call: Conversation) -> None:
        """Check that a call has just said the words of a branch of the transcript, then check each branch after it."""
        self._agrees(read, call)
        if not self._has_its_turn(read):
            return
        for branch in filter(self._is_followed, read.next):
            self._goes_on(branch, call)
        for branch in filter(self._is_followed, self._pointed_to(read)):
            if not isinstance(branch.scene.turn.wait, File | CheckDigits | ChangeAppointment):
                self._agrees(branch, self._pressed(call, branch))

    def _agrees(self, read: Branch, call: Conversation) -> None:
        self.heard += 1
        words = heard(call)
        if self._was_said_before(read, words):
            return
        assert words == list(read.heard), read.scene.keys
        assert self._page.issuperset(words), read.scene.keys
        if isinstance(call.waits, Gathers) and not read.is_another:
            self._is_offered(read, {each.words for each in words}, call.waits)

    def _was_said_before(self, read: Branch, words: list[Heard]) -> bool:
        """Return whether the call leaves out or rewords a sentence that the caller has heard before.

        The transcript tells each turn only once, with the sentence in full.
        """
        first = self._once["warning_signs"]
        told = [each for each in read.heard if each.words not in first]
        left_out = len(told) < len(read.heard) and words == told
        return left_out or (read.key == "0" and any(each.words in self._once["still_nobody"] for each in words))

    @cached_property
    def _once(self) -> Mapping[str, frozenset[str]]:
        """The words, in every language, of the sentences that a call says only once."""
        script = self.services.script
        said = (Say("warning_signs"), Say("still_nobody"))
        return {say.name: frozenset(script.everywhere(say).values()) for say in said}

    def _is_offered(self, read: Branch, words: set[str], asked: Gathers) -> None:
        """Check that the heard words offer exactly the keys of the transcript, each in the words of its option."""
        ways = [*read.next, *self._pointed_to(read)] if not read.scene.stays else []
        if any(each.scene.what is EventKind.KEY for each in ways) and asked.digits == 1:
            offered = {key for each in words for found in PRESS.findall(each) for key in found if key}
            told = [each for each in ways if each.offered and each.label in words]
            assert offered - STANDING == {each.key for each in told}, read.scene.keys
            place = MENU.get(read.scene.turn.call.place)
            quiet = isinstance(place, Menu) and not place.says_options
            assert quiet or len(told) == len([each for each in ways if each.offered]), read.scene.keys
            standing = {each.key for each in ways if not each.offered and each.scene.what is EventKind.KEY}
            assert standing - SIGNS in (STANDING - SIGNS, set()), read.scene.keys

    def _pointed_to(self, read: Branch) -> list[Branch]:
        """Return the branches that can follow `read` but are listed only after another branch; may be empty."""
        if read.scene.told_at is None:
            return []
        target = self._told[read.scene.told_at]
        otherwise = {kind(each) for each in read.next}
        return [each for each in (*target.next, *self._pointed_to(target)) if kind(each) not in otherwise]

    def _is_followed(self, branch: Branch) -> bool:
        if self.follows == OFFERED and branch.scene.by in {"*", "#"}:
            return False
        return branch.scene.what in self.follows

    def _has_its_turn(self, read: Branch) -> bool:
        if read.scene.told_at is None:
            return True
        self._alike += 1
        return self._alike % self.share.of == self.share.number

    def _goes_on(self, branch: Branch, call: Conversation) -> None:
        if isinstance(branch.scene.turn.wait, File):
            self._files(branch, call)
        elif isinstance(branch.scene.turn.wait, RingReception):
            self._rings(branch, call)
        elif isinstance(branch.scene.turn.wait, CheckDigits):
            # Nobody has an appointment here; tests/web/telephone/test_own_appointments.py follows the other ways.
            self.compares(self._outcomes(branch)["wrong"], self._pressed(call, branch))
        else:
            after = self._pressed(call, branch)
            stays = replace(where(after), mute=False) == replace(where(call), mute=False)
            assert not branch.scene.stays or stays, branch.scene.keys
            self.compares(branch, after)

    def _files(self, filing: Branch, call: Conversation) -> None:
        """Confirm the call's request once for each outcome, and compare what follows with the transcript."""
        after = self._outcomes(filing)
        if not filing.next and self.follows == OFFERED:
            return  # the transcript tells it where the same was confirmed first
        assert set(after) - {"joined"} == {"kept", "lost", "refused"}
        assert ("joined" in after) == (call.fields["From"] == CALLER)
        settles(self.services)
        kept = [outcome for outcome in ("kept", "joined") if outcome in after]
        became: dict[str, Conversation] = {outcome: pressed(another(call), filing) for outcome in kept}
        if self.stranded:
            lost = pressed(replace(another(call), phone=self.stranded), filing)
            became["lost"] = replace(lost, phone=call.phone)  # from then on both stores answer again
        compares = self.compares if filing.next else self._agrees
        for outcome, confirmed in became.items():
            compares(after[outcome], confirmed)
        self._is_refused(
            after, filing, call, self._agrees
        )  # what follows is a caller's over a limit, who is not blocked

    def _rings(self, ringing: Branch, call: Conversation) -> None:
        rung = self._pressed(call, ringing)
        assert heard(rung) == list(ringing.heard)
        after = self._outcomes(ringing)
        assert set(after) == {"talked", "unanswered", "refused"}
        for outcome, talked in (("talked", True), ("unanswered", False)):
            self.compares(after[outcome], replace(rung).reception(talked))
        self._is_refused(after, ringing, call, self.compares)

    def _outcomes(self, branch: Branch) -> dict[str, Branch]:
        return {each.scene.by: each for each in (*branch.next, *self._pointed_to(branch))}

    def _is_refused(self, after: Mapping[str, Branch], branch: Branch, call: Conversation, compares: Compares) -> None:
        if self.follows == EVERYTHING:  # the words are the same at all moments
            with blocked(self.services):
                compares(after["refused"], pressed(another(call), branch))

    def _pressed(self, call: Conversation, branch: Branch) -> Conversation:
        if branch.scene.what is EventKind.SILENCE:
            return replace(call).stays_silent()
        after = pressed(replace(call), branch, self._key(call, branch))
        # A caller who has left a request in this call is asked, besides, for whom the next one is.
        is_asked = where(after).place == "whose" and branch.scene.turn.call.place != "whose"
        return after.press("1") if is_asked else after

    def _key(self, call: Conversation, branch: Branch) -> str:
        if kind(branch) != (EventKind.WRONG, ""):
            return branch.scene.by
        means = {key for each in heard(call) for found in PRESS.findall(each.words) for key in found} | STANDING
        assert isinstance(call.waits, Gathers)
        place = MENU.get(where(call).place)
        if not call.waits.digits or (isinstance(place, Menu) and not place.says_options):
            return branch.scene.by
        return next(key for key in KEYPAD if key not in means)


def kind(branch: Branch) -> tuple[EventKind, str]:
    """Return the kind of event that led to this branch of the transcript; all keys without a meaning are one kind."""
    scene = branch.scene
    return scene.what, "" if scene.what is EventKind.WRONG and len(scene.by) == 1 else scene.by


def where(call: Conversation) -> Call:
    """Return the state of the call: its place and all that it has gathered, read from its next address."""
    if not isinstance(call.waits, Gathers | Dials):
        return Call("", "", "over")
    url = urlsplit(call.waits.action)
    return CallUrls(call.phone.services.telephone.cipher, call.phone.called_at).call(
        url.path.rpartition("/")[2], dict(parse_qsl(url.query))
    )


def pressed(call: Conversation, branch: Branch, key: str = "") -> Conversation:
    """Return the call after the caller pressed the key, or keyed the number, that leads to this branch."""
    assert isinstance(call.waits, Gathers)
    return call.press((key or branch.scene.by) + call.waits.ends_with)


def another(call: Conversation) -> Conversation:
    """Return another call, with an id of its own, in the same state as the given call."""
    return replace(call, sid=f"CA{secrets.token_hex(16)}")


def heard(call: Conversation) -> list[Heard]:
    """Return the sentences heard since the last key, with the transcripts' made-up reference in place of a real one."""
    spoken = {each for words in call.heard for each in REFERENCE.findall(words)}
    assert len(spoken) <= 1
    for true in spoken:
        return [_with_placeholder(each, true, call.phone.services.script) for each in call.spoken]
    return call.spoken


def _with_placeholder(heard: Heard, reference: str, script: Script) -> Heard:
    """Return the sentence with the transcripts' made-up reference in place of `reference`, in writing and aloud."""
    aloud = heard.aloud
    for digits in (script.prompts(language).digits for language in script.languages):
        true, placeholder = (spelled(each.split(), digits).aloud for each in (reference, PLACEHOLDER))
        aloud = aloud.replace(true, placeholder)
    return replace(heard, words=heard.words.replace(reference, PLACEHOLDER), aloud=aloud)


def settles(services: Services) -> None:
    """Close all requests at this service's desk, so that the next call makes a new request and joins no earlier one."""
    for each in services.desk.store.waiting():
        services.desk.moves.take(each.id, By("asha", services.clock()))
        services.desk.moves.report(each.id, OutcomeReport(Outcome.SETTLED), By("asha", services.clock()))


@contextmanager
def blocked(services: Services) -> Iterator[None]:
    """Block the telephone number of the listener's calls for the length of the `with` statement."""
    number, now = Number(CALLER), services.clock()
    services.desk.blocked.block(number, "rings for fun", By("asha", now))
    yield
    services.desk.blocked.lift(services.desk.blocked.all()[0].id, By("asha", now))
