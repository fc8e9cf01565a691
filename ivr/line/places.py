"""The kinds of place in a call. The places themselves are in the table of menu.py.

Values only: engine/ implements each kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.line.booking import Kind


class ChangeWish(StrEnum):
    """A change to an appointment that the caller wants: to move or to cancel the appointment."""

    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Option:
    """An option of a menu: its key, the sentence that offers it, and the place that it leads to."""

    key: str
    says: str
    leads: str
    kind: Kind | None = None
    """The kind of request that this option chooses, which drops earlier choices; None if it chooses no kind."""
    afresh: bool = False
    """True if the option drops all that the call has gathered."""
    change: ChangeWish | None = None
    """The change to an appointment, to move or to cancel, that a caller chooses by this option; None for no change."""
    other: bool | None = None
    """True if the wish is for another person than the one known by this number, False if not; None to leave it so."""
    earliest: bool = False
    """True if the caller takes the first of the free times that were read out."""
    leads_back: bool = False
    """True if the option's sentence says that it leads to an earlier place. A call may repeat places in this way."""


@dataclass(frozen=True)
class Menu:
    """A place that says its sentences and waits for one key."""

    says: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    offers: str = ""
    """The name of an offer, such as free times, or empty. Its options come before `options` and lead to `leads`."""
    reads_out: str = ""
    """The name of an offer of which the menu says only the earliest time, and makes no options; empty for none."""
    leads: str = ""
    more: str = ""
    """The place to which a last option, such as "later times", leads if the offer has too many options for a menu."""
    empty: str = ""
    """The place to go on to if the offer named in `offers` has no options; empty if that cannot happen."""
    first: tuple[str, ...] = ()
    """The sentences that a key press does not interrupt."""
    language_leads: str = ""
    """The place to go on to in the other language after key 9; empty to stay at this place."""
    needs: tuple[str, ...] = ()
    """The data that a call must have at this menu. A call without these data goes to the main menu."""
    misses: int = 3
    """The number of wrong keys, or of silences, after which the call goes on to `gives_up`."""
    ends_on_silence: bool = False
    """True if the first silence leads to `gives_up`, because the caller has what they called for."""
    gives_up: str = "offer"
    standing: bool = True
    """True if the standing keys (9, 0, * and #) work in this menu."""
    says_options: bool = True
    """False if the caller has just heard the options elsewhere: the keys work, but are announced only after a miss."""
    answers: bool = False
    """True if a caller who comes here has got an answer; the reports count the call as served."""


@dataclass(frozen=True)
class Keying:
    """A place that waits for a telephone number and the hash key, or for the `digits` digits of a reference."""

    says: tuple[str, ...]
    leads: str
    digits: int = 0
    needs: tuple[str, ...] = ()
    misses: int = 3
    gives_up: str = "offer"


@dataclass(frozen=True)
class Passage:
    """A place that says its sentences, then leads to the place `leads`. A key press does not interrupt `says`."""

    says: tuple[str, ...]
    leads: str
    asks: tuple[str, ...] = ()
    """The sentences that a key press interrupts. The pressed key answers the menu to which the passage leads."""
    kind: Kind | None = None
    """The kind of request that a call begins at this place, which drops earlier choices; None to begin none."""
    answers: bool = False
    """True if a caller who comes here has got an answer; the reports count the call as served."""


@dataclass(frozen=True)
class Fork:
    """A place that says nothing and decides where the call goes, by the answer to its question `asks`."""

    asks: str
    on: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Return:
    """A place that says nothing and leads back to where the caller pressed 0 or asked for the warning signs."""


@dataclass(frozen=True)
class Filing:
    """A place that files a request or books a time. `on` gives the next place for each outcome."""

    on: Mapping[str, str]


@dataclass(frozen=True)
class Checking:
    """A place that checks the caller's entered digits against a reference. `on` gives the next place by outcome."""

    on: Mapping[str, str]


@dataclass(frozen=True)
class Changing:
    """A place that moves or cancels an appointment. `on` gives the next place by outcome."""

    on: Mapping[str, str]


@dataclass(frozen=True)
class Screening:
    """The question to the person who answers at the reception, before the patient is connected.

    A voicemail does not answer the question.
    """

    says: str
    offers: str
    """The name of the sentence that tells which key to press."""
    key: str
    seconds: tuple[int, ...]
    """Seconds to wait for the key: at first, and after each miss."""
    misses: int
    """The number of wrong keys, or of silences, after which the call to the reception counts as not taken."""
    on_silence: str
    on_wrong: str
    """The sentence said after a wrong key, before the question is repeated; `on_silence` is said after a silence."""


@dataclass(frozen=True)
class Ringing:
    """A place that rings the reception. `on` gives the next place by outcome ("refused" if ringing is not allowed)."""

    says: tuple[str, ...]
    on: Mapping[str, str]
    screening: Screening | None = None
    """The question to the person who picks up; None to connect that person at once."""


@dataclass(frozen=True)
class End:
    """A place that says its sentences and hangs up."""

    says: tuple[str, ...] = ()


Place = Menu | Keying | Passage | Fork | Return | Filing | Checking | Changing | Ringing | End
