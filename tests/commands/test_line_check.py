"""`flask line check`: its output for a good menu and good sentences, and for faulty ones, with both stores away."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import ROOT
from ivr.app import create_app
from ivr.carrier.addresses import Addresses
from ivr.carrier.carriers import Carriers
from ivr.carrier.leg import Leg
from ivr.carrier.plivo.carrier import Plivo
from ivr.carrier.plivo.renderer import PlivoRenderer
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.twilio.carrier import Twilio
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.twiml import Renderer
from ivr.commands.line_check import (
    MOST_SHOWN,
    fault_ends,
    only_the_key_puts_through,
    says_what_is_meant,
    turns_of,
)
from ivr.line.blanks import Say
from ivr.line.checks.checks import CHECKS, gather
from ivr.line.checks.scenarios import situations
from ivr.line.menu import MENU, SCREENING
from ivr.line.phones import Phone as Number
from ivr.line.script import Script
from ivr.line.turn import Turn
from ivr.web.services import Services, build
from tests.conftest import QUICK, settings_for
from tests.people import TOKEN, Clock

NO_DATABASE, NO_REDIS = "postgresql://nobody@127.0.0.1:1/nothing", "redis://127.0.0.1:1/0"
FAULT = "a webhook that fails ends with an apology"
SCREENED = "only its key gives the reception the patient"
MEANT = "what is heard is what the menu has"


@pytest.fixture
def storeless(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    """The services of a clinic that never opens, with both stores away, so that little can happen in a call there."""
    words = (ROOT / "config" / "clinic.toml").read_text()
    file = tmp_path / "clinic.toml"
    file.write_text(re.sub(r'= \["[0-9:-]+"\]', "= []", words))
    services = build(settings_for(tmp_path, NO_DATABASE, NO_REDIS, CLINIC_FILE=str(file)), clock, QUICK)
    yield services
    services.close()


def test_it_says_of_every_check_and_language_what_it_looked_at_with_neither_store(tmp_path: Path) -> None:
    """Check that the command passes the shipped clinic over both carriers, and says how much each check has examined.

    Every limit of steps in the output is exact: the longest way through the menu takes as many steps as the limit.
    """
    given = {
        "ENV": "development",
        "SECRET_KEY": "0123456789abcdef" * 4,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PLIVO_AUTH_ID": "MA0000000000000000EX",
        "PLIVO_AUTH_TOKEN": TOKEN,
        "DATABASE_URL": NO_DATABASE,
        "REDIS_URL": NO_REDIS,
        "STATE_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "line", "check"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout
    said = done.stdout.splitlines()
    at_each = [f"{check}, at {name}" for name in ("Twilio", "Plivo") for check in (FAULT, SCREENED)]
    assert [line.partition(":")[0] for line in said] == [*CHECKS, MEANT, *at_each]
    assert re.search(rf"{MEANT}: [12]\d{{3}} turns at Twilio and Plivo, pass", done.stdout), "not a difference"
    assert [line for line in said if not re.search(r": [1-9].*, pass$", line)] == [], "each has looked at something"
    assert "in en and hi, pass" in done.stdout
    for check, steps in {"silence": 5, "wrong keys": 5, "an error of ours": 9, "all of these in any order": 9}.items():
        (line,) = (line for line in said if line.startswith((f"{check} ends in", f"{check} end in")))
        assert f"at most {steps} steps:" in line
        assert line.endswith(f"the longest of {steps} steps, pass")


def test_it_exits_1_and_says_what_is_wrong_below_the_check_that_objects(storeless: Services) -> None:
    words = {each: storeless.script.prompts(each) for each in storeless.script.languages}
    fault_alone = replace(words["hi"], sentences={"fault": words["hi"].sentences["fault"]})
    app = create_app(replace(storeless, script=Script({**words, "hi": fault_alone})))
    done = app.test_cli_runner().invoke(args=["line", "check"])
    assert done.exit_code == 1
    said = done.output.splitlines()
    place = next(number for number, line in enumerate(said) if line.startswith("every sentence is there"))
    assert said[place].endswith("in en and hi, FAIL")
    assert said[place + 1] == "  - hi: address is missing"
    more = len(words["en"].sentences) - 1 - MOST_SHOWN
    assert said[place + 1 + MOST_SHOWN] == f"  - and {more} more"
    assert "no key cuts off the emergency lines" in said[place + 4 + MOST_SHOWN]


class WithoutAnEnd(Renderer):
    """A renderer of documents whose apology in one language does not end the call."""

    def fault(self, again: str | None = None) -> str:
        (says,) = self._speaker.elements((Say("fault"),), "en")
        return f"<Response>{says.xml}</Response>"


def test_an_apology_in_one_language_that_does_not_end_the_call_is_objected_to(storeless: Services) -> None:
    without = Twilio(Account(), WithoutAnEnd(storeless.script, storeless.clinic.voices))
    found = fault_ends(without, storeless.script)
    assert found.complaints == ("hi: the apology is not heard", "the call does not end after the apology")
    assert fault_ends(storeless.telephone.carrier, storeless.script).holds


class GivesItToAVoicemail(Renderer):
    def screening(self, leg: Leg, addresses: Addresses) -> str:
        silent = not leg.begins and leg.pressed is None
        return "<Response/>" if silent else super().screening(leg, addresses)


class AsksForEver(Renderer):
    def screening(self, leg: Leg, addresses: Addresses) -> str:
        return super().screening(leg if leg.taken else replace(leg, begins=True), addresses)


class GivesItToNobody(Renderer):
    def screening(self, leg: Leg, addresses: Addresses) -> str:
        return "<Response><Hangup/></Response>" if leg.taken else super().screening(leg, addresses)


@pytest.mark.parametrize(
    ("faulty", "complaint"),
    [
        (GivesItToAVoicemail, "en: silence at the reception gets the patient"),
        (AsksForEver, "hi: key 9 at the reception is asked for ever"),
        (GivesItToNobody, "en: key 1 at the reception does not get the patient"),
    ],
)
def test_a_reception_that_gets_the_patient_otherwise_than_by_its_key_is_objected_to(
    storeless: Services, faulty: type[Renderer], complaint: str
) -> None:
    carrier, languages = Twilio(Account(), faulty(storeless.script, storeless.clinic.voices)), ("en", "hi")
    assert complaint in only_the_key_puts_through(carrier, SCREENING, languages).complaints
    assert only_the_key_puts_through(storeless.telephone.carrier, SCREENING, languages).holds


class CountsAnotherKey(PlivoRenderer):
    """A faulty renderer. Its document has the carrier wait for key 2, while the reception is told to press key 1."""

    def document(self, turn: Turn, addresses: Addresses, calls_from: Number | None = None) -> str:
        return super().document(turn, addresses, calls_from).replace('confirmKey="1"', 'confirmKey="2"')


class HangsUpOnTheReception(PlivoRenderer):
    """A faulty renderer whose document ends the reception's leg after its words, without waiting for a key."""

    def screening(self, leg: Leg) -> str:
        return super().screening(leg).replace("</Response>", "<Hangup /></Response>")


