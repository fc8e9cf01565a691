"""Sentences in TwiML: long ones come in pieces without loss, and every turn makes a valid document."""

import re
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import quote
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import clinic as clinic_file
from config import sentences
from ivr.carrier.addresses import Addresses
from ivr.carrier.leg import Leg
from ivr.carrier.steps import Gathers, HangsUp, Heard, Redirects, Step
from ivr.carrier.twilio.carrier import Twilio
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.speech import LONGEST_ENCODED, LONGEST_SAY, pieces
from ivr.carrier.twilio.twiml import Renderer
from ivr.line.booking import Kind, Part
from ivr.line.clinic import Clinic, Reception
from ivr.line.engine.call import enter, press
from ivr.line.menu import MENU, SCREENING
from ivr.line.phones import Phone
from ivr.line.places import Filing, Keying, Menu
from ivr.line.turn import Call, Facts, File, RingReception, Turn
from tests.carrier.twilio.twiml_rules import faults
from tests.clinic import clinic_of_wishes, free_times, reads_out
from tests.people import CALLER, DELHI

HINDI = "गर्दन को धीरे-धीरे एक ओर से दूसरी ओर घुमाइए। "
ENGLISH = "Turn the head slowly from side to side, then tilt it towards each shoulder. "
DEAREST = "\U0001f9d8"
"""A letter that counts most towards Twilio's limit of a text: twelve characters when URL-encoded."""


def bare(words: str) -> str:
    """Return these words without spaces and without characters that XML cannot hold, to compare what is said."""
    return re.sub(r"\s", "", re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", words))


# -- pieces


def test_three_thousand_letters_of_hindi_are_cut_at_the_ends_of_sentences() -> None:
    words = (HINDI * 70)[:3000].rpartition("।")[0] + "।"
    cut = list(pieces(words))
    assert len(cut) > 4
    assert all(piece.endswith("।") for piece in cut)
    assert all(len(quote(piece)) <= 4_500 for piece in cut)
    assert " ".join(cut) == words
    assert len(cut) <= len(quote(words)) // 4_000 + 1, "in few pieces"


def test_what_fits_is_one_piece() -> None:
    assert list(pieces(HINDI)) == [HINDI.strip()]
    assert list(pieces(" Welcome. ")) == ["Welcome."]


def test_english_is_cut_under_the_limit_of_the_voices() -> None:
    cut = list(pieces(ENGLISH * 60))
    assert all(len(piece) <= 3_000 and piece.endswith(".") for piece in cut)


def test_a_sentence_that_is_too_long_is_cut_after_a_comma_or_else_between_words() -> None:
    commas = list(pieces("heat or cold, " * 400))
    assert all(piece.endswith(",") for piece in commas)
    words = list(pieces("stretch " * 600))
    assert " ".join(words) == ("stretch " * 600).strip()


def test_a_word_without_an_end_is_cut_all_the_same() -> None:
    cut = list(pieces("क" * 2_000))
    assert "".join(cut) == "क" * 2_000
    assert all(len(quote(piece)) <= LONGEST_ENCODED for piece in cut)


def test_nothing_is_no_piece_and_what_xml_cannot_hold_is_gone() -> None:
    assert list(pieces("")) == list(pieces(" \n\t")) == list(pieces("\x00\x0b\ud800\uffff")) == []
    assert list(pieces("be\x00fore \x1b[31m<after> & so on\ufffe.")) == ["be fore  [31m<after> & so on ."]


TEXTS = st.one_of(
    st.text(max_size=400),
    st.builds(
        lambda word, count, joint: joint.join([word] * count),
        st.text(min_size=1, max_size=12),
        st.integers(1, 900),
        st.sampled_from([" ", ". ", "। ", ", ", "", "\n", "\x00"]),
    ),
    st.builds(lambda start, count: start + DEAREST * count, st.text(max_size=3), st.integers(0, 1_200)),
)


@given(TEXTS)
def test_any_text_comes_in_pieces_within_the_limits_and_nothing_is_lost(words: str) -> None:
    cut = list(pieces(words))
    for piece in cut:
        assert piece.strip()
        assert len(piece) <= LONGEST_SAY
        assert len(quote(piece)) <= LONGEST_ENCODED
    assert "".join(bare(piece) for piece in cut) == bare(words)


def test_the_limits_are_within_those_of_the_carrier() -> None:
    assert LONGEST_ENCODED <= 4_500
    assert LONGEST_SAY <= 3_000


# -- every Turn

SCRIPT = sentences.read(clinic_file.LANGUAGES)
CLINIC = clinic_of_wishes()
ADDRESSES = Addresses(
    step=lambda call: f"/voice/{call.place}?lang={call.language}&c=a%2Fb",
    silence=lambda call: f"/voice/{call.place}?lang={call.language}&silent=1",
    answered=lambda call: f"/voice/answered?line={call.line}",
)


def with_reception(clinic: Clinic) -> Clinic:
    numbers = (Phone("+919999900008"), Phone("+919999900009"))
    lines = {key: replace(line, reception=numbers) for key, line in clinic.lines.items()}
    return replace(clinic, lines=lines, reception=Reception(Phone("+12025550123"), 20))


def facts(clinic: Clinic, now: datetime) -> Facts:
    return free_times(Facts(clinic, clinic.line("main"), Phone(CALLER), now))


def call_at(place: str, language: str) -> Call:
    """Return a call that is at this place and has gathered all that any place needs."""
    call = Call(
        "main",
        language,
        place,
        kind=Kind.BOOKING,
        day=date(2026, 11, 24),
        part=Part.MORNING,
        keyed=Phone("+919999900002"),
        topic="now",
        reference="012345",
        offered_at=datetime(2026, 11, 23, 14, 0, tzinfo=DELHI),
    )
    return reads_out(call, facts(CLINIC, datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)))


