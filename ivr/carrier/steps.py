"""The steps of a carrier's document, the same for any carrier: what the caller hears, and what the call waits for.

Values only; each carrier's folder converts its own documents to these.
"""

from dataclasses import dataclass


class NotUnderstood(Exception):
    """The carrier's document is not one that the test phone can follow."""


@dataclass(frozen=True)
class Heard:
    """Words that a voice speaks or a recording plays, and the language of the words."""

    words: str
    """The words as they are written, as a transcript shows them: "112"."""
    language: str
    cuttable: bool = False
    """True if a key press interrupts these words."""
    aloud: str = ""
    """The words as they are read aloud, with numbers digit by digit; empty where they are read as they are written."""
    recording: str = ""
    """The address of the recording that is played in place of a voice; empty if there is none."""


@dataclass(frozen=True)
class Pauses:
    """A step of a document that waits some seconds in silence."""

    seconds: int
    cuttable: bool = False


@dataclass(frozen=True)
class Gathers:
    """A step of a document that waits for keys. Keys that are pressed during the words before this step count too."""

    action: str
    digits: int | None
    """The number of keys after which the wait ends; None if the number of keys has no limit."""
    ends_with: str
    """The key that ends the wait and is not part of the input; empty for none."""
    seconds: int = 5
    """The seconds without a key after which the wait ends, from the end of the words or the last key."""
    otherwise: str = ""
    """The document to follow if the caller stays silent: the part of the current document after this step."""


@dataclass(frozen=True)
class Dials:
    """Calls these telephones at the same time; each may hear a document before it is connected."""

    action: str
    numbers: tuple[tuple[str, str], ...]
    """The numbers to call, each with the address of the document to be heard there first; "" for no document."""
    seconds: int = 30
    """The seconds for which the telephones ring."""
    key: str = ""
    """The key that accepts the call, if the carrier itself waits for this key; empty if the documents ask for a key."""


@dataclass(frozen=True)
class Records:
    """A step of a document that records the words of the caller."""

    action: str


@dataclass(frozen=True)
class Redirects:
    """A step with which the carrier goes on to the document at another address."""

    to: str


@dataclass(frozen=True)
class HangsUp:
    """Ends the call."""


Sound = Heard | Pauses
Step = Sound | Gathers | Dials | Records | Redirects | HangsUp
