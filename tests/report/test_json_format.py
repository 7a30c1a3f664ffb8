import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from flower_audit.errors import UsageError
from flower_audit.model import Report
from flower_audit.report import json_format

SHIPPED = Path(json_format.__file__).parent / "schema-1.json"


def test_golden(named_report: tuple[str, Report], golden: Callable[[str, str], None]) -> None:
    name, report = named_report
    golden(f"{name}.json", json_format.render(report))


def test_round_trip_and_schema(named_report: tuple[str, Report]) -> None:
    text = json_format.render(named_report[1])
    assert json_format.read(text) == named_report[1]
    Draft202012Validator(json.loads(json_format.schema())).validate(json.loads(text))


def test_shipped_schema_is_current() -> None:
    generated = json_format.generated_schema()
    if os.environ.get("FLOWER_AUDIT_REFRESH"):
        SHIPPED.write_text(generated, encoding="utf-8")
    assert json_format.schema() == generated
    Draft202012Validator.check_schema(json.loads(generated))


def test_schema_refuses_what_is_no_report(sample: Report) -> None:
    document = json.loads(json_format.render(sample))
    document["results"][0]["outcome"] = "green"
    assert not Draft202012Validator(json.loads(json_format.schema())).is_valid(document)


def test_promised_keys(sample: Report) -> None:
    document = json.loads(json_format.render(sample))
    assert document["schema"] == 1
    assert {"schema", "tool", "started_at", "targets", "summary", "gate", "results"} <= set(document)
    promised = "check target case outcome severity section title message why fix source evidence duration_s"
    assert set(promised.split()) <= set(document["results"][0])


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "old").glob("*.json")), ids=lambda path: path.stem)
def test_old_reports_stay_readable(path: Path) -> None:
    report = json_format.read(path.read_text(encoding="utf-8"))
    assert report.results
    assert report.gate.reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"not JSON: Expecting value in line 1, column 1"),
        ('{"schema": 1,', r"not JSON: .* in line 1"),
        ("[]", r'not a report of flower-audit: it has no key "schema"'),
        ('{"tests": []}', r'not a report of flower-audit: it has no key "schema"'),
        ('{"schema": 2}', r"has schema 2, this flower-audit reads schema 1; a newer flower-audit wrote it: upgrade"),
        ('{"schema": 0}', r"has schema 0, this flower-audit reads schema 1$"),
        ('{"schema": true}', r"has schema True, this flower-audit reads schema 1$"),
        ('{"schema": "1"}', r"has schema '1', this flower-audit reads schema 1$"),
        ('{"schema": 1}', r"a damaged report of schema 1: tool: Field required; .*; and \d more"),
    ],
)
def test_what_is_no_report_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        json_format.read(text)
    assert "\n" not in str(raised.value)


def test_a_damaged_value_is_named_by_its_path(sample: Report) -> None:
    document = json.loads(json_format.render(sample))
    document["results"][3]["outcome"] = "green"
    with pytest.raises(UsageError, match=r"results\.3\.outcome: "):
        json_format.read(json.dumps(document))


def test_undecodable_bytes_cost_no_report(sample: Report) -> None:
    target = sample.targets[0].model_dump() | {"name": "a\udcffb", "found": {"\udcff": "\udcff"}, "ways": ["\ud800"]}
    report = Report.model_validate({**sample.model_dump(by_alias=True), "targets": [target]})
    assert json_format.read(json_format.render(report)).targets[0].name == "a?b"
