"""Log lines: a machine can follow a call through them, and none holds anything that the caller said or pressed."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import logs
from config.settings import ROOT, Settings
from ivr.storage.deadline import Deadline
from testing.listener import listener
from tests.people import CALL, CALLER, Clock, Phone
from tests.web import environment, service
from workers import jobs
from workers.services import WorkerServices

NUMBER = "+919876501234"

Line = dict[str, Any]


class CapturedLog(logging.Handler):
    """A log handler that keeps the service's log lines in the form that production has."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logs.form(production=True))
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))

    @property
    def lines(self) -> list[Line]:
        return [json.loads(each) for each in self.written]

    def of(self, call: str) -> list[Line]:
        """Return the log lines of the call with this id."""
        return [line for line in self.lines if line.get("call") == call]


@pytest.fixture
def captured(caplog: pytest.LogCaptureFixture) -> Iterator[CapturedLog]:
    captured = CapturedLog()
    logging.root.addHandler(captured)
    with caplog.at_level(logging.INFO):
        yield captured
    logging.root.removeHandler(captured)
    logs.begin()


def test_a_line_is_an_object_with_its_time_in_utc_its_level_its_logger_and_its_event(captured: CapturedLog) -> None:
    logging.getLogger("ivr.example").warning("two lines\nand a %s", '"quotation"')
    (line,) = captured.lines
    assert list(line) == ["time", "level", "logger", "event"]
    assert line["time"].endswith("Z")
    assert (line["level"], line["logger"], line["event"]) == ("warning", "ivr.example", 'two lines\nand a "quotation"')
    assert "\n" not in captured.written[0]


def test_an_error_is_told_by_its_kind_and_place_but_not_by_its_words_or_values(captured: CapturedLog) -> None:
    def ring(number: str) -> None:
        try:
            int(number + "x")
        except ValueError as refused:
            raise RuntimeError(f"{number} cannot be rung") from refused

    try:
        ring(NUMBER)
    except RuntimeError:
        logging.getLogger("ivr.example").exception("a call failed")
    (line,) = captured.lines
    assert "which led to" in line["exception"]
    assert line["exception"].index("ValueError") < line["exception"].index("RuntimeError")
    assert "test_logs.py" in line["exception"]
    assert NUMBER[3:] not in captured.written[0]


def test_in_development_a_line_is_readable_and_tells_no_more_of_an_error(captured: CapturedLog) -> None:
    captured.setFormatter(logs.form(production=False))
    with logs.about(call="CA1"):
        try:
            int(NUMBER + "x")
        except ValueError:
            logging.getLogger("ivr.example").exception("a call failed")
    (line,) = captured.written
    assert all(word in line for word in ("a call failed", "ivr.example", "call=CA1", "ValueError", "test_logs.py"))
    assert NUMBER[3:] not in line


# -- one call, from end to end


def test_every_line_of_a_call_names_it_up_to_its_notification(
    phone: Phone, worker: WorkerServices, captured: CapturedLog
) -> None:
    call = phone.rings().press("1", "1", "1", "1", "1")
    other = phone.rings(caller="+919999900002").press("2", "1", "1", "1")
    for errand in sorted(worker.desk.job_queue.queued_tasks()):
        jobs.run(worker, errand)
    events = [line["event"] for line in captured.of(call.sid) if line["logger"] != "ivr.hours.mirror_file"]
    assert events == [
        f"call {call.sid}: comes in on line main",
        f"call {call.sid}: a booking is promised",
        "errand 1: stands at the desk; no channel to tell the staff is configured",
        "errand 1: tell_staff is done",
    ]
    assert "errand 2: tell_staff is done" in [line["event"] for line in captured.of(other.sid)]
    assert CALLER[3:] not in "".join(captured.written)


def test_what_a_failed_errand_leaves_in_the_log_names_its_call(
    phone: Phone, worker: WorkerServices, captured: CapturedLog
) -> None:
    call = phone.rings().press("1", "1", "1", "1", "1")
    odd = worker.settings.model_copy(update={"staff_notify_urls": "nonsense"})
    worker.__dict__["settings"] = odd
    with pytest.raises(jobs.TaskFailed):
        jobs.run(worker, 1)
    logging.getLogger("rq.worker").error("what RQ says of it")
    assert captured.of(call.sid)[-1]["event"] == "what RQ says of it"


