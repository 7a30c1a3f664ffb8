"""What counts as worse than an older report, and what the gate makes of it."""

import json
from pathlib import Path

import pytest

from flower_audit.baseline import compare, gate, load, regressions
from flower_audit.errors import UsageError
from flower_audit.model import AuditedTarget, Comparison, Outcome, Report, Result, Severity, Tool
from flower_audit.report import json_format, terminal
from flower_audit.report.summary import summarise

OLD_REPORT = Path(__file__).parent / "report" / "old" / "schema-1.json"


def result(check: str, outcome: str, severity: str = "high", target: str = "production", **more: object) -> Result:
    told = {
        "check": check,
        "target": target,
        "outcome": outcome,
        "severity": severity,
        "section": "SSL/TLS Setup",
        "title": f"{check} holds",
    }
    return Result.model_validate({**told, **more})


def report(*results: Result, fail_on: Severity = Severity.HIGH) -> Report:
    summary, decided = summarise(results, fail_on)
    names = sorted({one.target for one in results}) or ["production"]
    return Report(
        tool=Tool(version="0.1.0"),
        started_at="2026-11-20T08:00:00Z",
        duration_s=1.0,
        targets=tuple(AuditedTarget(name=name) for name in names),
        summary=summary,
        gate=decided,
        results=results,
    )


def change(before: str | None, after: str | None) -> Comparison:
    old = report(*([result("https.hsts", before)] if before else []))
    new = report(*([result("https.hsts", after)] if after else []))
    return compare(old, new)


@pytest.mark.parametrize(
    ("before", "after", "group"),
    [
        ("pass", "fail", "new_failures"),
        ("waived", "fail", "new_failures"),
        ("unknown", "fail", "new_failures"),
        ("not_run", "fail", "new_failures"),
        (None, "fail", "new_failures"),
        ("pass", "unknown", "newly_unknown"),
        ("fail", "unknown", "newly_unknown"),
        ("not_run", "unknown", "newly_unknown"),
        (None, "unknown", "newly_unknown"),
        ("pass", "bug", "newly_unknown"),
        ("unknown", "bug", "newly_unknown"),
        ("fail", "pass", "fixed"),
        ("waived", "pass", "fixed"),
        ("fail", "waived", "changed"),
        ("fail", "not_applicable", "changed"),
        ("fail", "not_run", "changed"),
        ("pass", "not_run", "changed"),
        ("bug", "unknown", "changed"),
        ("unknown", "pass", "changed"),
        (None, "pass", "added"),
        (None, "waived", "added"),
        ("fail", None, "removed"),
        ("pass", None, "removed"),
    ],
)
def test_each_change_stands_in_one_group(before: str | None, after: str | None, group: str) -> None:
    comparison = change(before, after)
    groups = ("new_failures", "newly_unknown", "fixed", "changed", "added", "removed")
    assert [name for name in groups if getattr(comparison, name)] == [group]
    (one,) = getattr(comparison, group)
    assert (one.check, one.target) == ("https.hsts", "production")
    assert (one.before, one.after) == (before and Outcome(before), after and Outcome(after))
    assert comparison.unchanged == 0


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_same_outcome_is_no_change(outcome: Outcome) -> None:
    comparison = change(outcome, outcome)
    assert comparison.unchanged == 1
    assert comparison == Comparison(started_at=comparison.started_at, tool=comparison.tool, unchanged=1)


def test_only_id_target_and_case_tell_what_is_the_same() -> None:
    old = report(
        result("https.hsts", "fail", title="Old words.", message="old", observed="old", severity="low", section="Old"),
        result("https.hsts", "pass", target="staging"),
        result("auth.accounts-work", "pass", case="admin"),
    )
    new = report(
        result("https.hsts", "fail", title="New words.", message="new", observed="new", severity="critical"),
        result("https.hsts", "fail", target="staging"),
        result("auth.accounts-work", "fail", case="viewer"),
    )
    comparison = compare(old, new)
    assert comparison.unchanged == 1
    assert {(one.check, one.target, one.case) for one in comparison.new_failures} == {
        ("https.hsts", "staging", ""),
        ("auth.accounts-work", "production", "viewer"),
    }
    assert [(one.check, one.case) for one in comparison.removed] == [("auth.accounts-work", "admin")]


