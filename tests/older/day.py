"""A day of the clinic on a clock that the tests set: callers call and staff work until every kind of row is written.

Commit 837caff ran this day to write the state that these tests open. The present program runs the same day, and must
use the same names in its stores, addresses, files and logs.
"""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from ivr.storage.audit import By
from testing.listener import listener
from tests.conftest import PASSWORD
from tests.older import BASE, CALLS, FIXED, PEOPLE, looks, number
from tests.older.product import clock_collects_calls, clock_sweeps, runs_errands
from tests.older.stores import take_down, write_json
from tests.people import DELHI, TOKEN, Clock, Conversation, Phone, Staff
from tests.web import clinic_with_reception, service
from tests.web.staff.second_factors import codes_on, sets_up, shown, writes_code

BOOK = ("1", "1", "1", "1", "1")
BOOK_AGAIN = ("1", "1", "1", "1", "1", "1")
"""The keys of a second request for an appointment, for the same person, from a number that has made one."""

RING_ME = ("2", "1", "1", "1")
ODD = {
    "STAFF_NOTIFY_URLS": "nonsense",
    "TEXT_CONFIRMATIONS": "on",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_TEXT_FROM": "+12025550123",
}
"""Settings of a service that texts callers, and can send the staff no notice, as its channel is nonsense."""

NO_MOBILE = b'{"code": 21614, "message": "not a mobile number"}'
"""The carrier's answer by which it refuses a text, since the number is no mobile."""

PAUSES = (10, 30, 60, 300, 900, 1800, 3600)
"""The seconds after which a failed task is tried again, one pause after another."""


@dataclass
class Day:
    """The service, telephone, clock and stores of a made-up day at the clinic, and what people do on that day."""

    folder: Path
    redis_url: str
    phone: Phone
    clock: Clock
    secrets: dict[str, str] = field(default_factory=dict)
    """The secret of each person's second factor, from which their authenticator app makes its codes."""

    @property
    def database(self) -> Path:
        return self.folder / "clinic.db"

    @property
    def services(self) -> Any:
        return self.phone.services

    def calls(self, index: int, *keys: str, line: str = "main", lang: str | None = None) -> Conversation:
        """Call a line, press these keys, then move the clock on by 30 seconds; return the call."""
        call = self.phone.rings(line, caller=number(index), lang=lang).press(*keys)
        self.clock.goes_on(seconds=30)
        return call

    def asks(self, index: int, *keys: str, **more: str) -> int:
        """Call a line from the made-up number with this index, make a request, and hang up; return the request's id."""
        call = self.calls(index, *(keys or BOOK), **more)
        self.ends(call)
        return self.id_of(call.reference)

    def ends(self, call: Conversation, seconds: int = 42, status: str = "completed") -> None:
        """Report to the service, as the carrier does, that this call is over."""
        told = {"CallSid": call.sid, "AccountSid": "AC" + "0" * 32, "CallStatus": status, "CallDuration": str(seconds)}
        form = {**call.fields, **told}
        assert self.phone.posts("/voice/status", form).status_code == 204

    def id_of(self, reference: str) -> int:
        return int(self.rows("SELECT id FROM requests WHERE reference = ? ORDER BY id DESC", reference)[0][0])

    def reference_of(self, request_id: int) -> str:
        return str(self.rows("SELECT reference FROM requests WHERE id = ?", request_id)[0][0])

    def rows(self, query: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.database)) as opened:
            return opened.execute(query, values).fetchall()

    def person_id(self, name: str) -> int:
        return int(self.rows("SELECT id FROM staff WHERE name = ?", name)[0][0])

    def types(self, *arguments: str, typed: str = "") -> str:
        """Run a command on the service's server, with this input; return its output."""
        done = self.phone.app.test_cli_runner().invoke(args=list(arguments), input=typed)
        assert done.exit_code == 0, done.output
        return done.output

    def comes(self, name: str) -> Staff:
        """Log in the person of this name at the desk, with the next code if they have a second factor; return them."""
        self.clock.goes_on(seconds=30)
        if name in self.secrets:
            return looks.comes_in(self.phone, name, PASSWORD, self.secrets[name])
        person = Staff(self.phone.app, name, PASSWORD)
        assert person.logs_in().status_code == 302
        return person


def sends(person: Staff, path: str, **fields: str) -> str:
    """Send this person's form to a path of the desk; return the page that follows."""
    answer = person.browser.post(path, data={"csrf_token": person.csrf(), **fields}, follow_redirects=True)
    assert answer.status_code == 200, f"{answer.status_code} at {path}"
    return answer.text


# -- the day


