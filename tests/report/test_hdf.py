import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flower_audit.model import Report
from flower_audit.report.hdf import render

READER = Path(__file__).parent / "schemas" / "hdf-exec-json.js"
PROGRAM = f"require({json.dumps(str(READER))}).Convert.toExecJSON(require('fs').readFileSync(0, 'utf8'))"


def read(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", "-e", PROGRAM], input=text, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("node") is None, reason="no node in PATH to run Heimdall's reader")
def test_heimdall_reads_it(named_report: tuple[str, Report]) -> None:
    ran = read(render(named_report[1]))
    assert ran.returncode == 0, ran.stderr
    document = json.loads(render(named_report[1]))
    document["profiles"][0]["controls"][0]["results"][0]["status"] = "green"
    assert read(json.dumps(document)).returncode != 0


def controls(report: Report) -> dict[str, dict[str, Any]]:
    (profile,) = json.loads(render(report))["profiles"]
    assert sorted(name for group in profile["groups"] for name in group["controls"]) == sorted(
        control["id"] for control in profile["controls"]
    )
    return {control["id"]: control for control in profile["controls"]}


def test_outcomes(sample: Report) -> None:
    told = controls(sample)
    statuses = {name: control["results"][0]["status"] for name, control in told.items()}
    assert statuses["auth.pages-require-login"] == "failed"
    assert statuses["https.trusted"] == "passed"
    assert statuses["network.firewall-active"] == statuses["persistence.readable"] == "error"
    assert statuses["alerting.delivered"] == statuses["people.documentation"] == statuses["https.hsts"] == "skipped"
    assert told["proxy.websocket"]["impact"] == 0, "Heimdall's way to say not applicable"
    assert told["auth.pages-require-login"]["impact"] == 0.9
    assert "A. Admin" in told["https.hsts"]["waiver_data"]["justification"]
    assert told["alerting.delivered"]["results"][0]["skip_message"] == "not run: needs --flower-alertmanager"


def test_a_control_holds_the_results_of_all_targets(reports: dict[str, Callable[[], Report]]) -> None:
    told = controls(reports["fleet"]())
    assert [r["status"] for r in told["auth.pages-require-login"]["results"]] == ["failed", "passed", "passed"]
    assert "flower-2: " in told["auth.pages-require-login"]["results"][1]["code_desc"]
