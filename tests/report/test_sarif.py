import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from flower_audit.model import Outcome, Report
from flower_audit.report.sarif import render

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def run_of(report: Report) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(render(report))["runs"][0]
    return run


def test_schema(named_report: tuple[str, Report], validator: Draft4Validator) -> None:
    document = json.loads(render(named_report[1]))
    validator.validate(document)
    document["runs"][0]["results"] = [{"message": {}}]
    assert not validator.is_valid(document)


def test_only_failures_are_alerts_and_a_waived_one_is_suppressed(sample: Report) -> None:
    results = run_of(sample)["results"]
    told = {(one["ruleId"], bool(one.get("suppressions"))) for one in results}
    assert told == {
        (r.check, r.outcome is Outcome.WAIVED) for r in sample.results if r.outcome in {Outcome.FAIL, Outcome.WAIVED}
    }
    levels = {one["ruleId"]: one["level"] for one in results}
    assert levels["auth.pages-require-login"] == "error"
    assert levels["https.headers"] == "warning"
    assert levels["https.no-version-leak"] == "note"


def test_what_gave_no_verdict_is_a_notification(sample: Report) -> None:
    (invocation,) = run_of(sample)["invocations"]
    notified = {one["associatedRule"]["id"]: one for one in invocation["toolExecutionNotifications"]}
    silent = {Outcome.FAIL, Outcome.WAIVED, Outcome.PASS, Outcome.NOT_APPLICABLE}
    assert set(notified) == {r.check for r in sample.results if r.outcome not in silent}
    assert notified["network.firewall-active"]["level"] == "warning"
    assert "you must be root" in notified["network.firewall-active"]["message"]["text"]
    assert invocation["executionSuccessful"] is False, "a check hit a bug"


def test_rules_are_found_by_their_index(named_report: tuple[str, Report]) -> None:
    run = run_of(named_report[1])
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in run["results"])


def test_fingerprints_outlive_a_change_of_words(sample: Report) -> None:
    reworded = sample.model_copy(
        update={"results": tuple(r.model_copy(update={"title": "New", "message": "new"}) for r in sample.results)}
    )
    before, after = ([one["partialFingerprints"] for one in run_of(report)["results"]] for report in (sample, reworded))
    assert before == after
    assert len({json.dumps(one) for one in before}) == len(before)


def test_a_path_on_the_host_is_the_place(sample: Report) -> None:
    places = {
        one["ruleId"]: one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in run_of(sample)["results"]
    }
    assert places["service.unprivileged-user"] == "production/etc/systemd/system/flower.service"
    assert places["network.private-ports-closed"] == "production/network.private-ports-closed"
