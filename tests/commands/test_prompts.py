"""`flask prompts`: a reviewer gets every sentence, and their changes are taken all together or not at all."""

import csv
import io
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from config.recordings import NOTED
from config.sentences import FOLDER
from ivr.line.script import blanks_of
from tests.people import Clock
from tests.sounds import record, sound
from tests.web import service

LANGUAGES = ("en", "hi")


def runs(app: Flask, *args: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=["prompts", *map(str, args)])


def lists(app: Flask, *more: str) -> list[dict[str, str]]:
    done = runs(app, "list", *more)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.fixture(autouse=True)
def own(tmp_path: Path) -> Path:
    """The folder of the clinic's own prompts: a copy of the shipped ones, so that no shipped file is written to."""
    shutil.copytree(FOLDER, tmp_path / "prompts")
    return tmp_path / "prompts"


def words_of(own: Path, language: str) -> dict[str, str]:
    found: dict[str, str] = tomllib.loads((own / f"{language}.toml").read_text(encoding="utf-8"))["sentences"]
    return found


def sheet(folder: Path, *rows: tuple[str, str, str]) -> Path:
    path = folder / "reviewed.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("language", "name", "sentence"), *rows])
    return path


# -- the list


def test_every_sentence_of_every_language_is_listed_with_an_example(app: Flask, own: Path) -> None:
    rows = [row for row in lists(app) if "." not in row["name"]]
    assert [(row["language"], row["name"]) for row in rows] == [
        (language, name) for language in LANGUAGES for name in words_of(own, language)
    ]
    for row in rows:
        assert row["sentence"] == words_of(own, row["language"])[row["name"]]
        assert "{" not in row["example"], row
        assert (row["example"] == row["sentence"]) == (not blanks_of(row["sentence"]))
        assert float(row["seconds"]) > 0
        assert row["about"], "the heading above it"
        whole = not blanks_of(row["sentence"]) and not row["name"].startswith("fault")
        assert row["recording"] == (f"{row['language']}/{row['name']}.wav" if whole else "")


def test_every_word_that_fills_a_blank_is_listed_in_a_sentence_that_says_it(app: Flask, own: Path) -> None:
    rows = [row for row in lists(app) if "." in row["name"]]
    for language in LANGUAGES:
        found = {row["name"]: row["sentence"] for row in rows if row["language"] == language}
        file = (own / f"{language}.toml").read_text(encoding="utf-8")
        kept = {section: tomllib.loads(file)[section] for section in ("clock", "days", "words")}
        assert sorted(found.values()) == sorted(" ".join(text.split()) for text in texts_in(kept))
    assert all(row["example"] and row["about"] and float(row["seconds"]) > 0 for row in rows)
    example = {(row["language"], row["name"]): row["example"] for row in rows}
    assert example["hi", "clock.half"] == "पहला ख़ाली समय आज रात साढ़े बारह बजे का है।"
    assert example["hi", "clock.parts.3.1"] == "पहला ख़ाली समय आज दोपहर बाद चार बजे का है।"
    assert example["hi", "days.weekdays.6"] == "रविवार के लिए एक दबाइए।"
    assert example["en", "clock.parts.3.2"] == "We are open until five this evening."
    assert example["en", "words.digits.0"] == "Reference number zero one two three four."


def texts_in(found: object) -> list[str]:
    """Return every text in a value that was read from TOML."""
    if isinstance(found, str):
        return [found]
    parts = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return [text for part in parts for text in texts_in(part)]


def test_one_language_is_listed_by_itself_and_for_excel_with_its_mark(app: Flask) -> None:
    assert {row["language"] for row in lists(app, "--language", "hi")} == {"hi"}
    assert runs(app, "list", "--excel").stdout.startswith("\ufefflanguage,")
    odd = runs(app, "list", "--language", "pa")
    assert (odd.exit_code, "there are en, hi" in odd.output) == (1, True)


# -- what was changed


