"""The reception's leg of a call: the question to whoever picks up, and the decision to put the patient through.

Pure. A carrier that waits for the key by itself needs only the question.
"""

from dataclasses import dataclass, replace

from ivr.line.blanks import Say
from ivr.line.places import Screening
from ivr.line.turn import Call


@dataclass(frozen=True)
class Leg:
    """The state of the reception's leg after a person or a voicemail has picked up."""

    call: Call
    """The call with the line and language of this leg; its misses are those on this leg."""
    screening: Screening
    begins: bool = False
    """True if no question has been asked yet."""
    pressed: str | None = None
    """The key; None for silence."""

    @property
    def taken(self) -> bool:
        """Return whether the right key was pressed; only then is the patient put through."""
        return not self.begins and self.pressed == self.screening.key

    @property
    def given_up(self) -> bool:
        """Return whether there were too many misses; then the leg is hung up."""
        now = self.asked_again
        missed = max(now.silences, now.wrongs)
        return not self.begins and not self.taken and missed >= self.screening.misses

    @property
    def asked_again(self) -> Call:
        """The call with the last silence or wrong key counted; unchanged at the first question."""
        if self.begins:
            return self.call
        if self.pressed is None:
            return replace(self.call, silences=self.call.silences + 1)
        return replace(self.call, wrongs=self.call.wrongs + 1)

    @property
    def seconds(self) -> int:
        """Seconds to wait for the key."""
        missed = max(self.asked_again.silences, self.asked_again.wrongs)
        return self.screening.seconds[min(missed, len(self.screening.seconds) - 1)]

    @property
    def offer(self) -> Say:
        """The sentence that names the key."""
        return Say(self.screening.offers, {"key": self.screening.key})

    @property
    def asks(self) -> tuple[Say, ...]:
        """The question; after a miss, a sentence of help comes before it."""
        question = (Say(self.screening.says), self.offer)
        if self.begins:
            return question
        return (Say(self.screening.on_silence if self.pressed is None else self.screening.on_wrong), *question)
