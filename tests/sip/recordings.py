"""Compares the sound that a telephone has heard with the sound that was sent: frame by frame, as G.711 leaves it."""

from array import array

from aiortp.codecs import get_codec

from testing.sip.media import CODECS
from testing.sip.sound import AUDIBLE, frames, loudness

HEARD = 0.4
"""The share of a sound's frames from which the sound counts as heard.

On a busy machine packets come late, and the telephone fills the gaps itself. Of a sound that was not said, next to
nothing is found.
"""

NOT_HEARD = 0.1
"""The share of a sound's frames up to which the sound counts as not heard."""

LAST_WORDS = 25
"""The number of frames in the last half second of a spoken sentence."""


def share_heard(sound: bytes, heard: bytes | bytearray, last: int = 0) -> float:
    """Return the share of a sound's audible frames, or of its `last` ones, that a recording has in the same order."""
    codec = get_codec(CODECS[0])
    wanted = [frame for frame in map(codec.decode, map(codec.encode, frames(sound))) if loudness(frame) > AUDIBLE]
    wanted = wanted[-last:]
    recording, at, found = _upright(heard), 0, 0
    for frame in wanted:
        place = recording.find(_upright(frame), at)
        if place >= 0:
            at, found = place, found + 1
    return found / len(wanted) if wanted else 0.0


def _upright(pcm: bytes | bytearray) -> bytes:
    """Return the recording without the signs of its samples: one of the two stacks turns A-law upside down, unheard."""
    return array("h", map(abs, array("h", bytes(pcm)))).tobytes()