def decide(old: Report, new: Report, fail_on: Severity = Severity.HIGH) -> tuple[bool, str]:
    decided = gate(new, compare(old, new), fail_on)
    assert decided.scope == "new"
    return decided.passed, decided.reason


def test_what_failed_before_does_not_shut_the_gate_and_is_not_forgotten() -> None:
    old = report(result("https.hsts", "fail"), result("https.served", "pass"))
    passed, reason = decide(old, old)
    assert passed
    assert reason == (
        "PASS: nothing high or worse newly failed since 2026-11-20T08:00:00Z "
        "(1 known from the baseline still to be mended)"
    )
    assert not old.gate.passed


@pytest.mark.parametrize(
    ("outcome", "severity", "passed", "said"),
    [
        ("fail", "critical", False, "1 critical newly failed since"),
        ("fail", "high", False, "1 high newly failed since"),
        ("fail", "medium", True, "nothing high or worse newly failed"),
        ("unknown", "high", False, "1 newly could not be checked since"),
        ("unknown", "low", True, "nothing high"),
        ("bug", "low", False, "1 newly hit a bug in flower-audit"),
    ],
)
def test_what_is_worse_shuts_it_from_its_severity_on(outcome: str, severity: str, passed: bool, said: str) -> None:
    kept = result("https.served", "pass")
    old, new = (
        report(kept, result("https.hsts", "pass", severity)),
        report(kept, result("https.hsts", outcome, severity)),
    )
    decided, reason = decide(old, new)
    assert decided is passed
    assert said in reason


def test_a_shut_way_in_shuts_the_gate_though_no_check_failed() -> None:
    old = report(result("https.served", "pass"), result("service.enabled", "pass"))
    new = report(
        result("https.served", "pass"),
        result("service.enabled", "not_run"),
        result("connection.host", "unknown", "critical"),
    )
    assert not decide(old, new)[0]


def test_nothing_that_gave_a_verdict_is_never_a_pass() -> None:
    blind = report(result("https.served", "not_run"))
    assert decide(blind, blind) == (False, "FAIL: nothing gave a verdict")


def test_regressions_of_another_target_count_even_where_the_baseline_does_not_know_it() -> None:
    old = report(result("https.served", "pass"))
    new = report(result("https.served", "pass"), result("https.served", "fail", target="new-one"))
    assert [one.target for one in regressions(compare(old, new), Severity.HIGH)] == ["new-one"]


def test_a_report_of_an_older_version_is_read() -> None:
    assert compare(load(OLD_REPORT), load(OLD_REPORT)).unchanged > 10


def test_a_comparison_survives_being_written(tmp_path: Path) -> None:
    new = report(result("https.hsts", "fail"))
    new = new.model_copy(update={"baseline": compare(report(), new)})
    (tmp_path / "r.json").write_text(json_format.render(new))
    assert load(tmp_path / "r.json") == new


def test_the_terminal_says_what_is_worse_and_counts_the_rest() -> None:
    old = report(result("https.hsts", "pass", "medium"), result("https.served", "fail"), result("auth.x", "fail"))
    new = report(result("https.hsts", "fail", "medium"), result("https.served", "pass"), result("auth.x", "waived"))
    text = terminal.render(new.model_copy(update={"baseline": compare(old, new)}), width=110)
    assert (
        "Since the baseline of 2026-11-20T08:00:00Z: 1 newly failed, 1 fixed, 1 otherwise changed, 0 as before" in text
    )
    assert "  NEWLY FAILED medium https.hsts: https.hsts holds (was passed)\n" in text
    assert "  fixed high https.served: https.served holds (was failed, now passed)\n" in text
    assert "auth.x" not in text.partition("Since the baseline")[2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no report .*; a baseline is the flower-audit.json of an earlier audit"),
        (b"{", "old.json: not JSON"),
        (b"\xff\xfe", "cannot read the report"),
        (b'{"schema": 99}', "old.json: the report has schema 99, .*upgrade this one"),
        (json.dumps({"schema": 1}).encode(), "old.json: a damaged report of schema 1"),
    ],
)
def test_what_is_no_report_is_said_in_one_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "old.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=said) as raised:
        load(path)
    assert "\n" not in str(raised.value)
