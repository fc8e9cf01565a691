"""Measures how many seconds a caller listens: to the first word in a language, the greeting, a booking, the promise.

The calls go through the line's own engine at the shipped clinic; `espeak-ng -s 150` speaks them. The benchmark finds
each key by the place that its option leads to, so a changed menu needs no change here. Run as `python -m bench.speech`.
`--write` also puts the tables into docs/speech.md. `--estimate` compares the estimates of `flask line check`.
"""

import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from itertools import pairwise, takewhile
from shutil import which

from config.clinic import read
from config.sentences import CLINIC_FILE, read_for
from config.settings import ROOT
from ivr.diary.free import free_slots
from ivr.line.blanks import Say
from ivr.line.booking import Kind
from ivr.line.checks.speaking_time import seconds as estimated
from ivr.line.clinic import Clinic
from ivr.line.menu import START
from ivr.line.paths.events import SOMEBODY, EventKind
from ivr.line.paths.states import States
from ivr.line.paths.transcript import Scene, beginning, following
from ivr.line.paths.transitions import BOOKED, KEPT
from ivr.line.script import Script
from ivr.line.turn import Call, Facts, File

WORDS_A_MINUTE = 150
VOICE_OUT = ("espeak-ng", "-s", str(WORDS_A_MINUTE), "--stdout", "-v")
BYTES_A_SECOND = 22_050 * 2
HEADER = b"data"
"""The mark in a WAV file after which the size and the samples follow; espeak-ng writes no true size into a pipe."""

NO_VOICE = "espeak-ng is not here: apt-get install espeak-ng (or the like), and try again."

DOCUMENT = ROOT / "docs" / "speech.md"
BEGINS, ENDS = "<!-- python -m bench.speech --write -->", "<!-- end -->"

OPEN, CLOSED = "2026-11-23 11:00", "2026-11-23 23:00"
"""Two moments of a Monday at the shipped clinic, in and out of its hours, by the clinic's wall clock."""

THE_CLINIC = {"clinic", "greeting"}
"""The sentences that only say which clinic the caller has reached."""

Heard = tuple[Say, str]
"""A sentence that a caller hears, and its language."""


@dataclass(frozen=True)
class Line:
    """A line of the clinic that the benchmark's caller calls: its sentences, and the facts at a certain moment."""

    script: Script
    facts: Facts

    def begins(self, language: str) -> Scene:
        """Return the first scene of a call to the line, as if the line's own language were this one."""
        facts = replace(self.facts, line=replace(self.facts.line, language=language))
        return beginning(Call(self.facts.line.key, language, START), facts)

    def seconds(self, heard: Iterable[Heard]) -> float:
        """Return the seconds that the voice takes for these sentences."""
        said = (self.script.say(say, language) for say, language in heard)
        return sum(spoken_seconds(each.aloud, each.language) for each in said)


@cache
def spoken_seconds(words: str, language: str) -> float:
    """Return the seconds that the voice of espeak-ng takes for these words."""
    if not words.strip():
        return 0.0
    done = subprocess.run([*VOICE_OUT, language], input=words.encode(), capture_output=True, check=True)  # noqa: S603 - our own words
    return (len(done.stdout) - done.stdout.index(HEADER) - len(HEADER) - 4) / BYTES_A_SECOND


def line_at(clinic: Clinic, script: Script, moment: str) -> Line:
    """Return the clinic's default line as a caller finds it at this moment, with nobody booked in the diary."""
    line = clinic.lines[clinic.default_line]
    now = datetime.fromisoformat(moment).replace(tzinfo=line.hours.zone)
    free = free_slots(clinic.diary, line.key, line.hours, {}, now)
    return Line(script, Facts(clinic, line, SOMEBODY, now, free_times=lambda _moved: free))


# -- walks


def heard_in(scene: Scene, *, uncut: bool = False) -> list[Heard]:
    """Return the sentences that a caller hears in a scene; with `uncut`, only those that no key cuts off."""
    turn = scene.turn
    return [(say, say.language or turn.call.language) for say in (turn.first if uncut else (*turn.first, *turn.asks))]


def way_to(line: Line, first: Scene, found: Callable[[Scene], bool]) -> list[Scene]:
    """Return the scenes of the shortest way, by offered keys, from the first scene to a scene that passes `found`."""
    states, ways = States(line.facts.menu), deque([[first]])
    seen = {states.of(first.turn.call, line.facts)}
    while ways:
        way = ways.popleft()
        if found(way[-1]):
            return way
        for each in following(way[-1], line.facts):
            state = states.of(each.turn.call, line.facts)
            if each.what is EventKind.KEY and each.offer and state not in seen:
                seen.add(state)
                ways.append([*way, each])
    raise SystemExit("no offered keys lead there: is something wrong with the menu, or with this benchmark?")


def files(kind: Kind, *, time: bool) -> Callable[[Scene], bool]:
    """Return a predicate for scenes that file a request of this kind: with a diary time if `time`, else without."""

    def found(scene: Scene) -> bool:
        wait = scene.turn.wait
        return isinstance(wait, File) and wait.wish.kind is kind and (wait.slot is not None) == time

    return found


