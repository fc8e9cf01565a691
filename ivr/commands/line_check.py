"""`flask line check`: proves that the menu, the prompts and the clinic's file obey the rules that callers rely on.

Needs neither the database nor Redis; most of the checks are in ivr/line/checks.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click
from flask.cli import AppGroup

from ivr.carrier.addresses import Addresses
from ivr.carrier.carriers import Carriers
from ivr.carrier.leg import Leg
from ivr.carrier.meant import has_document, is_heard_as_meant
from ivr.carrier.port import Carrier
from ivr.carrier.steps import Dials, Gathers, HangsUp, Heard, Pauses
from ivr.line.blanks import Say
from ivr.line.checks.checks import Verdict, gather, judge
from ivr.line.checks.findings import Evidence
from ivr.line.checks.scenarios import situations
from ivr.line.menu import MENU, SCREENING
from ivr.line.paths.events import KEYPAD, SOMEBODY
from ivr.line.places import Screening
from ivr.line.script import Script
from ivr.line.turn import Call, RingReception, Turn
from ivr.web.services import services

line = AppGroup("line", help="The telephone line itself.")

ONLY_THE_KEY = "only its key gives the reception the patient"

MOST_SHOWN = 12
"""The most complaints that are shown of one check. A broken menu has hundreds that say the same."""


@line.command("check")
def check() -> None:
    """Follows every way through a call, and prints the result of each check. Exits 1 if any check fails."""
    here = services()
    clinic, carriers = here.hours.clinic_now(), here.telephone.carriers
    with _nothing_thrown_away():
        evidence = gather(MENU, clinic, here.script, situations(MENU, clinic, here.clock()))
        verdicts = [*judge(evidence), says_what_is_meant(carriers, turns_of(evidence), here.script)]
    verdicts += _of_the_carriers(carriers, here.script)
    for verdict in verdicts:
        click.echo(f"{verdict.check}: {verdict.looked_at}, {'pass' if verdict.holds else 'FAIL'}")
        for complaint in _shown(verdict.complaints):
            click.echo(f"  - {complaint}")
    if not all(verdict.holds for verdict in verdicts):
        raise click.exceptions.Exit(1)


def _of_the_carriers(found: Carriers, script: Script) -> Iterator[Verdict]:
    """Yield the verdicts on each carrier's documents, with the carrier's name where there are several."""
    for name, carrier in found.by_name.items():
        at = f", at {name}" if len(found.by_name) > 1 else ""
        for each in (fault_ends(carrier, script), only_the_key_puts_through(carrier, SCREENING, script.languages)):
            yield replace(each, check=f"{each.check}{at}")


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Switch off garbage collection, because all walks stay in memory and collecting takes a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _shown(complaints: tuple[str, ...]) -> Iterator[str]:
    yield from complaints[:MOST_SHOWN]
    if complaints[MOST_SHOWN:]:
        yield f"and {len(complaints) - MOST_SHOWN} more"


def turns_of(evidence: Evidence) -> list[Turn]:
    """Return the turns of the walks for which carriers get a document; of turns with equal documents, only one."""
    turns = (step.turn for walk in evidence.walks for _, step in walk.every() if has_document(step.turn))
    return list({repr((turn.call.language, turn.first, turn.asks, turn.wait)): turn for turn in turns}.values())


def says_what_is_meant(carriers: Carriers, turns: list[Turn], script: Script) -> Verdict:
    """Check that each carrier's document of a turn has the turn's sentences, waits and next addresses."""
    complaints = [
        f"{turn.call.language}: {turn.call.place} is heard otherwise at {name}"
        for name, carrier in carriers.by_name.items()
        for turn in turns
        if not _is_heard_as_meant(carrier, turn, script)
    ]
    names = " and ".join(carriers.by_name)
    return Verdict("what is heard is what the menu has", f"{len(turns)} turns at {names}", tuple(complaints))


def _is_heard_as_meant(carrier: Carrier, turn: Turn, script: Script) -> bool:
    try:
        return is_heard_as_meant(carrier, turn, script)
    except LookupError:  # a sentence is missing
        return False


def fault_ends(carrier: Carrier, script: Script) -> Verdict:
    """Check that a failing webhook leads to the apology in every language, and then to the end of the call."""
    heard = list(carrier.heard(carrier.fault().body))
    words = " ".join(step.words for step in heard if isinstance(step, Heard))
    missing = [each for each in script.languages if script.say(Say("fault"), each).words not in words]
    complaints = [f"{language}: the apology is not heard" for language in missing]
    if not heard or not isinstance(heard[-1], HangsUp):
        complaints.append("the call does not end after the apology")
    return Verdict("a webhook that fails ends with an apology", f"{len(heard)} steps", tuple(complaints))


ANYWHERE = Addresses(*(lambda _call: "/",) * 3)
"""Placeholder addresses, for documents that no carrier gets."""


def only_the_key_puts_through(carrier: Carrier, screening: Screening, languages: tuple[str, ...]) -> Verdict:
    """Check the reception's leg: only the right key connects the patient, and everything else soon ends the leg."""
    begun = [Leg(Call("", language, ""), screening, begins=True) for language in languages]
    if any(counts_the_key := [_counted_key(carrier, leg) for leg in begun]):
        return _carrier_counts(carrier, begun, counts_the_key)
    todo = [*begun]
    walked, complaints = set[Leg](), list[str]()
    while todo:
        leg = todo.pop()
        walked.add(leg)
        read = [*carrier.heard(carrier.document(leg, ANYWHERE).body)]
        waits = any(isinstance(step, Gathers) for step in read)
        put_through = not waits and not any(isinstance(step, HangsUp) for step in read)
        if put_through != leg.taken or (waits and leg.given_up):
            complaints.append(f"{leg.call.language}: {_at_the_reception(leg)} {_became(put_through, waits)}")
        elif waits:
            after = (Leg(leg.asked_again, screening, pressed=key) for key in (None, *KEYPAD))
            todo += [each for each in after if each not in walked]
    return Verdict(ONLY_THE_KEY, f"{len(walked)} steps", tuple(complaints))


def _counted_key(carrier: Carrier, leg: Leg) -> str:
    """Return the key that takes the call at the reception, if the carrier itself waits for it; else an empty string."""
    ring = RingReception((SOMEBODY,), SOMEBODY, leg.seconds, leg.screening)
    read = carrier.heard(carrier.document(Turn(leg.call, (), (), ring), ANYWHERE).body)
    return next((step.key for step in read if isinstance(step, Dials)), "")


def _carrier_counts(carrier: Carrier, begun: list[Leg], keys: list[str]) -> Verdict:
    """Check that a carrier which waits for the reception's key itself has that key, and our document only speaks."""
    complaints = []
    for leg, key in zip(begun, keys, strict=True):
        read = [*carrier.heard(carrier.document(leg, ANYWHERE).body)]
        if key != leg.screening.key or not read or not all(isinstance(step, Heard | Pauses) for step in read):
            complaints.append(f"{leg.call.language}: key {key or 'none'} at the reception gets the patient")
    return Verdict(ONLY_THE_KEY, f"{len(begun)} steps", tuple(complaints))


def _at_the_reception(leg: Leg) -> str:
    if leg.begins:
        return "the reception's telephone, picked up,"
    return f"key {leg.pressed} at the reception" if leg.pressed else "silence at the reception"


def _became(put_through: bool, waits: bool) -> str:
    if put_through:
        return "gets the patient"
    return "is asked for ever" if waits else "does not get the patient"
