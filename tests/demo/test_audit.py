"""The demo audited from the command line, as README shows it: the gaps and nothing else, and nothing left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from flower_audit.demo import GAPS


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str], dict[str, Any]]:
    folder = tmp_path_factory.mktemp("audit")
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "pytest", "--flower-host=demo"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 1, done.stdout + done.stderr
    return folder, done, json.loads((folder / "reports" / "flower-audit.json").read_text())


def outcomes(report: dict[str, Any], outcome: str) -> set[str]:
    return {one["check"] for one in report["results"] if one["outcome"] == outcome}


def test_exactly_the_gaps_fail(audited: Any) -> None:
    _, _, report = audited
    assert outcomes(report, "fail") == {gap.check for gap in GAPS} - {"proxy.rate-limit"}
    assert outcomes(report, "bug") == set()
    assert outcomes(report, "unknown") <= {"persistence.readable"}
    assert len(outcomes(report, "pass")) >= 45


def test_what_a_laptop_cannot_show_is_not_run_and_says_so(audited: Any) -> None:
    _, done, report = audited
    not_run = outcomes(report, "not_run")
    assert {"service.running", "network.default-deny", "proxy.valid"} <= not_run
    assert "--flower-host=ssh://" in done.stdout


def test_nothing_is_left_but_the_report(audited: Any) -> None:
    folder, _, report = audited
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "reports/flower-audit.html",
        "reports/flower-audit.json",
    ]
    (target,) = report["targets"]
    port = target["url"].rstrip("/").rpartition(":")[2]
    assert not [one for one in psutil.process_iter(["cmdline"]) if port in " ".join(one.info["cmdline"] or [])]


def test_the_summary_says_the_gate_in_one_line_and_no_traceback(audited: Any) -> None:
    _, done, report = audited
    assert report["gate"]["reason"].startswith("FAIL: 1 high failed")
    assert f"GATE {report['gate']['reason']}" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "Caddy" in report["targets"][0]["found"]["about"]
