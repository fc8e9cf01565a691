"""Compares the sound that a telephone has heard with the sound that was sent, frame by frame, after G.711 coding."""

from array import array

from aiortp.codecs import get_codec

from testing.sip.media import CODECS
from testing.sip.sound import AUDIBLE, frames, loudness

HEARD = 0.4
"""The least share of a sound's frames that a telephone must receive for the sound to count as heard.

On a busy machine packets come late, and the telephone fills the gaps itself. A sound that was not sent matches
almost no frames.
"""

NOT_HEARD = 0.1
"""The share of a sound's frames, received by a telephone, below which the sound counts as not heard."""

LAST_WORDS = 25
"""The number of frames in the last half second of a spoken sentence."""


def share_heard(sound: bytes, heard: bytes | bytearray, last: int = 0) -> float:
    """Return the share of a sound's audible frames that were heard in order; of only the `last` frames, if given."""
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
    """Return a recording with each sample made positive, because one SIP stack inverts A-law, which nobody can hear."""
    return array("h", map(abs, array("h", bytes(pcm)))).tobytes()
