"""Checks the menu: runs every check on the menu's table, words and clinic, and returns one verdict for each check.

Pure: the table, the words, the clinic and the moment are arguments.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.line.checks import brevity, languages, safety, table, termination, words
from ivr.line.checks.explore import walk
from ivr.line.checks.findings import Evidence, Findings, told
from ivr.line.checks.scenarios import Situation, situations
from ivr.line.clinic import Clinic
from ivr.line.places import Place
from ivr.line.script import Script

Check = Callable[[Evidence], Findings]

CHECKS: Mapping[str, Check] = {
    "every lead names a place": table.leads_exist,
    "every name in the table is known": table.names_are_known,
    "every place can be reached": table.places_are_reached,
    "every turn can be made": termination.every_turn_is_made,
    f"silence ends in at most {termination.SILENCES} steps": termination.silence_ends,
    f"wrong keys end in at most {termination.WRONG_KEYS} steps": termination.wrong_keys_end,
    f"an error of ours ends in at most {termination.ASTRAY} steps": termination.errors_end,
    f"all of these in any order end in at most {termination.ASTRAY} steps": termination.astray_ends,
    "every call ends with a person, a request or a goodbye": termination.every_ending_is_one,
    f"a menu has at most {table.MOST_OPTIONS} options, numbered from 1": table.menus_are_short,
    "0 leads to a person, or it is told that nobody is there": table.a_person_is_near,
    "0 is announced only where somebody can answer": table.a_person_is_offered_truly,
    "each language is reached from each, wherever 9 works": languages.languages_reach_each_other,
    "no sentence takes longer than it may": brevity.sentences_are_short,
    "no option leads to a sentence that was just said": brevity.nothing_is_said_twice,
    "no options alone lead round": brevity.no_circles,
    "the choice is said before its key": words.choices_come_before_keys,
    "a time is called by its own part of the day": words.times_agree_with_their_parts,
    "every sentence is there in every language": words.sentences_are_complete,
    "the warning signs come before any advice": safety.advice_is_warned_of,
    "the short warning comes before a booking is confirmed": safety.bookings_are_warned_of,
    "no key cuts off the emergency lines": safety.emergency_lines_are_whole,
    "out of hours the emergency line comes first": safety.closed_names_the_emergency_number,
    "the emergency number is the same everywhere": words.emergency_numbers_agree,
    "a promise is heard only after a request is stored": safety.promises_are_kept,
}


@dataclass(frozen=True)
class Verdict:
    """The result of one check of the menu."""

    check: str
    looked_at: str
    complaints: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Return whether the check has no complaints."""
        return not self.complaints


def prove(menu: Mapping[str, Place], clinic: Clinic, script: Script, now: datetime) -> list[Verdict]:
    """Return the verdict of every check, for all situations of the clinic from this moment on."""
    return judge(gather(menu, clinic, script, situations(menu, clinic, now)))


def gather(menu: Mapping[str, Place], clinic: Clinic, script: Script, found: Iterable[Situation]) -> Evidence:
    """Play every call of each situation through the menu; return the evidence that the checks judge."""
    topics = tuple(topic.key for topic in clinic.topics)
    return Evidence(menu, script, topics, tuple(walk(each, script.languages) for each in found))


def judge(evidence: Evidence) -> list[Verdict]:
    """Return the verdict of every check on this evidence, which `gather` has taken from the walks."""
    return [_verdict(name, check(evidence)) for name, check in CHECKS.items()]


def _verdict(name: str, found: Findings) -> Verdict:
    return Verdict(name, found.looked_at, told(found.complaints))
