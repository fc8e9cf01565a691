"""Real calls over SIP: a telephone calls the line, hears sound, presses keys and talks. All calls run at once.

The telephone shares no code with the carrier that it calls. No packaged speech recogniser understands the line's
Hindi, so the tests compare the samples that were heard with the samples that were sent.
"""

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from testing.sip.sound import AUDIBLE, loudness, seconds, strength, tone
from testing.sip.story import Did
from tests.conftest import FIGURES
from tests.sip import CARRIERS, VOICEMAIL
from tests.sip.recordings import HEARD, LAST_WORDS, NOT_HEARD, share_heard
from tests.sip.side_by_side import Calls, OverEach
from tests.web import RECEPTION

if TYPE_CHECKING:
    from tests.sip.line import Line

pytestmark = pytest.mark.slow

calls = Calls()

OVER_EACH = pytest.mark.parametrize("carrier", CARRIERS)

TONE = 300.0
"""The least amplitude at which a tone counts as heard. Speech is far weaker; a tone loses less than a third."""

MOST_LOST = 0.05
"""The share of sound packets that may be lost: none are lost on a quiet machine, some on a busy machine."""

PATIENTS, RECEPTIONS, VOICEMAILS = 1_700.0, 1_000.0, 1_300.0
"""The tones, in hertz, by which telephones in these tests speak: patients', the reception's, a voicemail's."""


@calls.test
async def test_a_patient_books_with_keys_and_the_hour_stands_in_the_diary(line: "Line") -> None:
    patient = await (await line.patient("+919999900011")).rings()
    await patient.presses("1", "1")
    promise = await patient.hears("Your appointment is booked")
    await patient.hangs_up()
    await line.all_have_hung_up()
    (booked,) = line.services.diary.reads.ahead(patient.number, line.services.clock())
    assert booked.starts > line.services.clock()
    assert share_heard(promise.sound, patient.talk.heard) > HEARD


@calls.test
async def test_hours_are_heard_in_hindi(line: "Line") -> None:
    patient = await (await line.patient("+919999900012")).rings()
    await patient.presses("9", "4")
    await patient.until(Did.LISTENS)
    title, hours = await patient.hears(""), await patient.hears("")
    await patient.hangs_up()
    await line.all_have_hung_up()
    assert title.words == line.services.script.prompts("hi").sentences["week"]
    assert seconds(hours.sound) > 0
    assert loudness(hours.sound) > AUDIBLE
    assert share_heard(hours.sound, patient.talk.heard) > HEARD


@calls.test
async def test_a_key_stops_a_sentence(line: "Line") -> None:
    patient = await (await line.patient("+919999900013")).rings()
    await patient.presses("3", "1")
    await patient.until(Did.LISTENS)
    advice = await patient.until(Did.SPEAKS)
    await patient.presses_now("#")
    await patient.until(Did.CUT)
    await patient.until(Did.LISTENS)
    await patient.hangs_up()
    await line.all_have_hung_up()
    assert advice
    assert share_heard(advice.sound, patient.talk.heard, LAST_WORDS) < NOT_HEARD


@calls.test
async def test_a_key_does_not_stop_the_warning_signs(line: "Line") -> None:
    patient = await (await line.patient("+919999900014")).rings()
    await patient.presses("3")
    await patient.until(Did.SPEAKS, "Call 112 now")
    await patient.presses_now("1")
    signs = await patient.hears("Call 112 now")
    await patient.hangs_up()
    await line.all_have_hung_up()
    assert len(patient.story.all(Did.CUT)) == 1, "the first key, in the menu"
    assert share_heard(signs.sound, patient.talk.heard, LAST_WORDS) > HEARD


@calls.test
async def test_silence_is_answered_and_the_line_ends_the_call(line: "Line") -> None:
    patient = await (await line.patient("+919999900015")).rings()
    await patient.hears("Thank you for calling")
    await patient.until(Did.HANGS_UP)
    await patient.talk.over.wait()
    await line.all_have_hung_up()
    assert len(patient.story.all(Did.SILENT)) >= 3


