"""What a carrier's document does, step by step, whatever the carrier: what is heard, and what is then waited for.

Values only; each carrier's folder reads its own documents as these.
"""

from dataclasses import dataclass


class NotUnderstood(Exception):
    """The document is not one that this telephone can follow."""


@dataclass(frozen=True)
class Heard:
    """Words, and the language they are spoken in."""

    words: str
    language: str
    cuttable: bool = False
    """Whether a key cuts it off, since keys are waited for already; anything else is heard to its end."""


@dataclass(frozen=True)
class Pauses:
    """Nothing is heard for a while."""

    seconds: int
    cuttable: bool = False


@dataclass(frozen=True)
class Gathers:
    """Waits for keys, since its first words were spoken."""

    action: str
    digits: int | None
    """How many keys end it; None for any number."""
    ends_with: str
    """The key that ends it, and is not among them; empty for none."""
    seconds: int = 5
    """How long no key may come, from the end of its words or from the last key."""
    otherwise: str = ""
    """What comes after it where no key is pressed: the rest of its document, as a document."""


@dataclass(frozen=True)
class Dials:
    """Rings these telephones; each hears its own document first, if it has one."""

    action: str
    numbers: tuple[tuple[str, str], ...]
    """Each with the address of its document, or an empty one."""
    seconds: int = 30
    """How long they ring."""


@dataclass(frozen=True)
class Records:
    """Records what the caller says."""

    action: str


@dataclass(frozen=True)
class Redirects:
    """Goes on with another document."""

    to: str


@dataclass(frozen=True)
class HangsUp:
    """The call is ended by the other side."""


Sound = Heard | Pauses
Step = Sound | Gathers | Dials | Records | Redirects | HangsUp
