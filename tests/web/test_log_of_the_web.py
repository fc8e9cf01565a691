"""The log of the running web, with the server's own lines: one JSON object a line, and no caller's name."""

import json
import re

from config.settings import Settings
from ivr.web.services import Services
from testing.servers import until
from tests.people import CALLER
from tests.served import web


def test_a_call_can_be_read_from_the_log_of_the_running_web(services: Services, settings: Settings) -> None:
    with web(services, settings, ENV="production") as running:
        call = running.phone.rings().press("1", "1", "1", "1", "1")
        running.loses_one()
        assert until(lambda: "Unexpected exit" in running.log.read_text())
    lines = [json.loads(each) for each in running.log.read_text().splitlines()]
    of_the_call = [
        line for line in lines if line.get("call") == call.sid and line["logger"].startswith("ivr.web.telephone.")
    ]
    assert [line["event"] for line in of_the_call] == [
        f"call {call.sid}: comes in on line main",
        f"call {call.sid}: a booking is promised",
    ]
    assert len({line["request"] for line in of_the_call}) == 2
    assert {line["logger"] for line in lines if "Unexpected exit" in line["event"]} == {"_granian"}
    assert re.search(CALLER[3:], running.log.read_text()) is None
