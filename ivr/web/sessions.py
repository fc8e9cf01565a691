"""The sessions of the desk. A session begins with a login. It ends by disuse, after half a day, by logout or by epoch.

The epoch is a number that the database has for each person: raising it ends all sessions of that person. The database
also knows which sessions were ended. The rest is in the signed cookie, which holds no password. The tokens of a
session's forms are made of the session's key, so an old form shows which session it came from. Between password and
code there is a half session, which names the person who has entered the password and opens no page.
"""

import secrets
from datetime import UTC, datetime, timedelta

from flask import g, request, session
from flask_login import UserMixin, current_user, login_user, logout_user
from itsdangerous import BadData, URLSafeTimedSerializer

from ivr.staff.people import Person
from ivr.staff.sessions import StaffSession
from ivr.storage.audit import By
from ivr.web import devices
from ivr.web.i18n import CHOSEN
from ivr.web.services import services

UNUSED = timedelta(minutes=30)
"""The time without use after which a session ends."""

LONGEST = timedelta(hours=12)
"""The longest time that a session lasts: a working day at the clinic."""

NOTED_EVERY = timedelta(minutes=1)
"""The shortest time between two notes of a session's last use, so that few pages have to send the cookie."""

EPOCH, BEGAN, USED = "epoch", "began", "used"
"""The session keys of the epoch, a number whose change ends the session, and of the start and last use (Unix time)."""

KEY = "key"
"""The key, in Flask's session, of a random text by which the database identifies the session."""

FORM_TOKEN = "csrf_token"  # noqa: S105 - the name of a field
"""The session key of the value that Flask-WTF signs into a form's token, and the name of the token's field."""

HALF = "half"
"""The session key of a half session. The value is the person's id and epoch, and the start in seconds since 1970."""

HALF_LASTS = timedelta(minutes=10)
"""The time that a half session lasts: enough to find the authenticator app."""

PERSON = "_user_id"
"""The session key under which Flask-Login keeps the person's id."""

HTMX = "HX-Request"
"""The header of a request that an open page makes by itself."""

LOOKED_FOR = "person_looked_for"
"""The key, in Flask's `g`, that is set once this request has looked up the session's person."""


class User(UserMixin):
    """The person of a session, as Flask-Login needs it."""

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
    """Return the logged-in person and the present moment, for the audit and a history."""
    return By(who(), services().clock())


def begin(person: Person) -> None:
    """Begin a session of this person. Only the language is kept from the browser's earlier session."""
    end()
    now, key = services().clock(), secrets.token_hex(20)
    services().staff.sessions.begin(person.id, key, now)
    session.update({EPOCH: person.epoch, BEGAN: now.timestamp(), USED: now.timestamp(), KEY: key, FORM_TOKEN: key})
    session.permanent = True
    devices.remember(person.id)
    login_user(User(person))


def begin_half(person: Person) -> None:
    """Begin a half session of a person who entered the password and has still to enter a code. Logs nobody in."""
    end()
    session[HALF] = [person.id, person.epoch, services().clock().timestamp()]


def half_way() -> Person | None:
    """Return the person of the half session; None where there is no half session, or it has ended. Raises StoreAway."""
    person_id, epoch, at = session.get(HALF, (0, 0, 0.0))
    if services().clock() - datetime.fromtimestamp(at, UTC) >= HALF_LASTS:
        return None
    person = services().staff.people.person(person_id)
    return person if person and person.epoch == epoch and person.second_factor else None


def end() -> None:
    """End this session, in the cookie and on the server, so that a copy of the cookie opens nothing any more.

    Raises StoreAway.
    """
    if _names_a_session():
        services().staff.sessions.end(_key(), services().clock())
    logout_user()
    _clear()


def has_ended() -> bool:
    """Return whether the cookie holds a session that has ended, and clear it, so that a second call returns False."""
    over = BEGAN in session and not current_user.is_authenticated
    if over:
        _clear()
    return over


def load_user(user_id: str) -> User | None:
    """Return the logged-in person; None if the session has ended, or if the person may no longer use the desk.

    If the database is away, raises StoreAway once; later calls within the same HTTP request return None.
    """
    if g.get(LOOKED_FOR):
        return None  # the database has failed in this request already; the error page is shown as for nobody logged in
    setattr(g, LOOKED_FOR, True)
    now = services().clock()
    person = services().staff.people.person(int(user_id)) if user_id.isdigit() and _goes_on(now) else None
    if person is None or session[EPOCH] != person.epoch:
        return None
    # An answer to a page that asks by itself may arrive late: it must not restore an older session.
    if HTMX not in request.headers and now - _moment(USED) >= NOTED_EVERY:
        session[USED] = now.timestamp()
    return User(person)


def types() -> None:
    """Store that the logged-in person is typing, so that the session does not end as unused. Raises StoreAway."""
    now, known = services().clock(), services().staff.sessions.find(_key())
    if known and (known.typed is None or now - known.typed >= NOTED_EVERY):
        services().staff.sessions.typing(_key(), now)


def owner_of_form() -> int | None:
    """Return the id of the person for whom the sent form was made, or None. The person's session may have ended since.

    Read from the form's token, not the cookie, since another person may have logged in. Raises StoreAway.
    """
    key = key_of_form()
    found = services().staff.sessions.find(key) if key else None
    if found is not None:
        return found.staff_id
    own = bool(key) and key == session.get(FORM_TOKEN) and _names_a_session()
    return int(session[PERSON]) if own else None


def key_of_form() -> str:
    """Return the session's key that is signed into the token of the sent form; "" if the token is not ours."""
    token = request.form.get(FORM_TOKEN, "")
    try:
        words = URLSafeTimedSerializer(services().settings.secret_key, salt="wtf-csrf-token").loads(token)
    except BadData:
        return ""
    return words if isinstance(words, str) else ""


def asked_by_the_page() -> bool:
    """Return True if an open page sent this HTTP request by itself, which is no use of the session by a person."""
    return request.method == "GET" and HTMX in request.headers


def _goes_on(now: datetime) -> bool:
    if not _names_a_session() or now - _moment(BEGAN) >= LONGEST:
        return False
    known = _known()
    used = max(filter(None, (_moment(USED), known.typed)))
    return not known.ended and now - used < UNUSED


def _known() -> StaffSession:
    """Return what the database knows of the cookie's session. A session that an older version began is stored first."""
    sessions = services().staff.sessions
    found = sessions.find(_key())
    if found is None and KEY not in session:
        return sessions.adopt(int(session[PERSON]), _key(), _moment(BEGAN))
    return found or StaffSession(0, None, ended=True)


def _names_a_session() -> bool:
    """Return whether the cookie names a session. Sessions of an old version, which had no end, do not count."""
    return {EPOCH, BEGAN, USED} <= set(session) and str(session.get(PERSON, "")).isdigit()


def _key() -> str:
    """Return the key of the cookie's session; for a session of an old version, the person's id and the start time."""
    return str(session.get(KEY) or f"{session[PERSON]} {session[BEGAN]}")


def _moment(key: str) -> datetime:
    return datetime.fromtimestamp(session[key], UTC)


def _clear() -> None:
    language = session.get(CHOSEN)
    session.clear()
    if language:
        session[CHOSEN] = language
