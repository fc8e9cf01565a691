"""Reads words and ids that somebody typed. Nothing is cut: what is too long is refused, and stays in the field."""

from collections.abc import Mapping

from flask import request

from ivr.web.i18n import _

NAME = ("name", "name_was")
"""The fields with a patient's name as it stands in a card's form, and as it stood there when the card was shown."""


class TooLong(ValueError):
    """The words typed into a field are too long. The message tells the reader by how much; `field` is its name."""

    def __init__(self, field: str, label: str, most: int, found: int) -> None:
        self.field = field
        sentence = _(
            "%(label)s: that is too long. It has %(found)s letters, and there is room for %(most)s. Please shorten it."
        )
        super().__init__(sentence % {"label": label, "found": found, "most": most})


def words(field: str, label: str, most: int) -> str:
    """Return the words typed into a field, without blanks around them. Raises TooLong with the field's `label`.

    A line break counts as one character, although browsers send two.
    """
    typed = request.form.get(field, "").replace("\r\n", "\n").strip()
    if len(typed) > most:
        raise TooLong(field, label, most, len(typed))
    return typed


def own_words(given: Mapping[str, str]) -> Mapping[str, str]:
    """Return a form's fields as the person has left them, with a name that they have tapped in its field.

    A name that they have not changed is left out, because a colleague may have changed it since.
    """
    if known := given.get("known"):
        return {**given, "name": known}
    untouched = NAME if given.get("name") == given.get("name_was") else ()
    return {name: given[name] for name in given if name not in untouched}


def id_of(written: str) -> int | None:
    """Return the id of a row, as a URL or a form has it; None if the text is no id."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None
