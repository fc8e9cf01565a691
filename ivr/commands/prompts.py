"""`flask prompts`: exports the sentences as a table for review, imports the changes, and checks the recordings.

Needs neither the database nor Redis.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from config import recordings as voices
from config.recordings import APOLOGIES, Recording, Recordings
from config.review import files, sheet
from config.review.changes import ReviewedSheet, review
from config.review.examples import example, examples_of_words
from config.review.texts import ABOUT, texts_of
from config.sentences import FOLDER, file_of
from config.toml_file import BadFile
from ivr.line.checks.speaking_time import seconds
from ivr.line.script import blanks_of
from ivr.web.services import Services, services

prompts = AppGroup("prompts", help="What callers hear: the sentences, and their recordings.")

TOO_LONG, SLACK = 1.5, 1.0
"""The factor and the extra seconds that turn a recording's estimated length into the longest allowed."""

AFTERWARDS = "Now: flask --app wsgi line check; then restart web, workers and clock."

NO_LONGER = "advice_"
"""The beginning of the names of the sentences that a clinician must review anew once their words are changed."""

BYTE_ORDER_MARK = "\ufeff"


@prompts.command("list")
@click.option("--language", help="One language; without it, all.")
@click.option("--excel", is_flag=True, help="Marks the file as UTF-8, which Excel needs for Hindi.")
def list_prompts(language: str | None, excel: bool) -> None:
    """Prints every text as CSV: its words with and without blanks filled, its seconds, its recording's file."""
    here = services()
    languages = [_known(here, language)] if language else here.script.languages
    rows = (row for each in languages for row in (*_rows(here, each), *_rows_of_words(here, each)))
    click.echo((BYTE_ORDER_MARK if excel else "") + sheet.written(rows), nl=False)


def _known(here: Services, language: str) -> str:
    if language not in here.script.languages:
        raise click.ClickException(f"no language is {language}; there are {', '.join(here.script.languages)}")
    return language


def _rows(here: Services, language: str) -> Iterator[tuple[str, ...]]:
    now = here.clinic.line("").hours.local(here.clock())
    about = files.headings(file_of(language, _folder(here)))
    for name, words in here.script.prompts(language).sentences.items():
        said = example(name, language, here.script, here.clinic, now)
        file = f"{language}/{name}{voices.SUFFIX}" if _may_be_recorded(name, words) else ""
        yield language, name, words, said.words, f"{seconds(said.aloud, language):.1f}", file, about.get(name, "")


