"""Sessions at the desk. A session begins with a login. It ends when unused, after half a day, or by the person's epoch.

The epoch is in the database: raising it ends all sessions of that person. The rest is in the signed cookie, which holds
no password. Between password and code there is a half session: it names who has entered the password and opens nothing.
"""

from datetime import UTC, datetime, timedelta

from flask import g, request, session
from flask_login import UserMixin, current_user, login_user, logout_user

from ivr.staff.people import Person
from ivr.storage.audit import By
from ivr.web.i18n import CHOSEN
from ivr.web.services import services

UNUSED = timedelta(minutes=30)
"""Idle time after which a session ends."""

LONGEST = timedelta(hours=12)
"""Longest duration of a session: a working day at the clinic."""

NOTED_EVERY = timedelta(minutes=1)
"""Precision of the last use, so that the cookie need not be sent with every page."""

EPOCH, BEGAN, USED = "epoch", "began", "used"
"""Session keys of the person's epoch, the beginning and the last use; moments in seconds."""

HALF = "half"
"""Session key of the half session: the person's id, their epoch, and its beginning in seconds."""

HALF_LASTS = timedelta(minutes=10)
"""Duration of a half session: time enough to find the telephone."""

LOOKED_FOR = "person_looked_for"
"""Key in `g` that is set once this request has looked for the person."""


class User(UserMixin):
    """A person at the desk, as Flask-Login needs it."""

    def __init__(self, person: Person) -> None:
        self.id = str(person.id)
        self.name = person.name
        self.manager = person.manager
        self.person = person


def who() -> str:
    """Return the name of the logged-in person."""
    name: str = current_user.name
    return name


def by() -> By:
    """Return the logged-in person and the present moment, for the audit and the history."""
    return By(who(), services().clock())


def begin(person: Person) -> None:
    """Begin a session of this person. Only the language is kept from the session before."""
    _clear()
    now = services().clock().timestamp()
    session.update({EPOCH: person.epoch, BEGAN: now, USED: now})
    session.permanent = True
    login_user(User(person))


def begin_half(person: Person) -> None:
    """Begin a half session of a person who has entered the password and must still enter a code. Logs nobody in."""
    end()
    session[HALF] = [person.id, person.epoch, services().clock().timestamp()]


def half_way() -> Person | None:
    """Return the person of the half session, or None where there is none or it has ended. Raises StoreAway."""
    person_id, epoch, at = session.get(HALF, (0, 0, 0.0))
    if services().clock() - datetime.fromtimestamp(at, UTC) >= HALF_LASTS:
        return None
    person = services().staff.people.person(person_id)
    return person if person and person.epoch == epoch and person.second_factor else None


def end() -> None:
    """End this session."""
    logout_user()
    _clear()


def has_ended() -> bool:
    """Return whether the cookie holds a session that has ended, and clear it: the next call returns False."""
    over = BEGAN in session and not current_user.is_authenticated
    if over:
        _clear()
    return over


def load_user(user_id: str) -> User | None:
    """Return the person of the session, or None where it has ended or they may no longer work at the desk.

    Raises StoreAway, but only once a request.
    """
    if g.get(LOOKED_FOR):
        return None  # the database has failed in this request already; the error page is shown as for nobody logged in
    setattr(g, LOOKED_FOR, True)
    now = services().clock()
    person = services().staff.people.person(int(user_id)) if user_id.isdigit() and _goes_on(now) else None
    if person is None or session[EPOCH] != person.epoch:
        return None
    if not asked_by_the_page() and now - _moment(USED) >= NOTED_EVERY:
        session[USED] = now.timestamp()
    return User(person)


def asked_by_the_page() -> bool:
    """Return whether an open page polls for changes, which does not count as use of the session."""
    return request.method == "GET" and "HX-Request" in request.headers


def _goes_on(now: datetime) -> bool:
    if not {EPOCH, BEGAN, USED} <= set(session):
        return False  # a cookie from a version whose sessions had no end
    return now - _moment(BEGAN) < LONGEST and now - _moment(USED) < UNUSED


def _moment(key: str) -> datetime:
    return datetime.fromtimestamp(session[key], UTC)


def _clear() -> None:
    language = session.get(CHOSEN)
    session.clear()
    if language:
        session[CHOSEN] = language
