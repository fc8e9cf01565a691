"""Transcripts of calls: a call made at a transcript's moment hears the sentences of each branch word for word."""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from ivr.carrier.meant import has_document, is_heard_as_meant
from ivr.carrier.plivo.carrier import Plivo
from ivr.carrier.plivo.renderer import PlivoRenderer
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.steps import Dials
from ivr.line.hours import DeskClosure, Shift
from ivr.line.paths.events import EventKind
from ivr.phone.ringing import WITHHELD
from ivr.storage.audit import By
from ivr.web.preview.reception import read_reception
from ivr.web.preview.transcripts import Branch, CallerKind, PreviewQuery, read_call
from ivr.web.services import Services
from tests.clinic import SHIPPED, WISHES_ONLY
from tests.people import CALLBACK, CALLER, DELHI, OTHER, Clock, Phone
from tests.web import Serves, clinic_with_reception, service
from tests.web.preview.listener import EVERY_WAY, EVERYTHING, OFFERED, Listener, Share, blocked, heard, settles

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
"""A dozen moments for which transcripts are read, by the clock in Delhi."""

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

AN_EARLY_EVENING = DeskClosure(date(2026, 12, 1), "", (Shift(time(9), time(15, 30)),), "power_cut")


@pytest.fixture
def phone(tmp_path: Path, serves: Serves, clock: Clock) -> Iterator[Phone]:
    """A telephone at a clinic with closed days, a reception on its first line, and limits that no test reaches."""
    path = Path(clinic_with_reception(tmp_path))
    words = re.sub(r"^((calls|requests|rings)_of_\w+) = \d+", r"\1 = 1000000", path.read_text(), flags=re.MULTILINE)
    path.write_text(words.replace("\n# What a caller can ask for", f"{CLOSED}\n# What a caller can ask for", 1))
    with serves(CLINIC_FILE=str(path)) as phone:
        services = phone.services
        services.hours.closures.set([AN_EARLY_EVENING], By("asha", clock()))
        services.hours.closures_file.follow(services.hours.closures, clock().date())
        yield phone


