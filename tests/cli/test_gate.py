"""The audit with waivers and with a baseline: what is printed, what is written, and the exit status."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from flower_audit.model import Outcome, WaiverUse
from flower_audit.report import json_format

GAPS = {"https.expires-later", "https.headers", "https.hsts", "https.no-version-leak"}


def day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


def waiver(check: str, ahead: int) -> str:
    return f"- {{check: {check}, reason: known, approver: Kim, granted: 2026-01-01, until: {day(ahead)}}}\n"


def outcomes(path: Path) -> dict[str, str]:
    return {one["check"]: one["outcome"] for one in json.loads(path.read_text())["results"]}


def test_waivers_hold_end_and_are_asked_after(audit) -> None:
    given = {"https.expires-later": 5, "https.hsts": -1, "https.served": 90, "https.hedders": 90}
    done = audit(
        "-k", "https", configuration="waivers:\n" + "".join(waiver(check, ahead) for check, ahead in given.items())
    )
    report = done.report
    by_check = {one.check: one for one in report.results}
    assert by_check["https.expires-later"].outcome is Outcome.WAIVED
    assert f"waived until {day(5)} by Kim: known" in by_check["https.expires-later"].message
    assert by_check["https.hsts"].outcome is Outcome.FAIL
    assert by_check["https.hsts"].message.endswith(f"; its waiver by Kim ended on {day(-1)}")
    assert {one.check: one.use for one in report.waivers} == {
        "https.expires-later": WaiverUse.IN_FORCE,
        "https.hsts": WaiverUse.ENDED,
        "https.served": WaiverUse.NOT_NEEDED,
        "https.hedders": WaiverUse.MATCHES_NOTHING,
    }
    block = done.text.partition("\nWaivers\n")[2]
    assert f"ended: https.hsts (granted by Kim): ended on {day(-1)}; what it covered fails again" in block
    assert "matches nothing: https.hedders (granted by Kim): no check is called 'https.hedders'; did you mean" in block
    assert "not needed: https.served (granted by Kim): what it covers does not fail: delete it" in block
    assert "ends soon: https.expires-later (granted by Kim): ends in 5 days" in block


def test_the_gate_on_what_is_new_passes_what_was_known(audited, audit) -> None:
    assert audited.status == 1
    failing = {one.check for one in audited.report.results if one.outcome is Outcome.FAIL}
    assert failing == GAPS
    again = audit("-k", "https", f"--flower-baseline={audited.path}", "--flower-gate=new")
    assert again.status == 0
    report = again.report
    assert report.gate.scope == "new"
    assert report.gate.reason.startswith("PASS: nothing high or worse newly failed since ")
    assert report.baseline is not None
    assert report.baseline.unchanged == len(report.results)
    Draft202012Validator(json.loads(json_format.schema())).validate(json.loads(again.path.read_text()))
    assert f"Since the baseline of {audited.report.started_at}: {len(report.results)} as before" in again.text


def test_a_baseline_alone_only_tells(audited, audit, tmp_path: Path) -> None:
    document = json.loads(audited.path.read_text())
    for one in document["results"]:
        if one["check"] == "https.expires-later":
            one["outcome"] = "pass"
        if one["check"] == "https.served":
            one["outcome"] = "fail"
    old = tmp_path / "better-once.json"
    old.write_text(json.dumps(document))
    told = audit("-k", "https", f"--flower-baseline={old}")
    assert told.status == 1
    assert told.report.gate.scope == "all"
    assert "1 newly failed, 1 fixed" in told.text
    assert "  NEWLY FAILED high https.expires-later: " in told.text
    gated = audit("-k", "https", f"--flower-baseline={old}", "--flower-gate=new")
    assert gated.status == 1
    assert gated.report.gate.reason.startswith("FAIL: 1 high newly failed since ")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--flower-baseline=nowhere.json"], "there is no report "),
        (["--flower-gate=new"], "--flower-gate=new needs --flower-baseline=FILE"),
        (["--flower-baseline=flower-audit.yml"], "flower-audit.yml: not JSON"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_wrong_usage_before_anything_runs(
    audit, options: list[str], said: str
) -> None:
    done = audit(*options, configuration="fail_on: high\n", host="demo")
    assert done.status == 4
    assert said in done.text
    assert "Traceback" not in done.text
    assert not done.path.exists()


def test_a_baseline_of_other_targets_is_wrong_usage(audited, audit) -> None:
    done = audit(f"--flower-baseline={audited.path}", host="demo")
    assert done.status == 4
    assert "has no target in common with this audit: it tells of localhost:" in done.text
    assert "this one is of demo" in done.text


def test_the_file_that_is_about_to_be_written_is_no_baseline_for_a_gate(audited, audit) -> None:
    options = [f"--flower-baseline={audited.path}", f"--flower-report={audited.path.parent}", "--flower-gate=new"]
    done = audit(*options)
    assert done.status == 4
    assert "is the file that this audit writes" in done.text