@pytest.mark.parametrize(
    ("faulty", "complaint"),
    [
        (CountsAnotherKey, "en: key 2 at the reception gets the patient"),
        (HangsUpOnTheReception, "hi: key 1 at the reception gets the patient"),
    ],
)
def test_a_carrier_that_counts_the_key_itself_counts_the_right_one_while_it_only_speaks(
    storeless: Services, faulty: type[PlivoRenderer], complaint: str
) -> None:
    odd, well = (
        Plivo(PlivoAccount(), renderer(storeless.script, storeless.clinic.voices))
        for renderer in (faulty, PlivoRenderer)
    )
    assert complaint in only_the_key_puts_through(odd, SCREENING, ("en", "hi")).complaints
    assert only_the_key_puts_through(well, SCREENING, ("en", "hi")).holds


class LeavesOutHindi(PlivoRenderer):
    """A renderer of documents that says in English the sentences that should be said in Hindi."""

    def document(self, turn: Turn, addresses: Addresses, calls_from: Number | None = None) -> str:
        return super().document(turn, addresses, calls_from).replace("hi-IN", "en-IN")


def test_a_carrier_whose_document_says_something_else_is_objected_to_by_name(storeless: Services) -> None:
    clinic = storeless.hours.clinic_now()
    evidence = gather(MENU, clinic, storeless.script, situations(MENU, clinic, storeless.clock()))
    odd = Plivo(PlivoAccount(), LeavesOutHindi(storeless.script, storeless.clinic.voices))
    found = Carriers({"Twilio": storeless.telephone.carrier, "Plivo": odd})
    verdict = says_what_is_meant(found, turns_of(evidence), storeless.script)
    assert "hi: main is heard otherwise at Plivo" in verdict.complaints
    assert all(each.endswith(" at Plivo") for each in verdict.complaints)
