"""The desk's words in the language of whoever reads them, from gettext catalogues; and days and hours as they say them.

The catalogues are ivr/web/translations/LANGUAGE.po; English is what stands in the code. `make words` collects new ones.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_datetime, format_time
from babel.messages.pofile import read_po
from flask import Flask, current_app, session

from ivr.web.services import services

FOLDER = Path(__file__).with_name("translations")
LANGUAGES: Mapping[str, str] = {"en": "English", "hi": "हिंदी"}
"""The languages of the desk, each in its own words."""

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""Days that can be asked for; at the ends of the calendar there is no day before or after, and no other zone."""

CHOSEN = "words"
"""Where the session keeps the language."""

Catalogue = Mapping[str, str]


@cache
def load() -> Mapping[str, Catalogue]:
    """Every language's catalogue, read once; English has none."""
    return {path.stem: _catalogue(path) for path in FOLDER.glob("*.po")}


def _catalogue(path: Path) -> Catalogue:
    found: dict[str, str] = {}
    with path.open("rb") as file:
        for message in read_po(file):
            if message.id:
                found |= zip(_each(message.id), _each(message.string), strict=True)
    return {message: words for message, words in found.items() if words}


def _each(words: str | Sequence[str] | None) -> Sequence[str]:
    """A message, or its forms for one and for many."""
    return [words] if isinstance(words, str) else words or []


def install(app: Flask) -> None:
    """Gives the templates `_()` and what says days and hours."""
    app.extensions[CHOSEN] = load()
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_, _plural, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    app.jinja_env.filters.update(day=day, date=full_date, hour=hour, moment=moment, weekday=weekday)
    app.jinja_env.globals.update(
        languages=LANGUAGES, language=language, local=local, codes_left=recovery_codes_left, how_soon=how_soon
    )


def language() -> str:
    """The language of whoever is reading."""
    chosen = session.get(CHOSEN, "en")
    return chosen if chosen in LANGUAGES else "en"


def _(message: str, **values: object) -> str:
    """The message in the reader's language; `%(name)s` is filled in."""
    catalogue: Catalogue = current_app.extensions[CHOSEN].get(language(), {})
    words = catalogue.get(message, message)
    return words % values if values else words


def later(message: str) -> str:
    """Marks a message for the catalogue that is translated where it is shown."""
    return message


def _plural(one: str, many: str, count: int, **values: object) -> str:
    return _(one if count == 1 else many, **{"num": count, **values})


def recovery_codes_left(count: int) -> str:
    """2 recovery codes are left."""
    if count == 0:
        return _("No recovery code is left. Please make new ones on your own page.")
    return _("One recovery code is left.") if count == 1 else _("%(count)s recovery codes are left.", count=count)


# -- days and hours, on the clinic's own clock


def local(at: datetime) -> datetime:
    """The moment on the clinic's wall clock."""
    return services().clinic.line("").hours.local(at)


def day(on: date) -> str:
    """Mon 23 Nov."""
    return format_date(on, "EEE d MMM", locale=language())


def full_date(on: date) -> str:
    """23 Nov 2026."""
    return format_date(on, "d MMM y", locale=language())


def weekday(on: date) -> str:
    """Monday."""
    return format_date(on, "EEEE", locale=language())


def hour(at: datetime | time) -> str:
    """09:00."""
    return format_time(local(at) if isinstance(at, datetime) else at, "HH:mm", locale=language())


def moment(at: datetime) -> str:
    """Mon 23 Nov, 09:00."""
    return format_datetime(local(at), "EEE d MMM, HH:mm", locale=language())


def how_soon(due: datetime, now: datetime) -> str:
    """How late something is, or in how long it is due, in words."""
    late = now - due
    if late >= timedelta(minutes=1):
        return _("%(long)s late", long=how_long(late))
    if late > -timedelta(minutes=1):
        return _("due now")
    return _("in %(long)s", long=how_long(-late))


def how_long(span: timedelta) -> str:
    """A stretch of time in its two largest units."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)s min", count=minutes)
    if minutes < 24 * 60:
        return _("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)
    days = minutes // (24 * 60)
    return _("%(count)s day", count=days) if days == 1 else _("%(count)s days", count=days)


def minutes(span: timedelta) -> int:
    """A stretch of time in whole minutes, the last one begun."""
    return -int(-span // timedelta(minutes=1))


def up_to(span: timedelta) -> str:
    """A stretch of opening time that is not exceeded. Never in days: a day of opening time is more than a day."""
    whole = minutes(span)
    if whole < 60:
        return _("%(count)s min", count=whole)
    return _("%(hours)s h %(minutes)s min", hours=whole // 60, minutes=whole % 60)
