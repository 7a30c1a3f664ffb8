"""Accepts and rejects of people.*: statements that count, have ended, or are missing."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from flower_audit.checks import test_people as checks

from flower_audit.errors import Manual
from flower_audit.facts.runbook import Runbook, runbook
from flower_audit.facts.statements import Statements, statements
from flower_audit.policy import Policy
from flower_audit.target import Attestation, Target

TODAY = dt.date(2026, 11, 22)
IDS = ("people.documentation", "people.access-tested", "people.restore-tested")


def given(age_days: int = 10, **more: object) -> Statements:
    date = TODAY - dt.timedelta(days=age_days)
    said = tuple(Attestation.model_validate({"check": one, "by": "Ada", "date": date, **more}) for one in IDS)
    return Statements(given=said, today=TODAY, max_age_days=365)


def test_live_statements_are_accepted() -> None:
    checks.test_access_tested(given())
    checks.test_restore_tested(given())
    stated = given().live("people.documentation", "read it")
    checks.test_documentation(Runbook(statement=stated, link="https://wiki.example.com/flower"))


@pytest.mark.parametrize("check", [checks.test_access_tested, checks.test_restore_tested])
def test_missing_and_ended_statements_are_for_people(check: object) -> None:
    for stated, said in (
        (replace(given(), given=()), "nobody has stated it"),
        (given(366), "ended on"),
        (given(31, valid_days=30), "ended on"),
        (given(-2), "still to come"),
    ):
        with pytest.raises(Manual, match=said):
            check(stated)  # type: ignore[operator]
    check(given(30, valid_days=30))  # type: ignore[operator]
    check(given(700, valid_days=800))  # type: ignore[operator]


@pytest.mark.parametrize("by", [" ", "?", "TODO", "<your name>", "tbd.", "--"])
def test_a_statement_by_nobody(by: str) -> None:
    for check in (checks.test_access_tested, checks.test_restore_tested):
        with pytest.raises(AssertionError) as caught:
            check(given(by=by))
        assert repr(by) in caught.value.args[0].observed
    stated = given(by=by).live("people.documentation", "read it")
    with pytest.raises(AssertionError):
        checks.test_documentation(Runbook(statement=stated, link="https://wiki.example.com/flower"))


@pytest.mark.parametrize("by", ["Ada", "李", "K.", "operations, by Noname Smith"])
def test_a_name_is_a_name(by: str) -> None:
    checks.test_access_tested(given(by=by))


def test_a_newer_statement_replaces_an_older_one() -> None:
    both = replace(given(), given=(*given(400).given, *given(3, by="Grace").given))
    assert both.live("people.access-tested", "x").by == "Grace"


def test_the_runbook_has_to_be_there(tmp_path: Path) -> None:
    class Trail:
        def note(self, *_: object, **__: object) -> None: ...

    target = Target(name="t")
    written = tmp_path / "runbook.md"
    written.write_text("# Flower")
    assert runbook(target, given(link=str(written)), Trail()).problem == ""
    gone = runbook(target, given(link=str(tmp_path / "gone.md")), Trail())
    with pytest.raises(AssertionError, match=r"there is no file .*gone\.md"):
        checks.test_documentation(gone)
    with pytest.raises(AssertionError, match="names no document"):
        checks.test_documentation(runbook(target, given(), Trail()))
    with pytest.raises(Manual):
        runbook(target, given(400), Trail())


def test_statements_come_of_the_target() -> None:
    target = Target(name="t", attestations=given().given)
    found = statements(target, Policy(statement_max_age_days=90))
    assert found.max_age_days == 90
    assert [one.check for one in found.given] == list(IDS)


@pytest.mark.parametrize(
    "wrong", [{"check": "auth.configured"}, {"by": ""}, {"date": "soon"}, {"valid_days": 0}, {"who": "x"}]
)
def test_a_malformed_statement_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Attestation.model_validate({"check": "people.documentation", "by": "Ada", "date": "2026-01-02", **wrong})
