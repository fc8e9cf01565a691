"""The reception's own leg of a call: its question, what came of it, and whether the patient is put through.

Pure. A carrier that counts the key by itself needs no more of it than the question.
"""

from dataclasses import dataclass, replace

from ivr.line.places import Screening
from ivr.line.turn import Call, Say


@dataclass(frozen=True)
class Leg:
    """One of the reception's telephones has been picked up, by a person or by a voicemail."""

    call: Call
    """The line and the language that are spoken here, and what was missed here before."""
    screening: Screening
    begins: bool = False
    """Whether nothing has been asked yet."""
    pressed: str | None = None
    """The key; None for silence."""

    @property
    def taken(self) -> bool:
        """Whether the one key was pressed: only then the patient is put through."""
        return not self.begins and self.pressed == self.screening.key

    @property
    def given_up(self) -> bool:
        """Whether enough was missed: the leg is hung up, and the patient is offered something else."""
        now = self.asked_again
        missed = max(now.silences, now.wrongs)
        return not self.begins and not self.taken and missed >= self.screening.misses

    @property
    def asked_again(self) -> Call:
        """The same call with what was missed just now."""
        if self.begins:
            return self.call
        if self.pressed is None:
            return replace(self.call, silences=self.call.silences + 1)
        return replace(self.call, wrongs=self.call.wrongs + 1)

    @property
    def seconds(self) -> int:
        """How long to wait for the key."""
        missed = max(self.asked_again.silences, self.asked_again.wrongs)
        return self.screening.seconds[min(missed, len(self.screening.seconds) - 1)]

    @property
    def offer(self) -> Say:
        """The sentence that names the key."""
        return Say(self.screening.offers, {"key": self.screening.key})

    @property
    def asks(self) -> tuple[Say, ...]:
        """The question, after a word of help where it is asked again."""
        question = (Say(self.screening.says), self.offer)
        if self.begins:
            return question
        return (Say(self.screening.on_silence if self.pressed is None else self.screening.on_wrong), *question)
