"""Metrics exporters for Celery that run on the host beside Flower, and who keeps them running."""

import re
from dataclasses import dataclass
from typing import Literal

from flower_audit.errors import Absent, Unobservable
from flower_audit.probe import Output, probe

EXPORTER = re.compile(
    r"(^|[/\s])(celery[-_](prometheus[-_])?exporter|prometheus[-_](exporter[-_]celery|celery[-_]exporter))([\s./]|$)"
    r"|prometheus[-_]metrics\.py"
)
CONTAINER = re.compile(r"docker|containerd|kubepods|libpod|crio|lxc|machine\.slice")
Manager = Literal["systemd", "container", "supervisor", "session", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningExporter:
    """One exporter process.

    Shape: `manager` is who starts it again: `session` is nobody (a shell's `&`, cron, a terminal multiplexer, a unit
    that systemd-run made until the next boot); `unit` is the systemd unit, else empty.
    """

    pid: int
    program: str
    manager: Manager
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """All exporters of Celery's metrics on the host."""

    running: tuple[RunningExporter, ...]

    @property
    def unmanaged(self) -> tuple[RunningExporter, ...]:
        """Those that nobody starts again.

        Unobservable: who keeps one cannot be told, and none is known to be left alone.
        """
        found = tuple(one for one in self.running if one.manager == "session")
        if not found and any(one.manager == "unknown" for one in self.running):
            raise Unobservable("who keeps the exporter running cannot be told from its control group")
        return found


@probe(
    r"""for folder in /proc/[0-9]*; do
  grep -qazE 'exporter|prometheus[-_]metrics' "$folder/cmdline" 2>/dev/null || continue
  line=$(tr '\0\n' '  ' <"$folder/cmdline" 2>/dev/null | cut -c 1-300 | sed 's#://[^@ ]*@#://***@#g')
  case $line in *celery*|*prometheus?metrics.py*) ;; *) continue;; esac
  case $line in grep\ *|sed\ *|tr\ *|sh\ *|dash\ *|bash\ *|timeout\ *) continue;; esac
  group=$(sed -n 's/^[0-9]*:name=systemd://p' "$folder/cgroup" 2>/dev/null)
  [ -n "$group" ] || group=$(sed -n 's/^0:://p' "$folder/cgroup" 2>/dev/null)
  [ -n "$group" ] && [ -e "/run/systemd/transient/${group##*/}" ] && group="transient $group"
  parent=$(sed -n 's/^PPid:[[:space:]]*//p' "$folder/status" 2>/dev/null)
  printf '%s\t%s\t%s\t%s\n' "${folder#/proc/}" "$group" "$(cat "/proc/$parent/comm" 2>/dev/null)" "$line"
done
echo end""",
    private=True,
)
def exporter(out: Output) -> Exporter:
    """Source: /proc/<pid>/cmdline, cgroup, and the name of the parent.

    Absent: no exporter runs on this host.
    """
    lines = out.succeeded().splitlines()
    if not lines or lines[-1] != "end":
        raise Unobservable("the list of processes was cut")
    found = [one for line in lines[:-1] if (one := _exporter(line))]
    if not found:
        raise Absent("no exporter of Celery's metrics runs on this host; Flower serves metrics itself")
    return Exporter(running=tuple(found))


def _exporter(line: str) -> RunningExporter | None:
    pid, _, rest = line.partition("\t")
    group, _, rest = rest.partition("\t")
    parent, _, command = rest.partition("\t")
    program = EXPORTER.search(" ".join(command.split(" ")[:4]))
    if not pid.isdigit() or not program or command.startswith(("sh -c", "bash -c", "vi ", "vim ", "tail ")):
        return None
    unit = group.rpartition("/")[2]
    manager = _manager(group, unit, parent)
    if manager == "systemd" and group.startswith("transient "):
        manager, unit = "session", f"{unit}, which systemd-run made until the next boot"
    return RunningExporter(pid=int(pid), program=program[0].strip(" /"), manager=manager, unit=unit)


def _manager(group: str, unit: str, parent: str) -> Manager:
    if CONTAINER.search(group):
        return "container"
    if re.search(r"supervisor|runsv|s6-supervise|circus|pm2|monit|god", parent):
        return "supervisor"
    if unit.endswith(".scope") or re.fullmatch(
        r"(cron|crond|ssh|sshd|atd|user@\d+|getty@.*|screen|tmux)\S*\.service", unit
    ):
        return "session"
    if unit.endswith(".service"):
        return "systemd"
    return "unknown"
