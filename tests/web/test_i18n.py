"""The desk's translations: each English message has a Hindi translation, with the same blanks."""

import ast
import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask, render_template_string, session

from config.settings import ROOT
from ivr.web.i18n import CHOSEN, FOLDER, LANGUAGES, _

OURS = ROOT / "ivr"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "later": None, "gettext": None, "ngettext": (1, 2)}


def in_the_code() -> set[str]:
    """Return every message for translation in the pages and the code, by Babel's collector."""
    found = extract_from_dir(str(OURS), METHODS, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, *_ in found}


def in_python() -> set[str]:
    """Return every message for translation in the Python code, by Python's own parser, which misses none."""
    found: set[str] = set()
    for path in OURS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                messages = [each.value for each in node.args[:1] if isinstance(each, ast.Constant)]
                found |= {each for each in messages if isinstance(each, str) and each}
    return found


def in_hindi() -> dict[str, tuple[str, ...]]:
    with (FOLDER / "hi.po").open("rb") as file:
        return {
            message.id if isinstance(message.id, str) else message.id[0]: (
                (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            )
            for message in read_po(file)
            if message.id
        }


def blanks(words: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", words))


def test_every_word_of_the_desk_has_its_hindi() -> None:
    hindi = in_hindi()
    untranslated = {message for message in in_the_code() | in_python() if not all(hindi.get(message, ("",)))}
    assert untranslated == set(), "make words, then fill in ivr/web/translations/hi.po"


def test_no_translation_loses_what_is_filled_in() -> None:
    odd = {message for message, words in in_hindi().items() if any(blanks(each) != blanks(message) for each in words)}
    assert odd == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_no_translation_stays_as_it_is(app: Flask, language: str) -> None:
    with app.test_request_context():
        session[CHOSEN] = language
        assert [_(""), _("100 % new"), _("%(name)s is new", name="Asha")] == ["", "100 % new", "Asha is new"]


@pytest.mark.parametrize(
    ("language", "said"), [("en", ["0 tries", "1 try", "2 tries"]), ("hi", ["0 कोशिशें", "1 कोशिश", "2 कोशिशें"])]
)
def test_a_count_has_the_form_that_its_language_has_for_it(app: Flask, language: str, said: list[str]) -> None:
    with app.test_request_context():
        session[CHOSEN] = language
        form = '{{ ngettext("%(num)s try", "%(num)s tries", count) }}'
        assert [render_template_string(form, count=count) for count in range(3)] == said