def outcome(line: Line, scene: Scene, name: str) -> Scene:
    """Return the scene after `scene` in which the action of `scene` has had the outcome `name`."""
    return next(each for each in following(scene, line.facts) if each.by == name)


def silent(line: Line, first: Scene) -> Iterator[Scene]:
    """Yield the scenes of a call in which the caller presses no key, beginning with the scene `first`."""
    scene = first
    while True:
        yield scene
        after = [each for each in following(scene, line.facts) if each.what is EventKind.SILENCE]
        if scene.ends or not after:
            return
        scene = after[0]


# -- figures


def first_useful_word(line: Line, language: str) -> float:
    """Return the seconds until a caller hears, in this language, more than the clinic's name."""
    return line.seconds(_before_useful(line, language, language))


def first_word_in_another(line: Line, language: str) -> float:
    """Return the seconds until a sentence in this language is heard in a call that begins in another language.

    If several languages can be the other one, return the longest of these times.
    """
    begun = [each for each in line.script.languages if each != language]
    return max(line.seconds(_before_useful(line, language, each)) for each in begun)


def _before_useful(line: Line, language: str, begun: str) -> Iterator[Heard]:
    scenes = silent(line, line.begins(begun))
    return takewhile(
        lambda heard: not _is_useful(heard, language), (each for scene in scenes for each in heard_in(scene))
    )


def _is_useful(heard: Heard, language: str) -> bool:
    say, spoken = heard
    return spoken == language and not THE_CLINIC & say.values.keys()


def greeting(line: Line, language: str) -> float:
    """Return the seconds of the greeting, which is all that a caller hears before the first option of the menu."""
    first = line.begins(language)
    offers = [each.offer for each in _offered(first, line)]
    return line.seconds(takewhile(lambda heard: heard[0] not in offers, heard_in(first)))


def first_turn(line: Line, language: str) -> float:
    """Return the seconds of a call's first turn: the greeting and the whole menu."""
    return line.seconds(heard_in(line.begins(language)))


def booking(line: Line, language: str) -> list[Scene]:
    """Return the scenes of a call that books the earliest free time; the last one files the booking."""
    return way_to(line, line.begins(language), files(Kind.BOOKING, time=True))


def earliest_offer(line: Line, language: str) -> float:
    """Return the seconds from the key for an appointment to the end of the first sentence with a free time."""
    way = booking(line, language)
    heard = [each for scene in way[1:] for each in heard_in(scene)]
    first = next(number for number, (say, _) in enumerate(heard) if "at" in say.values)
    return line.seconds(heard[: first + 1])


def _offered(scene: Scene, line: Line) -> list[Scene]:
    return [each for each in following(scene, line.facts) if each.what is EventKind.KEY and each.offer]


def listened_whole(line: Line, language: str) -> float:
    """Return the seconds until a booking's confirming key is named, for a caller who never interrupts a sentence."""
    *whole, last, filed = booking(line, language)
    return line.seconds(heard for scene in whole for heard in heard_in(scene)) + line.seconds(_up_to(last, filed.offer))


def pressed_at_its_option(line: Line, language: str) -> float:
    """Return the seconds to a booking for a caller who presses each key once its option was said."""
    way = booking(line, language)
    return sum(line.seconds(_up_to(scene, after.offer)) for scene, after in pairwise(way))


def _up_to(scene: Scene, offer: Say | None) -> Iterator[Heard]:
    for heard in heard_in(scene):
        yield heard
        if heard[0] == offer:
            return


def pressed_at_once(line: Line, language: str) -> float:
    """Return the seconds to a booking if the caller presses each key at once, and hears only what no key interrupts."""
    return line.seconds(heard for scene in booking(line, language)[:-1] for heard in heard_in(scene, uncut=True))


def promise_of_time(line: Line, language: str) -> float:
    """Return the seconds of the sentence by which a booked time is promised."""
    return line.seconds(heard_in(outcome(line, booking(line, language)[-1], BOOKED), uncut=True))


def promise_of_callback(line: Line, language: str) -> float:
    """Return the seconds of the sentence by which a call back is promised."""
    way = way_to(line, line.begins(language), files(Kind.CALLBACK, time=False))
    return line.seconds(heard_in(outcome(line, way[-1], KEPT), uncut=True))


def silence(line: Line, language: str) -> float:
    """Return the seconds of words in a call whose caller presses no key; the waits for keys do not count."""
    return line.seconds(heard for scene in silent(line, line.begins(language)) for heard in heard_in(scene))


Figure = Callable[[Line, str], float]


@dataclass(frozen=True)
class Row:
    """A row of the table of listening times. `at` names the moment of the call; `most` has the limits in seconds."""

    name: str
    figure: Figure
    at: str = OPEN
    most: Mapping[str, float] | None = None


FIRST_WORD = {"en": 4.0, "hi": 4.0}
OTHER_LANGUAGE = {"en": 5.0, "hi": 5.0}
"""The most seconds until a caller hears each language, in a call that began in the other language.

While the clinic is closed, these seconds include the emergency sentence, which no key may cut off.
"""

