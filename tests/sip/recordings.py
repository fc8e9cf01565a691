"""What a telephone has heard, compared with what was to be said: frame by frame, as G.711 leaves the samples."""

from array import array

from aiortp.codecs import get_codec

from testing.sip.media import CODECS
from testing.sip.sound import AUDIBLE, frames, loudness

NEARLY_ALL = 0.7
"""The share of a sound's frames that is heard even where packets come late: the telephone then fills the gap itself."""


def is_heard(sound: bytes, heard: bytes | bytearray) -> bool:
    """Whether a recording holds this sound, whole and in order."""
    return share_heard(sound, heard) >= NEARLY_ALL


def share_heard(sound: bytes, heard: bytes | bytearray) -> float:
    """The share of a sound's audible frames that a recording holds, in order."""
    codec = get_codec(CODECS[0])
    wanted = [frame for frame in map(codec.decode, map(codec.encode, frames(sound))) if loudness(frame) > AUDIBLE]
    recording, at, found = _upright(heard), 0, 0
    for frame in wanted:
        place = recording.find(_upright(frame), at)
        if place >= 0:
            at, found = place, found + 1
    return found / len(wanted) if wanted else 0.0


def _upright(pcm: bytes | bytearray) -> bytes:
    """The samples without their sign: one of the two stacks turns A-law upside down, which no ear hears."""
    return array("h", map(abs, array("h", bytes(pcm)))).tobytes()
