"""Reads the fields of a signed form, and finds fields that a stranger may have forged. The same for any carrier.

Some carriers sign names and values joined without separators. A stranger who has caught one signed webhook can divide
the same text into other fields: the call's id then lies within another value, and another text is read as the id.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

KEYS = re.compile(r"[0-9*#A-D]{1,1000}")
LASTED = re.compile(r"[0-9]{1,6}")
WORD = re.compile(r"[a-z-]{1,20}")
PARTY = re.compile(r"\+?[0-9]{1,20}|[A-Za-z ]{1,40}|[a-z]{2,10}:[!-~]{1,255}|[!-~]{1,64}@[!-~]{1,255}")
"""The pattern of a caller or of a called number: a number, a word such as "anonymous", or an address."""


def formed(form: re.Pattern[str], written: str) -> str:
    """Return the value of a webhook's field, without spaces around it, if it has this form; else an empty text."""
    return written.strip(" ") if form.fullmatch(written.strip(" ")) else ""


def seconds(written: str) -> int | None:
    """Return the whole number of seconds that a field of a webhook holds; None if it holds none."""
    return int(written) if LASTED.fullmatch(written) else None


def values_of(values: Mapping[str, str], name: str) -> list[str]:
    """Return all values of the form's field of this name. Only a form with `getlist` can have several values."""
    getlist = getattr(values, "getlist", None)
    return list(getlist(name)) if getlist else [values[name]]


def spoilt(fields: Mapping[str, list[str]], long: tuple[str, ...], short: tuple[str, ...]) -> Iterator[str]:
    """Yield the names of form fields that a stranger may have forged: names that occur twice, or inside another field.

    The carrier's folder reads the names in `long` and `short`. Only names in `long` are sought inside other fields.
    """
    yield from (name for name in (*long, *short) if len(fields.get(name, ())) > 1)
    any_long = _any_of(long)
    in_order = sorted(fields)  # as they are signed
    signed = any_long.findall("".join([f"{name}{value}" for name in in_order for value in fields[name]]))
    named = any_long.findall("\n".join([name for name in in_order for _ in fields[name]]))
    if signed != named:
        yield from sorted(Counter(signed) - Counter(named))


@cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(names))
