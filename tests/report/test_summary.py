from collections.abc import Callable

import pytest

from flower_audit.model import AuditedTarget, Outcome, Report, Result, Severity
from flower_audit.report.summary import OUTCOME_MEANINGS, OUTCOME_WORDS, remark, summarise, versions, worst_first


def result(outcome: str, severity: str = "high", check: str = "auth.configured") -> Result:
    return Result(
        check=check,
        target="t",
        outcome=Outcome(outcome),
        severity=Severity(severity),
        section="Installation",
        title="It holds",
    )


@pytest.mark.parametrize(
    ("allowed", "passed"),
    [((), False), (("auth.configured",), True), (("auth.*",), True), (("https.*",), False)],
)
def test_an_unknown_may_be_allowed_by_name(allowed: tuple[str, ...], passed: bool) -> None:
    results = [result("unknown"), result("pass", check="https.served")]
    summary, gate = summarise(results, Severity.HIGH, allowed)
    assert gate.passed is passed
    assert summary.outcomes[Outcome.UNKNOWN] == 1


def test_a_failure_cannot_be_allowed() -> None:
    assert not summarise([result("fail")], Severity.HIGH, ("auth.*",))[1].passed


@pytest.mark.parametrize(
    ("results", "fail_on", "passed", "reason"),
    [
        (["pass high"], "high", True, "PASS: nothing high or worse failed"),
        (["pass low"], "critical", True, "PASS: nothing critical failed"),
        (["pass low"], "info", True, "PASS: nothing failed"),
        (["fail critical", "fail critical", "fail high", "unknown high"], "high", False,
         "FAIL: 2 critical and 1 high failed, 1 could not be checked"),
        (["fail critical", "fail high", "fail medium"], "medium", False,
         "FAIL: 1 critical, 1 high and 1 medium failed"),
        (["pass high", "fail medium", "fail low"], "high", True,
         "PASS: nothing high or worse failed (1 medium and 1 low failed)"),
        (["pass high", "unknown medium"], "high", True, "PASS: nothing high or worse failed (1 could not be checked)"),
        (["pass high", "unknown medium"], "medium", False, "FAIL: 1 could not be checked"),
        (["pass high", "bug info"], "critical", False, "FAIL: 1 hit a bug in flower-audit"),
        (["pass high", "manual high", "not_run critical", "not_applicable critical", "waived high"], "info", True,
         "PASS: nothing failed (1 waived)"),
        (["waived critical"], "info", True, "PASS: nothing failed (1 waived)"),
        (["not_run critical", "manual low"], "critical", False, "FAIL: nothing gave a verdict"),
        (["not_applicable critical"], "critical", False, "FAIL: nothing gave a verdict"),
        (["unknown low"], "critical", False, "FAIL: nothing gave a verdict"),
        (["unknown critical"], "critical", False, "FAIL: nothing gave a verdict, 1 could not be checked"),
        ([], "low", False, "FAIL: nothing gave a verdict"),
    ],
)  # fmt: skip
def test_gate(results: list[str], fail_on: str, passed: bool, reason: str) -> None:
    _, gate = summarise([result(*told.split()) for told in results], Severity(fail_on))
    assert (gate.passed, gate.reason, gate.fail_on) == (passed, reason, Severity(fail_on))


def test_every_outcome_is_counted_and_the_coverage_adds_up(sample: Report) -> None:
    summary, _ = summarise(sample.results, Severity.HIGH)
    assert set(summary.outcomes) == set(Outcome)
    assert sum(summary.outcomes.values()) == summary.total == len(sample.results)
    assert summary.verdicts == sum(summary.outcomes[o] for o in (Outcome.PASS, Outcome.FAIL, Outcome.WAIVED))
    assert summary.failed_by_severity == {
        Severity.CRITICAL: 2,
        Severity.HIGH: 2,
        Severity.MEDIUM: 2,
        Severity.LOW: 1,
        Severity.INFO: 0,
    }
    numbers = [int(word) for word in summary.coverage.partition(":")[2].split() if word.isdigit()]
    assert summary.verdicts + sum(numbers) == summary.total


def test_coverage_sentence() -> None:
    told = ["pass"] * 3 + ["fail", "waived", "not_applicable", "not_applicable", "manual", "unknown", "not_run", "bug"]
    summary, _ = summarise([result(outcome) for outcome in told], Severity.LOW)
    assert summary.coverage == (
        "5 of 11 gave a verdict (1 waived): 2 not applicable, 1 not run, 1 manual, 1 unknown, 1 bug"
    )
    assert summarise([result("pass")], Severity.LOW)[0].coverage == "1 of 1 gave a verdict"


def test_worst_first(reports: dict[str, Callable[[], Report]]) -> None:
    ordered = worst_first(
        [result("pass", "critical"), result("fail", "low"), result("fail", "critical", "z.z"), result("unknown")]
    )
    assert [(r.outcome.value, r.severity.value) for r in ordered] == [
        ("fail", "critical"),
        ("fail", "low"),
        ("unknown", "high"),
        ("pass", "critical"),
    ]
    fleet = reports["fleet"]().results
    assert sorted(fleet, key=repr) == sorted(worst_first(fleet), key=repr)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"outcome": "fail", "observed": "User=root", "message": "User=root"}, ""),
        ({"outcome": "fail", "observed": "a", "wanted": "b", "where": "c", "message": "c: a (wanted: b)"}, ""),
        (
            {"outcome": "fail", "observed": "a", "wanted": "b", "message": "a (wanted: b); ended on Friday"},
            "ended on Friday",
        ),
        ({"outcome": "waived", "observed": "a", "message": "a; until Friday"}, "until Friday"),
        ({"outcome": "fail", "message": "a sentence"}, "a sentence"),
        ({"outcome": "unknown", "observed": "refused", "message": "refused"}, "refused"),
        ({"outcome": "manual", "observed": "nobody said", "message": ""}, "nobody said"),
    ],
)
def test_remark(told: dict[str, str], said: str) -> None:
    assert remark(Result.model_validate({**result("fail").model_dump(), **told})) == said


def test_versions() -> None:
    target = AuditedTarget(name="t", found={"about": "a demo", "Flower": "2.2.0"})
    assert versions(target) == ["a demo", "Flower 2.2.0"]


def test_every_outcome_has_its_words() -> None:
    assert set(OUTCOME_WORDS) == set(OUTCOME_MEANINGS) == set(Outcome)
