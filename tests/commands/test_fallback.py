"""A carrier's fallback document speaks the apology, or plays a recording hosted where the document is hosted."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.carrier.twilio.twiml_rules import faults
from tests.people import Clock
from tests.sounds import record
from tests.web import service


def test_the_apology_is_spoken_in_every_language(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=["fallback-twiml"])
    assert faults(printed.stdout.strip()) == []
    assert re.findall('language="([^"]+)"', printed.stdout) == ["en-IN", "hi-IN"]
    assert printed.stdout.count("112") == 2


def test_a_recorded_apology_is_played_from_where_the_document_is_hosted(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock
) -> None:
    record(tmp_path / "voices", "hi", "fault")
    with service(tmp_path, sqlite_url, redis_url, clock) as phone:
        runs = phone.app.test_cli_runner().invoke
        printed = runs(args=["fallback-twiml", "--recordings", "https://files.example/line/"])
        assert faults(printed.stdout.strip()) == []
        (played,) = re.findall("<Play>https://files.example/line/(hi-fault-[0-9a-f]+.wav)</Play>", printed.stdout)
        assert printed.stderr.strip() == f"put voices/hi/fault.wav there as {played}"
        assert re.findall('language="([^"]+)"', printed.stdout) == ["en-IN"], "the other is spoken"
        assert "<Play>" not in runs(args=["fallback-twiml"]).stdout


@pytest.mark.parametrize(
    ("base", "why"), [("http://files.example", "https://"), ("https://x.example", "no apology is")]
)
def test_what_cannot_be_played_from_there_is_said(app: Flask, base: str, why: str) -> None:
    printed = app.test_cli_runner().invoke(args=["fallback-twiml", "--recordings", base])
    assert (printed.exit_code != 0, why in printed.output) == (True, True)
