"""Backups."""

from dataclasses import replace
from typing import Any

import pytest
from flower_audit.checks import test_backup as checks

from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.backup import Backup, Copy, Job
from flower_audit.facts.database import Database
from flower_audit.policy import Policy

POLICY = Policy()
JOB = Job(
    kind="timer",
    name="flower-backup.timer",
    where="/usr/local/sbin/flower-backup",
    service="flower-backup.service",
    enabled="enabled",
    has_run=True,
    result="success",
    status="0",
)
CRON = Job(kind="cron", name="/etc/cron.d/flower:1", where="/usr/local/bin/backup.sh")
COPY = Copy(path="/srv/backup/flower.tar.gz", age_s=3600, size=1000, mode=0o600, exposed=False, same_file_system=False)
GOOD = Backup(
    jobs=(JOB,), searched=("/srv/backup",), copies=(COPY, COPY, COPY), count=3, family="gnu", keys=("events", "counter")
)
NONE = Backup(searched=("/var/backups",))
AWAY = replace(GOOD, jobs=(replace(JOB, remote="object storage"),), copies=(), count=0, keys=(), family="")
DATABASE = Database(path="/var/lib/flower/flower.db", keys={})


def fails(check: Any, *facts: Any, match: str) -> None:
    with pytest.raises(AssertionError, match=match):
        check(*facts)


def test_a_schedule() -> None:
    check = checks.test_backup_is_scheduled
    check(GOOD, DATABASE)
    check(replace(GOOD, jobs=(CRON,)), DATABASE)
    check(replace(GOOD, jobs=(replace(JOB, active=False), CRON)), DATABASE)
    fails(check, NONE, DATABASE, match="/var/backups")
    fails(check, replace(GOOD, jobs=(replace(JOB, active=False),)), DATABASE, match="not active")
    fails(check, replace(GOOD, jobs=(replace(JOB, enabled="disabled"),)), DATABASE, match="not enabled")
    fails(check, replace(GOOD, jobs=(replace(CRON, problem="cron passes over it"),)), DATABASE, match="passes over")
    with pytest.raises(Unobservable, match="no timer or cron line"):
        check(replace(GOOD, jobs=()), DATABASE)


def test_the_last_run() -> None:
    check = checks.test_last_backup_succeeded
    check(GOOD)
    fails(check, replace(GOOD, jobs=(replace(JOB, result="exit-code", status="1"),)), match="exit-code")
    with pytest.raises(NotApplicable, match="cron"):
        check(replace(GOOD, jobs=(CRON,)))
    with pytest.raises(NotApplicable, match="no backup is scheduled"):
        check(NONE)
    with pytest.raises(Unobservable, match="remembers"):
        check(replace(GOOD, jobs=(replace(JOB, has_run=False),)))


def test_freshness() -> None:
    check = checks.test_newest_backup_is_fresh
    check(GOOD, POLICY)
    fails(check, replace(GOOD, copies=(replace(COPY, age_s=72 * 3600),)), POLICY, match="72 hours old")
    fails(check, NONE, POLICY, match="no copy was found")
    with pytest.raises(Unobservable, match="object storage"):
        check(AWAY, POLICY)


def test_how_many_are_kept() -> None:
    check = checks.test_several_backups_are_kept
    check(GOOD, POLICY)
    fails(check, replace(GOOD, count=1), POLICY, match="1 found")
    with pytest.raises(Unobservable):
        check(AWAY, POLICY)


def test_whether_the_newest_restores() -> None:
    check = checks.test_newest_backup_holds_a_database
    check(GOOD)
    fails(check, replace(GOOD, keys=(), problem="the archive is damaged: CRC"), match="damaged")
    fails(check, replace(GOOD, keys=()), match="placeholder")
    with pytest.raises(NotApplicable, match=r"backup\.fresh"):
        check(NONE)
    with pytest.raises(Unobservable, match="encrypted"):
        check(replace(GOOD, keys=(), undecided="the copy is encrypted"))


def test_elsewhere() -> None:
    check = checks.test_backup_lies_elsewhere
    check(GOOD)
    check(AWAY)
    fails(check, replace(GOOD, copies=(replace(COPY, same_file_system=True),)), match="own file system")
    with pytest.raises(NotApplicable):
        check(NONE)


def test_privacy() -> None:
    check = checks.test_backup_is_private
    check(GOOD)
    fails(check, replace(GOOD, copies=(COPY, replace(COPY, exposed=True, mode=0o644))), match="1 of the newest 2")
    with pytest.raises(NotApplicable):
        check(AWAY)
