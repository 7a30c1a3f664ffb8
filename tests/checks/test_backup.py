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
    checks.test_backup_is_scheduled(GOOD, DATABASE)
    checks.test_backup_is_scheduled(replace(GOOD, jobs=(CRON,)), DATABASE)
    checks.test_backup_is_scheduled(replace(GOOD, jobs=(replace(JOB, active=False), CRON)), DATABASE)
    fails(checks.test_backup_is_scheduled, NONE, DATABASE, match="/var/backups")
    fails(
        checks.test_backup_is_scheduled, replace(GOOD, jobs=(replace(JOB, active=False),)), DATABASE, match="not active"
    )
    fails(
        checks.test_backup_is_scheduled,
        replace(GOOD, jobs=(replace(JOB, enabled="disabled"),)),
        DATABASE,
        match="not enabled",
    )
    fails(
        checks.test_backup_is_scheduled,
        replace(GOOD, jobs=(replace(CRON, problem="cron passes over it"),)),
        DATABASE,
        match="passes over",
    )
    with pytest.raises(Unobservable, match="no timer or cron line"):
        checks.test_backup_is_scheduled(replace(GOOD, jobs=()), DATABASE)


@pytest.mark.parametrize(
    ("job", "remedy"),
    [
        (replace(JOB, active=False), "systemctl enable --now flower-backup.timer"),
        (replace(JOB, active=False, enabled="masked"), "systemctl unmask flower-backup.timer && "),
        (replace(JOB, problem="flower-backup.timer has run out: none of its times comes again"), "OnCalendar=daily"),
        (replace(CRON, problem="cron refuses the line: it takes /x for the name of a user"), "put the user"),
    ],
)
def test_the_remedy_fits_what_is_wrong(job: Job, remedy: str) -> None:
    with pytest.raises(AssertionError) as failure:
        checks.test_backup_is_scheduled(replace(GOOD, jobs=(job,)), DATABASE)
    assert remedy in failure.value.args[0].fix


def test_the_last_run() -> None:
    checks.test_last_backup_succeeded(GOOD)
    fails(
        checks.test_last_backup_succeeded,
        replace(GOOD, jobs=(replace(JOB, result="exit-code", status="1"),)),
        match=r"exit-code \(exit status 1\)",
    )
    ignored = replace(GOOD, jobs=(replace(JOB, status="1"),))
    fails(checks.test_last_backup_succeeded, ignored, match="exit status 1, which the unit ignores")
    second_step = replace(GOOD, jobs=(replace(JOB, result="exit-code"),))
    fails(checks.test_last_backup_succeeded, second_step, match=r"ended with exit-code \(wanted")
    with pytest.raises(NotApplicable, match="cron"):
        checks.test_last_backup_succeeded(replace(GOOD, jobs=(CRON,)))
    with pytest.raises(NotApplicable, match="no backup is scheduled"):
        checks.test_last_backup_succeeded(NONE)
    with pytest.raises(NotApplicable, match="remembers"):
        checks.test_last_backup_succeeded(replace(GOOD, jobs=(replace(JOB, has_run=False),)))


def test_freshness() -> None:
    checks.test_newest_backup_is_fresh(GOOD, POLICY)
    fails(
        checks.test_newest_backup_is_fresh,
        replace(GOOD, copies=(replace(COPY, age_s=72 * 3600),)),
        POLICY,
        match="72 hours old",
    )
    fails(checks.test_newest_backup_is_fresh, NONE, POLICY, match="no copy was found")
    with pytest.raises(Unobservable, match="object storage"):
        checks.test_newest_backup_is_fresh(AWAY, POLICY)


def test_how_many_are_kept() -> None:
    checks.test_several_backups_are_kept(GOOD, POLICY)
    fails(checks.test_several_backups_are_kept, replace(GOOD, count=1), POLICY, match="1 found")
    with pytest.raises(Unobservable):
        checks.test_several_backups_are_kept(AWAY, POLICY)


def test_whether_the_newest_restores() -> None:
    checks.test_newest_backup_holds_a_database(GOOD)
    fails(
        checks.test_newest_backup_holds_a_database,
        replace(GOOD, keys=(), problem="the archive is damaged: CRC"),
        match="damaged",
    )
    fails(checks.test_newest_backup_holds_a_database, replace(GOOD, keys=()), match="placeholder")
    with pytest.raises(NotApplicable, match=r"backup\.fresh"):
        checks.test_newest_backup_holds_a_database(NONE)
    with pytest.raises(Unobservable, match="encrypted"):
        checks.test_newest_backup_holds_a_database(replace(GOOD, keys=(), undecided="the copy is encrypted"))


def test_elsewhere() -> None:
    checks.test_backup_lies_elsewhere(GOOD)
    checks.test_backup_lies_elsewhere(AWAY)
    fails(
        checks.test_backup_lies_elsewhere,
        replace(GOOD, copies=(replace(COPY, same_file_system=True),)),
        match="own file system",
    )
    with pytest.raises(NotApplicable):
        checks.test_backup_lies_elsewhere(NONE)


def test_privacy() -> None:
    checks.test_backup_is_private(GOOD)
    fails(
        checks.test_backup_is_private,
        replace(GOOD, copies=(COPY, replace(COPY, exposed=True, mode=0o644))),
        match="1 of 3 copies",
    )
    with pytest.raises(NotApplicable):
        checks.test_backup_is_private(AWAY)
