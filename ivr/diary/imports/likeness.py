"""Compares an entry of an imported file with an appointment in the diary: its time, its column, its patient. Pure."""

from ivr.diary.imports.earlier import EarlierVisit, is_over
from ivr.diary.imports.entries import ImportedEntry
from ivr.diary.patients import name_key


def is_as(there: EarlierVisit, entry: ImportedEntry) -> bool:
    """Return whether the appointment in the diary has the time and column of the imported entry."""
    same = (there.starts, there.ends) == (entry.starts, entry.ends)
    return same and entry.schedule in {"", there.schedule} and not is_over(there)


def is_of_patient(there: EarlierVisit, entry: ImportedEntry) -> bool:
    """Return whether the appointment is the patient's whom the entry names, by number and name or by one of them."""
    phone = entry.phone and entry.phone.e164
    return phone in {None, there.phone} and name_key(entry.name) in {"", name_key(there.name)}


def has_name(there: EarlierVisit, entry: ImportedEntry) -> bool:
    """Return whether the appointment's patient has the name that the entry gives."""
    return name_key(there.name) == name_key(entry.name)


def has_lost_its_number(there: EarlierVisit, entry: ImportedEntry) -> bool:
    """Return whether the entry is a busy time only because its patient is not told, as without `--names`."""
    is_theirs = name_key(entry.words) in {"", name_key(there.name)}
    return is_theirs and entry.may_be_visit and not is_over(there)


def is_likely(there: EarlierVisit, entry: ImportedEntry) -> bool:
    """Return whether an appointment that starts when the entry starts is probably the same visit."""
    if is_over(there) or entry.schedule not in {"", there.schedule}:
        return False
    names = {name_key(each) for each in (there.name, entry.name) if each}
    if there.phone and entry.phone:
        return there.phone == entry.phone.e164 and len(names) < 2
    return len(names) == 1 and bool(there.name and entry.name)