def early_calls(day: Day) -> None:
    """Make and record the day's calls before any login. Some notices and texts about the callers' requests fail."""
    given, stores = where(day.folder) | ODD, (f"sqlite:///{day.database}", day.redis_url)
    with listener() as carrier, service(day.folder, *stores, day.clock, **given, TWILIO_API_URL=carrier.url) as odd:
        carrier.status, carrier.answer = 400, NO_MOBILE
        replace(day, phone=odd).asks(1)
        day.asks(2, line="second", lang="hi")
        day.asks(3, line="third")
        for pause in (*PAUSES, 0):
            runs_errands(odd, 2, 3, 4)
            day.clock.goes_on(seconds=pause)
    runs_errands(day.phone, 1)
    day.calls(40, "4")
    day.ends(day.calls(41), 5)
    day.ends(day.calls(42, "3", "1"), 61)
    day.ends(day.calls(43, "0").reception(talked=True), 120)
    day.ends(day.calls(44, "1"), 9, "failed")
    day.clock.goes_on(hours=1)
    clock_collects_calls(day.phone)


def people(day: Day) -> list[str]:
    """Have the staff log in and make every kind of change to accounts; return devi's recovery codes."""
    for name, role in (("meera", "manager"), ("asha", "staff"), ("devi", "staff"), ("leela", "staff")):
        day.types("staff", "add", name, "--role", role, typed=f"{PASSWORD}\n")
    for name in ("meera", "asha", "devi"):
        person = day.comes(name)
        day.secrets[name], codes = sets_up(person, day.clock)
    lost = day.comes("devi")
    path = "/desk/me/second-factor"
    day.clock.goes_on(seconds=30)
    codes = codes_on(sends(lost, f"{path}/codes", code=shown(day.secrets["devi"], day.clock)))
    meera = day.comes("meera")
    sends(meera, f"/desk/people/{day.person_id('devi')}/remove_second_factor")
    del day.secrets["devi"]
    devi = day.comes("devi")
    day.secrets["devi"], codes = sets_up(devi, day.clock)
    day.clock.goes_on(seconds=30)
    sends(devi, f"{path}/off", code=shown(day.secrets["devi"], day.clock))
    day.secrets["devi"], codes = sets_up(devi, day.clock)
    half = Staff(day.phone.app, "devi", PASSWORD)
    half.logs_in()
    assert writes_code(half, "000000").status_code == 401
    assert writes_code(half, codes[0]).status_code == 302
    half.browser.post("/logout", data={"csrf_token": half.csrf()})
    others(day, meera)
    return codes[1:]


def others(day: Day, meera: Staff) -> None:
    """Have a manager invite kiran, who chooses a password, and make every change to kiran's account; invite joseph."""
    link = invited(day, meera, "kiran")
    guest = Staff(day.phone.app, "kiran", PASSWORD)
    token = Staff.token(guest.browser.get(link).text)
    guest.browser.post(link, data={"csrf_token": token, "password": PASSWORD, "again": PASSWORD})
    kiran = f"/desk/people/{day.person_id('kiran')}"
    deeds = ("make_manager", "make_staff", "require_second_factor", "no_longer_require_second_factor", "end_sessions")
    for deed in (*deeds, "disable", "enable", "reset", "disable"):
        sends(meera, f"{kiran}/{deed}")
    day.types("staff", "invite", "joseph")


def invited(day: Day, meera: Staff, name: str) -> str:
    page = sends(meera, "/desk/people", name=name, role="staff")
    found = re.search(rf'id="link" readonly value="{BASE}(/invitation/[^"]+)"', page)
    assert found, "no link is shown"
    return found[1]


def requests(day: Day) -> None:
    """Make requests of every kind during the day, and have the desk end them in every way."""
    asha = day.comes("asha")
    sends(asha, "/desk/errands/4/again")
    taken(day, asha)
    appointments(day, asha)
    for index, outcome in enumerate(("settled", "busy", "wrong_number", "duplicate", "cancelled"), 10):
        reports(asha, day.asks(index, *(RING_ME if index % 2 else BOOK)), outcome=outcome)
    reports(asha, day.asks(15, "1", "2", "3", "1", "1"), outcome="later", day="2026-11-24", hour="10:30")
    never = day.asks(16, *RING_ME, lang="hi")
    for _ in range(4):
        reports(asha, never, outcome="no_answer")
    reports(asha, day.asks(17), outcome="no_answer")
    merged(day, asha)
    day.asks(20, line="third")
    again = day.calls(20, "1", "2", "1", "1", "1", "1", line="third")
    assert again.place == "kept", "it has joined"
    day.ends(again)
    at_the_counter = {"phone": "09999900121", "line": "main", "language": "en", "kind": "booking", "part": "morning"}
    sends(asha, "/desk/new", day="2026-11-24", note="Came in person.", **at_the_counter)
    day.asks(22, *RING_ME, line="second", lang="hi")
    blocked(day, asha)


def reports(asha: Staff, request_id: int, **said: str) -> str:
    asha.does("take", request_id)
    return asha.does("report", request_id, **said)


