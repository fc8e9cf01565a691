"""The checks of a service's configuration: the operator hears what is wrong or missing before callers call."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.recordings import folder_of
from tests.clinic import WISHES_ONLY
from tests.people import TOKEN
from tests.preflight import SECRET, looks, said, without_stores
from tests.sounds import record

PRODUCTION = {"ENV": "production", "PUBLIC_BASE_URL": "https://line.example"}


def test_development_is_named_and_production_passes(tmp_path: Path) -> None:
    assert said(looks(without_stores(tmp_path), "settings")) == ("warn", "ENV is development")
    real = without_stores(tmp_path, **PRODUCTION)
    assert said(looks(real, "settings")) == ("pass", "production, at https://line.example")


def test_a_stand_in_for_the_carrier_is_named(tmp_path: Path) -> None:
    trial = without_stores(tmp_path, **PRODUCTION, TWILIO_API_URL="http://127.0.0.1:4020")
    assert said(looks(trial, "settings")) == ("warn", "TWILIO_API_URL is http://127.0.0.1:4020")


@pytest.mark.parametrize("name", ["SECRET_KEY", "TWILIO_AUTH_TOKEN", "secret_key", "Twilio_Auth_Token"])
@pytest.mark.parametrize("env", ["ENV", "env"])
def test_production_with_a_secret_of_the_development_env_fails(tmp_path: Path, env: str, name: str) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"{env}=development\n{name}={SECRET if name.lower() == 'secret_key' else TOKEN}\n")
    env_file.chmod(0o600)
    found = looks(without_stores(tmp_path, **PRODUCTION), "secrets", env_file=env_file)
    assert said(found) == ("FAIL", "production uses a secret of .env, which is for development")
    assert looks(without_stores(tmp_path), "secrets", env_file=env_file).result == "pass", "development may"
    env_file.write_text(env_file.read_text().replace("development", "production"))
    assert looks(without_stores(tmp_path, **PRODUCTION), "secrets", env_file=env_file).result == "pass"


@pytest.mark.parametrize("secret", ["0123456789abcdef" * 4, SECRET[:20] * 2])
def test_a_secret_that_repeats_itself_fails(tmp_path: Path, secret: str) -> None:
    found = looks(without_stores(tmp_path, SECRET_KEY=secret), "secrets")
    assert found.result == "FAIL"
    assert secret not in found.saw + found.do


@pytest.mark.parametrize(
    ("more", "saw"),
    [
        ({"TWILIO_AUTH_TOKEN_NEXT": TOKEN}, "TWILIO_AUTH_TOKEN_NEXT is the present token"),
        ({"METRICS_TOKEN": "prometheus"}, "METRICS_TOKEN is short enough to be guessed"),
    ],
)
def test_a_token_left_over_or_easily_guessed_is_named(tmp_path: Path, more: dict[str, str], saw: str) -> None:
    assert said(looks(without_stores(tmp_path, **more), "secrets")) == ("warn", saw)


def test_secrets_that_others_may_read_are_named(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("ENV=production\n")
    env_file.chmod(0o644)
    found = looks(without_stores(tmp_path), "secrets", env_file=env_file)
    assert (*said(found), found.do) == ("warn", "others on this machine may read .env", "chmod 600 .env")


def clinic(tmp_path: Path, old: str, new: str) -> str:
    words = WISHES_ONLY
    assert old in words
    path = tmp_path / "clinic.toml"
    path.write_text(words.replace(old, new))
    return str(path)


def test_a_clinic_file_that_is_wrong_fails_by_name_and_prompts_are_still_looked_at(tmp_path: Path) -> None:
    assert said(looks(without_stores(tmp_path), "clinic file")) == ("pass", "3 lines, the default is main")
    wrong = without_stores(tmp_path, CLINIC_FILE=clinic(tmp_path, 'default_line = "main"', 'default_line = "mian"'))
    found = looks(wrong, "clinic file")
    assert found.result == "FAIL"
    assert "default_line = 'mian': expected the key of a line" in found.saw
    assert said(looks(wrong, "prompts")) == ("pass", "complete in en and hi")
    assert said(looks(wrong, "advice")) == ("FAIL", "not known: the clinic's file cannot be used")


LINES = ("main", "main", "main", "second", "second")


def test_a_practitioner_whom_no_caller_can_choose_is_named(tmp_path: Path) -> None:
    named = [f'[[practitioners]]\nkey = "{key}"\nname = {{ en = "{key}", hi = "{key}" }}\n' for key in "abcde"]
    before = "# How often a patient is rung"

    def finding(*practitioners: str) -> tuple[str, str]:
        path = clinic(tmp_path, before, "".join((*practitioners, before)))
        return said(looks(without_stores(tmp_path, CLINIC_FILE=path), "clinic file"))

    assert finding(*named) == ("warn", "not every caller can choose e: a menu has room for 4 practitioners")
    assert (
        finding(*named[:4])[0]
        == finding(*(f'{each}lines = ["{line}"]\n' for each, line in zip(named, LINES, strict=True)))[0]
        == "pass"
    )


def test_recordings_that_callers_do_not_hear_are_named(tmp_path: Path) -> None:
    on = without_stores(tmp_path)
    assert said(looks(on, "recordings")) == ("pass", "0 sentences are recorded, the others are spoken")
    voices = folder_of(on.clinic_file)
    record(voices, "hi", "goodbye")
    assert said(looks(on, "recordings")) == ("pass", "1 sentence is recorded, the others are spoken")
    record(voices, "en", "goodbye", b"broken")
    record(voices, "en", "godbye")
    found = looks(on, "recordings")
    assert found.result == "warn"
    assert "not heard: voices/en/godbye.wav: no sentence has this name" in found.saw
    assert found.saw.endswith("; and 1 more")
    wrong = without_stores(tmp_path, CLINIC_FILE=clinic(tmp_path, 'key = "causes"', 'key = "origins"'))
    assert said(looks(wrong, "recordings")) == ("FAIL", "not known: the sentences cannot be used")


def test_a_sentence_that_a_topic_lacks_fails_by_name(tmp_path: Path) -> None:
    found = looks(
        without_stores(tmp_path, CLINIC_FILE=clinic(tmp_path, 'key = "causes"', 'key = "origins"')), "prompts"
    )
    assert found.result == "FAIL"
    assert "hi.toml: sentences.advice_origins: is missing" in found.saw


@pytest.mark.parametrize(
    ("on", "looked_at", "lack"),
    [
        ("2026-11-01", datetime(2026, 12, 1, tzinfo=UTC), ""),
        ("2026-11-01", datetime(2027, 12, 1, tzinfo=UTC), "; to be reviewed again: now (MARK)"),
        ("2099-01-15", datetime(2026, 12, 1, tzinfo=UTC), "; the day of the review is still to come: now (MARK)"),
    ],
)
def test_advice_that_no_clinician_has_read_is_named_by_topic_with_the_mark_to_write_down(
    tmp_path: Path, on: str, looked_at: datetime, lack: str
) -> None:
    mark = marked(looks(without_stores(tmp_path), "advice").saw)
    path = clinic(tmp_path, 'key = "now"\n', read_by_a_clinician(on, mark["now"]))
    found = looks(without_stores(tmp_path, CLINIC_FILE=path), "advice", lambda: looked_at)
    never = ", ".join(f"{key} ({of})" for key, of in mark.items() if key != "now")
    expected = f"no clinician has reviewed: {never}{lack.replace('MARK', mark['now'])}"
    assert said(found) == ("warn", expected)


def test_advice_that_was_changed_after_a_clinician_read_it_is_named(tmp_path: Path) -> None:
    path = clinic(tmp_path, 'key = "now"\n', read_by_a_clinician("2026-11-01", "00000000"))
    found = looks(without_stores(tmp_path, CLINIC_FILE=path), "advice", lambda: datetime(2026, 12, 1, tzinfo=UTC))
    assert "; the words are not those that were reviewed: now (" in found.saw


def read_by_a_clinician(on: str, mark: str) -> str:
    return f'key = "now"\nreviewed_by = "Dr. Made Up"\nreviewed_on = {on}\nreviewed_words = "{mark}"\n'


def marked(saw: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+) \((\w{8})\)", saw))


def test_staff_who_are_told_of_nothing_are_named(tmp_path: Path) -> None:
    assert looks(without_stores(tmp_path), "staff are told").result == "warn"
    told = looks(without_stores(tmp_path, STAFF_NOTIFY_URLS="json://a-secret/1"), "staff are told")
    assert said(told) == ("pass", "over 1 address of STAFF_NOTIFY_URLS")


def test_an_address_of_the_staff_that_is_not_understood_fails_and_is_not_quoted(tmp_path: Path) -> None:
    written = "json://clinic.example mialto://asha:hunter2@clinic.example tgram://hunter2/1"
    found = looks(without_stores(tmp_path, STAFF_NOTIFY_URLS=written), "staff are told")
    saw = "nobody is told over address 2 (mialto), 3 (tgram) of STAFF_NOTIFY_URLS: it is not understood"
    assert said(found) == ("FAIL", saw)
    assert "hunter2" not in found.do
