"""The log."""

from dataclasses import replace
from typing import Any

import pytest
from flower_audit.checks import test_logging as checks

from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.journald import Journald
from flower_audit.facts.log_rotation import LogRotation
from flower_audit.facts.logs import Logs
from flower_audit.policy import Policy

POLICY = Policy()
ROTATION = LogRotation(bounded=("flower.log by /etc/logrotate.d/flower",), rules=("/etc/logrotate.d/flower",))
LOGS = Logs(streams=("journal", "journal"), read=("journal",))
JOURNALD = Journald(storage="auto", persistent=True, max_use=4 * 1024**3)


def fails(check: Any, *facts: Any, match: str) -> None:
    with pytest.raises(AssertionError, match=match):
        check(*facts)


def test_rotation() -> None:
    checks.test_log_is_rotated(ROTATION)
    fails(checks.test_log_is_rotated, replace(ROTATION, unbounded=("/var/log/flower.out",)), match=r"flower\.out")


def test_a_rotation_that_works() -> None:
    checks.test_log_rotation_works(ROTATION)
    fails(checks.test_log_rotation_works, replace(ROTATION, defects=("has no copytruncate",)), match="copytruncate")
    with pytest.raises(NotApplicable):
        checks.test_log_rotation_works(LogRotation(bounded=("the journal by journald",)))


def test_the_journals_size() -> None:
    checks.test_journal_is_bounded(JOURNALD, LOGS, POLICY)
    fails(checks.test_journal_is_bounded, replace(JOURNALD, max_use=50 * 1024**3), LOGS, POLICY, match=r"50\.0 GiB")
    older = replace(JOURNALD, max_use=50 * 1024**3, not_restarted=True)
    fails(checks.test_journal_is_bounded, older, LOGS, POLICY, match="running journald is older than its files")
    odd = replace(JOURNALD, max_use=50 * 1024**3, passed_over="SystemMaxUse=500MB")
    fails(checks.test_journal_is_bounded, odd, LOGS, POLICY, match="does not understand SystemMaxUse=500MB")
    with pytest.raises(NotApplicable):
        checks.test_journal_is_bounded(JOURNALD, Logs(streams=("file",)), POLICY)


def test_the_journals_place() -> None:
    checks.test_journal_outlives_a_restart(JOURNALD, LOGS)
    fails(
        checks.test_journal_outlives_a_restart,
        replace(JOURNALD, persistent=False, storage="volatile"),
        LOGS,
        match="volatile",
    )


def test_quiet() -> None:
    checks.test_log_is_quiet(LOGS, POLICY)
    checks.test_log_is_quiet(replace(LOGS, errors=90, busiest_hour=60), POLICY)
    fails(checks.test_log_is_quiet, replace(LOGS, tracebacks=1), POLICY, match="1 traceback")
    fails(checks.test_log_is_quiet, replace(LOGS, save_failures=2), POLICY, match="could not be saved")
    fails(checks.test_log_is_quiet, replace(LOGS, drift_warnings=1), POLICY, match="clocks of workers")
    fails(checks.test_log_is_quiet, replace(LOGS, busiest_hour=61, samples=("[E …] lost",)), POLICY, match="lost")
    with pytest.raises(Unobservable, match="pipe"):
        checks.test_log_is_quiet(Logs(streams=("pipe", "pipe")), POLICY)
