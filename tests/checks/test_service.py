"""Accepts and rejects of service.*: a healthy unit, and one change for each way to fail."""

from dataclasses import replace
from typing import Any

import pytest
from flower_audit.checks import test_service as checks
from packaging.version import Version

from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.broker_unit import BrokerUnit
from flower_audit.facts.container import Container
from flower_audit.facts.directories import Directory
from flower_audit.facts.exposure import Exposure
from flower_audit.facts.journal import Journal
from flower_audit.facts.limits import limits
from flower_audit.facts.options import Options, options_of_start
from flower_audit.facts.placement import Placement
from flower_audit.facts.process import Process
from flower_audit.facts.service import Service
from flower_audit.facts.systemd import Systemd
from flower_audit.facts.unit_file import UnitFile
from flower_audit.parsers.flower_start import Start

GIB = 2**30
SERVICE = Service(
    unit="flower.service",
    manager="system",
    load="loaded",
    active="active",
    sub="running",
    enabled="enabled",
    fragment="/etc/systemd/system/flower.service",
    drop_ins=(),
    main_pid=66,
    user="celery",
    group="celery",
    dynamic_user=False,
    working_directory="/opt/flower",
    memory_max=GIB,
    memory_high=None,
    memory_current=90_000_000,
    memory_host=8 * GIB,
    cpu_quota_percent=100.0,
    cpus=2,
    restart="on-failure",
    restarts=0,
    result="success",
    limit_nofile=65536,
    after=("network-online.target", "redis-server.service", "system.slice"),
    requires=("sysinit.target",),
    wanted_by=("multi-user.target",),
    lingers=False,
    need_daemon_reload=False,
    environment_files=("/etc/flower/flower.env",),
    hardening={"NoNewPrivileges": "yes", "ProtectSystem": "strict", "PrivateTmp": "yes"},
    stop_timeout_s=30.0,
    systemd=252,
)
LIMITS = limits(SERVICE)
PROCESS = Process(
    pid=66,
    uid=999,
    user="celery",
    gid=997,
    shell="/usr/sbin/nologin",
    program="celery",
    arguments=("--conf",),
    cwd="/opt/flower",
    unit="flower.service",
    started=1000,
    age_s=3600,
    rss=60_000_000,
    limit_nofile=65536,
    umask="0077",
    no_new_privileges=True,
)
JOURNAL = Journal(starts=1, restarts=0, failures=0, out_of_memory=0, last_restart=None, covers_s=86400)
UNIT = UnitFile(
    files=("/etc/systemd/system/flower.service",),
    secrets=(),
    outdated={},
    malformed=(),
    accounts_in_environment=(),
    has_install_section=True,
)
PLUS = replace(UNIT, full_privileges="/etc/systemd/system/flower.service:9")
EXPOSURE = Exposure(score=2.0, complaints=())
BOOTED = Systemd(booted=True, unit="flower.service")
WORK = Directory(purpose="working directory", path="/opt/flower", exists=True, mode="0755", uid=0, owner="root", gid=0)
DATA = Directory(purpose="database", path="/var/lib/flower", exists=True, mode="0750", uid=999, owner="celery", gid=997)
USERS = replace(SERVICE, manager="user alice", lingers=True)


def broker(url: str) -> Options:
    return options_of_start(Start(argv=("celery", "-b", url, "flower"), environ={}, workdir="/"), Version("2.2.0"))


def test_installed() -> None:
    checks.test_service_is_installed(BOOTED, Placement(), SERVICE)
    with pytest.raises(AssertionError, match="no unit starts Flower"):
        checks.test_service_is_installed(BOOTED, Placement(), None)
    with pytest.raises(AssertionError, match="LoadState=masked") as raised:
        checks.test_service_is_installed(BOOTED, Placement(), replace(SERVICE, load="masked"))
    assert "systemctl unmask flower.service" in raised.value.args[0].fix
    with pytest.raises(AssertionError, match="LoadState=not-found"):
        checks.test_service_is_installed(BOOTED, Placement(), replace(SERVICE, load="not-found"))
    with pytest.raises(NotApplicable):
        checks.test_service_is_installed(Systemd(booted=False, unit=""), Placement(), None)


