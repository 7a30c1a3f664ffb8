"""Accepts and rejects of what Flower's process may do: a healthy one, and one change for each way to fail."""

from dataclasses import replace

import pytest
from flower_audit.checks import test_confinement as checks

from flower_audit.errors import NotApplicable
from flower_audit.facts.directories import Directories
from flower_audit.facts.limits import limits
from flower_audit.policy import Policy
from tests.checks.test_service import CONTAINER, DATA, EXPOSURE, GIB, LIMITS, PLUS, PROCESS, SERVICE, UNIT, USERS, WORK


def test_unprivileged_user() -> None:
    checks.test_runs_as_unprivileged_user(PROCESS, SERVICE)
    checks.test_runs_as_unprivileged_user(replace(PROCESS, user="61184", uid=61184, shell=""), SERVICE)
    checks.test_runs_as_unprivileged_user(replace(PROCESS, user="alice", uid=1000, shell="/bin/bash"), USERS)
    for change, said in (
        ({"uid": 0}, "as root"),
        ({"gid": 0}, "group is root"),
        ({"uid": 65534}, "nobody"),
        ({"shell": "/bin/sh"}, "can log in"),
    ):
        with pytest.raises(AssertionError, match=said):
            checks.test_runs_as_unprivileged_user(replace(PROCESS, **change), SERVICE)
    with pytest.raises(AssertionError, match="as root"):
        checks.test_runs_as_unprivileged_user(replace(PROCESS, uid=0), USERS)
    with pytest.raises(AssertionError, match="User=celery is not in force yet"):
        checks.test_runs_as_unprivileged_user(replace(PROCESS, uid=0), SERVICE, UNIT)
    with pytest.raises(AssertionError, match="its plus") as raised:
        checks.test_runs_as_unprivileged_user(replace(PROCESS, uid=0), SERVICE, PLUS)
    assert raised.value.args[0].where == PLUS.full_privileges


def test_directories_owned() -> None:
    checks.test_directories_are_owned(Directories(found=(WORK, DATA)), PROCESS)
    shared = replace(DATA, uid=0, owner="root", mode="0770")
    checks.test_directories_are_owned(Directories(found=(WORK, shared)), PROCESS)
    for change, said in (
        ({"exists": False, "mode": ""}, "missing"),
        ({"mode": "0777"}, "all may write"),
        ({"mode": "1777"}, "all may write"),
        ({"uid": 1001, "owner": "bob"}, "owned by bob"),
        ({"uid": 0, "owner": "root"}, "cannot write"),
    ):
        with pytest.raises(AssertionError, match=said):
            checks.test_directories_are_owned(Directories(found=(WORK, replace(DATA, **change))), PROCESS)
    with pytest.raises(AssertionError):
        checks.test_directories_are_owned(Directories(found=()), PROCESS)


def test_memory_limit() -> None:
    checks.test_memory_is_limited(LIMITS, Policy(), UNIT, PROCESS)
    checks.test_memory_is_limited(LIMITS, Policy(), None, None)
    with pytest.raises(AssertionError, match="no memory limit is in force"):
        checks.test_memory_is_limited(replace(LIMITS, memory_max=None), Policy(), UNIT, PROCESS)
    old = replace(UNIT, outdated={"MemoryLimit": "MemoryMax"})
    with pytest.raises(AssertionError, match="MemoryLimit= has no effect"):
        checks.test_memory_is_limited(replace(LIMITS, memory_max=None), Policy(), old, PROCESS)
    with pytest.raises(AssertionError, match="less than the host's 8192 MiB"):
        checks.test_memory_is_limited(replace(LIMITS, memory_max=8 * GIB), Policy(), UNIT, PROCESS)
    with pytest.raises(AssertionError, match="976 MiB used of 1024 MiB"):
        checks.test_memory_is_limited(LIMITS, Policy(), UNIT, replace(PROCESS, rss=976 << 20))


def test_cpu_quota() -> None:
    checks.test_cpu_is_limited(LIMITS)
    with pytest.raises(AssertionError, match="no CPU limit"):
        checks.test_cpu_is_limited(replace(LIMITS, cpu_quota_percent=None))
    with pytest.raises(AssertionError, match="400% of one CPU"):
        checks.test_cpu_is_limited(replace(LIMITS, cpu_quota_percent=400.0))