def taken(day: Day, asha: Staff) -> None:
    kept, passed = day.asks(4), day.asks(5, *RING_ME)
    asha.does("take", passed)
    asha.does("put_back", passed)
    asha.does("pass_on", passed, to="devi")
    day.clock.goes_on(minutes=20)
    clock_sweeps(day.phone)
    asha.does("take", kept)
    asha.does("note", kept, note="Wants to come with her mother; knee.")


def appointments(day: Day, asha: Staff) -> None:
    stays, goes, back = day.asks(6), day.asks(7, lang="hi"), day.asks(8)
    for each, hour in ((stays, "11:00"), (goes, "11:30")):
        reports(asha, each, outcome="booked", day="2026-11-24", hour=hour)
    diary, by = day.phone.services.diary, By("asha", day.clock())
    moved, cancelled = diary.reads.between(day.clock(), day.clock() + timedelta(days=2))
    diary.desk.move(moved.id, day.clock() + timedelta(days=1), by, beside=True)
    diary.desk.cancel(cancelled.id, by)
    asha.takes_back(reports(asha, back, outcome="booked", day="2026-11-24", hour="15:00"))


def merged(day: Day, asha: Staff) -> None:
    """Have the desk merge two requests of one number; and merge two others and take them apart again."""
    for index, stay in ((18, True), (19, False)):
        one, other = day.asks(index), day.asks(index, *RING_ME)
        page = asha.does("merge", one, other=str(other))
        if not stay:
            asha.takes_back(page)


def blocked(day: Day, asha: Staff) -> None:
    """Block numbers and unblock one; hand out the data of one number, and erase those of another."""
    for index, reason in ((23, "rings for fun"), (24, "by mistake"), (25, "is to be erased")):
        request = day.asks(index)
        sends(asha, "/desk/blocked", request=str(request), reason=reason)
    sends(asha, "/desk/blocked/2/lift")
    day.types("privacy", "export", number(24))
    day.types("privacy", "erase", number(25), "--yes")
    meera = day.comes("meera")
    close = {"day": "2026-11-25", "line": "*", "reason": "training"}
    sends(meera, "/desk/hours", what="closed", **close)
    sends(
        meera,
        "/desk/hours",
        what="day",
        day="2026-11-26",
        line="main",
        reason="",
        **{"from": "10:00", "until": "13:00"},
    )
    sends(meera, "/desk/hours", what="closed", day="2026-11-27", line="*", reason="diwali")
    sends(meera, "/desk/hours/undo", id="3")
    sends(meera, "/desk/appointments/link")
    sends(meera, "/desk/appointments/link/off")


# -- the evening, from which everything goes on


def last_errands(day: Day) -> None:
    """Run all due tasks except task 4; then make two more requests, the second while the database is away."""
    todo = "SELECT id FROM errands WHERE done_at IS NULL AND failed_at IS NULL AND id != 4"
    runs_errands(day.phone, *(errand for (errand,) in day.rows(todo)))
    with closing(Redis.from_url(day.redis_url)) as redis:
        Queue("desk", connection=redis, serializer=JSONSerializer).empty()  # type: ignore[no-untyped-call]  # RQ's
    clock_collects_calls(day.phone)
    day.clock.goes_on(minutes=6)
    day.asks(26)
    with_database_away(day, 27, *RING_ME, lang="hi")


def with_database_away(day: Day, index: int, *keys: str, **more: str) -> None:
    """Make a request while the database is away, so that only Redis holds it."""
    away = day.database.rename(day.folder / "away.db")
    day.ends(day.calls(index, *keys, **more))
    away.rename(day.database)
    clock_sweeps(day.phone)


def last_calls(day: Day) -> None:
    """Make the last calls of the day, which have no records yet when the day's state is saved."""
    day.ends(day.calls(45, "4"), 33)
    day.ends(day.calls(46, "0").reception(talked=True), 240)
    day.ends(day.calls(47, "1", lang="hi"), 12)
    for _ in range(21):
        day.phone.rings(caller=number(48))


def locked_out(day: Day) -> None:
    for _ in range(5):
        Staff(day.phone.app, "leela", PASSWORD).logs_in(password="not it")


