import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from flower_audit.model import Outcome, Report
from flower_audit.report.inert import visible
from flower_audit.report.prometheus import render

needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool in PATH")


@needs_promtool
def test_promtool_finds_no_fault(named_report: tuple[str, Report]) -> None:
    ran = subprocess.run(
        ["promtool", "check", "metrics"], input=render(named_report[1]).encode(), capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


@needs_promtool
def test_the_alert_rules_fire_when_they_should() -> None:
    here = Path(__file__).parent
    subprocess.run(["promtool", "check", "rules", "alerts.rules.yml"], cwd=here, capture_output=True, check=True)
    ran = subprocess.run(
        ["promtool", "test", "rules", "alerts.tests.yml"], cwd=here, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def samples(report: Report) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    parser = pytest.importorskip("prometheus_client.parser", reason="prometheus_client is not installed")
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in parser.text_string_to_metric_families(render(report))
        for one in family.samples
    }


def test_the_numbers_are_the_report(sample: Report) -> None:
    found = samples(sample)
    assert found["flower_audit_gate_passed", frozenset()] == 0
    assert found["flower_audit_start_time_seconds", frozenset()] == 1795339800
    for outcome in Outcome:
        labels = frozenset({("target", "production"), ("outcome", outcome.value)})
        assert found["flower_audit_results", labels] == sample.summary.outcomes[outcome]
    critical = frozenset({("target", "production"), ("severity", "critical")})
    assert found["flower_audit_failures", critical] == 2
    assert sum(name == "flower_audit_check_outcome" for name, _ in found) == len(sample.results)


def test_hostile_labels_stay_labels(reports: dict[str, Callable[[], Report]]) -> None:
    report = reports["hostile"]()
    cases = {dict(labels).get("case") for name, labels in samples(report) if name == "flower_audit_check_outcome"}
    assert cases == {visible(result.case) for result in report.results}
    assert not [name for name, labels in samples(report) if name == "flower_audit_gate_passed" and labels]
