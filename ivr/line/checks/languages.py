"""Checks the languages: from every menu where 9 works, a caller can change to each other language.

Pure: looks at the steps of the walks.
"""

from collections.abc import Iterator

from ivr.line.checks.explore import Step, Walk
from ivr.line.checks.findings import Complaint, Evidence, Findings, counted
from ivr.line.menu import LANGUAGE, LANGUAGES_PLACE
from ivr.line.paths.events import EventKind
from ivr.line.paths.states import State
from ivr.line.places import Menu


def languages_reach_each_other(evidence: Evidence) -> Findings:
    """Check that key 9 leads to every other language, directly or through the menu of languages.

    Also check that every sentence which offers another language is said in the language that it offers.
    """
    menus = [
        (walk, state, steps)
        for walk in evidence.walks
        for state, steps in walk.steps.items()
        if not state.silences and not state.wrongs and _changes_language(evidence, state)
    ]
    complaints = [
        Complaint(f"{state}: 9 does not lead to {language}", walk.situation.name)
        for walk, state, steps in menus
        for language in _missed(evidence, state, _reached(walk, steps))
    ]
    return Findings(counted(len(menus), "menus"), [*complaints, *_unannounced(evidence)])


def _changes_language(evidence: Evidence, state: State) -> bool:
    place = evidence.menu[state.place]
    return isinstance(place, Menu) and place.standing and state.place != LANGUAGES_PLACE


def _missed(evidence: Evidence, state: State, reached: Iterator[str]) -> list[str]:
    found = {state.language, *reached}
    return [language for language in evidence.script.languages if language not in found]


def _reached(walk: Walk, steps: tuple[Step, ...]) -> Iterator[str]:
    """Yield each language reached with 9, at once or by a further key that is announced in that language."""
    for step in (each for each in steps if each.what is EventKind.KEY and each.by == LANGUAGE and not each.ends):
        if step.to.place != LANGUAGES_PLACE:
            yield step.to.language
            continue
        said = _said(step)
        for chosen in walk.steps[step.to]:
            if chosen.what is EventKind.KEY and not chosen.ends and (chosen.by, chosen.to.language) in said:
                yield chosen.to.language


def _said(step: Step) -> set[tuple[str, str]]:
    """Return the keys that this step's turn announces, each paired with the language of the announcement."""
    turn = step.turn
    return {(str(say.values["key"]), say.language or turn.call.language) for say in turn.asks if "key" in say.values}


def _unannounced(evidence: Evidence) -> Iterator[Complaint]:
    for walk, _, step in evidence.steps:
        told = {language for key, language in _said(step) if key == LANGUAGE}
        for language in _missed(evidence, step.to, iter(told)) if told else ():
            yield Complaint(f"{step.to} does not say in {language} that 9 leads to it", walk.situation.name)