def under_way(day: Day) -> list[dict[str, Any]]:
    """Return the calls that are not over at the day's end, each with its next webhook and the keys to press later."""
    not_reached = {"DialCallStatus": "no-answer", "DialBridged": "false"}
    return [
        stands("a day is to be chosen", day.calls(60, "1"), "1", "1", "1", "1"),
        stands("another number was keyed", day.calls(61, "1", "2", "1", "2", "09999900198#"), "1", "1"),
        stands("in Hindi", day.calls(62, "1", "2", lang="hi"), "1", "1", "1"),
        stands("to be confirmed", day.calls(63, *BOOK[:-1]), "1"),
        stands("to be rung back, to be confirmed", day.calls(64, *RING_ME[:-1], line="second"), "1"),
        stands("the reception is not reached", day.calls(65, "0"), "1", "1", "1", first=not_reached),
        stands("the reception talks", day.calls(66, "0"), first={"DialCallStatus": "completed", "DialBridged": "true"}),
        silent(day.calls(67, "1"), "1", "1", "1", "1"),
        stands("was silent before", day.calls(68, "1").stays_silent(), "2", "1", "1", "1"),
        stands("pressed a wrong key before", day.calls(75, "1", "8"), "1", "1", "1", "1"),
        again(day, day.calls(69, "1", "1"), "1", "1", "1"),
        stands("has a reference", day.calls(70, *BOOK), "*"),
        stands("rang before", day.calls(71, *BOOK) and day.calls(71, *BOOK_AGAIN), "*"),
        stands("hears advice", day.calls(72, "3", "1"), "2"),
        stands("is one call too many", day.calls(48, *BOOK[:-1]), "1"),
        stands("nothing could be kept", without_stores(day, 73), "1"),
        stands("shows no number", withheld(day), "09999900197", "1", "1"),
        webhook_again(day.calls(74, *BOOK)),
    ]


def stands(
    name: str, call: Conversation, *keys: str, at: str = "", first: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return an unfinished call to be saved. Its next webhook goes to `at` with fields `first`; then come `keys`."""
    waits: Any = call.waits
    happens, rest = (first, keys) if first is not None else ({"Digits": keys[0]}, keys[1:])
    form = {"form": call.fields, "place": call.place, "at": urljoin(BASE, at or waits.action)}
    return {"name": name, "sid": call.sid, **form, "first": happens, "keys": list(rest)}


def silent(call: Conversation, *keys: str) -> dict[str, Any]:
    return stands("nothing is pressed", call, *keys, at=call.silence_leads, first={})


def again(day: Day, call: Conversation, *keys: str) -> dict[str, Any]:
    """Ask the fallback after a call's failed webhook; return the call at the step to which the fallback sends it."""
    waits: Any = call.waits
    form = {**call.fields, "CallSid": call.sid, "AccountSid": "AC" + "0" * 32, "ErrorUrl": urljoin(BASE, waits.action)}
    document = day.phone.posts("/voice/fallback", form).text
    found = re.search(r"<Redirect[^>]*>([^<]*/voice/again/[^<]+)</Redirect>", document)
    assert found, document
    return stands("is tried once more", call, *keys, at=found[1].replace("&amp;", "&"), first={})


def webhook_again(call: Conversation) -> dict[str, Any]:
    """Return a call to be saved, whose request is kept, and whose last webhook the carrier delivers a second time."""
    return stands("its webhook comes again", call, at=call.url, first={"Digits": "1"})


def without_stores(day: Day, index: int) -> Conversation:
    """Return a call that found both stores away: its caller was told so, and may try again."""
    away = f"sqlite:///{day.folder}/no/clinic.db", f"unix://{day.folder}/no.sock"
    with service(day.folder, *away, day.clock, **where(day.folder)) as it:
        call = replace(day, phone=it).calls(index, *BOOK)
    assert call.place == "not_kept"
    return call


def withheld(day: Day) -> Conversation:
    call = day.phone.rings(caller="anonymous").press("1", "1", "1")
    assert call.place == "key_number"
    return call


def at_the_beginning() -> datetime:
    """Return the moment at which the day's first caller calls."""
    return datetime(2026, 11, 23, 9, 30, tzinfo=DELHI)


def where(folder: Path) -> dict[str, str]:
    return {**FIXED, "CLINIC_FILE": clinic_with_reception(folder)}


def live(day: Day, folder: Path) -> None:
    """Play all events of a made-up day, then save the stores, open calls and people's secrets in a folder."""
    day.types("database", "upgrade")
    early_calls(day)
    codes = people(day)
    requests(day)
    last_errands(day)
    last_calls(day)
    meera = day.comes("meera")
    calendar = re.search(
        rf'id="link" readonly value="({BASE}/calendar/[^"]+)"', sends(meera, "/desk/appointments/link")
    )
    assert calendar
    link = invited(day, meera, "ravi")
    sends(meera, "/desk/people/second-factor", required="yes")
    calls = under_way(day)
    locked_out(day)
    cookie = meera.browser.get_cookie("session")
    assert cookie
    carried = {"recovery_codes": codes, "invitation": link, "calendar": calendar[1], "session": cookie.value}
    told = {"moment": day.clock().isoformat(), "password": PASSWORD, "token": TOKEN, "secrets": day.secrets}
    write_json(folder / CALLS, calls)
    write_json(folder / PEOPLE, {**told, **carried})
    take_down(folder, day.database, day.redis_url, day.folder)
