"""Sessions at the desk: one begins with a login and ends unused, after half a day, or with all others of its person.

What ends all of them is in the database (the person's epoch); the rest stands in the signed cookie. No passwords.
Between password and code there is half a session, which says who has shown the password and opens nothing.
"""

from datetime import UTC, datetime, timedelta

from flask import g, request, session
from flask_login import UserMixin, current_user, login_user, logout_user

from ivr.staff.people import Person
from ivr.storage.audit import By
from ivr.web.i18n import CHOSEN
from ivr.web.services import services

UNUSED = timedelta(minutes=30)
"""After so long without anybody doing anything a session ends."""

LONGEST = timedelta(hours=12)
"""After so long every session ends: a day at the clinic."""

NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use is known; the cookie need not be sent with every page."""

EPOCH, BEGAN, USED = "epoch", "began", "used"
"""Where the session keeps them; moments in seconds."""

HALF = "half"
"""Where a session that is none yet keeps who it may become, their epoch, and since when."""

HALF_LASTS = timedelta(minutes=10)
"""Long enough to look for the telephone."""

LOOKED_FOR = "person_looked_for"
"""What a request keeps once the person has been looked for."""


class User(UserMixin):
    """A person at the desk, as Flask-Login wants one."""

    def __init__(self, person: Person) -> None:
        self.id = str(person.id)
        self.name = person.name
        self.manager = person.manager
        self.person = person


def who() -> str:
    """The name of whoever is logged in."""
    name: str = current_user.name
    return name


def by() -> By:
    """Whoever is logged in, now: who does what is being done."""
    return By(who(), services().clock())


def begin(person: Person) -> None:
    """Begins a session of this person; nothing is left of the one before but the language."""
    _clear()
    now = services().clock().timestamp()
    session.update({EPOCH: person.epoch, BEGAN: now, USED: now})
    session.permanent = True
    login_user(User(person))


def begin_half(person: Person) -> None:
    """Keeps who has shown their password and has a code still to show. Nobody is logged in here now."""
    end()
    session[HALF] = [person.id, person.epoch, services().clock().timestamp()]


def half_way() -> Person | None:
    """Who has shown their password here, not long ago, and has a code still to show. Raises StoreAway."""
    person_id, epoch, at = session.get(HALF, (0, 0, 0.0))
    if services().clock() - datetime.fromtimestamp(at, UTC) >= HALF_LASTS:
        return None
    person = services().staff.people.person(person_id)
    return person if person and person.epoch == epoch and person.second_factor else None


def end() -> None:
    """Ends this session."""
    logout_user()
    _clear()


def has_ended() -> bool:
    """Whether there was a session here which is over; from now on there was none."""
    over = BEGAN in session and not current_user.is_authenticated
    if over:
        _clear()
    return over


def load_user(user_id: str) -> User | None:
    """The person of a session, if it goes on and they may still work at the desk. Raises StoreAway, once a request."""
    if g.get(LOOKED_FOR):
        return None  # the database did not answer before; the page that says so is for nobody in particular
    setattr(g, LOOKED_FOR, True)
    now = services().clock()
    person = services().staff.people.person(int(user_id)) if user_id.isdigit() and _goes_on(now) else None
    if person is None or session[EPOCH] != person.epoch:
        return None
    if not asked_by_the_page() and now - _moment(USED) >= NOTED_EVERY:
        session[USED] = now.timestamp()
    return User(person)


def asked_by_the_page() -> bool:
    """Whether an open page asks by itself what is new: that is nobody's use of it."""
    return request.method == "GET" and "HX-Request" in request.headers


def _goes_on(now: datetime) -> bool:
    if not {EPOCH, BEGAN, USED} <= set(session):
        return False  # it began before sessions had an end
    return now - _moment(BEGAN) < LONGEST and now - _moment(USED) < UNUSED


def _moment(key: str) -> datetime:
    return datetime.fromtimestamp(session[key], UTC)


def _clear() -> None:
    language = session.get(CHOSEN)
    session.clear()
    if language:
        session[CHOSEN] = language
