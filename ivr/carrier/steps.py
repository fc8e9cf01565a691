"""The steps of a carrier's document, the same for any carrier: what the caller hears, and what the call waits for.

Values only; each carrier's folder converts its own documents to these.
"""

from dataclasses import dataclass


class NotUnderstood(Exception):
    """The document is not one that the test phone can follow."""


@dataclass(frozen=True)
class Heard:
    """Spoken words and their language."""

    words: str
    """The words as they are written, as a transcript shows them: "112"."""
    language: str
    cuttable: bool = False
    """True if a key press interrupts it."""
    aloud: str = ""
    """The words as they are read aloud, with numbers digit by digit; empty where they are read as they are written."""
    recording: str = ""
    """The address of the sound that is played in place of a voice; empty for none."""


@dataclass(frozen=True)
class Pauses:
    """A pause."""

    seconds: int
    cuttable: bool = False


@dataclass(frozen=True)
class Gathers:
    """Wait for keys; they are accepted from the beginning of the words before it."""

    action: str
    digits: int | None
    """The number of keys that ends it; None for any number."""
    ends_with: str
    """The key that ends it and is not part of the input; empty for none."""
    seconds: int = 5
    """The seconds without a key after which it gives up, from the end of the words or the last key."""
    otherwise: str = ""
    """The document for silence: the rest of the current one."""


@dataclass(frozen=True)
class Dials:
    """Call these telephones at the same time; each may hear a document first."""

    action: str
    numbers: tuple[tuple[str, str], ...]
    """The numbers, each with the address of its document; the address is empty for none."""
    seconds: int = 30
    """The seconds for which they ring."""
    key: str = ""
    """The key with which whoever picks up takes the call, counted by the carrier; empty if a document asks for it."""


@dataclass(frozen=True)
class Records:
    """Record what the caller says."""

    action: str


@dataclass(frozen=True)
class Redirects:
    """Continue with another document."""

    to: str


@dataclass(frozen=True)
class HangsUp:
    """End the call."""


Sound = Heard | Pauses
Step = Sound | Gathers | Dials | Records | Redirects | HangsUp
