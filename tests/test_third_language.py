"""A third language: prompts and words in the clinic's file bring it into every part, without a line of code."""

from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import update

from config.clinic import read
from config.sentences import read_for
from config.settings import Settings
from config.toml_file import BadFile
from ivr.carrier.steps import Heard
from ivr.carrier.twilio.reader import steps
from ivr.carrier.twilio.texts import TwilioTexts
from ivr.carrier.twilio.twiml import Renderer
from ivr.line.clinic import Clinic
from ivr.line.menu import LANGUAGES_PLACE
from ivr.line.phones import Phone as Number
from ivr.line.script import Script
from ivr.storage import schema
from ivr.storage.database import Database
from tests.conftest import PHONE_PAGE, at_the_desk
from tests.people import BOOK, Clock, Phone, Staff
from tests.served import rung_by_itself
from tests.test_menu_rung import PATHS
from tests.third_language import LANGUAGES, LOCALES, MARK, NAME, VOICE, clinic_in_three
from tests.web import service
from workers import jobs
from workers.services import build as build_tools

EACH = pytest.mark.parametrize("lang", LANGUAGES)
AT_EACH = pytest.mark.parametrize("place", [name for name in PATHS if name != "key_number"])


@pytest.fixture
def phone(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a clinic that speaks three languages."""
    with service(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=clinic_in_three(tmp_path)) as phone:
        yield phone


@pytest.fixture
def running(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a clinic of three languages, on a real port, so that the service's own command can call it."""
    with rung_by_itself(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=clinic_in_three(tmp_path)) as phone:
        yield phone


@pytest.fixture
def staff(phone: Phone, clock: Clock) -> Staff:
    """Somebody logged in at the desk of the clinic of three languages."""
    return at_the_desk(phone)


def sees(staff: Staff, path: str) -> str:
    page = staff.browser.get(path)
    assert page.status_code == 200, page.status_code
    return unescape(page.text)


def options(spoken: list[Heard]) -> list[tuple[str, str]]:
    """Return the spoken sentences that offer a language, each after the language in which it is spoken."""
    named = {"en-IN": "For English", "hi-IN": "हिंदी के लिए", "pa-IN": f"{MARK} For English"}
    return [(each.language, each.words) for each in spoken if each.words.startswith(named[each.language])]


# -- at the telephone


@EACH
def test_9_is_said_to_each_in_the_languages_they_do_not_hear(phone: Phone, lang: str) -> None:
    told = options(phone.rings(lang=lang).spoken)
    assert [locale for locale, _ in told] == [LOCALES[each] for each in LANGUAGES if each != lang]
    assert all("9" in words for _, words in told)


@EACH
def test_9_leads_to_a_menu_in_which_each_language_names_itself(phone: Phone, lang: str) -> None:
    call = phone.rings(lang=lang).press("9")
    assert call.place == LANGUAGES_PLACE
    told = options(call.spoken)
    assert [locale for locale, _ in told] == list(LOCALES.values())
    assert [str(key) in words for key, (_, words) in enumerate(told, start=1)] == [True, True, True]


@EACH
@AT_EACH
def test_a_choice_goes_on_where_9_was_pressed(phone: Phone, lang: str, place: str) -> None:
    there = "topics" if place == "topic" else place
    for key, wanted in enumerate(LANGUAGES, start=1):
        call = phone.rings(lang=lang, caller=f"+91999990001{key}").press(*PATHS[place], "9", str(key))
        assert call.place == there
        assert call.spoken[0].language == LOCALES[wanted]


def test_what_was_gathered_is_kept_through_the_menu(phone: Phone) -> None:
    before = phone.rings().press("1", "2", "1", "2", "09999900002#", "1")
    assert before.place == "summary"
    call = before.press("9", "3", "1")
    (found,) = phone.services.desk.store.waiting()
    assert (found.language, found.phone.e164, found.reference) == ("pa", "+919999900002", call.reference)


def test_the_menu_of_languages_is_a_menu_like_any_other(phone: Phone) -> None:
    def at_the_menu() -> list[str]:
        return phone.rings().press("3", "9").heard

    for again in "*9":
        assert phone.rings().press("3", "9", again).heard[:3] == at_the_menu()
    assert phone.rings().press("3", "9", "#").place == "main"
    assert phone.rings().press("3", "9", "0").place == "callback"
    assert phone.rings().press("9").stays_silent(3).place == "offer"
    assert phone.rings().press("9", "8", "8", "8").place == "offer"
    late = phone.rings().press("3", "9").stays_silent().press("7", "3")
    assert (late.place, late.spoken[0].language) == ("topics", "pa-IN")


def test_a_menu_that_was_left_and_is_gone_leads_to_the_greeting(phone: Phone) -> None:
    call = phone.rings()
    call.follows("/voice/languages?line=main&lang=hi", {"Digits": "3"})
    assert (call.place, call.spoken[0].language) == ("main", "pa-IN")


def test_the_third_language_has_its_own_voice(phone: Phone) -> None:
    call = phone.rings(lang="pa")
    document = phone.posts(
        "/voice/main?line=main&lang=pa", {"CallSid": call.sid, "AccountSid": "AC" + "0" * 32, "Digits": "*"}
    ).text
    assert f'language="pa-IN" voice="{VOICE}"' in document


def test_an_apology_is_heard_in_every_language(phone: Phone) -> None:
    heard = [step for step in steps(phone.services.telephone.carrier.fault().body) if isinstance(step, Heard)]
    assert [each.language for each in heard] == list(LOCALES.values())


@pytest.mark.parametrize(("wanted", "keys"), [("en", ""), ("hi", "92"), ("pa", "93")])
def test_the_terminal_presses_the_keys_of_a_language(running: Phone, wanted: str, keys: str) -> None:
    call = running.app.test_cli_runner().invoke(args=["phone", "--lang", wanted, "--keys", "2 1 1 1"])
    assert [each.language for each in running.services.desk.store.waiting()] == [wanted]
    pressed = [line.removeprefix("> ") for line in call.output.splitlines() if line.startswith("> ")]
    assert pressed == [*keys, "2", "1", "1", "1", "hangs up"]


def test_the_telephone_in_the_browser_knows_every_locale(phone: Phone) -> None:
    page = phone.app.test_client().get(PHONE_PAGE).text
    assert [locale for locale in LOCALES.values() if f"<span>{locale}</span>" not in page] == []


# -- at the desk


def test_the_worklist_and_the_card_show_a_request_in_it(phone: Phone, staff: Staff) -> None:
    phone.rings(lang="pa").press(*BOOK)
    assert '<span class="badge">Punjabi</span>' in staff.sees()
    (found,) = phone.services.desk.store.waiting()
    page = staff.does("take", found.id)
    assert f'<p class="say" lang="pa">{MARK} Hello' in page


def test_a_request_in_it_can_be_written_down(staff: Staff, phone: Phone) -> None:
    form = {"phone": "9999900004", "kind": "callback", "language": "pa", "line": "main", "day": "", "part": ""}
    assert '<option value="pa">Punjabi</option>' in sees(staff, "/desk/new")
    staff.browser.post("/desk/new", data={**form, "csrf_token": staff.csrf()})
    assert [each.language for each in phone.services.desk.store.waiting()] == ["pa"]


def test_the_page_of_advice_shows_its_words(staff: Staff) -> None:
    page = sees(staff, "/desk/advice")
    assert f'<h3>Punjabi</h3><p lang="pa">{MARK} Call 112 now if you have' in page


def test_the_page_of_a_call_tells_it_and_the_menu_of_languages(staff: Staff) -> None:
    page = sees(staff, "/desk/hear?lang=pa")
    assert '<span class="badge">Punjabi</span>' in page
    assert "The menu of languages" in page
    assert "Read on in Hindi" in page
    assert f"{MARK} We are open" in page


def test_the_command_tells_the_call_in_it(phone: Phone) -> None:
    assert MARK in phone.runs("hear", "--lang", "pa", "--keys", "3")


@pytest.mark.parametrize("path", ["/desk", "/desk/hours", "/desk/reports", "/desk/reports.csv", "/desk/people"])
def test_no_other_page_minds(phone: Phone, staff: Staff, path: str) -> None:
    phone.rings(lang="pa").press(*BOOK)
    sees(staff, path)


# -- what the workers send


class Sent(TwilioTexts):
    """The carrier's side of texts: it sends none, and keeps their words."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def send(self, to: Number, words: str) -> None:
        self.words.append(words)


TEXTS_ON = {"TEXT_CONFIRMATIONS": "on", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_TEXT_FROM": "+12025550123"}


def texted(settings: Settings, clock: Clock) -> str:
    """Have a worker send the one text message that is due; return the words of the message."""
    worker, sent = build_tools(settings, clock), Sent()
    try:
        jobs.run(replace(worker, texts=lambda: sent), 2)
    finally:
        worker.database.close()
    (words,) = sent.words
    return words


def test_the_caller_is_sent_a_text_in_it(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> None:
    more = {**TEXTS_ON, "CLINIC_FILE": clinic_in_three(tmp_path)}
    with service(tmp_path, sqlite_url, redis_url, clock, **more) as phone:
        call = phone.rings(lang="pa").press(*BOOK)
        words = texted(phone.services.settings, clock)
    assert words.startswith(f"{MARK} {NAME}: ")
    assert call.reference in words


# -- a request in a language that the line speaks no longer


@pytest.fixture
def of_old(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a clinic of two languages, with a request whose caller was spoken to in a third."""
    with service(tmp_path, sqlite_url, redis_url, clock, **TEXTS_ON) as phone:
        phone.rings().press(*BOOK)
        with Database(sqlite_url).writing() as write:
            write.execute(update(schema.requests).values(language="pa"))
        yield phone


def test_the_desk_shows_its_key_and_says_it_in_the_first_language(of_old: Phone, clock: Clock) -> None:
    staff = at_the_desk(of_old)
    assert '<span class="badge">pa</span>' in staff.sees()
    (found,) = of_old.services.desk.store.waiting()
    assert '<p class="say" lang="en">Hello' in staff.does("take", found.id)


def test_the_caller_of_old_is_sent_a_text_in_the_first_language(of_old: Phone, clock: Clock) -> None:
    assert "we have your request" in texted(of_old.services.settings, clock)


def test_a_call_in_it_goes_on_in_the_language_of_its_line(of_old: Phone) -> None:
    call = of_old.rings()
    call.follows("/voice/main?line=main&lang=pa", {"Digits": "3"})
    assert (call.place, call.languages) == ("topics", {"en-IN"})


# -- read


@pytest.fixture
def three(tmp_path: Path) -> tuple[Clinic, Script]:
    """A clinic of three languages, and the sentences of its line."""
    file = Path(clinic_in_three(tmp_path))
    clinic = read(file)
    return clinic, read_for(clinic, file)


def test_a_language_without_prompts_stops_the_start(tmp_path: Path) -> None:
    file = Path(clinic_in_three(tmp_path))
    (tmp_path / "prompts" / "pa.toml").unlink()
    with pytest.raises(BadFile, match=r"pa\.toml: cannot be read"):
        read_for(read(file), file)


def test_a_voice_in_the_clinics_file_is_heard_instead(three: tuple[Clinic, Script]) -> None:
    clinic, script = three
    document = Renderer(script, {"en": "Polly.Raveena"}).fault()
    assert [voice in document for voice in ("Polly.Raveena", "Polly.Aditi", VOICE)] == [True, True, True]
    assert clinic.voices == {}
