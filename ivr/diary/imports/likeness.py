"""Compares an entry of an imported file with an appointment in the diary: its time, its column, its patient. Pure."""

from unicodedata import category

from ivr.diary.imports.earlier import EarlierVisit, is_over
from ivr.diary.imports.entries import ImportedEntry
from ivr.diary.patients import name_key
from ivr.line.phones import Phone


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


def patient_of(there: EarlierVisit, entry: ImportedEntry) -> tuple[Phone | None, str]:
    """Return the number and name of the entry's patient; what it does not tell stays, if it is the same patient's.

    Another number, or a name that begins with another word, may be another patient's: then nothing of the first stays.
    """
    names = [name_key(each).split()[:1] for each in (there.name, entry.name)]
    is_another = [] not in names and names[0] != names[1]
    phone = None if is_another or not there.phone else Phone(there.phone)
    has_another = there.phone and entry.phone and entry.phone.e164 != there.phone
    return entry.phone or phone, entry.name or ("" if has_another else there.name)


def has_lost_its_number(there: EarlierVisit, entry: ImportedEntry) -> bool:
    """Return whether the entry is a busy time only because its patient's number is not told, as without `--names`."""
    title = name_key(entry.words)
    is_theirs = not title or _begins_with(title, name_key(there.name))
    return is_theirs and entry.may_be_visit and not is_over(there)


def _begins_with(title: str, name: str) -> bool:
    """Return whether a title begins with a patient's whole name, as "made up - paid" does with "made up"."""
    follows = title[len(name) :][:1] or " "
    return bool(name) and title.startswith(name) and category(follows)[0] not in "LM"  # Hindi vowel signs are marks


def is_likely(there: EarlierVisit, entry: ImportedEntry) -> bool:
    """Return whether an appointment that starts when the entry starts is probably the same visit."""
    if is_over(there) or entry.schedule not in {"", there.schedule}:
        return False
    names = {name_key(each) for each in (there.name, entry.name) if each}
    if there.phone and entry.phone:
        return there.phone == entry.phone.e164 and len(names) < 2
    return len(names) == 1 and bool(there.name and entry.name)
