"""What keeps each of Flower's log files from growing without end, and whether it works."""

import re
from dataclasses import dataclass, replace

from flower_audit.errors import Unobservable
from flower_audit.facts.journald import Journald
from flower_audit.facts.logrotate import Logrotate
from flower_audit.facts.logs import LogFile, Logs
from flower_audit.facts.options import Options
from flower_audit.parsers.logrotate import PERIOD_S, Rule
from flower_audit.probe import fact

STARTS_AGAIN = re.compile(r"\b(restart|try-restart|reload-or-restart|condrestart|force-reload)\b|supervisorctl|\bsv\b")
RENAMED = re.compile(r"(/.+?)[.-]\d{1,8}")
RUN_OUT = "has run out: none of its times comes again"
NO_SCHEDULE = "neither logrotate.timer nor a cron job starts logrotate"
DAY_S = 86_400
BY_ENGINE = "give the container --log-opt max-size=10m, or --log-driver=journald, and start it anew"
SPARSE_FROM = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRotation:
    """The log's bounds.

    Shape: `bounded` and `unbounded` are sentences, one for each place that the log goes to; `defects` say why a
    rotation that is set up does not work; `rules` are the files of the logrotate rules that apply;
    `bound` is what bounds the first unbounded place, empty for a rule.
    """

    bounded: tuple[str, ...] = ()
    unbounded: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    bound: str = ""
    rules: tuple[str, ...] = ()

    @property
    def fix(self) -> str:
        """What to do where nothing but the schedule is wrong, else empty."""
        if len(self.defects) == 1 and RUN_OUT in self.defects[0]:
            return "systemctl edit logrotate.timer: [Timer] with `OnCalendar=` and `OnCalendar=daily`; then restart it"
        return "systemctl enable --now logrotate.timer" if self.defects == (NO_SCHEDULE,) else ""


@fact()
def log_rotation(logs: Logs, options: Options, logrotate: Logrotate, journald: Journald | None = None) -> LogRotation:
    """Source: logrotate(8), tornado.log (`log_file_prefix` rotates by itself), journald.conf(5).

    Unobservable: the log goes to a pipe that another program reads.
    """
    bounded, unbounded, defects, rules = [], [], [], []
    files = logs.files
    if options.log_file and not any(file.path.startswith(options.log_file) for file in files):
        files += (LogFile(path=options.log_file),)  # set, and not opened yet
    for opened in files:
        renamed = RENAMED.fullmatch(opened.path)
        # /proc shows a renamed file under its new name: flower.log.1 is what was flower.log when it was opened.
        file = replace(opened, path=renamed[1], current=False) if renamed else opened
        own = file.path == options.log_file
        rule = logrotate.rule_for(file.path)
        if rule:
            bounded.append(f"{file.path} by {rule.file}")
            rules.append(rule.file)
            defects += _defects(file, rule, logrotate, own=own)
        elif file.bounded:
            bounded.append(f"{file.path} by the container engine ({file.bounded})")
        elif own:
            bounded.append(f"{file.path} by Flower itself (log_file_max_size)")
        else:
            unbounded.append(file.path)
    if logs.journal:
        bounded.append("the journal by journald" if journald else "the journal")
    if not bounded and not unbounded:
        places = ", ".join(dict.fromkeys(logs.streams)) or "nowhere that is known"
        raise Unobservable(f"Flower's log goes to {places}; what keeps it there is not visible from its process")
    by_engine = {file.path for file in files if file.by_engine}
    return LogRotation(
        bounded=tuple(bounded),
        unbounded=tuple(unbounded),
        defects=tuple(defects),
        rules=tuple(rules),
        bound=BY_ENGINE if by_engine & {*unbounded[:1]} else "",
    )


def _defects(file: LogFile, rule: Rule, logrotate: Logrotate, *, own: bool) -> list[str]:
    found = [f"logrotate says: {error}" for error in logrotate.errors_about(file.path, rule)[:2]]
    if not file.current:
        found.append(f"Flower goes on writing to a file that was renamed or deleted, and not to {file.path}")
    if rule.copies_only:
        found.append(f"{rule.file} says `copy`, which leaves the file as long as it is")
    elif not rule.copytruncate and not STARTS_AGAIN.search(rule.after):
        found.append(f"{rule.file} has no copytruncate and restarts nothing: Flower keeps the renamed file open")
    if rule.copytruncate and not file.appends and not own and file.size > SPARSE_FROM:
        found.append(f"{file.path} is not opened for appending, so it jumps back to its old size after each rotation")
    if not logrotate.scheduled and logrotate.schedule:
        found.append(f"{logrotate.schedule} {RUN_OUT}")
    elif not logrotate.scheduled:
        found.append(NO_SCHEDULE)
    if logrotate.last_result not in {"", "success"}:
        found.append(f"the last run of logrotate.service ended with {logrotate.last_result}")
    return found + _staleness(file, rule, logrotate)


def _staleness(file: LogFile, rule: Rule, logrotate: Logrotate) -> list[str]:
    """A rotation that is overdue by more than the day that the schedule may take.

    What counts is the age of the first line: a log that stayed empty was not rotated, and that is right.
    """
    period_s = PERIOD_S.get(rule.frequency)
    last = logrotate.rotated.get(file.path)
    if period_s is None or last is None or file.first_line_age_s is None or file.size < (rule.min_size_bytes or 1):
        return []
    waits_s = min(logrotate.now - last, file.first_line_age_s)
    return [f"{file.path} waits {waits_s / DAY_S:.0f} days for its rotation"] if waits_s > period_s + DAY_S else []
