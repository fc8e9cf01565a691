"""The figures of the tests' real calls: how soon the first sound is heard, how many keys and packets arrive."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figures:
    """The figures of the tests' real calls, measured at the telephones and at the carrier on this machine."""

    first_sounds: Sequence[float] = ()
    """The seconds from dialling to the first sound, one figure for each call."""
    keys_pressed: int = 0
    keys_understood: int = 0
    packets: int = 0
    """The number of packets of sound that arrived, in both directions."""
    lost: int = 0
    """The number of packets of sound that were sent and did not arrive."""

    def __str__(self) -> str:
        return "; ".join(self._words())

    def _words(self) -> Iterator[str]:
        if self.first_sounds:
            soon, late = median(self.first_sounds), max(self.first_sounds)
            yield f"{len(self.first_sounds)} calls, first sound after {soon:.2f} s (median), {late:.2f} s (most)"
        yield f"{self.keys_understood} of {self.keys_pressed} keys understood"
        yield f"{self.lost} of {self.packets + self.lost} packets lost"
