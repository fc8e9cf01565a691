"""The dashboard and the alerts: they use metrics that the service gives, and each alert fires for its own fault."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import ROOT, Settings
from tests.conftest import NO_PROMTOOL, settings_for
from tests.people import Phone

PROMETHEUS = ROOT / "ops" / "prometheus"
DASHBOARD = ROOT / "ops" / "grafana" / "clinic-line.json"
RUNBOOK = ROOT / "docs" / "runbook.md"
TOKEN = "a-token-that-reads-numbers"

HEADINGS = {
    "redis-is-down",
    "the-database-is-down",
    "a-worker-is-down",
    "nobody-was-told",
    "callers-hear-apologies",
    "signatures-fail",
    "requests-wait-too-long",
}
"""The headings of the runbook, one for each alert. Below each heading, the runbook says what to do about the alert."""


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str, redis_url: str) -> Settings:
    return settings_for(tmp_path, sqlite_url, redis_url, METRICS_TOKEN=TOKEN)


@pytest.fixture
def given(phone: Phone) -> str:
    """The text of the metrics that the service gives after a call."""
    phone.rings().press("1", "1", "1", "1", "1")
    answer = phone.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.text


def promtool(*arguments: str, stdin: str | None = None) -> str:
    """Run Prometheus' own tool with these arguments, check that it has no complaint, and return what it prints."""
    places = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    program = shutil.which("promtool", path=places)
    if program is None:
        pytest.skip(f"{NO_PROMTOOL}make promtool")
    done = subprocess.run([program, *arguments], input=stdin, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def names(text: str) -> set[str]:
    """Return the names of the service's metrics that a text mentions."""
    return set(re.findall(r"\bclinic_[a-z_]+", text))


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return found


def panels() -> Iterator[dict[str, Any]]:
    yield from dashboard()["panels"]


def expressions() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel.get("targets", ())]


def alerts() -> str:
    return (PROMETHEUS / "alerts.yml").read_text()


def test_what_the_service_gives_is_well_formed_and_well_named(given: str) -> None:
    assert promtool("check", "metrics", stdin=given) == ""


@pytest.mark.parametrize("words", ["\n".join(expressions()), alerts(), (PROMETHEUS / "alerts_test.yml").read_text()])
def test_dashboard_and_alerts_speak_only_of_what_the_service_gives(given: str, words: str) -> None:
    assert names(words)
    assert names(words) - names(given) == set()


def test_every_metric_is_on_the_dashboard(given: str) -> None:
    families = set(re.findall(r"^# TYPE (\S+)", given, re.MULTILINE))
    shown = {re.sub(r"_(bucket|count|sum)$", "", name) for name in names("\n".join(expressions()))}
    assert families == shown


def test_the_alerts_are_rules_that_prometheus_understands() -> None:
    assert "SUCCESS" in promtool("check", "rules", "ops/prometheus/alerts.yml")
    promtool("check", "config", "--syntax-only", "ops/prometheus/prometheus.yml")


def test_each_alert_is_raised_by_what_is_wrong_and_by_nothing_else() -> None:
    assert "SUCCESS" in promtool("test", "rules", "ops/prometheus/alerts_test.yml")
    tested = (PROMETHEUS / "alerts_test.yml").read_text()
    for alert in re.findall(r"- alert: (\w+)", alerts()):
        silent, raised = rf"alertname: {alert}\}}", rf"alertname: {alert}\s+exp_alerts:"
        assert re.search(silent, tested), f"{alert} is tested on a quiet day"
        assert re.search(raised, tested), f"{alert} is tested when it is raised"


def test_each_alert_says_what_is_wrong_and_where_the_cure_stands() -> None:
    rules = alerts().split("- alert: ")[1:]
    for rule in rules:
        assert re.search(r"severity: (critical|warning)\b", rule), rule
        assert "summary: " in rule, rule
        assert "description: " in rule, rule
    found = re.findall(r"runbook: docs/runbook\.md#(\S+)", alerts())
    assert len(found) == len(rules)
    assert set(found) == HEADINGS


def test_the_runbook_has_what_the_alerts_point_to() -> None:
    written = {line.lstrip("# ") for line in RUNBOOK.read_text().splitlines() if line.startswith("#")}
    anchors = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in written}
    assert HEADINGS - anchors == set()


def test_every_panel_of_the_dashboard_can_be_told_apart_and_says_what_it_shows() -> None:
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
    for panel in panels():
        assert panel["type"] == "row" or (panel["description"] and panel["targets"]), panel["title"]


def test_the_dashboard_asks_whichever_prometheus_its_reader_has_chosen() -> None:
    (variable,) = [each for each in dashboard()["templating"]["list"] if each["type"] == "datasource"]
    assert (variable["name"], variable["query"]) == ("datasource", "prometheus")
    shown = [each for panel in panels() if panel["type"] != "row" for each in (panel, *panel["targets"])]
    assert {each["datasource"]["uid"] for each in shown} == {"${datasource}"}


def test_no_panel_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(at["x"] + right, at["y"] + down) for right in range(at["w"]) for down in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_what_the_dashboard_asks_is_understood_by_prometheus(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": words.replace("$__rate_interval", "5m")}
        for number, words in enumerate(expressions())
    ]
    asked = tmp_path / "asked.yml"
    asked.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))  # JSON is YAML
    assert f"{len(rules)} rules found" in promtool("check", "rules", str(asked))