def test_a_list_that_comes_back_unchanged_changes_nothing(app: Flask, own: Path, tmp_path: Path) -> None:
    english = own / "en.toml"
    words = re.sub('spans_joint = ".*"', 'spans_joint = " "', english.read_text(encoding="utf-8"))
    english.write_text(words, encoding="utf-8")  # a text of spaces has no words to review
    before = {path: path.read_bytes() for path in own.iterdir()}
    path = tmp_path / "all.csv"
    for more in ((), ("--excel",)):
        path.write_text(runs(app, "list", *more).stdout, encoding="utf-8", newline="\r\n")
        done = runs(app, "import", path)
        assert (done.exit_code, "0 changed." in done.output) == (0, True), done.output
    assert {path: path.read_bytes() for path in own.iterdir()} == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_changed_sentence_is_written_and_nothing_else(app: Flask, own: Path, tmp_path: Path, language: str) -> None:
    path = own / f"{language}.toml"
    before = path.read_text(encoding="utf-8")
    other = {name: (own / name).read_bytes() for name in ("en.toml", "hi.toml") if name != path.name}
    new = {"goodbye": 'नमस्ते "जी"। Good\\bye।', "option_book": "नया अपॉइंटमेंट, {key} दबाइए।"}
    done = runs(app, "import", sheet(tmp_path, *((language, name, words) for name, words in new.items())))
    assert done.exit_code == 0, done.output
    assert f"{language}.goodbye" in done.output
    after = path.read_text(encoding="utf-8")
    assert words_of(own, language) == {**words_of(FOLDER, language), **new}
    changed = [
        number
        for number, pair in enumerate(zip(before.splitlines(), after.splitlines(), strict=True))
        if pair[0] != pair[1]
    ]
    assert len(changed) == 2, "comments, order and all else stay"
    assert {name: (own / name).read_bytes() for name in other} == other


