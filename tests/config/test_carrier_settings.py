"""The settings of carriers: at least one carrier must have its variables set, and none may have only some set."""

import pytest

from config.settings import BadSettings, Settings, read
from ivr.wiring.carriers import SETTINGS, switched_on
from tests.config.test_settings import GOOD, TOKEN, refusal

PLIVO = {"PLIVO_AUTH_ID": "MA0000000000000000EX", "PLIVO_AUTH_TOKEN": TOKEN}
BASE = {name: value for name, value in GOOD.items() if not name.startswith("TWILIO")}


def settings(**more: str) -> Settings:
    return read({**BASE, **more}, env_file=None, carriers=SETTINGS)


@pytest.mark.parametrize(
    ("given", "on"),
    [
        ({"TWILIO_AUTH_TOKEN": TOKEN}, ["Twilio"]),
        (PLIVO, ["Plivo"]),
        ({**PLIVO, "TWILIO_AUTH_TOKEN": TOKEN}, ["Twilio", "Plivo"]),
        ({**PLIVO, "TWILIO_AUTH_TOKEN": ""}, ["Plivo"]),
    ],
)
def test_each_carrier_is_switched_on_by_its_own_variables(given: dict[str, str], on: list[str]) -> None:
    assert list(switched_on(settings(**given).carrier)) == on


@pytest.mark.parametrize("env", ["production", "development"])
def test_without_any_carrier_one_line_names_what_each_of_them_needs(env: str) -> None:
    said = refusal(**BASE, ENV=env)
    (line,) = said.splitlines()[1:]
    assert line.strip() == (
        "TWILIO_AUTH_TOKEN is missing; it is the primary auth token in the carrier's console; "
        "or for Plivo PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN"
    )


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"PLIVO_AUTH_ID": "MA0000000000000000EX"}, "PLIVO_AUTH_TOKEN"),
        ({"PLIVO_AUTH_TOKEN": TOKEN}, "PLIVO_AUTH_ID"),
        ({**PLIVO, "TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_AUTH_TOKEN": TOKEN, "PLIVO_AUTH_TOKEN": TOKEN}, "PLIVO_AUTH_ID"),
    ],
)
def test_a_carrier_that_is_set_up_by_half_does_not_allow_a_start(given: dict[str, str], lacks: str) -> None:
    (line,) = refusal(**BASE, **given).splitlines()[1:]
    assert line.strip().startswith(f"{lacks} is missing; it ")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PLIVO_AUTH_TOKEN", "swordfish", "PLIVO_AUTH_TOKEN is weak; expected the carrier's token"),
        ("PLIVO_CALLER_ID", "12", "PLIVO_CALLER_ID: expected a number with its country code"),
        ("PLIVO_API_URL", "api.example", "PLIVO_API_URL: expected https://HOST"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_without_a_secret(name: str, value: str, says: str) -> None:
    said = refusal(**{**BASE, **PLIVO, name: value})
    assert says in said
    assert value not in said


def test_a_number_is_kept_in_one_form() -> None:
    assert settings(**PLIVO, PLIVO_CALLER_ID="+91 11 4000 0001").carrier["PLIVO_CALLER_ID"] == "+911140000001"


@pytest.mark.parametrize(
    ("more", "lacks"),
    [
        (PLIVO, ["PLIVO_TEXT_FROM"]),
        ({**PLIVO, "PLIVO_TEXT_FROM": "+911140000001"}, []),
        ({**PLIVO, "TWILIO_AUTH_TOKEN": TOKEN, "PLIVO_TEXT_FROM": "+911140000001"}, []),
        ({"TWILIO_AUTH_TOKEN": TOKEN}, ["TWILIO_ACCOUNT_SID", "TWILIO_TEXT_FROM"]),
    ],
)
def test_texts_need_what_one_of_the_carriers_needs(more: dict[str, str], lacks: list[str]) -> None:
    try:
        settings(**more, TEXT_CONFIRMATIONS="on")
    except BadSettings as refused:
        said = [line.split()[0] for line in str(refused).splitlines()[1:]]
    else:
        said = []
    assert said == lacks


@pytest.mark.parametrize("on", ["on", "ON", "true", "t", "yes", "y", "Y", "1"])
def test_texts_switched_on_by_any_word_need_what_texts_need(on: str) -> None:
    """A word that is on for the service is on for the check, else no text could ever be sent."""
    assert settings(**PLIVO, PLIVO_TEXT_FROM="+911140000001", TEXT_CONFIRMATIONS=on).text_confirmations
    (line,) = refusal(**BASE, **PLIVO, TEXT_CONFIRMATIONS=on).splitlines()[1:]
    assert line.strip() == "PLIVO_TEXT_FROM is missing; TEXT_CONFIRMATIONS needs it"


@pytest.mark.parametrize("off", ["off", "false", "f", "no", "n", "0", ""])
def test_texts_that_are_off_need_nothing(off: str) -> None:
    assert settings(**PLIVO, TEXT_CONFIRMATIONS=off).text_confirmations is False
