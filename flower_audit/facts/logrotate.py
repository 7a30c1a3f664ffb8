"""logrotate on the host: its rules, whether it accepts them, when it ran, and what it rotated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flower_audit.errors import Unobservable
from flower_audit.parsers.logrotate import Rule, parse
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Logrotate:
    """What logrotate does on this host.

    Shape: `errors` are its own words about its configuration (`-d` changes nothing); `scheduled` says that a timer or a
    cron job starts it, `schedule` names it, also where it is a timer that has run out; `last_result` is systemd's of
    its last run, empty where cron starts it; `rotated` maps a log file to the seconds since 1970 of the last rotation,
    in the host's own time zone.
    Units: `now` in seconds since 1970, in the host's own time zone as well.
    """

    installed: bool = True
    rules: tuple[Rule, ...]
    errors: tuple[str, ...] = ()
    scheduled: bool = False
    schedule: str = ""
    last_result: str = ""
    rotated: Mapping[str, float]
    now: float = 0.0

    def rule_for(self, path: str) -> Rule | None:
        """The rule that rotates the file at `path`: the first one, for logrotate refuses a second."""
        return next((rule for rule in self.rules if rule.covers(path)), None)

    def errors_about(self, path: str, rule: Rule) -> tuple[str, ...]:
        """What logrotate says against a file or the file that its rule stands in."""
        name = rule.file.rpartition("/")[2]
        return tuple(
            error
            for error in self.errors
            if path in error or re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", error)
        )


@probe(
    r"""
main=/etc/logrotate.conf
[ -e "$main" ] || main=/usr/etc/logrotate.conf
[ -e "$main" ] || { command -v logrotate >/dev/null && echo no-configuration || echo absent; exit 0; }
show() { printf '\n@file %s\n' "$1"; head -c 20000 "$1"; }
show "$main"
for place in $(sed -n 's/^[[:space:]]*include[[:space:]]\{1,\}//p' "$main"); do
  if [ -d "$place" ]; then for file in "$place"/*; do [ -f "$file" ] && show "$file"; done
  elif [ -f "$place" ]; then show "$place"; fi
done
printf '\n@state\n'
cat /var/lib/logrotate/status /var/lib/logrotate/logrotate.status /var/lib/logrotate.status 2>/dev/null
printf '\n@check\n'
logrotate -d "$main" 2>&1 | grep -E '^(error|warning: .*(ignor|skip))|^considering log|because parent' | head -n 400
printf '\n@schedule\n'
systemctl show logrotate.timer logrotate.service --property=Id,ActiveState,SubState,UnitFileState,Result 2>/dev/null
for file in /etc/cron.daily/logrotate /etc/cron.hourly/logrotate /etc/periodic/daily/logrotate; do
  [ -x "$file" ] && echo "Cron=$file"
done
grep -lqsE '^[^#]*logrotate' /etc/crontab /etc/cron.d/* /etc/anacrontab && echo Cron=/etc/crontab
[ -d /run/systemd/system ] && echo Systemd=yes
pgrep -x 'cron|crond|busybox' >/dev/null 2>&1 && echo Daemon=cron
date '+Now=%Y-%m-%d-%H:%M:%S'
""",
    root=True,
    private=True,
    limit_s=10,
)
def logrotate(out: Output) -> Logrotate:
    """Source: logrotate's configuration, its state file, `logrotate -d`.

    Absent: never; where it is not installed, no log is rotated by it.
    Unobservable: no root, which the state file and the included files may need.
    """
    text = out.succeeded()
    if text.strip() in {"absent", "no-configuration"}:
        return Logrotate(installed=text.strip() != "absent", rules=(), rotated={})
    files_part, found, rest = text.partition("\n@state\n")
    state, _, rest = rest.partition("\n@check\n")
    check, schedule_found, schedule = rest.partition("\n@schedule\n")
    if not (found and schedule_found):
        raise Unobservable("the answer about logrotate is incomplete")
    files = [part.partition("\n") for part in re.split(r"(?m)^@file ", files_part)[1:]]
    values = [line.partition("=")[::2] for line in schedule.splitlines()]
    timer, service = _unit(schedule, "logrotate.timer"), _unit(schedule, "logrotate.service")
    cron = next((value for name, value in values if name == "Cron"), "")
    run_out = timer.get("SubState") == "elapsed"  # active, and none of its times comes again
    by_timer = timer.get("ActiveState") == "active" and not run_out
    # Debian's own cron script leaves the work to the timer wherever systemd runs.
    by_cron = (
        bool(cron)
        and ("Daemon", "cron") in values
        and not (timer.get("UnitFileState") and ("Systemd", "yes") in values)
    )
    return Logrotate(
        rules=parse((name.strip(), body) for name, _, body in files),
        errors=tuple(line[:200] for line in check.splitlines() if line.startswith(("error", "warning")))[:20],
        scheduled=by_timer or by_cron,
        schedule="logrotate.timer" if by_timer or run_out else cron if by_cron else "",
        last_result=service.get("Result", "") if by_timer else "",
        rotated={path: when for path, when in map(_rotation, state.splitlines()) if path},
        now=_seconds(next((value for name, value in values if name == "Now"), "")),
    )


def _unit(text: str, name: str) -> dict[str, str]:
    """The properties of one of the units that `systemctl show` printed."""
    for block in text.split("\n\n"):
        properties = dict(line.partition("=")[::2] for line in block.splitlines())
        if properties.get("Id") == name:
            return properties
    return {}


def _rotation(line: str) -> tuple[str, float]:
    match = re.fullmatch(r'"(.+)" (\S+)', line.strip())
    return (match[1].replace('\\"', '"'), _seconds(match[2])) if match else ("", 0.0)


def _seconds(when: str) -> float:
    numbers = [int(number) for number in re.findall(r"\d+", when)][:6]
    year, month, day, hour, minute, second = numbers + [1, 1, 1, 0, 0, 0][len(numbers) :]
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0
