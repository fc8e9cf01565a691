"""Sound in the form that a telephone carries: made, cut into frames, resampled. No telephone is needed."""

import math

import pytest

from testing.sip.sound import FRAME, RATE, for_telephone, frames, loudness, seconds, silence, strength, tone


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100])
def test_a_tone_of_another_rate_stays_the_same_tone(rate: int) -> None:
    sound = for_telephone([round(8_000 * math.sin(2 * math.pi * 1_000 * n / rate)) for n in range(rate // 4)], rate)
    assert seconds(sound) == pytest.approx(0.25, abs=0.001)
    assert strength(sound, 1_000) == pytest.approx(8_000, rel=0.05)


def test_what_a_telephone_cannot_carry_is_left_out() -> None:
    """A sound of 7 kHz is left out; at a telephone's 8,000 samples a second it would be heard as 1 kHz."""
    sound = for_telephone(
        [round(8_000 * math.sin(2 * math.pi * 7_000 * n / 22_050)) for n in range(22_050 // 4)], 22_050
    )
    assert strength(sound, 1_000) < 400


def test_the_loudest_sound_stays_within_its_bits() -> None:
    assert max(abs(each) for each in memoryview(for_telephone([32_767, -32_768] * 2_000, 16_000)).cast("h")) <= 32_768


def test_a_sound_is_sent_in_whole_frames() -> None:
    sent = list(frames(tone(500, 0.05)))
    assert [len(each) for each in sent] == [FRAME] * 3
    assert sent[-1].endswith(bytes(FRAME // 2))


def test_silence_is_silent_and_a_tone_is_not() -> None:
    assert loudness(silence(0.1)) == 0
    assert loudness(tone(1_000, 0.1, volume=0.5)) == pytest.approx(0.5 * 32_767 / math.sqrt(2), rel=0.01)
    assert len(silence(0.5)) == RATE
