"""The reception's leg of a call: the question to the person who picks up, and the decision to connect the patient.

Pure. A carrier that waits for the key by itself needs only the question.
"""

from dataclasses import dataclass, replace

from ivr.line.blanks import Say
from ivr.line.places import Screening
from ivr.line.turn import Call


@dataclass(frozen=True)
class Leg:
    """The state of the reception's leg once a person or a voicemail has picked up."""

    call: Call
    """A copy of the caller's call whose line, language and number of misses are those of this leg."""
    screening: Screening
    begins: bool = False
    """True if nobody has been asked on this leg yet."""
    pressed: str | None = None
    """The key that somebody at the reception pressed on this leg; None for silence."""

    @property
    def taken(self) -> bool:
        """Return whether the key that takes the call was pressed on this leg; only then is the patient put through."""
        return not self.begins and self.pressed == self.screening.key

    @property
    def given_up(self) -> bool:
        """Return whether the reception has missed too often on this leg; then the leg is hung up."""
        now = self.asked_again
        missed = max(now.silences, now.wrongs)
        return not self.begins and not self.taken and missed >= self.screening.misses

    @property
    def asked_again(self) -> Call:
        """The caller's call with the leg's last silence or key as one more miss; unchanged until somebody is asked."""
        if self.begins:
            return self.call
        if self.pressed is None:
            return replace(self.call, silences=self.call.silences + 1)
        return replace(self.call, wrongs=self.call.wrongs + 1)

    @property
    def seconds(self) -> int:
        """The seconds to wait for a key of the person at the reception. They depend on the mistakes made so far."""
        missed = max(self.asked_again.silences, self.asked_again.wrongs)
        return self.screening.seconds[min(missed, len(self.screening.seconds) - 1)]

    @property
    def offer(self) -> Say:
        """The sentence that names the key by which the reception takes the call."""
        return Say(self.screening.offers, {"key": self.screening.key})

    @property
    def asks(self) -> tuple[Say, ...]:
        """The sentences that ask the reception to take the call; after a mistake, a sentence of help comes first."""
        question = (Say(self.screening.says), self.offer)
        if self.begins:
            return question
        return (Say(self.screening.on_silence if self.pressed is None else self.screening.on_wrong), *question)