def _rows_of_words(here: Services, language: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each word that fills a blank, with a sentence that says the word as its example."""
    now, file = here.clinic.line("").hours.local(here.clock()), _content(here, language)
    words = texts_of(file)
    for name, said in examples_of_words(language, file, now).items():
        about = ABOUT[name.partition(".")[0]]
        yield language, name, words[name], said, f"{seconds(said, language):.1f}", "", about


def _content(here: Services, language: str) -> Mapping[str, Any]:
    return files.content(file_of(language, _folder(here)))


def _may_be_recorded(name: str, words: str) -> bool:
    return not blanks_of(words) and name not in APOLOGIES


def _folder(here: Services) -> Path:
    return here.settings.clinic_file.with_name(FOLDER.name)


# -- what a reviewer has changed


@prompts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Says the same, and writes nothing.")
def import_prompts(file: Path, dry_run: bool) -> None:
    """Takes all changed sentences of FILE, a table of `prompts list`, into config/prompts; none if one is refused."""
    here = services()
    found = _reviewed(file, here)
    if found.refused:
        for line in found.refused:
            click.echo(f"{file.name}: {line}", err=True)
        raise click.ClickException("nothing is written; correct these lines, and import the file again")
    for change in found.changes:
        click.echo(f"{change.language}.{change.name}\n- {change.before}\n+ {change.after}")
    click.echo(f"{len(found.changes)} changed.{' Nothing is written: --dry-run.' if dry_run else ''}")
    if found.changes and not dry_run:
        _write(found, here)


def _reviewed(file: Path, here: Services) -> ReviewedSheet:
    try:
        texts = {each: texts_of(_content(here, each)) for each in here.script.languages}
        return review(list(sheet.read(file.read_bytes())), texts)
    except (sheet.NoSheet, OSError) as odd:
        raise click.ClickException(f"{file.name}: {getattr(odd, 'strerror', None) or odd}") from None


def _write(found: ReviewedSheet, here: Services) -> None:
    before = {f"{change.language}/{change.name}": change.before for change in found.changes}
    recorded = [(each, before[each.name]) for each in _found(here).usable if each.name in before]
    try:
        files.note(recorded, voices.folder_of(here.settings.clinic_file))
        written = files.write_changes(found.changes, _folder(here))
    except (BadFile, OSError) as odd:
        raise click.ClickException(f"nothing is written: {odd}") from None
    for path in written:
        click.echo(f"Written: {path}")
    for each, _ in recorded:
        click.echo(f"{each.name} is spoken from now on: its recording says the words before.")
    if any(change.name.startswith(NO_LONGER) for change in found.changes):
        click.echo("Advice was changed: a clinician must review it anew (flask --app wsgi preflight).")
    click.echo(AFTERWARDS)


# -- recordings


@prompts.command("check")
@click.option("--note", is_flag=True, help="Notes what each new recording says: the words of its sentence now.")
@click.option("--fits", multiple=True, metavar="NAME", help="hi/goodbye still says its sentence, in its new words.")
def check(note: bool, fits: tuple[str, ...]) -> None:
    """Lists recordings that are missing, unused, too long or outdated. Exits 1 for any of these but missing ones."""
    here = services()
    if note or fits:
        _note(here, _found(here), fits, new=note)
    found = _found(here)
    wrong = [*_wrong(found, here)]
    for line in (*_told(found, here), *wrong):
        click.echo(line)
    if wrong:
        raise click.exceptions.Exit(1)


def _found(here: Services) -> Recordings:
    return voices.read(voices.folder_of(here.settings.clinic_file), here.script)


def _note(here: Services, found: Recordings, fits: tuple[str, ...], *, new: bool) -> None:
    stale = {each.name: each for each in found.stale}
    if odd := sorted(set(fits) - stale.keys()):
        raise click.ClickException(f"{', '.join(odd)}: is not a recording of other words")
    these = [*(stale[name] for name in fits), *(_not_noted(found, here) if new else ())]
    try:
        files.note([(each, _words(each, here)) for each in these], voices.folder_of(here.settings.clinic_file))
    except (BadFile, OSError) as odd:
        raise click.ClickException(f"not noted: {odd}") from None


def _not_noted(found: Recordings, here: Services) -> list[Recording]:
    """Return the recordings that callers hear, and for which no note says the words that they were made from."""
    folder = voices.folder_of(here.settings.clinic_file)
    sounds = {
        (language, name): each.sound
        for language in here.script.languages
        for name, each in voices.noted(folder / language).items()
    }
    return [each for each in found.usable if sounds.get((each.language, each.sentence)) != each.digest]


def _words(recording: Recording, here: Services) -> str:
    return here.script.prompts(recording.language).sentences[recording.sentence]


def _told(found: Recordings, here: Services) -> Iterator[str]:
    """Yield lines on each language's recorded and missing sentences, on recorded apologies, and on new recordings."""
    for language in here.script.languages:
        heard = {each.sentence for each in found.usable if each.language == language}
        whole = [name for name, w in here.script.prompts(language).sentences.items() if _may_be_recorded(name, w)]
        yield f"{language}: {len(heard)} of {len(whole)} sentences without blanks are recorded"
        yield from (f"missing: {language}/{name}" for name in whole if heard and name not in heard)
    for each in found.of_apologies:
        yield f"apart: {each.name}: is for `fallback-twiml --recordings` alone; our own apologies are spoken"
    for each in _not_noted(found, here):
        yield f"new: {each.name}: is heard; listen to it, then `flask prompts check --note`"


def _wrong(found: Recordings, here: Services) -> Iterator[str]:
    yield from (f"not used: {line}" for line in found.faults)
    for each in found.stale:
        yield f"other words: {each.name}: says {each.says!r}; the sentence is now {_words(each, here)!r}"
    for each in found.usable:
        most = TOO_LONG * seconds(_words(each, here), each.language) + SLACK
        if each.seconds > most:
            yield f"too long: {each.name}: lasts {each.seconds:.1f} seconds; expected at most {most:.1f}"