def test_a_host_that_only_proxies_needs_no_unit() -> None:
    with pytest.raises(NotApplicable, match=r"sends to 10\.2\.0\.7:5555"):
        checks.test_service_is_installed(BOOTED, Placement(told="10.2.0.7:5555"), None)
    with pytest.raises(Unobservable, match="for root"):
        checks.test_service_is_installed(BOOTED, Placement(unknown="for root"), None)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"enabled": "generated"},
        {"enabled": "static", "wanted_by": ("flower.target",)},
        {"manager": "user alice", "lingers": True},
    ],
)
def test_enabled_accepts(change: dict[str, Any]) -> None:
    checks.test_service_is_enabled(replace(SERVICE, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": "disabled", "wanted_by": ()},
        {"enabled": "static", "wanted_by": ()},
        {"enabled": "enabled-runtime"},
        {"enabled": "masked", "wanted_by": ()},
        {"manager": "user alice", "lingers": False},
        {"wanted_by": ("graphical.target",), "not_pulled_in": ("graphical.target",)},
    ],
)
def test_enabled_rejects(change: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match=r"flower\.service"):
        checks.test_service_is_enabled(replace(SERVICE, **change))


def test_a_target_that_is_not_booted_into_matters_only_where_no_other_wants_the_unit() -> None:
    wanted = {"wanted_by": ("graphical.target", "multi-user.target"), "not_pulled_in": ("graphical.target",)}
    checks.test_service_is_enabled(replace(SERVICE, **wanted))


def test_a_flower_beside_its_stopped_unit_is_named() -> None:
    by_hand = replace(PROCESS, pid=812, unit="")
    with pytest.raises(AssertionError, match=r"inactive.*process 812\) was not started by it") as raised:
        checks.test_service_is_running(replace(SERVICE, active="inactive", sub="dead"), by_hand)
    assert "kill 812" in raised.value.args[0].fix
    checks.test_service_is_running(SERVICE, PROCESS)


def test_running() -> None:
    checks.test_service_is_running(SERVICE)
    for state in ("failed", "inactive", "activating"):
        with pytest.raises(AssertionError, match=f"ActiveState={state}"):
            checks.test_service_is_running(replace(SERVICE, active=state))
    with pytest.raises(NotApplicable):
        checks.test_service_is_running(replace(SERVICE, load="not-found"))


def test_not_flapping() -> None:
    checks.test_service_is_not_flapping(SERVICE, JOURNAL)
    checks.test_service_is_not_flapping(replace(SERVICE, restarts=1), None)
    with pytest.raises(AssertionError, match="5 automatic restarts"):
        checks.test_service_is_not_flapping(replace(SERVICE, restarts=5), None)
    with pytest.raises(AssertionError, match="4 automatic restarts"):
        checks.test_service_is_not_flapping(SERVICE, replace(JOURNAL, restarts=4))
    with pytest.raises(AssertionError, match="killed for memory"):
        checks.test_service_is_not_flapping(SERVICE, replace(JOURNAL, out_of_memory=1))
    with pytest.raises(AssertionError, match="killed for memory"):
        checks.test_service_is_not_flapping(replace(SERVICE, result="oom-kill"), JOURNAL)
    with pytest.raises(AssertionError, match="waits to be restarted"):
        checks.test_service_is_not_flapping(replace(SERVICE, sub="auto-restart"), JOURNAL)


def test_reloaded() -> None:
    checks.test_unit_is_reloaded_and_valid(SERVICE, UNIT, EXPOSURE)
    checks.test_unit_is_reloaded_and_valid(SERVICE, UNIT, None)
    old = "flower.service:9: Unit uses MemoryLimit=; please use MemoryMax= instead."
    checks.test_unit_is_reloaded_and_valid(SERVICE, UNIT, replace(EXPOSURE, complaints=(old,)))
    with pytest.raises(AssertionError, match="changed on disk") as raised:
        checks.test_unit_is_reloaded_and_valid(replace(SERVICE, need_daemon_reload=True), UNIT, EXPOSURE)
    assert "systemctl cat flower.service" in raised.value.args[0].fix
    with pytest.raises(AssertionError, match="Unknown key"):
        checks.test_unit_is_reloaded_and_valid(SERVICE, UNIT, replace(EXPOSURE, complaints=("Unknown key 'Foo'",)))
    with pytest.raises(AssertionError, match="only a variable"):
        checks.test_unit_is_reloaded_and_valid(SERVICE, replace(UNIT, accounts_in_environment=("User (x:3)",)), None)


