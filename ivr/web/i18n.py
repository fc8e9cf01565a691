"""Translates the desk into the reader's language with gettext catalogues, and formats days and hours for it.

The catalogues are ivr/web/translations/LANGUAGE.po; the code holds the English. `make words` collects new messages.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, session
from markupsafe import Markup, escape

from ivr.line.hours import Hours, day_of_night
from ivr.storage.odd import Odd
from ivr.web.services import services

FOLDER = Path(__file__).with_name("translations")
LANGUAGES: Mapping[str, str] = {"en": "English", "hi": "हिंदी"}
"""The languages of the desk, each by its own name."""

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""The first and last day that a page may be asked for. Days near Python's own limits would raise OverflowError."""

CHOSEN = "words"
"""The session key of the language that the reader has chosen."""


@cache
def catalogue(of: str) -> Translations:
    """Return the translations into a language, read once from its file; empty without a file, as for English."""
    path, compiled = FOLDER / f"{of}.po", BytesIO()
    if not path.exists():
        return Translations()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    return Translations(BytesIO(compiled.getvalue()))


def install(app: Flask) -> None:
    """Give the templates `_()`, and the filters and functions that put days and hours into words."""
    for each in LANGUAGES:
        catalogue(each)  # read now, not while somebody waits
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_, _plural, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    named = {each.__name__: each for each in (day, short_day, hour, moment, from_to, weekday, stamp)}
    app.jinja_env.filters.update(date=full_date, **named)
    app.jinja_env.tests["readable"] = lambda stored: not isinstance(stored, Odd)
    app.jinja_env.globals.update(languages=LANGUAGES, language=language, local=local, codes_left=recovery_codes_left)


def language() -> str:
    """Return the language of the desk's reader."""
    chosen = session.get(CHOSEN, "en")
    return chosen if chosen in LANGUAGES else "en"


def _(message: str, **values: object) -> str:
    """Return the message in the reader's language, with each `%(name)s` filled in."""
    words = message and catalogue(language()).gettext(message)  # the empty message is the catalogue's header
    return words % values if values else words


def later(message: str) -> str:
    """Return a message unchanged, only marked for the catalogue. Whoever shows the message translates it."""
    return message


def _plural(one: str, many: str, count: int) -> str:
    return catalogue(language()).ngettext(one, many, count)


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """Return the message for this count in the reader's language, with `%(num)s` and the values filled in."""
    return _plural(one, many, count) % {"num": count, **values}


def recovery_codes_left(count: int) -> str:
    """Return a sentence that says how many recovery codes the person has left."""
    if count == 0:
        return _("No recovery code is left. Please make new ones on your own page.")
    return _("One recovery code is left.") if count == 1 else _("%(count)s recovery codes are left.", count=count)


# -- days and hours, on the clinic's own clock


def local(at: datetime) -> datetime:
    """Return a moment in the clinic's time zone."""
    return services().clinic.line("").hours.local(at)


def day(on: date) -> str:
    """Return a day in words, as in "Mon 23 Nov"."""
    return format_date(on, "EEE d MMM", locale=language())


def short_day(on: date) -> str:
    """Return a day without its month, as in "Mon 23", for a day of the next weeks."""
    return format_date(on, "EEE d", locale=language())


def long_day(on: date) -> str:
    """Return a day in words, with its year unless that is the present year."""
    year = f" {on.year}" if on.year != local(services().clock()).year else ""
    return f"{day(on)}{year}"


def full_date(on: date) -> str:
    """Return a day with its year, as in "23 Nov 2026"."""
    return format_date(on, "d MMM y", locale=language())


def weekday(on: date) -> str:
    """Return the name of a day of the week, as in "Monday"."""
    return format_date(on, "EEEE", locale=language())


def hour(at: datetime | time) -> str:
    """Return the hour of a time or moment, as in "09:00". The hour of a moment is in the clinic's time zone."""
    return format_time(local(at) if isinstance(at, datetime) else at, "HH:mm", locale=language())


def end_hour(at: datetime | time) -> str:
    """Return the hour at which something ends, as `hour` does; midnight is the end of a day, "24:00"."""
    written = hour(at)
    return "24:00" if written == "00:00" else written


def closing(hours: Hours, now: datetime) -> str:
    """Return in words until when the clinic is open; empty if it is closed. An hour of tomorrow has its day."""
    at = hours.closes(now)
    if at is None:
        return ""
    return end_hour(at) if day_of_night(at) <= hours.local(now).date() else moment(at)


def moment(at: datetime) -> str:
    """Return a moment's day and hour in the clinic's time zone, as in "Mon 23 Nov, 09:00"."""
    return format_datetime(local(at), "EEE d MMM, HH:mm", locale=language())


def full_moment(at: datetime) -> str:
    """Return a moment's day and hour, with the year unless that is the present year."""
    return f"{long_day(local(at).date())}, {hour(at)}"


def from_to(first: datetime, last: datetime) -> str:
    """Return a stretch of time in words, in the clinic's time zone, as in "Mon 23 Nov, 09:00–09:30"."""
    same_day = local(first).date() == local(last).date()
    return f"{moment(first)}–{hour(last)}" if same_day else f"{moment(first)} – {moment(last)}"


def stamp(at: datetime | Odd) -> Markup:
    """Return a stored moment as HTML. A moment that cannot be read is shown as it is stored."""
    if isinstance(at, Odd):
        return escape(at.stored)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), moment(at))


DAYS_APART = timedelta(hours=24)
"""The opening time after which a late call is shown with the day when it was due, not with the hours since then."""


def how_soon(due: datetime, now: datetime, hours: Hours) -> str:
    """Return in words how long a call to a patient has been due, in opening time, or how long it is until it is due."""
    if due > now:
        return _("in %(long)s", long=how_long(due - now)) if due - now > timedelta(minutes=1) else _("due now")
    late = hours.open_time(due, now)
    if late >= DAYS_APART:
        return _("late since %(day)s", day=day(local(due).date()))
    if late >= timedelta(minutes=1):
        return _("%(long)s late", long=up_to_now(late))
    return _("due now") if hours.is_open(now) else _("due when the clinic opens")


def how_long(span: timedelta) -> str:
    """Return a duration in words, in its largest units: minutes, hours and minutes, or days."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)s min", count=minutes)
    if minutes < 24 * 60:
        return _hours_and_minutes(minutes)
    days = minutes // (24 * 60)
    return _("%(count)s day", count=days) if days == 1 else _("%(count)s days", count=days)


def minutes(span: timedelta) -> int:
    """Return the whole minutes of a duration, rounded up."""
    return -int(-span // timedelta(minutes=1))


def up_to(span: timedelta) -> str:
    """Return a duration of opening time in words, rounded up to a minute.

    Never in days, since 24 hours of opening time span several days.
    """
    return _hours_and_minutes(minutes(span))


def up_to_now(span: timedelta) -> str:
    """Return a duration of opening time in words, in hours and whole minutes, rounded down."""
    return _hours_and_minutes(int(span.total_seconds() // 60))


def _hours_and_minutes(whole: int) -> str:
    if whole < 60:
        return _("%(count)s min", count=whole)
    return ngettext("%(num)s h %(minutes)s min", "%(num)s h %(minutes)s min", whole // 60, minutes=whole % 60)
