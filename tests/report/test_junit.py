from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from flower_audit.model import Outcome, Report
from flower_audit.report.junit import render

SCHEMA = Path(__file__).parent / "schemas" / "junit-10.xsd"


def test_jenkins_reads_it(named_report: tuple[str, Report]) -> None:
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not installed")
    xmlschema.XMLSchema(str(SCHEMA)).validate(render(named_report[1]))


def test_outcomes(sample: Report) -> None:
    suite = ET.fromstring(render(sample)).find("testsuite")
    assert suite is not None
    elements = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert elements["auth.pages-require-login"] == ["failure"]
    assert elements["network.firewall-active"] == elements["persistence.readable"] == ["error"]
    assert elements["https.hsts"] == elements["people.documentation"] == elements["proxy.websocket"] == ["skipped"]
    assert elements["https.trusted"] == []
    outcomes = [result.outcome for result in sample.results]
    assert suite.get("failures") == str(outcomes.count(Outcome.FAIL))
    assert suite.get("errors") == str(outcomes.count(Outcome.UNKNOWN) + outcomes.count(Outcome.BUG))
    assert suite.get("tests") == str(len(outcomes))


def test_a_skip_says_which_outcome_it_was(sample: Report) -> None:
    told = {case.get("name"): case for case in ET.fromstring(render(sample)).iter("testcase")}
    messages = {name: [child.get("message", "") for child in case] for name, case in told.items()}
    assert "waived until 2026-12-31 by A. Admin" in messages["https.hsts"][0]
    assert messages["proxy.websocket"] == ["not applicable: Flower 2.2.0 has no WebSocket"]
    assert messages["alerting.delivered"] == ["not run: needs --flower-alertmanager"]


def test_a_suite_for_each_target(reports: dict[str, Callable[[], Report]]) -> None:
    report = reports["fleet"]()
    suites = list(ET.fromstring(render(report)).iter("testsuite"))
    assert [suite.get("name") for suite in suites] == [target.name for target in report.targets]
    assert sum(len(suite.findall("testcase")) for suite in suites) == len(report.results)