def test_restarts() -> None:
    checks.test_service_restarts(SERVICE)
    checks.test_service_restarts(replace(SERVICE, restart="always"))
    for setting in ("no", "on-success", "on-abnormal", ""):
        with pytest.raises(AssertionError, match="Restart="):
            checks.test_service_restarts(replace(SERVICE, restart=setting))


def test_ordering() -> None:
    local, remote = broker("redis://localhost/0"), broker("rediss://cache.internal/0")
    checks.test_service_starts_after_what_it_needs(SERVICE, local)
    checks.test_service_starts_after_what_it_needs(replace(SERVICE, after=("network-online.target",)), remote)
    checks.test_service_starts_after_what_it_needs(replace(SERVICE, after=("network.target", "redis.service")), local)
    with pytest.raises(AssertionError, match="network"):
        checks.test_service_starts_after_what_it_needs(replace(SERVICE, after=("network.target",)), remote)
    with pytest.raises(AssertionError, match="broker"):
        checks.test_service_starts_after_what_it_needs(replace(SERVICE, after=("network-online.target",)), local)
    with pytest.raises(AssertionError, match=r"\(redis\).*redis-server\.service"):
        checks.test_service_starts_after_what_it_needs(
            replace(SERVICE, after=("network.target", "rabbitmq-server.service")), local
        )
    with pytest.raises(AssertionError, match=r"there is no redis7\.service"):
        checks.test_service_starts_after_what_it_needs(
            replace(SERVICE, after=("network.target", "redis7.service"), not_found=("redis7.service",)), local
        )
    in_container = replace(SERVICE, after=("network.target", "docker.service"))
    checks.test_service_starts_after_what_it_needs(in_container, local)
    with pytest.raises(NotApplicable):
        checks.test_service_starts_after_what_it_needs(USERS, local)


def test_the_broker_that_runs_is_the_one_to_wait_for() -> None:
    local, redis = broker("redis://localhost/0"), ("redis-server.service",)
    checks.test_service_starts_after_what_it_needs(SERVICE, local, BrokerUnit(listening=redis[0], awaited=redis))
    moved = BrokerUnit(listening="valkey-server.service", awaited=redis)
    with pytest.raises(AssertionError, match=r"does not wait for valkey-server\.service") as raised:
        checks.test_service_starts_after_what_it_needs(SERVICE, local, moved)
    assert "After=valkey-server.service" in raised.value.args[0].fix


CONTAINER = Container(
    engine="podman",
    name="flower",
    memory_max=768 << 20,
    cpu_quota_percent=100.0,
    memory_host=8 * GIB,
    cpus=2,
    restart_policy="no",
    no_new_privileges=True,
    read_only=True,
)


def test_container_without_a_unit() -> None:
    docker = replace(CONTAINER, engine="docker", restart_policy="unless-stopped")
    with pytest.raises(NotApplicable, match="the container engine starts Flower"):
        checks.test_service_is_installed(BOOTED, Placement(), None, docker)
    with pytest.raises(AssertionError, match="a container that nobody starts again") as raised:
        checks.test_service_is_installed(BOOTED, Placement(), None, replace(docker, restart_policy="on-failure"))
    assert "docker update --restart=unless-stopped flower" in str(raised.value.args[0].fix)
    with pytest.raises(AssertionError, match="restart policy no"):
        checks.test_service_is_installed(BOOTED, Placement(), None, CONTAINER)
    with pytest.raises(Unobservable, match="restart policy"):
        checks.test_service_is_installed(BOOTED, Placement(), None, replace(docker, restart_policy=None))
    checks.test_service_is_installed(BOOTED, Placement(), SERVICE, CONTAINER)
