import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flower_audit.model import Outcome, Report
from flower_audit.report.oscal import render

SCHEMA = Path(__file__).parent / "schemas" / "oscal-assessment-results.json"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def result_of(report: Report) -> dict[str, Any]:
    (result,) = json.loads(render(report))["assessment-results"]["results"]
    assert isinstance(result, dict)
    return result


def test_schema(named_report: tuple[str, Report], validator: Draft202012Validator) -> None:
    document = json.loads(render(named_report[1]))
    validator.validate(document)
    document["assessment-results"]["results"][0]["observations"][0]["methods"] = []
    document["assessment-results"]["results"][0]["title"] = "two\nlines"
    assert not validator.is_valid(document)


def test_a_finding_for_each_verdict_and_an_observation_for_each_result(sample: Report) -> None:
    result = result_of(sample)
    assert len(result["observations"]) == len(sample.results)
    states = {one["target"]["target-id"]: one["target"]["status"]["state"] for one in result["findings"]}
    verdicts = {Outcome.PASS: "satisfied", Outcome.FAIL: "not-satisfied", Outcome.WAIVED: "not-satisfied"}
    assert states == {r.check: verdicts[r.outcome] for r in sample.results if r.outcome in verdicts}


def test_every_reference_has_its_object(named_report: tuple[str, Report]) -> None:
    result = result_of(named_report[1])
    observed = {one["uuid"] for one in result["observations"]}
    assert all(one["related-observations"][0]["observation-uuid"] in observed for one in result.get("findings", []))
    subjects = {one["uuid"] for one in result["local-definitions"]["components"]}
    assert {one["subjects"][0]["subject-uuid"] for one in result["observations"]} <= subjects
    assert len(observed) == len(result["observations"])
