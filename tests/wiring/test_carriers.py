"""What is asked of the carrier there is: its settings as data, what they describe, nothing loaded too early."""

import re
import subprocess
import sys

import pytest

from config import clinic as clinic_file
from config import sentences
from config.settings import ROOT, Settings
from ivr.carrier.admin import NoAccount, OurAddresses
from ivr.carrier.port import Carrier
from ivr.carrier.stand_in import GoesOn, PlacedCall
from ivr.wiring import carriers
from tests.people import CALLER

OURS = OurAddresses("https://line.example", "https://static.example/x")


def test_every_setting_of_a_carrier_is_explained_where_the_others_are() -> None:
    explained = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    names = [each.name for each in carriers.SETTINGS]
    assert set(names) <= set(explained)
    assert len(set(names)) == len(names)
    assert not {name.lower() for name in names} & set(Settings.model_fields), "a name is declared in one place"
    assert {each.successor_of for each in carriers.SETTINGS} - {""} <= set(names)


def test_what_stands_in_for_the_carrier_is_believed_by_it(settings: Settings) -> None:
    clinic = clinic_file.read(settings.clinic_file)
    carrier: Carrier = carriers.carriers(settings.carrier, sentences.read_for(clinic), clinic).first
    stand_in, url = carriers.stand_in(settings.carrier), f"{OURS.incoming}?a=1"
    call = PlacedCall(stand_in.new_call(), CALLER, "+918090080906", forwarded_from="+918090080907")
    said = stand_in.says(url, call, GoesOn())
    event = carrier.read("POST", url, said.headers, said.values)
    assert (event.call_id, event.sender, event.called) == (call.call_id, call.sender, call.called)
    assert (event.forwarded_from, event.keys, event.ended) == (call.forwarded_from, None, False)


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