@calls.test
async def test_who_hangs_up_in_the_middle_is_a_missed_call(line: "Line") -> None:
    patient = await (await line.patient("+919999900016")).rings()
    await patient.until(Did.LISTENS)
    await patient.hangs_up()
    await line.all_have_hung_up()
    assert patient.story.all(Did.HUNG_UP)
    missed = line.services.desk.missed.standing(line.services.clock())
    assert patient.number in {each.phone.e164 for each in missed}


@calls.test
async def test_one_telephone_of_the_reception_takes_the_patient_and_the_other_stops(line: "Line") -> None:
    first, second = (line.reception[number] for number in RECEPTION)
    patient = await (await line.patient("+919999900017")).rings()
    await patient.presses("0")
    other, taken = await first.ringing.get(), await second.ringing.get()
    await taken.answers()
    await patient.story.until(Did.LISTENS, who="reception 2")
    await taken.presses("1")
    await patient.until(Did.CONNECTED)
    await other.over.wait()
    patient.talk.saying, taken.saying = tone(PATIENTS, 1.0), tone(RECEPTIONS, 1.0)
    await taken.until(lambda sound: strength(sound, PATIENTS) > TONE)
    await patient.talk.until(lambda sound: strength(sound, RECEPTIONS) > TONE)
    await taken.hangs_up()
    await patient.hears("Thank you for calling")
    await patient.talk.over.wait()
    await line.all_have_hung_up()


@calls.test
async def test_a_voicemail_that_says_nothing_never_gets_the_patient(line: "Line") -> None:
    patient = await (await line.patient("+919999900018")).rings("second")
    await patient.presses("0")
    patient.talk.saying = tone(PATIENTS, 1.0)
    voicemail = await line.reception[VOICEMAIL].ringing.get()
    voicemail.saying = tone(VOICEMAILS, 1.0)
    await voicemail.answers()
    await patient.until(Did.NOBODY)
    await voicemail.over.wait()
    patient.talk.saying = b""
    await patient.until(Did.LISTENS)
    await patient.hangs_up()
    await line.all_have_hung_up()
    assert strength(voicemail.heard, PATIENTS) < TONE / 10
    assert strength(patient.talk.heard, VOICEMAILS) < TONE / 10
    assert loudness(voicemail.heard) > AUDIBLE, "it was asked"


@calls.test
async def test_ten_patients_call_at_once_and_each_is_kept(line: "Line") -> None:
    numbers = [f"+9199999001{count:02}" for count in range(10)]
    patients = [await line.patient(number) for number in numbers]
    await asyncio.gather(*(patient.rings() for patient in patients))
    await asyncio.gather(*(patient.presses("2", "1", "1", "1") for patient in patients))
    promises = await asyncio.gather(*(patient.hears("We have your request") for patient in patients))
    await asyncio.gather(*(patient.hangs_up() for patient in patients))
    await line.all_have_hung_up()
    assert set(numbers) <= {each.phone.e164 for each in line.services.desk.store.waiting()}
    for patient, promise in zip(patients, promises, strict=True):
        assert share_heard(promise.sound, patient.talk.heard) > HEARD


@OVER_EACH
def test_what_is_told_of_a_call_names_nobody(outcomes: OverEach, carrier: str) -> None:
    """The lines about calls in the terminal hold no number, no key and none of the calls' words."""
    spared = re.compile(r"^call \d+: |\d+\.\d s|(reception|telephones:) ?\d|\d+ keys?")
    told = {spared.sub("", line) for line in outcomes[carrier].told}
    assert told
    assert [line for line in told if re.search(r"\d|appointment|booked|नमस्ते|क्लिनिक", line)] == []


@OVER_EACH
def test_every_key_is_understood_and_hardly_a_packet_is_lost(
    outcomes: OverEach, carrier: str, record_property: Callable[[str, object], None]
) -> None:
    figures = outcomes[carrier].figures
    record_property(FIGURES, f"real calls over {carrier}: {figures}")
    assert outcomes[carrier].faults == []
    assert figures.keys_understood == figures.keys_pressed
    assert figures.lost <= figures.packets * MOST_LOST
