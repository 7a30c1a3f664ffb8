"""The task history: kept over a restart, and not without bounds.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.errors import Unobservable
from flower_audit.facts.database import Database
from flower_audit.facts.disk_space import DiskSpace
from flower_audit.facts.limits import Limits
from flower_audit.facts.options import Options
from flower_audit.facts.process import Process
from flower_audit.model import Severity
from flower_audit.policy import Policy

CONFIGURATION = "Basic Configuration"
TROUBLESHOOTING = "Troubleshooting"
MEGABYTE = 1_000_000
BASE_BYTES = 60 * MEGABYTE
MISSED_SAVES, SAVING_S = 3, 30
"""A save may be late; after so many of them, and so many seconds on top, none comes."""
TASK_BYTES = 5_000
"""Measured with Flower 2.2.0: 57 MB at rest, 4.7 kB for each task with small arguments."""


@check(
    "persistence.enabled",
    severity=Severity.MEDIUM,
    section=CONFIGURATION,
    covers=("Database persistence enabled", "Enable database persistence"),
)
def test_persistence_is_on(options: Options) -> None:
    """Flower keeps its task history over a restart.

    Why: without it every restart and every deployment forgets all tasks and counters.
    Fix: `persistent = True` and `db = "/var/lib/flower/flower.db"` in flowerconfig.py, then restart Flower.
    Source: https://flower.readthedocs.io/en/latest/config.html#persistent
    """
    setting = options.settings["persistent"]
    assert options.persistent, Finding(
        f"persistent={setting.value}", wanted="persistent=True", where=setting.where or "the default"
    )


@check(
    "persistence.saved-regularly",
    severity=Severity.MEDIUM,
    section=CONFIGURATION,
    covers=("Database persistence enabled",),
)
def test_state_is_saved_regularly(
    options: Options,
    policy: Policy,
    database: Database | Unobservable | None = None,
    process: Process | Unobservable | None = None,
) -> None:
    """Flower saves its state while it runs, at sensible intervals.

    Why: with the default of 0 it saves at a clean stop only: after kill -9, an OOM kill or a power cut all is lost.
    Fix: `state_save_interval = 60000` in flowerconfig.py (milliseconds; a save stops Flower for as long as it takes).
    Source: https://flower.readthedocs.io/en/latest/config.html#state-save-interval
    """
    only_if(options.persistent, "persistence is off")
    interval = options.state_save_interval_ms
    where = options.settings["state_save_interval"].where or "the default"
    wanted = f"at least {policy.state_save_interval_min_ms} ms"
    assert interval > 0, Finding("state_save_interval=0 ms: saved at a clean stop only", wanted=wanted, where=where)
    assert interval >= policy.state_save_interval_min_ms, Finding(
        f"state_save_interval={interval} ms: the option is in milliseconds", wanted=wanted, where=where
    )
    age = (database.saved_age_s or 0) if isinstance(database, Database) else 0
    running, overdue = process.age_s if isinstance(process, Process) else 0, MISSED_SAVES * interval / 1000 + SAVING_S
    assert min(age, running) <= overdue, Finding(
        f"last saved {age:.0f} s ago, although Flower runs and is to save every {interval / 1000:g} s",
        wanted=f"a save within {overdue:.0f} s",
        where=database.path if isinstance(database, Database) else "",
        fix="look for `save_state` in Flower's log; a `.tmp` file of another user beside the database stops every save",
    )


@check(
    "persistence.path-durable",
    severity=Severity.MEDIUM,
    section=CONFIGURATION,
    covers=("Database persistence enabled",),
)
def test_database_lies_in_a_durable_place(database: Database, options: Options) -> None:
    """The database has an absolute path on a durable file system, which Flower may write to and strangers may not read.

    Why: a relative path follows the working directory, /tmp is emptied, and the file holds every task's arguments.
    Fix: `db = "/var/lib/flower/flower.db"`; `install -d -o celery -g celery -m 0750 /var/lib/flower`; `UMask=0077`.
    Source: https://flower.readthedocs.io/en/latest/config.html#db, systemd.exec(5) StateDirectory=.
    """
    given = options.settings["db"]
    assert str(given.value).startswith("/"), Finding(f"db={given.value}", wanted="an absolute path", where=given.where)
    assert not database.volatile, Finding(
        database.volatile, wanted="a durable place", where=database.path, fix=database.volatile_fix
    )
    assert database.folder is not None, Finding("its directory does not exist", where=database.path)
    assert database.accepts_saves, Finding(
        f"Flower may not write to {database.folder.path}", wanted="a directory of Flower's user", where=database.path
    )
    assert not database.exposed, Finding(
        f"mode {database.exposed[0].mode:04o}: anybody on the host may read it" if database.exposed else "",
        wanted="0640 or less, or a directory closed to others",
        where=database.exposed[0].path if database.exposed else "",
    )


@check("persistence.readable", severity=Severity.HIGH, section=CONFIGURATION, covers=("Database persistence enabled",))
def test_database_is_whole_and_holds_a_save(database: Database, options: Options) -> None:
    """The database is whole and holds a save, and none was set aside as corrupt.

    Why: an empty placeholder is made at every start; a torn file makes Flower <= 2.1 crash and 2.2 start from nothing.
    Fix: look into Flower's log for `Failed to load state`; restore the newest backup, or delete the file and restart.
    Source: flower/events.py, load_state and save_state.
    """
    family = database.whole_aside
    assert not database.corrupt, Finding(
        f"Flower could not read {', '.join(database.corrupt)[:150]}, and set it aside"
        + (f", although it is a whole database (dbm.{family})" if family else ""),
        wanted="no .corrupt file",
        where=database.path,
        fix=f"give its Python the module dbm.{family} (for gnu python3-gdbm), stop Flower, move the file back, start it"
        if family
        else "",
    )
    database.require_a_readable_file()
    database.require_a_save_is_due(options.state_save_interval_ms)
    assert database.exists, Finding("no database file", wanted="a save of Flower's state", where=database.path)
    assert not database.problem, Finding(database.problem, wanted="a whole database", where=database.path)
    assert database.holds_a_save, Finding(
        f"an empty {database.family} placeholder without the key `events`", wanted="a save", where=database.path
    )


@check("persistence.space", severity=Severity.MEDIUM, section=CONFIGURATION, covers=("Database persistence enabled",))
def test_there_is_room_for_the_database(disk_space: DiskSpace, policy: Policy) -> None:
    """The database's file system has room, in bytes and inodes.

    Why: each save writes a second copy before it replaces the first; on a full disk the state is lost.
    Fix: free space there, or move the database to another file system.
    Source: statfs(2).
    """
    wanted = f"at least {policy.disk_min_free_percent} % free"
    assert disk_space.free_percent >= policy.disk_min_free_percent, Finding(
        f"{disk_space.free_percent} % of {disk_space.total // MEGABYTE} MB free", wanted=wanted, where=disk_space.folder
    )
    assert disk_space.inodes_free_percent >= policy.disk_min_free_percent, Finding(
        f"{disk_space.inodes_free_percent} % of the inodes free", wanted=wanted, where=disk_space.folder
    )


@check(
    "retention.limited",
    severity=Severity.MEDIUM,
    section=TROUBLESHOOTING,
    covers=("Task retention limit configured", "Reduce task retention"),
)
def test_task_history_is_limited(options: Options, policy: Policy, limits: Limits | None = None) -> None:
    """The number of tasks kept was chosen, and fits the memory that Flower may use.

    Why: each task takes about 5 kB; the default of 2.0 and later, 100000, is half a gigabyte.
    Fix: `max_tasks = 10000` in flowerconfig.py, and `MemoryMax=` with room for 60 MB and 5 kB a task.
    Source: https://flower.readthedocs.io/en/latest/config.html#max-tasks
    """
    setting, count = options.settings["max_tasks"], options.max_tasks
    assert setting.source != "default", Finding(
        f"max_tasks is left at its default, {count}", wanted="a number chosen for this host", where="the default"
    )
    assert count <= policy.tasks_max, Finding(
        f"max_tasks={count}", wanted=f"at most {policy.tasks_max}", where=setting.where
    )
    limit = limits.memory_max if limits else None
    needed, fitting = BASE_BYTES + TASK_BYTES * count, max(0, (limit or 0) - BASE_BYTES) // TASK_BYTES
    assert limit is None or needed <= limit, Finding(
        f"{count} tasks need about {needed // MEGABYTE} MB, the limit is {(limit or 0) // MEGABYTE} MB",
        wanted=f"MemoryMax= of {needed // MEGABYTE} MB, or max_tasks of at most {fitting}",
        where=setting.where,
    )


@check(
    "retention.offline-workers",
    severity=Severity.LOW,
    section=TROUBLESHOOTING,
    covers=("Task retention limit configured",),
)
def test_offline_workers_are_forgotten(options: Options) -> None:
    """Workers that are gone for good are forgotten after a while.

    Why: each deployment leaves its old workers in the list, and on 2.1 and later in the metrics, as offline for ever.
    Fix: `purge_offline_workers = 300` in flowerconfig.py (seconds).
    Source: https://flower.readthedocs.io/en/latest/config.html#purge-offline-workers
    """
    seconds = options.purge_offline_workers_s
    assert seconds is not None, Finding(
        "purge_offline_workers is not set", wanted="a number of seconds", where="the default"
    )
