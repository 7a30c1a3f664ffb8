"""The database and the task history."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from flower_audit.checks import test_persistence as checks
from packaging.version import Version

from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.database import Database, DatabaseFile
from flower_audit.facts.disk_space import DiskSpace
from flower_audit.facts.options import Options, Setting
from flower_audit.facts.process import Process
from flower_audit.policy import Policy

POLICY = Policy()
SETTINGS = {
    "persistent": Setting(value=True, source="file", where="flowerconfig.py:6"),
    "db": Setting(value="/var/lib/flower/flower.db", source="file", where="flowerconfig.py:7"),
    "state_save_interval": Setting(value=60_000, source="file", where="flowerconfig.py:8"),
    "max_tasks": Setting(value=10_000, source="file", where="flowerconfig.py:9"),
    "purge_offline_workers": Setting(value=300, source="file", where="flowerconfig.py:10"),
}
OPTIONS = Options(release=Version("2.2.0"), settings=SETTINGS, workdir="/opt/flower")
FILE = DatabaseFile(
    path="/var/lib/flower/flower.db", mode=0o600, uid=999, gid=999, size=24_576, mtime=1.0, device=1, exposed=False
)
DATABASE = Database(
    path=FILE.path,
    files=(FILE,),
    family="gnu",
    keys={"events": 6255, "counter": 478},
    folder=replace(FILE, path="/var/lib/flower", mode=0o750),
    writable=True,
    mount_point="/",
    file_system="ext4",
    saved_age_s=30,
)
PROCESS = Process(
    pid=66,
    uid=999,
    user="celery",
    gid=997,
    shell="/usr/sbin/nologin",
    program="celery",
    arguments=(),
    cwd="/opt/flower",
    unit="flower.service",
    started=1000,
    age_s=36_000,
    rss=60_000_000,
    limit_nofile=65536,
    umask="0077",
)
ROOM = DiskSpace(folder="/var/lib/flower", total=10**10, free=5 * 10**9, inodes_total=1000, inodes_free=900)


def with_option(name: str, value: Any, source: Any = "file") -> Options:
    return replace(OPTIONS, settings={**SETTINGS, name: Setting(value=value, source=source)})


def fails(check: Any, *facts: Any, match: str) -> None:
    with pytest.raises(AssertionError, match=match):
        check(*facts)


def test_persistence() -> None:
    checks.test_persistence_is_on(OPTIONS)
    fails(checks.test_persistence_is_on, with_option("persistent", False), match="persistent=False")


def test_regular_saves() -> None:
    checks.test_state_is_saved_regularly(OPTIONS, POLICY)
    fails(checks.test_state_is_saved_regularly, with_option("state_save_interval", 0), POLICY, match="clean stop only")
    fails(checks.test_state_is_saved_regularly, with_option("state_save_interval", 60), POLICY, match="milliseconds")
    with pytest.raises(NotApplicable):
        checks.test_state_is_saved_regularly(with_option("persistent", False), POLICY)


def test_saves_that_do_not_come() -> None:
    check, old = checks.test_state_is_saved_regularly, replace(DATABASE, saved_age_s=9000)
    fails(check, with_option("state_save_interval", 60_000), POLICY, old, PROCESS, match="last saved 9000 s ago")
    check(with_option("state_save_interval", 60_000), POLICY, replace(DATABASE, saved_age_s=200), PROCESS)
    check(with_option("state_save_interval", 60_000), POLICY, old, replace(PROCESS, age_s=100))
    check(with_option("state_save_interval", 60_000), POLICY, Unobservable("locked"), PROCESS)


def test_a_durable_place() -> None:
    checks.test_database_lies_in_a_durable_place(DATABASE, OPTIONS)
    checks.test_database_lies_in_a_durable_place(replace(DATABASE, files=(), writable=None), OPTIONS)
    checks.test_database_lies_in_a_durable_place(
        replace(DATABASE, files=(replace(FILE, mode=0o644),)), OPTIONS
    )  # its directory is closed to others
    fails(checks.test_database_lies_in_a_durable_place, DATABASE, with_option("db", "flower.db"), match="absolute path")
    fails(
        checks.test_database_lies_in_a_durable_place,
        replace(DATABASE, file_system="tmpfs", mount_point="/run"),
        OPTIONS,
        match="emptied",
    )
    fails(
        checks.test_database_lies_in_a_durable_place,
        replace(DATABASE, path="/tmp/flower.db"),
        OPTIONS,
        match="cleaned up",
    )
    fails(
        checks.test_database_lies_in_a_durable_place,
        replace(DATABASE, file_system="overlay", container_layer=True),
        OPTIONS,
        match="container",
    )
    fails(checks.test_database_lies_in_a_durable_place, replace(DATABASE, folder=None), OPTIONS, match="does not exist")
    fails(
        checks.test_database_lies_in_a_durable_place, replace(DATABASE, writable=False), OPTIONS, match="may not write"
    )
    fails(
        checks.test_database_lies_in_a_durable_place, replace(DATABASE, read_only=True), OPTIONS, match="may not write"
    )
    fails(
        checks.test_database_lies_in_a_durable_place,
        replace(DATABASE, files=(replace(FILE, mode=0o644, exposed=True),)),
        OPTIONS,
        match="mode 0644",
    )


def test_a_whole_database_with_a_save() -> None:
    checks.test_database_is_whole_and_holds_a_save(DATABASE, OPTIONS)
    fails(
        checks.test_database_is_whole_and_holds_a_save,
        replace(DATABASE, keys={}, saved_age_s=500),
        OPTIONS,
        match="placeholder",
    )
    fails(
        checks.test_database_is_whole_and_holds_a_save,
        replace(DATABASE, keys={}),
        with_option("state_save_interval", 0),
        match="placeholder",
    )
    fails(
        checks.test_database_is_whole_and_holds_a_save,
        replace(DATABASE, keys={}, family="", problem="the file ends too early", saved_age_s=500),
        OPTIONS,
        match="too early",
    )
    fails(
        checks.test_database_is_whole_and_holds_a_save,
        replace(DATABASE, files=(), keys={}, saved_age_s=None),
        OPTIONS,
        match="no database file",
    )
    fails(
        checks.test_database_is_whole_and_holds_a_save,
        replace(DATABASE, corrupt=("flower.db.corrupt",)),
        OPTIONS,
        match=r"flower\.db\.corrupt",
    )
    aside = replace(DATABASE, files=(), keys={}, corrupt=("flower.db.corrupt",), whole_aside="gnu")
    with pytest.raises(AssertionError, match=r"a whole database \(dbm\.gnu\)") as raised:
        checks.test_database_is_whole_and_holds_a_save(aside, OPTIONS)
    assert "python3-gdbm" in raised.value.args[0].fix
    with pytest.raises(Unobservable, match="due"):
        checks.test_database_is_whole_and_holds_a_save(replace(DATABASE, keys={}), OPTIONS)
    with pytest.raises(Unobservable, match="Permission denied"):
        checks.test_database_is_whole_and_holds_a_save(
            replace(DATABASE, keys={}, unreadable="Permission denied"), OPTIONS
        )


def test_room() -> None:
    checks.test_there_is_room_for_the_database(ROOM, POLICY)
    checks.test_there_is_room_for_the_database(replace(ROOM, inodes_total=None, inodes_free=None), POLICY)
    fails(checks.test_there_is_room_for_the_database, replace(ROOM, free=10**8), POLICY, match=r"1\.0 % of")
    fails(checks.test_there_is_room_for_the_database, replace(ROOM, inodes_free=3), POLICY, match="inodes")


def test_retention() -> None:
    small: Any = SimpleNamespace(memory_max=100_000_000)
    large: Any = SimpleNamespace(memory_max=768 * 1024**2)
    checks.test_task_history_is_limited(OPTIONS, POLICY)
    checks.test_task_history_is_limited(OPTIONS, POLICY, large)
    checks.test_task_history_is_limited(OPTIONS, POLICY, SimpleNamespace(memory_max=None))  # type: ignore[arg-type]
    fails(
        checks.test_task_history_is_limited,
        with_option("max_tasks", 100_000, "default"),
        POLICY,
        match="left at its default",
    )
    fails(checks.test_task_history_is_limited, with_option("max_tasks", 100_001), POLICY, match="at most 100000")
    fails(checks.test_task_history_is_limited, OPTIONS, POLICY, small, match="need about 110 MB")


def test_offline_workers() -> None:
    checks.test_offline_workers_are_forgotten(OPTIONS)
    fails(
        checks.test_offline_workers_are_forgotten,
        with_option("purge_offline_workers", None, "default"),
        match="not set",
    )