def test_each_request_has_an_id_of_its_own_and_leaves_nothing_to_the_next(
    phone: Phone, app: Flask, captured: CapturedLog
) -> None:
    first, second = phone.rings(), phone.rings(caller="+919999900002")
    ids = {line["request"] for call in (first, second) for line in captured.of(call.sid)}
    assert len(ids) == 2
    logging.getLogger("ivr.example").info("between two requests")
    app.test_client().post("/voice", data={"CallSid": first.sid})
    app.logger.info("after a forged one")
    assert [line for line in captured.lines[-2:] if "call" in line or "request" in line] == []


def test_the_id_of_a_request_is_told_in_the_answer(phone: Phone, captured: CapturedLog) -> None:
    answer = phone.posts("/voice", CALL)
    assert answer.headers["X-Request-ID"] == captured.of(CALL["CallSid"])[0]["request"]
    assert phone.unsigned("/voice", CALL).headers["X-Request-ID"]
    assert phone.app.test_client().get("/nowhere").headers["X-Request-ID"] != answer.headers["X-Request-ID"]


@pytest.mark.parametrize("given", ["0af7651916cd43dd8448eb211c80319c", "0AF76519-16cd-43dd-8448-eb211c80319c"])
def test_the_id_that_a_proxy_gave_is_kept(app: Flask, given: str) -> None:
    assert app.test_client().get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", NUMBER, NUMBER[1:], "0" * 16, "a" * 65, "abc", "98765-01234-98765-01234", "a b" * 8, "<script>" * 3]
)
def test_an_id_that_could_be_anything_else_is_not(app: Flask, given: str) -> None:
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": given})
    assert len(answer.headers["X-Request-ID"]) == 16
    assert answer.headers["X-Request-ID"] != given


def test_work_on_a_store_that_somebody_waits_for_is_still_about_their_call(captured: CapturedLog) -> None:
    patience = Deadline(5)
    with logs.about(call="CA1"):
        patience.wait_for(lambda: logging.getLogger("ivr.example").info("in another thread"))
    patience.wait_for(lambda: logging.getLogger("ivr.example").info("in the same thread, later"))
    patience.close()
    assert [line["event"] for line in captured.of("CA1")] == ["in another thread"]


# -- real processes, in production


def production(settings: Settings, **more: str) -> dict[str, str]:
    return {**environment(settings), "ENV": "production", **more}


def worked(settings: Settings, **more: str) -> list[str]:
    """Run a worker until its queues are empty; return the lines of its log."""
    done = subprocess.run(
        [sys.executable, "-m", "workers", "--burst"],
        cwd=ROOT,
        env=production(settings, **more),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_a_worker_whose_channel_refuses_logs_nothing_but_lines_that_name_the_call(
    phone: Phone, settings: Settings
) -> None:
    call = phone.rings().press("1", "1", "1", "1", "1")
    with listener() as channel:
        channel.status = 500
        lines = [json.loads(each) for each in worked(settings, STAFF_NOTIFY_URLS=channel.url.replace("http", "json"))]
    failed = [line for line in lines if "TaskFailed" in line["event"]]
    assert failed, "RQ says what failed"
    assert {line.get("call") for line in lines if "errand" in str(line)} == {call.sid}
    assert CALLER[3:] not in str(lines)


def test_what_ends_the_clock_is_a_line_too(settings: Settings) -> None:
    code = f"from config import logs; logs.configure(production=True); raise RuntimeError('{NUMBER}')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert json.loads(line)["level"] == "critical"
    assert NUMBER[3:] not in line


@pytest.mark.parametrize(
    ("command", "answer"), [("desk list --json", '{"reference":'), ("database upgrade", "The database is up to date.")]
)
def test_a_command_answers_with_its_answer_only(phone: Phone, settings: Settings, command: str, answer: str) -> None:
    phone.rings().press("1", "1", "1", "1", "1")
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command.split()],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.startswith(answer)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_promise_that_waits_in_redis_is_followed_to_the_desk(
    tmp_path: Path, clock: Clock, worker: WorkerServices, captured: CapturedLog
) -> None:
    with service(tmp_path, f"sqlite:///{tmp_path}/nowhere.db", worker.settings.redis_url, clock) as phone:
        call = phone.rings().press("2", "1", "1", "1")
    jobs.save(worker)
    events = [line["event"] for line in captured.of(call.sid)]
    assert any("the request goes to Redis" in event for event in events)
    assert events[-1] == f"call {call.sid}: its request has reached the desk"