ROWS = (
    Row("the first useful word, on a line that begins in this language", first_useful_word, most=FIRST_WORD),
    Row("the same, closed", first_useful_word, CLOSED, most=FIRST_WORD),
    Row(
        "the first word in this language, on a line that begins in the other",
        first_word_in_another,
        most=OTHER_LANGUAGE,
    ),
    Row("the same, closed", first_word_in_another, CLOSED, most=OTHER_LANGUAGE),
    Row("the greeting, up to the first option", greeting),
    Row("the same, closed", greeting, CLOSED),
    Row("the greeting and the whole first menu", first_turn),
    Row(
        "from the key for an appointment until the earliest time was offered",
        earliest_offer,
        most={"en": 12.0, "hi": 12.0},
    ),
    Row(
        "the earliest time booked, all listened to, until the confirming key is named",
        listened_whole,
        most={"en": 40, "hi": 48},
    ),
    Row("the same, each key pressed when its option was said", pressed_at_its_option),
    Row("the same, each key pressed at once", pressed_at_once, most={"en": 18, "hi": 18}),
    Row("the promise of a time", promise_of_time, most={"en": 9, "hi": 9}),
    Row("the promise of a callback", promise_of_callback, most={"en": 9, "hi": 9}),
    Row("nothing pressed, to the end of the call", silence),
)


# -- tables


def tables(lines: Mapping[str, Line]) -> Iterator[str]:
    """Yield the lines of both tables of docs/speech.md: listening times, and languages heard without a key press."""
    languages = next(iter(lines.values())).script.languages
    yield f"| seconds | {' | '.join(languages)} | at most |"
    yield f"|---|{'--:|' * len(languages)}--:|"
    for row in ROWS:
        taken = [_cell(row.figure(lines[row.at], each), (row.most or {}).get(each)) for each in languages]
        most = " · ".join(dict.fromkeys(f"{seconds:g}" for seconds in (row.most or {}).values()))
        yield f"| {row.name} | {' | '.join(taken)} | {most} |"
    yield ""
    yield from _silences(lines[OPEN])


def _cell(taken: float, most: float | None) -> str:
    return f"**{taken:.1f}**" if most is not None and taken > most else f"{taken:.1f}"


def _silences(line: Line) -> Iterator[str]:
    """Yield the lines of the table that tells the languages of each turn of a call, if the caller presses no key."""
    languages = line.script.languages
    yield f"| nothing pressed: turn | {' | '.join(f'a call that begins in {each}' for each in languages)} |"
    yield f"|--:|{'---|' * len(languages)}"
    calls = [[_languages(line, scene) for scene in silent(line, line.begins(each))] for each in languages]
    for number in range(max(map(len, calls))):
        yield f"| {number + 1} | {' | '.join(call[number] if number < len(call) else '' for call in calls)} |"


def _languages(line: Line, scene: Scene) -> str:
    """Return the languages heard in a scene, in their order, each with its seconds."""
    runs: list[tuple[str, list[Heard]]] = []
    for heard in heard_in(scene):
        if not runs or runs[-1][0] != heard[1]:
            runs.append((heard[1], []))
        runs[-1][1].append(heard)
    return ", ".join(f"{language} {line.seconds(said):.1f} s" for language, said in runs)


def write(told: str) -> None:
    """Put the tables `told` into docs/speech.md, between the two comments that mark the place of the tables."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    DOCUMENT.write_text(f"{before}{BEGINS}\n\n{told}\n\n{ENDS}{after}", encoding="utf-8")


def estimates(script: Script) -> Iterator[str]:
    """Yield, for each language, a line that compares the estimated seconds of its sentences with the spoken seconds."""
    for language in script.languages:
        said = [words for words in script.prompts(language).sentences.values() if "{" not in words]
        with ThreadPoolExecutor() as pool:
            voiced = list(pool.map(partial(spoken_seconds, language=language), said))
        guessed = [estimated(words, language) for words in said]
        off = sorted(abs(guess / voice - 1) for guess, voice in zip(guessed, voiced, strict=True))
        half, most = off[len(off) // 2], off[len(off) * 9 // 10]
        yield (
            f"{language}: {len(said)} sentences, {sum(voiced):.1f} s, estimated {sum(guessed):.1f} s; "
            f"half within {half:.0%}, nine of ten within {most:.0%}, all within {off[-1]:.0%}"
        )


def main(wanted: list[str]) -> None:
    """Print the tables of listening times. --estimate adds estimated times; --write also writes docs/speech.md."""
    if which(VOICE_OUT[0]) is None:
        raise SystemExit(NO_VOICE)
    clinic = read(CLINIC_FILE)
    script = read_for(clinic)
    told = "\n".join(tables({moment: line_at(clinic, script, moment) for moment in (OPEN, CLOSED)}))
    print(told)  # noqa: T201 - a benchmark prints
    if "--estimate" in wanted:
        print("", *estimates(script), sep="\n")  # noqa: T201 - as above
    if "--write" in wanted:
        write(told)


if __name__ == "__main__":
    main(sys.argv[1:])