def test_file_limit() -> None:
    checks.test_open_files_are_enough(LIMITS, PROCESS)
    checks.test_open_files_are_enough(LIMITS, replace(PROCESS, limit_nofile=None))
    with pytest.raises(AssertionError, match="1024 open files"):
        checks.test_open_files_are_enough(replace(LIMITS, files_of_unit=1024), replace(PROCESS, limit_nofile=1024))
    with pytest.raises(AssertionError, match="is not in force yet"):
        checks.test_open_files_are_enough(LIMITS, replace(PROCESS, limit_nofile=1024))


def test_a_limit_is_looked_for_in_the_drop_ins_too() -> None:
    drop_in = "/etc/systemd/system/flower.service.d/override.conf"
    found = limits(replace(SERVICE, memory_max=None, drop_ins=(drop_in,)))
    with pytest.raises(AssertionError, match="no memory limit") as raised:
        checks.test_memory_is_limited(found, Policy(), UNIT, PROCESS)
    assert raised.value.args[0].where == f"{SERVICE.fragment} and {drop_in}"


def test_hardening() -> None:
    checks.test_service_is_hardened(SERVICE, Policy(), EXPOSURE)
    checks.test_service_is_hardened(SERVICE, Policy(), None)
    settings = SERVICE.hardening | {"PrivateTmp": "no"}
    with pytest.raises(AssertionError, match="not set: PrivateTmp"):
        checks.test_service_is_hardened(replace(SERVICE, hardening=settings), Policy(), EXPOSURE)
    with pytest.raises(AssertionError, match=r"gives 8\.8"):
        checks.test_service_is_hardened(SERVICE, Policy(), replace(EXPOSURE, score=8.8))
    with pytest.raises(NotApplicable):
        checks.test_service_is_hardened(USERS, Policy(), EXPOSURE)


def test_hardening_that_the_running_process_does_not_have() -> None:
    checks.test_service_is_hardened(SERVICE, Policy(), EXPOSURE, PROCESS)
    with pytest.raises(AssertionError, match="the running process is without it"):
        checks.test_service_is_hardened(SERVICE, Policy(), EXPOSURE, replace(PROCESS, no_new_privileges=False))
    by_hand = replace(PROCESS, unit="", no_new_privileges=False)
    checks.test_service_is_hardened(SERVICE, Policy(), EXPOSURE, by_hand)


def test_root_in_a_container() -> None:
    inside = replace(PROCESS, uid=1000, user="flower", gid=1000, shell="")
    checks.test_runs_as_unprivileged_user(inside, SERVICE, None, CONTAINER)
    checks.test_runs_as_unprivileged_user(inside, None, None, CONTAINER)
    with pytest.raises(AssertionError, match="the host's own root"):
        checks.test_runs_as_unprivileged_user(replace(inside, uid=0), SERVICE, None, CONTAINER)
    with pytest.raises(AssertionError, match="the host's own root"):
        checks.test_runs_as_unprivileged_user(replace(inside, uid=0), None, None, CONTAINER)


def test_limits_of_a_container() -> None:
    without = replace(CONTAINER, memory_max=None, cpu_quota_percent=None)
    checks.test_memory_is_limited(limits(SERVICE, CONTAINER), Policy(), UNIT, PROCESS)
    checks.test_cpu_is_limited(limits(None, CONTAINER))
    with pytest.raises(AssertionError, match="no memory limit"):  # the unit has one, for the engine's helper
        checks.test_memory_is_limited(limits(SERVICE, without), Policy(), UNIT, PROCESS)
    with pytest.raises(AssertionError, match="no CPU limit"):
        checks.test_cpu_is_limited(limits(SERVICE, without))


def test_container_hardening() -> None:
    checks.test_container_is_hardened(CONTAINER, SERVICE)
    for way, said in (
        ({"administrator": True}, "privileged"),
        ({"no_new_privileges": False}, "no-new-privileges"),
        ({"read_only": False}, "--read-only"),
        ({"filtered": False}, "seccomp"),
    ):
        with pytest.raises(AssertionError, match=said):
            checks.test_container_is_hardened(replace(CONTAINER, **way), None)
    with pytest.raises(NotApplicable, match="container-hardening"):
        checks.test_service_is_hardened(SERVICE, Policy(), container=CONTAINER)