@pytest.fixture
def stranded(phone: Phone, tmp_path: Path, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service of the test's clinic, with a database and a Redis that cannot be reached."""
    nowhere, file = str(tmp_path / "nowhere" / "clinic.db"), str(tmp_path / "clinic.toml")
    with service(tmp_path, f"sqlite:///{nowhere}", f"unix://{nowhere}", clock, CLINIC_FILE=file) as stranded:
        yield stranded


class Which(NamedTuple):
    """A call whose transcript is read and which is then made: its line, language, moment and kind of caller."""

    line: str
    lang: str
    moment: str
    caller: CallerKind = CallerKind.SHOWN
    share: Share = EVERY_WAY


LANGUAGES = pytest.mark.parametrize("lang", ["en", "hi"])
ALIKE = [("second", "in opening hours"), ("third", "on a half day, before it"), ("third", "on a half day")]
"""Further lines and moments for these tests. The lines differ from "main" only in name, reception and Holi closure."""


@LANGUAGES
def test_at_a_dozen_moments_every_sentence_on_every_way_that_is_offered_is_what_a_call_hears(
    phone: Phone, clock: Clock, lang: str
) -> None:
    """At each moment, on every way that the options offer, a call hears the sentences of its transcript.

    Of the branches that the transcript repeats, a call follows a third in each language. `make fuzz` follows all of
    them.
    """
    everywhere = settings.get_current_profile_name() == "long"
    share = EVERY_WAY if everywhere else Share(["en", "hi"].index(lang), 3)
    for line, moment in [*(("main", moment) for moment in MOMENTS), *ALIKE]:
        compare(phone, clock, Which(line, lang, moment, share=share))


WITH_MISTAKES = [
    Which(line, lang, moment, share=Share(number, 6))
    for line, moment, lang, number in (
        ("main", "in opening hours", "en", 0),
        ("main", "in opening hours", "hi", 2),
        ("third", "on Diwali morning", "en", 4),
        ("third", "on Diwali morning", "hi", 5),
    )
]


@pytest.mark.parametrize("which", WITH_MISTAKES, ids=lambda which: f"{which.lang}-{which.line}")
def test_after_every_mistake_and_every_standing_key_too(
    phone: Phone, stranded: Phone, clock: Clock, which: Which
) -> None:
    assert compare(phone, clock, which, EVERYTHING, stranded) > 150


@LANGUAGES
@pytest.mark.parametrize("caller", [CallerKind.WITHHELD, CallerKind.REFUSED])
def test_a_caller_whose_number_is_withheld_or_who_is_refused_hears_what_was_read_for_them(
    phone: Phone, clock: Clock, lang: str, caller: CallerKind
) -> None:
    compare(phone, clock, Which("main", lang, "in opening hours", caller))


def test_who_is_refused_a_request_may_ring_the_reception_as_the_transcript_says(
    tmp_path: Path, serves: Serves, clock: Clock
) -> None:
    clinic_with_reception(tmp_path)
    path = tmp_path / "clinic.toml"
    path.write_text(path.read_text().replace("requests_of_a_number_per_day = 10", "requests_of_a_number_per_day = 1"))
    with serves(CLINIC_FILE=str(path)) as phone:
        phone.rings(caller=OTHER).press(*CALLBACK)
        call = phone.rings(caller=OTHER).press("2", "2", "1", "1", "1")
        clinic = phone.services.hours.clinic_now()
        for keys in (("refused",), ("refused", "0"), ("refused", "#", "0")):
            wanted = PreviewQuery(clinic.line("main"), "en", clock(), keys=(*CALLBACK, *keys))
            there = replace(call).press(*keys[1:])
            assert heard(there) == list(read_call(phone.services, clinic, wanted).heard), keys
        assert isinstance(there.waits, Dials)


@pytest.mark.parametrize(("lang", "keys"), [("hi", ()), ("en", ("9",))])
def test_the_reception_hears_what_was_read_for_it(phone: Phone, clock: Clock, lang: str, keys: tuple[str, ...]) -> None:
    """The reception hears the language in which the caller is then, also after a change of language."""
    services, clinic = phone.services, phone.services.hours.clinic_now()
    wanted = PreviewQuery(clinic.line("main"), lang, clock(), keys=keys)
    read = read_reception(services, read_call(services, clinic, wanted))
    assert read is not None
    rung = phone.rings("main", lang=lang).press(*keys, "0")
    assert isinstance(rung.waits, Dials)
    leg = replace(rung, fields={"From": rung.fields["To"], "To": "+919999900008"})
    leg.follows(rung.waits.numbers[0][1], {})
    Listener(services, read, EVERYTHING).compares(read, leg)
    closed = PreviewQuery(clinic.line("main"), "hi", datetime(*MOMENTS["at midnight"], tzinfo=DELHI))
    assert read_reception(services, read_call(services, clinic, closed)) is None


def compare(
    phone: Phone, clock: Clock, which: Which, follows: frozenset[EventKind] = OFFERED, stranded: Phone | None = None
) -> int:
    """Compare a call with its transcript, for the event kinds `follows`; return the number of documents compared."""
    services, at = phone.services, datetime(*MOMENTS[which.moment], tzinfo=DELHI)
    clinic = services.hours.clinic_now()
    read = read_call(services, clinic, PreviewQuery(clinic.line(which.line), which.lang, at, which.caller))
    says_the_same_in_other_words(services, read)
    clock.now, before = at, clock.now
    with blocked(services) if which.caller is CallerKind.REFUSED else nullcontext():
        sender = WITHHELD if which.caller is CallerKind.WITHHELD else CALLER
        listener = Listener(services, read, follows, which.share, stranded)
        settles(services)  # or the call would ask whose it is
        listener.compares(read, phone.rings(which.line, caller=sender, lang=which.lang))
    clock.now = before
    return listener.heard


SEEN: set[str] = set()
"""The turns that tests have already compared over both carriers; a turn that comes again is not compared again."""


def says_the_same_in_other_words(services: Services, read: Branch) -> None:
    """Check that the documents of both carriers say and do, for each turn, exactly what the turn demands."""
    other = Plivo(PlivoAccount(), PlivoRenderer(services.script, services.clinic.voices))
    for turn in (each.scene.turn for each in read.every()):
        kind = repr((turn.call.language, turn.first, turn.asks, turn.wait))
        if has_document(turn) and kind not in SEEN:
            SEEN.add(kind)
            assert is_heard_as_meant(other, turn, services.script), turn.call.place
            assert is_heard_as_meant(services.telephone.carrier, turn, services.script), turn.call.place


@pytest.fixture(params=[("where the telephone books", 2000), ("where it takes wishes", 1800)], ids=lambda each: each[0])
def told(request: pytest.FixtureRequest, tmp_path: Path, serves: Serves) -> Iterator[tuple[Phone, int]]:
    """Yield a telephone at the shipped clinic, with or without booking, and the most scenes allowed in a transcript."""
    where, most = request.param
    path = tmp_path / "clinic.toml"
    path.write_text(SHIPPED.read_text(encoding="utf-8") if "books" in where else WISHES_ONLY)
    with serves(CLINIC_FILE=str(path)) as phone:
        yield phone, most


def test_a_call_is_told_in_a_bounded_number_of_scenes(told: tuple[Phone, int], clock: Clock) -> None:
    """A transcript shows few of the free times as examples, because nobody would read one with all free times."""
    phone, most = told
    clinic = phone.services.hours.clinic_now()
    counts = {}
    # The lines that are shipped differ in names only, and so do the languages.
    for line, language in zip(clinic.lines.values(), phone.services.script.languages, strict=False):
        call = read_call(phone.services, clinic, PreviewQuery(line, language, clock()))
        counts[line.key, language] = sum(1 for _each in call.every())
    assert {which: count for which, count in counts.items() if not most / 2 < count <= most} == {}
