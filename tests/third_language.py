"""A clinic with a made-up third language. A sentence is a Punjabi word and the English sentence, in a Punjabi voice."""

import re
from pathlib import Path

from config.sentences import FOLDER
from tests.clinic import WISHES_ONLY

MARK = "ਜੀ"
"""The mark at the beginning of every sentence of the third language."""

NAME = "ਅਰੁਣਾਲਿਆ ਕਲੀਨਿਕ"
VOICE = "Google.pa-IN-Standard-A"
LANGUAGES = ("en", "hi", "pa")
LOCALES = {"en": "en-IN", "hi": "hi-IN", "pa": "pa-IN"}


def clinic_in_three(folder: Path) -> str:
    """Write a clinic's file with words in three languages, and the prompts of the third; return the file's path."""
    prompts = folder / "prompts"
    prompts.mkdir()
    (prompts / "pa.toml").write_text(_prompts(), encoding="utf-8")
    shipped = WISHES_ONLY
    words = re.sub(r'(hi = "[^"]*") \}', rf'\1, pa = "{MARK}" }}', shipped)
    words = re.sub(r"(\[name\]\n(?:.+\n)+)", rf'\1pa = "{NAME}"\n', words)
    path = folder / "clinic.toml"
    path.write_text(words, encoding="utf-8")
    return str(path)


def _prompts() -> str:
    head, sentences, rest = re.split(r"\n(?=\[sentences\]|\[clock\])", (FOLDER / "en.toml").read_text(encoding="utf-8"))
    about = {
        "name": '"ਪੰਜਾਬੀ"',
        "names": '{ en = "Punjabi" }',
        "locale": '"pa-IN"',
        "voice": f'"{VOICE}"',
    }
    for key, value in about.items():
        head = re.sub(rf"(?m)^{key} = .+$", f"{key} = {value}", head)
    return "\n".join((head, re.sub(r'(?m)^(\w+ = ")', rf"\g<1>{MARK} ", sentences), rest))
