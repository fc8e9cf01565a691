"""The carriers are made from the settings, and a carrier's library is loaded only where somebody needs it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import clinic as clinic_file
from config import sentences
from config.settings import ROOT, Settings
from ivr.carrier.admin import NoAccount, OurAddresses
from ivr.carrier.plivo.stand_in import PlivoStandIn
from ivr.carrier.port import Carrier
from ivr.carrier.stand_in import GoesOn, PlacedCall
from ivr.line.phones import Phone
from ivr.wiring import carriers
from tests.people import CALLER
from tests.web import clinic_with_reception

PLIVO = {
    "PLIVO_AUTH_ID": "MA0000000000000000EX",
    "PLIVO_AUTH_TOKEN": "a-token-of-the-other-carrier-in-tests",
    "PLIVO_CALLER_ID": "+911140000001",
}
OURS = OurAddresses("https://line.example", "https://static.example/x")


def test_every_setting_of_a_carrier_is_explained_where_the_others_are() -> None:
    explained = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    names = [each.name for each in carriers.SETTINGS]
    assert set(names) <= set(explained)
    assert len(set(names)) == len(names)
    assert not {name.lower() for name in names} & set(Settings.model_fields), "a name is declared in one place"
    assert {each.successor_of for each in carriers.SETTINGS} - {""} <= set(names)


@pytest.mark.parametrize("name", carriers.PROVIDERS)
def test_what_stands_in_for_a_carrier_is_believed_by_it(settings: Settings, name: str) -> None:
    clinic, values = clinic_file.read(settings.clinic_file), {**settings.carrier, **PLIVO}
    carrier: Carrier = carriers.carriers(values, sentences.read_for(clinic), clinic).named(name)
    stand_in, url = carriers.stand_in(values, name), f"{OURS.incoming}?a=1"
    call = PlacedCall(stand_in.new_call(), CALLER, "+918090080906", forwarded_from="+918090080907")
    said = stand_in.says(url, call, GoesOn())
    event = carrier.read("POST", url, said.headers, said.values)
    assert (event.call_id, event.sender, event.called) == (call.call_id, call.sender, call.called)
    assert (event.forwarded_from, event.keys, event.ended) == (call.forwarded_from, None, False)


def test_where_only_one_is_switched_on_it_stands_in_and_texts_and_owns_the_numbers(settings: Settings) -> None:
    alone = {**settings.carrier, **PLIVO, "TWILIO_AUTH_TOKEN": "", "PLIVO_TEXT_FROM": "+911140000001"}
    assert list(carriers.stand_ins(alone)) == list(carriers.switched_on(alone)) == ["Plivo"]
    assert isinstance(carriers.stand_in(alone), PlivoStandIn)
    assert type(carriers.texts(alone)()).__name__ == "PlivoTexts"
    assert type(carriers.admin(alone, OURS)).__name__ == "PlivoNumbers"


def test_a_carrier_that_names_no_account_keeps_nobody_from_the_numbers_of_the_other(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    both = {**settings.carrier, **PLIVO, "TWILIO_ACCOUNT_SID": ""}
    assert list(carriers.switched_on(both)) == ["Twilio", "Plivo"]
    assert type(carriers.admin(both, OURS)).__name__ == "PlivoNumbers"
    assert any("TWILIO_ACCOUNT_SID" in each for each in caplog.messages), "and it is said which is left out"


def test_the_number_that_rings_the_reception_must_be_rented_where_there_is_a_reception(
    settings: Settings, tmp_path: Path
) -> None:
    values = {**settings.carrier, **PLIVO}
    without = clinic_file.read(settings.clinic_file)
    staffed = clinic_file.read(Path(clinic_with_reception(tmp_path)))
    assert carriers.must_be_rented(values, without) == frozenset()
    assert carriers.must_be_rented(settings.carrier, staffed) == frozenset(), "Twilio's may be verified instead"
    assert carriers.must_be_rented(values, staffed) == {Phone(PLIVO["PLIVO_CALLER_ID"])}
    script = sentences.read_for(without)
    assert carriers.unfit(values, script, staffed) == ""
    assert "PLIVO_CALLER_ID is missing" in carriers.unfit({**values, "PLIVO_CALLER_ID": ""}, script, staffed)


def test_without_an_account_there_are_no_numbers_to_ask_for(settings: Settings) -> None:
    with pytest.raises(NoAccount):
        carriers.admin(settings.carrier, OURS)


def test_the_client_for_texts_is_made_only_where_one_is_sent_but_is_loaded_at_once(settings: Settings) -> None:
    code = (
        "import sys; from ivr.wiring import carriers; print(*sys.modules)\n"
        "carriers.texts({}); print(*sys.modules)"  # no setting is looked at yet
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    before, after = done.stdout.splitlines()
    assert "twilio.rest" not in before.split()
    assert "twilio.rest" in after.split()
