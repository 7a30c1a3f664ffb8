"""The log: bounded, rotated for real, and quiet.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.journald import Journald
from flower_audit.facts.log_rotation import LogRotation
from flower_audit.facts.logs import Logs
from flower_audit.model import Severity
from flower_audit.policy import Policy

DEPLOYMENT = "Production Deployment"
TROUBLESHOOTING = "Troubleshooting"
GIGABYTE = 1024**3


@check("logging.rotated", severity=Severity.MEDIUM, section=DEPLOYMENT, covers=("Log rotation configured",))
def test_log_is_rotated(log_rotation: LogRotation) -> None:
    """Every file that Flower logs to is rotated, or the journal bounds it.

    Why: a log without bounds fills the disk, and then nothing is saved any more.
    Fix: a file in /etc/logrotate.d with the log's path, `daily`, `rotate 14`, `missingok`, and `copytruncate`.
    Source: logrotate(8), https://www.tornadoweb.org/en/stable/log.html.
    """
    unbounded = log_rotation.unbounded
    assert not unbounded, Finding(
        "no logrotate rule covers it" if not log_rotation.bound else "the container engine sets it no limit",
        wanted="a rule in /etc/logrotate.d, log_file_prefix, or the journal",
        where=unbounded[0] if unbounded else "",
        fix=log_rotation.bound,
    )
    assert log_rotation.bounded, Finding("nothing bounds the log", wanted="a rule, or the journal")


@check("logging.rotation-works", severity=Severity.MEDIUM, section=DEPLOYMENT, covers=("Log rotation configured",))
def test_log_rotation_works(log_rotation: LogRotation) -> None:
    """logrotate accepts its rule for Flower's log, runs on schedule, and Flower writes to the new file.

    Why: without `copytruncate` Flower goes on writing to the renamed file, and a rule that is refused rotates nothing.
    Fix: `logrotate -d /etc/logrotate.conf` shows what it says; use `copytruncate`, and `su` in a folder of Flower's.
    Source: logrotate(8).
    """
    only_if(bool(log_rotation.rules), "no logrotate rule covers Flower's log")
    defects = log_rotation.defects
    assert not defects, Finding(
        "; ".join(defects)[:300], wanted="a rotation that works", where=log_rotation.rules[0], fix=log_rotation.fix
    )


@check("logging.journal-bounded", severity=Severity.LOW, section=DEPLOYMENT, covers=("Log rotation configured",))
def test_journal_is_bounded(journald: Journald, logs: Logs, policy: Policy) -> None:
    """The journal may not grow beyond what the policy allows.

    Why: Flower shares it with every other service, and one that floods it fills the disk.
    Fix: `SystemMaxUse=1G` in a file of /etc/systemd/journald.conf.d, then `systemctl restart systemd-journald`.
    Source: journald.conf(5), SystemMaxUse=.
    """
    only_if(logs.journal, "Flower does not log to the journal")
    limit = policy.journal_max_bytes
    assert journald.max_use <= limit, Finding(
        f"up to {journald.max_use / GIGABYTE:.1f} GiB{journald.reason}",
        wanted=f"at most {limit / GIGABYTE:.1f} GiB",
        where=journald.where or "the default",
        fix=journald.fix,
    )


@check("logging.journal-persistent", severity=Severity.LOW, section=DEPLOYMENT, covers=("Log rotation configured",))
def test_journal_outlives_a_restart(journald: Journald, logs: Logs) -> None:
    """The journal is kept over a restart of the host.

    Why: after a crash the lines that tell why are needed most.
    Fix: `mkdir -p /var/log/journal && systemd-tmpfiles --create --prefix /var/log/journal`, or `Storage=persistent`.
    Source: journald.conf(5), Storage=.
    """
    only_if(logs.journal, "Flower does not log to the journal")
    assert journald.persistent, Finding(
        f"Storage={journald.storage}, and nothing is kept in /var/log/journal{journald.reason}",
        wanted="Storage=persistent",
        fix=journald.fix,
    )


@check("logging.quiet", severity=Severity.MEDIUM, section=TROUBLESHOOTING, covers=("Check logs",))
def test_log_is_quiet(logs: Logs, policy: Policy) -> None:
    """The last day of Flower's log holds no traceback, no failed save, no drifting clock and no burst of errors.

    Why: a lost broker, a failed save and a crash in a page all show here first.
    Fix: read the lines around it: `journalctl -u` of Flower's unit, or the end of its log file.
    Source: flower/events.py, tornado.log, celery/events/state.py.
    """
    logs.require_text()
    sample = f", the last error: {logs.samples[-1]}" if logs.samples else ""
    where = ", ".join(logs.read)
    assert not logs.sign, Finding(f"{logs.sign}{sample}"[:300], wanted="none", where=where)
    assert logs.busiest_hour <= policy.error_lines_max_per_hour, Finding(
        f"{logs.busiest_hour} error lines in one hour{sample}"[:300],
        wanted=f"at most {policy.error_lines_max_per_hour}",
        where=where,
    )
