"""Sound as a telephone carries it: 16 bits a sample, 8,000 samples a second, one channel. Pure."""

import math
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from operator import mul

RATE = 8_000
"""The number of samples in a second of a telephone's sound."""

BYTES_A_SECOND = 2 * RATE

FRAME_SECONDS = 0.02
FRAME = int(BYTES_A_SECOND * FRAME_SECONDS)
"""The number of bytes in a frame: the 20 ms of sound that one packet carries."""

SILENCE = bytes(FRAME)

AUDIBLE = 200.0
"""The loudness from which a sound counts as audible, and not as silence; speech has some thousands."""

HIGHEST = 3_600
"""The highest frequency that a telephone lets pass, in hertz."""

TAPS = 6
"""The span that resampling reads on each side of a new sample, as a number of samples at a telephone's rate."""


def seconds(pcm: bytes | bytearray) -> float:
    """Return the length of a sound, in seconds."""
    return len(pcm) / BYTES_A_SECOND


def frames(pcm: bytes) -> Iterator[bytes]:
    """Yield a sound frame by frame, each of 20 ms, the last one filled up with silence."""
    for start in range(0, len(pcm), FRAME):
        yield pcm[start : start + FRAME].ljust(FRAME, b"\0")


def silence(length: float) -> bytes:
    """Return silence of this many seconds, as a telephone's sound."""
    return bytes(2 * round(RATE * length))


def tone(hertz: float, length: float, volume: float = 0.25) -> bytes:
    """Return a pure tone of this many seconds; volume 1 is the loudest that a sample can hold."""
    turn = 2 * math.pi * hertz / RATE
    return array("h", (round(32_767 * volume * math.sin(turn * n)) for n in range(round(RATE * length)))).tobytes()


def loudness(pcm: bytes | bytearray) -> float:
    """Return the loudness of a sound, the root of the mean square of its samples; 0 for an empty one."""
    samples = array("h", bytes(pcm))
    return math.sqrt(sum(map(mul, samples, samples)) / len(samples)) if samples else 0.0


def strength(pcm: bytes | bytearray, hertz: float) -> float:
    """Return the strength of the tone of this frequency in a sound: the tone's amplitude."""
    samples = array("h", bytes(pcm))
    turn = 2 * math.pi * hertz / RATE
    sine = sum(each * math.sin(turn * n) for n, each in enumerate(samples))
    cosine = sum(each * math.cos(turn * n) for n, each in enumerate(samples))
    return 2 * math.hypot(sine, cosine) / len(samples) if samples else 0.0


def for_telephone(samples: Sequence[int], rate: int) -> bytes:
    """Return a sound in the form that a telephone carries, resampled from `rate` samples a second."""
    if rate == RATE:
        return array("h", samples).tobytes()
    common = math.gcd(rate, RATE)
    step, phases = rate // common, RATE // common
    kernels = _kernels(step, phases)
    width = len(kernels[0])
    padded = [0] * (width // 2) + list(samples) + [0] * width
    count = len(samples) * phases // step
    return array("h", (_sample(kernels, width, padded, n * step, phases) for n in range(count))).tobytes()


def _sample(kernels: Sequence[Sequence[float]], width: int, padded: list[int], at: int, phases: int) -> int:
    start, phase = divmod(at, phases)
    exact: float = sum(map(mul, kernels[phase], padded[start : start + width]))
    return max(-32_768, min(32_767, round(exact)))


@cache
def _kernels(step: int, phases: int) -> tuple[tuple[float, ...], ...]:
    """Return the weights of the old samples around a new sample, one row for each place between two old samples.

    Each row is a windowed sinc.
    """
    around = math.ceil(TAPS * step / phases)
    cut = 2 * HIGHEST / RATE * min(1.0, phases / step)
    return tuple(_weights(around, phase / phases, cut) for phase in range(phases))


def _weights(around: int, between: float, cut: float) -> tuple[float, ...]:
    distances = [place - between for place in range(-around, around + 1)]
    raw = [_sinc(cut * each) * (0.5 + 0.5 * math.cos(math.pi * each / (around + 1))) for each in distances]
    whole = sum(raw)
    return tuple(each / whole for each in raw)


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0