def judged(heard: Turn | Leg) -> list[Step]:
    """Return the steps of the document made of this turn or leg, after checking it by the rules of TwiML."""
    carrier = Twilio(Account(), Renderer(SCRIPT, CLINIC.voices))
    answer = carrier.document(heard, ADDRESSES)
    assert faults(answer.body, answer.content_type) == []
    read = list(carrier.heard(answer.body))
    words = [step.words for step in read if isinstance(step, Heard)]
    assert not re.search(r"[{}]", " ".join(words)), "no blank is left unfilled"
    return read


@pytest.mark.parametrize("hour", [3, 14, 22])
@pytest.mark.parametrize("language", clinic_file.LANGUAGES)
def test_every_place_of_the_menu_is_spoken_without_a_fault(language: str, hour: int) -> None:
    now = datetime(2026, 11, 23, hour, 0, tzinfo=DELHI)
    for clinic in (CLINIC, with_reception(CLINIC)):
        for place in MENU:
            turn = enter(call_at(place, language), place, facts(clinic, now))
            if not isinstance(turn.wait, File):
                judged(turn)


@pytest.mark.parametrize("language", clinic_file.LANGUAGES)
def test_every_help_after_a_silence_or_a_wrong_key_is_spoken_without_a_fault(language: str) -> None:
    now = datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)
    for name, place in MENU.items():
        if isinstance(place, Menu | Keying):
            for misses in range(3):
                call = replace(call_at(name, language), silences=misses, wrongs=misses)
                judged(press(call, None, facts(CLINIC, now)))
                judged(press(call, "7" if isinstance(place, Menu) else "123#", facts(CLINIC, now)))


@pytest.mark.parametrize("language", clinic_file.LANGUAGES)
def test_the_receptions_own_leg_is_spoken_without_a_fault(language: str) -> None:
    call = Call("main", language, "screen")
    question = [SCRIPT.say(say, language).words for say in Leg(call, SCREENING, begins=True).asks]
    for pressed, begins in ((None, True), (None, False), ("2", False)):
        read = judged(Leg(call, SCREENING, begins, pressed))
        words = [step.words for step in read if isinstance(step, Heard)]
        assert words[-2:] == question
        asked = next(step for step in read if isinstance(step, Gathers))
        silent = asked.action.replace("&c=a%2Fb", "&silent=1")
        assert (asked.digits, asked.ends_with, read[-1]) == (1, "", Redirects(silent))
    assert judged(Leg(call, SCREENING, pressed="1")) == [], "a document that ends connects the two"
    assert judged(Leg(replace(call, wrongs=1), SCREENING, pressed="2")) == [HangsUp()]


def test_a_reception_that_is_asked_nothing_is_connected_as_it_picks_up() -> None:
    bare = RingReception((Phone("+919999900008"),), Phone("+12025550123"), 20)
    for screening, screens in ((SCREENING, ["/voice/answered?line=main"]), (None, [None])):
        ring = Turn(Call("main", "en", "ring"), (), (), replace(bare, screening=screening))
        document = Renderer(SCRIPT, CLINIC.voices).document(ring, ADDRESSES)
        assert faults(document) == []
        assert [number.get("url") for number in Xml.fromstring(document).iter("Number")] == screens  # noqa: S314 - ours


def test_a_turn_that_is_for_the_desk_is_not_for_the_carrier() -> None:
    place = next(name for name, place in MENU.items() if isinstance(place, Filing))
    turn = enter(call_at(place, "en"), place, facts(CLINIC, datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)))
    with pytest.raises(TypeError, match="File is not for the carrier"):
        Renderer(SCRIPT, CLINIC.voices).document(turn, ADDRESSES)


def test_a_fault_of_ours_is_spoken_in_every_language_without_a_fault() -> None:
    document = Renderer(SCRIPT, CLINIC.voices).fault()
    assert faults(document) == []
    assert document.count("112") == len(clinic_file.LANGUAGES)
