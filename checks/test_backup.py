"""Backups of flower.db.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.backup import Backup
from flower_audit.facts.database import Database
from flower_audit.model import Severity
from flower_audit.policy import Policy

DEPLOYMENT = "Production Deployment"
CHECKLIST = ("Backup strategy for flower.db",)


@check("backup.scheduled", severity=Severity.MEDIUM, section=DEPLOYMENT, covers=CHECKLIST)
def test_backup_is_scheduled(backup: Backup, database: Database) -> None:
    """A timer or cron job copies the database, and will run again.

    Why: what is copied by hand is copied once.
    Fix: a oneshot service that archives the database's whole family of files, and a timer with `OnCalendar=daily` and
    `Persistent=true`; `systemctl enable --now` the timer.
    Source: systemd.timer(5).
    """
    backup.require_a_visible_origin()
    job = backup.job
    assert job is not None, Finding(
        f"no timer or cron line copies {database.path}; copies were looked for in {backup.searched_text}"[:300],
        wanted="a scheduled backup",
    )
    assert job.will_run, Finding(
        job.problem or f"{job.name} is {'not enabled' if job.active else 'not active'}",
        wanted="active, and enabled at boot",
        where=job.name,
        fix=job.remedy,
    )


@check("backup.last-run-succeeded", severity=Severity.HIGH, section=DEPLOYMENT, covers=CHECKLIST)
def test_last_backup_succeeded(backup: Backup) -> None:
    """The last run of the backup ended well.

    Why: a job that fails every night looks like a backup until it is needed.
    Fix: read `journalctl -u` of the backup's service, mend its cause, and start it once by hand.
    Source: systemd.service(5), systemctl show Result=.
    """
    job = backup.job
    only_if(job is not None, "no backup is scheduled on this host (see backup.scheduled)")
    assert job is not None, Finding("no backup is scheduled")
    by_age = "the age of the copies tells (see backup.fresh)"
    only_if(job.kind == "timer", f"cron keeps no record of how a job ended; {by_age}")
    only_if(bool(job.has_run), f"neither systemd nor the journal remembers a run of {job.service}; {by_age}")
    assert job.succeeded, Finding(
        f"the last run {job.ending}",
        wanted="success",
        where=job.service,
    )


@check("backup.fresh", severity=Severity.HIGH, section=DEPLOYMENT, covers=CHECKLIST)
def test_newest_backup_is_fresh(backup: Backup, policy: Policy) -> None:
    """The newest copy is young enough.

    Why: what was done since the last copy is lost with the disk.
    Fix: find out why the backup did not run: `systemctl list-timers`, the cron log, a full disk.
    Source: the age of the newest file where the backup job writes.
    """
    backup.require_copies_here()
    newest = backup.newest
    assert newest is not None, Finding(
        f"no copy was found in {backup.searched_text}"[:300], wanted="a copy of the database"
    )
    assert newest.age_s <= policy.backup_max_age_hours * 3600, Finding(
        f"the newest copy is {newest.age_s / 3600:.0f} hours old",
        wanted=f"at most {policy.backup_max_age_hours} hours",
        where=newest.path,
    )


@check("backup.kept", severity=Severity.HIGH, section=DEPLOYMENT, covers=CHECKLIST)
def test_several_backups_are_kept(backup: Backup, policy: Policy) -> None:
    """More than the last copy is kept.

    Why: a database that was damaged unnoticed is soon the only one that is backed up.
    Fix: put the date into the archive's name, and delete by age only after a new one was made.
    Source: the files where the backup job writes.
    """
    backup.require_copies_here()
    assert backup.count >= policy.backup_min_copies, Finding(
        f"{backup.count} found, names of one file counted once",
        wanted=f"at least {policy.backup_min_copies} copies",
        where=backup.searched_text[:200],
    )


@check("backup.restorable", severity=Severity.HIGH, section=DEPLOYMENT, covers=CHECKLIST)
def test_newest_backup_holds_a_database(backup: Backup) -> None:
    """The newest copy opens and holds a whole database of Flower.

    Why: an archive of an empty placeholder, of half a file family or of the wrong directory restores nothing.
    Fix: archive every file beginning with the database's name, after a save; list the archive in the same job.
    Source: the keys in the newest copy, read without unpickling; flower/events.py, load_state.
    """
    backup.require_a_look_inside()
    only_if(backup.newest is not None, "no copy was found (see backup.fresh)")
    where = backup.newest.path if backup.newest else ""
    assert not backup.problem, Finding(backup.problem, wanted="a whole database", where=where)
    assert "events" in backup.keys, Finding(
        f"a {backup.family} database without the key `events`: an empty placeholder", wanted="a save", where=where
    )


@check("backup.elsewhere", severity=Severity.MEDIUM, section=DEPLOYMENT, covers=CHECKLIST)
def test_backup_lies_elsewhere(backup: Backup) -> None:
    """The copies lie on another file system or another host than the database.

    Why: the disk that loses the database loses its copies with it.
    Fix: copy to another volume, another host (rsync over ssh) or object storage, with append-only rights.
    Source: stat(2), the device of each file.
    """
    newest = backup.newest
    only_if(newest is not None or bool(backup.remote), "no copy was found (see backup.fresh)")
    assert backup.remote or (newest and not newest.same_file_system), Finding(
        "the newest copy is on the database's own file system",
        wanted="another file system or host",
        where=newest.path if newest else "",
    )


@check("backup.private", severity=Severity.MEDIUM, section=DEPLOYMENT, covers=CHECKLIST)
def test_backup_is_private(backup: Backup) -> None:
    """Nobody but its owner reads the copies.

    Why: they hold the arguments and results of every task.
    Fix: `umask 077` in the backup script, and mode 0700 for the directory it writes to.
    Source: stat(2), the file's mode and that of each directory above it.
    """
    only_if(backup.newest is not None, "no copy is on this host")
    exposed = backup.exposed
    assert not exposed, Finding(
        f"{len(exposed)} of {backup.count} copies may be read by anybody",
        wanted="mode 0600, or a directory closed to others",
        where=exposed[0].path if exposed else "",
    )
