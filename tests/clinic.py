"""The shipped clinic as most tests want it: its telephone takes requests, and offers no free times of the diary."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config import clinic as clinic_file
from config.settings import ROOT
from ivr.diary.free import free_slots
from ivr.line.clinic import Clinic
from ivr.line.diary import Slot
from ivr.line.free_offers import READ_OUT, offered_at
from ivr.line.places import ChangeWish, Keying, Menu
from ivr.line.turn import Call, Facts, Own, OwnAppointment

DELHI = ZoneInfo("Asia/Kolkata")

SHIPPED = ROOT / "config" / "clinic.toml"

WISHES_ONLY = SHIPPED.read_text(encoding="utf-8").replace("phone_books = true", "phone_books = false")


def taking_wishes(folder: Path) -> str:
    """Write the file of a clinic whose telephone takes requests and books no times; return its path."""
    path = folder / "wishes.toml"
    if not folder.is_dir():  # for a service that is never called
        return str(SHIPPED)
    path.write_text(WISHES_ONLY, encoding="utf-8")
    return str(path)


def clinic_of_wishes() -> Clinic:
    """Return the shipped clinic with a telephone that takes requests and books no times."""
    clinic = clinic_file.read(SHIPPED)
    return replace(clinic, diary=replace(clinic.diary, phone_books=False))


def free_times(facts: Facts) -> Facts:
    """Return these facts of a call with the free times of a diary in which nobody has booked."""
    found = free_slots(facts.clinic.diary, facts.line.key, facts.line.hours, {}, facts.now)
    return replace(facts, free_times=lambda _moved: found)


AN_APPOINTMENT = OwnAppointment(1, datetime(2026, 11, 25, 10, 30, tzinfo=DELHI))


def reads_out(call: Call, facts: Facts) -> Call:
    """Return the call with the diary data that its place needs, as if the caller had heard the offered times."""
    place = facts.menu.get(call.place)
    if not isinstance(place, Menu | Keying):
        return call
    known: dict[str, object] = {
        "own": Own((AN_APPOINTMENT, OwnAppointment(2, AN_APPOINTMENT.starts + timedelta(days=1)))),
        "chosen": AN_APPOINTMENT,
        "proved": True,
        "change": ChangeWish.MOVE,
    }
    call = replace(call, **{need: known[need] for need in place.needs if need in known})  # type: ignore[arg-type]
    call = chooses(call, facts) if "slot" in place.needs else call
    offers = (place.offers or place.reads_out) if isinstance(place, Menu) else ""
    return replace(call, offered=offered_at(offers, call, facts)) if offers in READ_OUT else call


def chooses(call: Call, facts: Facts) -> Call:
    """Return the call as if its caller had chosen the earliest free time, or the present moment if no time is free."""
    return replace(call, slot=next(iter(facts.free_times(None) or []), Slot(facts.now, "1")))
