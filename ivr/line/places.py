"""The kinds of place a call can be in. The table of the places themselves is menu.py.

Values only: what each kind does with a key is call.py's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.line.booking import Kind


@dataclass(frozen=True)
class Option:
    """A key, the sentence that offers it, and the place it leads to."""

    key: str
    says: str
    leads: str
    kind: Kind | None = None
    """What the caller wants from here on; what was gathered before is forgotten."""


@dataclass(frozen=True)
class Menu:
    """Says some sentences and waits for one key."""

    says: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    offers: str = ""
    """Options that are worked out (days, parts, times, topics) and lead to `leads`; numbered before the fixed ones."""
    leads: str = ""
    first: tuple[str, ...] = ()
    """Sentences that no key can cut off."""
    language_leads: str = ""
    """Where 9 leads; by default it stays."""
    needs: tuple[str, ...] = ()
    """What the call must have gathered; without it the caller is led to the main menu."""
    misses: int = 3
    """After so many wrong keys, or so many silences, the call goes on to `gives_up`."""
    ends_on_silence: bool = False
    """Whether the first silence leads there: the caller has what they rang for."""
    gives_up: str = "offer"
    standing: bool = True
    """Whether 9, 0, star and hash work here, and are announced."""
    offers_person: bool = True
    """Whether 0 is announced, where it works."""
    answers: bool = False
    """Whether who comes here has heard what they rang for: the reports count them as served."""


@dataclass(frozen=True)
class Keying:
    """Waits for a number, ended by hash."""

    says: tuple[str, ...]
    leads: str
    needs: tuple[str, ...] = ()
    misses: int = 3
    gives_up: str = "offer"


@dataclass(frozen=True)
class Passage:
    """Says its sentences to the end and goes on by itself."""

    says: tuple[str, ...]
    leads: str
    kind: Kind | None = None
    """What the caller is taken to want from here on."""
    answers: bool = False
    """As of a menu."""


@dataclass(frozen=True)
class Fork:
    """Says nothing; the answer to `asks` leads on."""

    asks: str
    on: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Filing:
    """Leaves the request at the desk; what became of it leads on, "refused" where none is taken from this call."""

    on: Mapping[str, str]


@dataclass(frozen=True)
class Screening:
    """The question that whoever picks up hears, before the patient: only a person answers it, never a voicemail."""

    says: str
    offers: str
    """The sentence that names the key."""
    key: str
    seconds: tuple[int, ...]
    """How long to wait for the key, at first and after each miss."""
    misses: int
    """After so many wrong keys, or so many silences, it is nobody."""
    on_silence: str
    on_wrong: str
    """What is said before it is asked again."""


@dataclass(frozen=True)
class Ringing:
    """Rings the reception; whether somebody took the call leads on, "refused" where it is not rung for this call."""

    says: tuple[str, ...]
    on: Mapping[str, str]
    screening: Screening | None = None
    """What they are asked first; none where whoever picks up gets the patient at once."""


@dataclass(frozen=True)
class End:
    """Says its sentences and hangs up."""

    says: tuple[str, ...] = ()


Place = Menu | Keying | Passage | Fork | Filing | Ringing | End
