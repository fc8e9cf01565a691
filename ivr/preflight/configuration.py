"""Checks of the configuration: the settings and their secrets, the clinic's file, its prompts and its advice.

Reads files; asks no store and no network.
"""

from datetime import datetime

from config import recordings as voices
from config import sentences
from config.fields import LANGUAGES
from config.settings import made_for_development
from config.toml_file import BadFile
from ivr.line.blanks import Say
from ivr.line.clinic import Clinic, Lack, mark
from ivr.line.free_offers import MOST_PRACTITIONERS
from ivr.line.script import Script
from ivr.notices.senders import is_understood
from ivr.preflight.context import Context, Finding, bad, doubtful, well
from ivr.wiring import carriers
from ivr.wiring.carriers import SETTINGS

SHORTEST_METRICS_TOKEN = 16

MAKE_ONE = 'make one: python3 -c "import secrets; print(secrets.token_hex(32))"'


def settings(on: Context) -> Finding:
    """Check that the settings are for production. Reading the settings has already checked that they are valid."""
    found = on.settings
    if not found.production:
        return doubtful("ENV is development", "set ENV=production where real callers ring")
    for each in SETTINGS:
        if each.only_in_trials and found.carrier[each.name]:
            return doubtful(f"{each.name} is {found.carrier[each.name]}", "leave it empty, unless this is a trial")
    return well(f"production, at {found.public_base_url}")


def secrets(on: Context) -> Finding:
    """Check that the secrets in the settings are strong, and not those of development."""
    found, of_carrier = on.settings, on.settings.carrier
    used = {found.secret_key, *(of_carrier[each.name] for each in SETTINGS if each.made_up)}
    if found.production and used & made_for_development(on.env_file, SETTINGS):
        return bad(f"production uses a secret of {on.env_file.name}, which is for development", MAKE_ONE)
    if _repeats_itself(found.secret_key):
        return bad("SECRET_KEY repeats itself, so it was not drawn at random", MAKE_ONE)
    for each in SETTINGS:
        successor = of_carrier[each.name] if each.successor_of else ""
        if successor and successor == of_carrier[each.successor_of]:
            return doubtful(f"{each.name} is the present token", "empty it: the token has been changed")
    if 0 < len(found.metrics_token) < SHORTEST_METRICS_TOKEN:
        return doubtful("METRICS_TOKEN is short enough to be guessed", MAKE_ONE)
    if on.env_file.is_file() and on.env_file.stat().st_mode & 0o077:
        return doubtful(f"others on this machine may read {on.env_file.name}", f"chmod 600 {on.env_file.name}")
    return well("strong, and nobody else's")


def _repeats_itself(secret: str) -> bool:
    """Return whether the secret is a shorter text several times over, as "abab" is "ab" twice."""
    return secret in (secret + secret)[1:-1]


def clinic_file(on: Context) -> Finding:
    """Check that clinic.toml is valid."""
    try:
        clinic = on.clinic()
    except BadFile as wrong:
        return bad(_one_line(wrong), f"mend {on.settings.clinic_file.name}")
    if unfit := _unfit(on, clinic):
        return bad(unfit, f"mend {on.settings.clinic_file.name} or .env")
    if left_out := _left_out(clinic):
        return doubtful(left_out, f"divide them among the lines in {on.settings.clinic_file.name}, or leave it so")
    count = len(clinic.lines)
    return well(f"{count} {'line' if count == 1 else 'lines'}, the default is {clinic.default_line}")


def _left_out(clinic: Clinic) -> str:
    """Return in words the practitioners for whom a menu of some line has no room; empty if there are none."""
    left_out = (clinic.diary.practitioners_of(line)[MOST_PRACTITIONERS:] for line in clinic.lines)
    keys = ", ".join(dict.fromkeys(each.key for found in left_out for each in found))
    return keys and f"not every caller can choose {keys}: a menu has room for {MOST_PRACTITIONERS} practitioners"


def _unfit(on: Context, clinic: Clinic) -> str:
    """Return the demands of clinic.toml that a carrier cannot meet, in words; empty if none or if prompts are bad."""
    try:
        return carriers.unfit(on.settings.carrier, _script(on), clinic)
    except BadFile:
        return ""


def prompts(on: Context) -> Finding:
    """Check that every sentence that callers hear exists in every language."""
    try:
        script = _script(on)
    except BadFile as wrong:
        return bad(_one_line(wrong), "mend config/prompts")
    return well(f"complete in {' and '.join(script.languages)}")


def _script(on: Context) -> Script:
    """Return the clinic's sentences, or the common sentences if clinic.toml is invalid, which another check reports."""
    try:
        clinic = on.clinic()
    except BadFile:
        return sentences.read(LANGUAGES)
    return sentences.read_for(clinic, on.settings.clinic_file)


def recordings(on: Context) -> Finding:
    """Check that calls can use every recording: its sound is usable, and its words are the sentence's present words."""
    try:
        found = voices.read(voices.folder_of(on.settings.clinic_file), _script(on))
    except BadFile:
        return bad("not known: the sentences cannot be used", "see the line of the prompts")
    unused = [*found.faults, *(f"{each.name} says other words than its sentence" for each in found.stale)]
    if unused:
        more = f"; and {len(unused) - 1} more" if unused[1:] else ""
        return doubtful(f"not heard: {unused[0]}{more}", "flask --app wsgi prompts check")
    count = len(found.usable)
    return well(f"{count} {'sentence is' if count == 1 else 'sentences are'} recorded, the others are spoken")


def advice(on: Context) -> Finding:
    """Check that a clinician has reviewed all advice in its present words, and recently enough."""
    clinic = on.clinic()
    try:
        wanting = _wanting(clinic, sentences.read_for(clinic, on.settings.clinic_file), on.clock())
    except BadFile:
        return bad("not known: the sentences cannot be used", "see the line of the prompts")
    if not wanting:
        return well("a clinician has reviewed every topic")
    saw = (f"{lack.value}: {', '.join(marks)}" for lack in Lack if (marks := wanting.get(lack)))
    do = "have a clinician read every language, then set reviewed_by, reviewed_on and reviewed_words in clinic.toml"
    return doubtful("; ".join(saw), do)


def _wanting(clinic: Clinic, script: Script, now: datetime) -> dict[Lack, list[str]]:
    """Return topics of advice without a valid review, by what the review lacks, each with a checksum of its words."""
    found: dict[Lack, list[str]] = {}
    today = clinic.line("").hours.local(now).date()
    for topic in clinic.advice:
        words = script.everywhere(Say(topic.sentence))
        lack = topic.lacks(clinic.review_holds, today, words)
        if lack:
            found.setdefault(lack, []).append(f"{topic.key} ({mark(words)})")
    return found


def staff_are_told(on: Context) -> Finding:
    """Check that staff away from the desk get notices, over addresses in STAFF_NOTIFY_URLS that Apprise understands."""
    channels = on.channels().values()
    if not channels:
        return doubtful("nobody is told of a new request but who looks at the desk", "set STAFF_NOTIFY_URLS")
    odd = ", ".join(each.name for each in channels if not is_understood(each.address))
    if odd:
        return bad(f"nobody is told over address {odd} of STAFF_NOTIFY_URLS: it is not understood", CORRECT_IT)
    count = len(channels)
    return well(f"over {count} {'address' if count == 1 else 'addresses'} of STAFF_NOTIFY_URLS")


CORRECT_IT = "correct it, and restart web, workers and clock; .venv/bin/apprise -vv -b test ADDRESS tries one"


def _one_line(wrong: BadFile) -> str:
    return "; ".join(str(wrong).splitlines())
