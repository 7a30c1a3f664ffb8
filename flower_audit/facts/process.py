"""The running Flower process."""

import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.inside import CLOSED, INSIDE, require_open
from flower_audit.parsers.flower_command import Form, read_command
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The process that is Flower.

    Shape: `program` is how it was started; `arguments` are the names of its options without their values; `cwd` is
    empty where the auditor may not see it; `unit` is the systemd unit of its control group, empty where it has none.
    In a container `user` is a name of the container's, `uid` and `gid` are the host's numbers, and `unit` may be that
    of the process that watches the container.
    `no_new_privileges` tells whether the kernel bars it from gaining any, None where that is not shown.
    Units: `rss` in bytes, `started` in seconds since 1970 (UTC), `age_s` in seconds, `limit_nofile` in files, None
    where there is no limit.
    """

    pid: int
    uid: int
    user: str
    gid: int
    shell: str
    program: Form
    arguments: tuple[str, ...]
    cwd: str
    unit: str
    started: int
    age_s: int
    rss: int
    limit_nofile: int | None
    umask: str
    no_new_privileges: bool | None = None


@probe(
    CLOSED
    + INSIDE
    + r"""[ -n "$pid" ] || { [ -r /proc/1/stat ] && echo absent || echo hidden; exit 0; }
[ -r "/proc/$pid/stat" ] || { echo gone; exit 0; }
echo "pid: $pid"
sed 's/.*) /stat: /' "/proc/$pid/stat"
awk '$1 == "btime" {print "btime: " $2}' /proc/stat
echo "ticks: $(getconf CLK_TCK 2>/dev/null || echo 100)"
echo "page: $(getconf PAGESIZE 2>/dev/null || echo 4096)"
echo "now: $(date +%s)"
grep -E '^(Uid|Gid|Umask|NoNewPrivs):' "/proc/$pid/status"
awk '/^Max open files/ {print "nofile: " $4}' "/proc/$pid/limits" 2>/dev/null
echo "cwd: $(readlink "/proc/$pid/cwd" 2>/dev/null)"
sed 's/^/cgroup: /' "/proc/$pid/cgroup"
uid=$(awk '$1 == "Uid:" {print $3}' "/proc/$pid/status")
if [ -z "$root" ]; then echo "account: $(getent passwd "$uid" 2>/dev/null | cut -d: -f1,7)"
else
  echo "keeper: $keeper"
  # Users have other names in there, and nobody logs in.
  uid=$(awk -v uid="$uid" '$2 <= uid && uid < $2 + $3 {print $1 + uid - $2}' "/proc/$pid/uid_map")
  echo "account: $(awk -F: -v uid="$uid" '$3 == uid {print $1; exit}' "$(inside /etc/passwd)" 2>/dev/null):"
fi
printf 'argv:\n'; tr '\n\000' '\001\n' <"/proc/$pid/cmdline" """,
    private=True,
    way="process",
)
def process(out: Output) -> Process:
    """Source: proc(5).  Absent: no Flower runs on the host.  Unobservable: other users' processes are hidden."""
    text = out.succeeded()
    require_open(text)
    if text.startswith(("absent", "gone")):
        raise Absent("no Flower process runs on this host")
    if text.startswith("hidden"):
        raise Unobservable("processes of other users are hidden (hidepid), so whether Flower runs cannot be told")
    head, _, argv = text.partition("\nargv:\n")
    found: dict[str, str] = {}
    for line in head.splitlines():
        name, _, value = line.partition(":")
        found.setdefault(name, value.strip())
    words = [word.replace("\x01", "\n") for word in argv.removesuffix("\n").split("\n")]
    try:
        stat = found["stat"].split()
        pid = int(found["pid"])
        started = int(found["btime"]) + int(stat[19]) // int(found["ticks"])
        ids = {name: int(found[name].split()[1]) for name in ("Uid", "Gid")}
        rss = int(stat[21]) * int(found["page"])
    except (KeyError, IndexError, ValueError) as error:
        raise Unobservable("the process's state in /proc could not be read") from error
    user, _, shell = found.get("account", "").partition(":")
    command = read_command(words)
    services = re.findall(r"[:/]([^/:\s]+\.service)\b", "\n".join(re.findall(r"^cgroup: (.*)$", head, re.MULTILINE)))
    nofile = found.get("nofile", "")
    return Process(
        pid=pid,
        uid=ids["Uid"],
        user=user or str(ids["Uid"]),
        gid=ids["Gid"],
        shell=shell,
        program=command.form,
        arguments=tuple(word.partition("=")[0] for word in command.after if word.startswith("--")),
        cwd=found.get("cwd", ""),
        unit=found["keeper"] if "keeper" in found else services[-1] if services else "",
        started=started,
        age_s=max(0, int(found["now"]) - started),
        rss=rss,
        limit_nofile=int(nofile) if nofile.isdigit() else None,
        umask=found.get("Umask", ""),
        no_new_privileges=found["NoNewPrivs"] == "1" if "NoNewPrivs" in found else None,
    )
