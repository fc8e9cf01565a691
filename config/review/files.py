"""Reads the headings of the prompts' files; writes changed sentences and notes on recordings into files.

A prompts file keeps its comments and order. All changed files are written and checked before the first is replaced.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Comment, Table

from config.recordings import NOTED, NotedRecording, Recording, noted
from config.review.changes import SentenceChange
from config.review.texts import put
from config.sentences import PromptFile, file_of
from config.toml_file import BadFile, load
from ivr.storage.engines.durable_files import replacing

HEADING = "--"
"""The beginning of a comment that is the heading of the sentences below it."""


def headings(path: Path) -> Mapping[str, str]:
    """Return for each sentence of a prompts file its heading, and after a colon the comment just above the sentence."""
    found: dict[str, str] = {}
    heading, remark = "", ""
    for key, item in _sentences(tomlkit.parse(_text(path))).value.body:
        if isinstance(item, Comment):
            words = item.as_string().strip().lstrip("#").strip()
            heading, remark = (words.lstrip("- "), "") if words.startswith(HEADING) else (heading, words)
        elif key is not None:
            found[key.key] = f"{heading}: {remark}" if remark else heading
            remark = ""
    return found


def content(path: Path) -> Mapping[str, Any]:
    """Return the content of a prompts file."""
    return tomllib.loads(_text(path))


def write_changes(changes: Iterable[SentenceChange], folder: Path) -> list[Path]:
    """Write changed sentences into the prompts' files of their languages; return the files. Raises BadFile, OSError."""
    texts: dict[Path, str] = {}
    for change in changes:
        path = file_of(change.language, folder).resolve()
        texts[path] = _with(texts.get(path) or _text(path), change)
    with replacing({path: text.encode() for path, text in texts.items()}) as ready:
        for each in ready.values():
            load(each, PromptFile)
    return list(texts)


def note(recordings: Iterable[tuple[Recording, str]], folder: Path) -> list[Path]:
    """Write each recording's words into the notes of its language; return the notes' paths. Raises BadFile, OSError."""
    notes: dict[Path, dict[str, NotedRecording]] = {}
    for each, words in recordings:
        path = folder / each.language / NOTED
        found = notes.setdefault(path, dict(noted(path.parent)))
        found[each.sentence] = NotedRecording(words=words, sound=each.digest)
    with replacing({path: _notes(found).encode() for path, found in notes.items()}):
        pass
    return list(notes)


def _notes(found: Mapping[str, NotedRecording]) -> str:
    document, table = tomlkit.document(), tomlkit.table()
    document.add(tomlkit.comment("The words that each recording was made of: flask prompts check --note"))
    for name, each in sorted(found.items()):
        said = tomlkit.inline_table()
        said.update({"words": each.words, "sound": each.sound})
        table.add(name, said)
    document.add("recorded", table)
    return tomlkit.dumps(document)


def _with(text: str, change: SentenceChange) -> str:
    """Return the text of a prompts file with one of its texts changed. Raises BadFile if that fails."""
    document, wanted = tomlkit.parse(text), tomllib.loads(text)
    for file in (document, wanted):
        put(file, change.name, change.after)
    changed = tomlkit.dumps(document)
    if tomllib.loads(changed) != wanted:
        raise BadFile(f"{change.name} cannot be changed by itself; edit the file")
    return changed


def _sentences(document: tomlkit.TOMLDocument) -> Table:
    found = document["sentences"]
    if not isinstance(found, Table):
        raise BadFile("[sentences] is not a table of its own; edit the file")
    return found


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")