def test_a_changed_word_is_written_and_nothing_else(app: Flask, own: Path, tmp_path: Path) -> None:
    before = (own / "hi.toml").read_text(encoding="utf-8")
    new = {
        "clock.half": "{part} साढ़े-{hour} बजे",
        "clock.irregular.1:30": "{part} डेढ़-बजे",
        "clock.parts.3.1": "तीसरे पहर",
        "days.choices.week": "{weekday} को {time}",
        "days.weekdays.3": "बृहस्पतिवार",
        "words.afternoon": "दिन",
        "words.spans_joint": "और",
    }
    done = runs(app, "import", sheet(tmp_path, *(("hi", name, words) for name, words in new.items())))
    assert (done.exit_code, "hi.days.weekdays.3\n- गुरुवार\n+ बृहस्पतिवार\n" in done.output) == (0, True), done.output
    after = (own / "hi.toml").read_text(encoding="utf-8")
    lines = [pair[1] for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert len(lines) == len(new)
    assert 'spans_joint = "और "' in lines, "the space that parts it from what follows stays"
    listed = runs(app, "list", "--language", "hi").stdout
    assert "बृहस्पतिवार के लिए एक दबाइए।" in listed


def test_a_dry_run_tells_the_difference_and_writes_nothing(app: Flask, own: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in own.iterdir()}
    old = words_of(own, "en")["goodbye"]
    done = runs(app, "import", sheet(tmp_path, ("en", "goodbye", "Be well.")), "--dry-run")
    assert done.exit_code == 0
    assert f"en.goodbye\n- {old}\n+ Be well.\n1 changed. Nothing is written" in done.output
    assert {path: path.read_bytes() for path in own.iterdir()} == before


REFUSED: dict[str, tuple[tuple[str, str, str], str]] = {
    "a lost blank": (("hi", "option_book", "अपॉइंटमेंट के लिए एक दबाइए।"), "hi.option_book: the blank {key} is lost"),
    "an invented blank": (
        ("en", "goodbye", "Bye, {name}."),
        "en.goodbye: has a blank {name} that nobody fills; expected none",
    ),
    "a lost blank of a word": (("hi", "clock.half", "{part} साढ़े बजे"), "hi.clock.half: the blank {hour} is lost"),
    "an unknown word": (("hi", "clock.halff", "साढ़े"), "hi.clock.halff: no sentence has this name; is it clock.half?"),
    "a misspelt blank": (
        ("en", "option_book", "To book, press {kye}."),
        "en.option_book: has a blank {kye} that nobody fills",
    ),
    "a brace left open": (("en", "option_book", "To book, press {key."), "en.option_book: has a brace out of place"),
    "an empty sentence": (("hi", "goodbye", " "), "hi.goodbye: is empty"),
    "an unknown name": (("hi", "godbye", "नमस्ते।"), "hi.godbye: no sentence has this name; is it goodbye?"),
    "an unknown language": (("pa", "goodbye", "ਸਤ ਸ੍ਰੀ ਅਕਾਲ।"), "pa.goodbye: the line speaks no 'pa'; expected en, hi"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_right_is_named_with_its_line_and_nothing_is_written(
    app: Flask, own: Path, tmp_path: Path, why: str
) -> None:
    row, told = REFUSED[why]
    before = {path: path.read_bytes() for path in own.iterdir()}
    done = runs(app, "import", sheet(tmp_path, ("en", "silence_1", "You pressed no key."), row))
    assert done.exit_code == 1
    assert f"reviewed.csv: line 3: {told}" in done.output
    assert "nothing is written" in done.output
    assert {path: path.read_bytes() for path in own.iterdir()} == before


def test_every_refusal_is_told_at_once(app: Flask, tmp_path: Path) -> None:
    done = runs(app, "import", sheet(tmp_path, *(row for row, _ in REFUSED.values())))
    for number, (_, told) in enumerate(REFUSED.values(), start=2):
        assert f"line {number}: {told}" in done.output


def test_a_sentence_that_comes_twice_with_different_words_is_refused(app: Flask, tmp_path: Path) -> None:
    done = runs(app, "import", sheet(tmp_path, ("en", "goodbye", "Bye."), ("en", "goodbye", "Bye bye.")))
    assert "line 3: en.goodbye: stands in line 2 too, with other words" in done.output
    assert runs(app, "import", sheet(tmp_path, *[("en", "goodbye", "Bye.")] * 2), "--dry-run").exit_code == 0


def test_changed_advice_must_be_reviewed_anew(app: Flask, tmp_path: Path) -> None:
    done = runs(app, "import", sheet(tmp_path, ("en", "advice_now", "Rest, and keep warm.")))
    assert (done.exit_code, "a clinician must review it anew" in done.output) == (0, True)


def test_a_file_that_is_none_is_named(app: Flask, tmp_path: Path) -> None:
    done = runs(app, "import", tmp_path / "nowhere.csv")
    assert (done.exit_code, "nowhere.csv: No such file" in done.output) == (1, True)
    (tmp_path / "letter.csv").write_bytes("नमस्ते".encode("utf-16"))
    assert "letter.csv: its first line names no column" in runs(app, "import", tmp_path / "letter.csv").output


def test_a_linked_file_stays_a_link_and_keeps_its_permissions(app: Flask, own: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "kept elsewhere.toml"
    (own / "en.toml").rename(elsewhere)
    (own / "en.toml").symlink_to(elsewhere)
    elsewhere.chmod(0o640)
    assert runs(app, "import", sheet(tmp_path, ("en", "goodbye", "Be well."))).exit_code == 0
    assert (own / "en.toml").is_symlink()
    assert elsewhere.stat().st_mode & 0o777 == 0o640
    assert words_of(own, "en")["goodbye"] == "Be well."
    assert [path.name for path in own.iterdir() if path.name.startswith(".")] == []


def test_a_file_that_was_edited_on_windows_keeps_its_line_ends(app: Flask, own: Path, tmp_path: Path) -> None:
    content = (own / "hi.toml").read_bytes().replace(b"\n", b"\r\n")
    (own / "hi.toml").write_bytes(b"\xef\xbb\xbf" + content)
    assert runs(app, "import", sheet(tmp_path, ("hi", "goodbye", "नमस्ते।"))).exit_code == 0
    written = (own / "hi.toml").read_bytes()
    assert (written.count(b"\r\n"), written.count(b"\n")) == (content.count(b"\r\n"),) * 2
    assert words_of(own, "hi")["goodbye"] == "नमस्ते।"


# -- recordings


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    return tmp_path / "voices"


def checks(app: Flask, *more: str) -> tuple[int, list[str]]:
    done = runs(app, "check", *more)
    return done.exit_code, done.output.splitlines()


Restarted = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def restarted(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Restarted:
    """A function that starts a new service, which reads the prompts anew, and runs `flask prompts check` there."""

    def check(*more: str) -> tuple[int, list[str]]:
        with service(tmp_path, sqlite_url, redis_url, clock) as phone:
            return checks(phone.app, *more)

    return check


def test_a_clinic_without_recordings_is_as_it_should_be(app: Flask) -> None:
    code, told = checks(app)
    assert code == 0
    assert [line.partition(" of ")[0] for line in told] == ["en: 0", "hi: 0"]


def test_what_is_missing_is_told_of_a_language_that_is_recorded(app: Flask, voices: Path) -> None:
    record(voices, "hi", "goodbye")
    code, told = checks(app)
    assert code == 0
    assert "missing: hi/silence_1" in told
    assert "missing: hi/goodbye" not in told
    assert not any(line.startswith("missing: en/") for line in told)
    assert not any("/fault" in line for line in told), "which is never played"
    assert "new: hi/goodbye: is heard; listen to it, then `flask prompts check --note`" in told


def test_what_is_not_as_it_should_be_is_told_and_fails(app: Flask, voices: Path) -> None:
    record(voices, "hi", "goodbye", sound(30))
    record(voices, "hi", "godbye")
    record(voices, "en", "goodbye", b"broken")
    record(voices, "en", "fault")
    code, told = checks(app)
    assert code == 1
    assert [line[:16] for line in told if line.startswith("apart")] == ["apart: en/fault:"]
    wrong = [line for line in told if line.startswith(("too long", "not used", "other"))]
    assert [line[:32] for line in sorted(wrong)] == [
        "not used: voices/en/goodbye.wav:",
        "not used: voices/hi/godbye.wav: ",
        "too long: hi/goodbye: lasts 30.0",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recording_of_a_sentence_that_was_changed_is_told_until_it_fits_again(
    app: Flask, voices: Path, tmp_path: Path, restarted: Restarted, language: str
) -> None:
    record(voices, language, "goodbye")
    record(voices, language, "which_day")
    code, told = checks(app, "--note")
    assert (code, [line for line in told if line.startswith("new")]) == (0, [])
    assert (voices / language / NOTED).is_file()
    assert runs(app, "import", sheet(tmp_path, (language, "goodbye", "Be well."))).exit_code == 0
    for _ in range(2):
        code, told = restarted("--note")
        (line,) = [line for line in told if line.startswith("other words")]
        assert (code, line.startswith(f"other words: {language}/goodbye: says ")) == (1, True)
        assert line.endswith("the sentence is now 'Be well.'")
    assert restarted("--fits", f"{language}/goodbye")[0] == 0
    assert restarted("--fits", f"{language}/goodbye")[0] == 1, "there is nothing to say that of"


def test_a_recording_of_which_nothing_was_noted_is_not_heard_with_the_words_before(
    app: Flask, voices: Path, tmp_path: Path, restarted: Restarted
) -> None:
    record(voices, "hi", "goodbye")
    done = runs(app, "import", sheet(tmp_path, ("hi", "goodbye", "नमस्ते जी।")))
    assert "hi/goodbye is spoken from now on: its recording says the words before." in done.output
    code, told = restarted()
    assert (code, [line.partition(":")[0] for line in told if "hi/goodbye:" in line]) == (1, ["other words"])


def test_a_new_recording_of_the_changed_sentence_is_right(
    app: Flask, voices: Path, tmp_path: Path, restarted: Restarted
) -> None:
    record(voices, "en", "goodbye")
    assert checks(app, "--note")[0] == 0
    assert runs(app, "import", sheet(tmp_path, ("en", "goodbye", "Be well."))).exit_code == 0
    assert restarted()[0] == 1
    record(voices, "en", "goodbye", sound(fill=1))
    code, told = restarted()
    assert (code, [line for line in told if line.startswith("new: en/goodbye")] != []) == (0, True)
