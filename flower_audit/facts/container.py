"""The container that Flower runs in, as its host sees it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flower_audit.errors import Absent, Unobservable
from flower_audit.inside import CLOSED, require_open
from flower_audit.probe import Output, probe

Engine = Literal["podman", "docker", "kubernetes", "other"]
ENGINES: tuple[tuple[str, Engine], ...] = (
    ("libpod", "podman"),
    ("kubepods", "kubernetes"),
    ("docker", "docker"),
)
ADMINISTRATION = 1 << 21
"""CAP_SYS_ADMIN: no engine grants it unless it is told to, and it is nearly everything.  Source: capabilities(7)."""
FOR_GOOD = frozenset({"always", "unless-stopped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Where the host takes connections for a port of the container; `address` is empty for all of its own."""

    address: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The container of Flower's process.

    Shape: `name` is the engine's, or the beginning of its id; `own_network` tells that its ports are not the host's,
    `published` maps its TCP ports to those of the host, None where the engine did not tell; `restart_policy` is the
    engine's, None likewise; `own_users` that its root is not the host's; `no_new_privileges`, `filtered` (seccomp),
    `administrator` (CAP_SYS_ADMIN) and `read_only` (its root file system) tell how it is confined.
    Units: `memory_max` in bytes and `cpu_quota_percent` of one CPU are the tightest limits of its control groups, None
    without one; `memory_host` in bytes.
    """

    engine: Engine
    name: str
    memory_max: int | None = None
    cpu_quota_percent: float | None = None
    memory_host: int | None = None
    cpus: int = 0
    own_network: bool = False
    published: Mapping[int, tuple[Published, ...]] | None = None
    restart_policy: str | None = None
    own_users: bool = False
    no_new_privileges: bool = False
    filtered: bool = True
    administrator: bool = False
    read_only: bool = False

    @property
    def found(self) -> dict[str, str]:
        """For the head of the report."""
        return {"container": f"{self.engine} {self.name}".strip()}

    @property
    def restarts_by_itself(self) -> bool:
        """The engine starts it again, after a reboot too.  Unobservable: the engine did not tell."""
        if self.restart_policy is None:
            raise Unobservable(f"{self.engine} did not tell the container's restart policy")
        return self.restart_policy in FOR_GOOD

    @property
    def fix_for_restarts(self) -> str:
        """A command that makes the engine start it again; podman itself does so at boot with a unit of its own."""
        if self.engine == "podman":
            return (
                f"a quadlet in /etc/containers/systemd; before podman 4.4 `podman generate systemd --new {self.name}`"
            )
        return f"docker update --restart=unless-stopped {self.name}"

    @property
    def loose(self) -> tuple[str, ...]:
        """What could confine it and does not, as options of `run`."""
        settings = {
            "--security-opt=no-new-privileges": self.no_new_privileges,
            "--read-only": self.read_only,
            "a seccomp filter": self.filtered,
        }
        return tuple(name for name, held in settings.items() if not held)

    def place_of(self, port: int) -> tuple[Published, ...]:
        """Where the host takes connections for a port.  Unobservable: the engine did not tell."""
        if not self.own_network:
            raise ValueError("the container has the host's own network")
        if self.published is None:
            raise Unobservable(f"Flower's container has a network of its own, and {self.engine} did not tell its ports")
        return self.published.get(port, ())


@probe(
    CLOSED
    + r"""is_contained() {
  grep -qs '^NSpid:[[:space:]]*[0-9][0-9]*[[:space:]][[:space:]]*[0-9]' "/proc/$pid/status" ||
    grep -qsE '/(docker|libpod|crio|cri-containerd|nerdctl|lxc)[-/]|/(kubepods|lxc)[-./]' "/proc/$pid/cgroup"
}
[ -n "$root" ] && is_contained || { echo absent; exit 0; }
sed 's/^/group: /' "/proc/$pid/cgroup"
grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' "/proc/$pid/status"
awk 'NR == 1 {print "users: " $1, $2}' "/proc/$pid/uid_map"
[ "$(readlink "/proc/$pid/ns/net")" = "$(readlink /proc/self/ns/net)" ] && echo 'network: host' || echo 'network: own'
awk '$5 == "/" {print "root: " $6}' "/proc/$pid/mountinfo"
awk '/^MemTotal:/ {print "memory-host: " $2}' /proc/meminfo
echo "cpus: $(getconf _NPROCESSORS_ONLN)"
group_of() { sed -n "s/^[0-9]*:\(.*,\)\{0,1\}$1\(,[^:]*\)\{0,1\}://p" "/proc/$pid/cgroup"; }
up() {
  group=$2
  while :; do
    "$3" "$1$group" 2>/dev/null
    case $group in */*) group=${group%/*};; *) break;; esac
  done
}
memory1() { echo "memory: $(cat "$1/memory.limit_in_bytes")"; }
cpu1() { echo "cpu: $(cat "$1/cpu.cfs_quota_us") $(cat "$1/cpu.cfs_period_us")"; }
unified() {
  [ ! -r "$1/memory.max" ] || echo "memory: $(cat "$1/memory.max")"
  [ ! -r "$1/cpu.max" ] || echo "cpu: $(cat "$1/cpu.max")"
}
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then up /sys/fs/cgroup "$(sed -n 's/^0:://p' "/proc/$pid/cgroup")" unified
else
  up /sys/fs/cgroup/memory "$(group_of memory)" memory1
  up /sys/fs/cgroup/cpu "$(group_of cpu)" cpu1
fi
id=$(sed -n 's#.*[/-]\([0-9a-f]\{64\}\).*#\1#p' "/proc/$pid/cgroup" | head -n 1)
case $(cat "/proc/$pid/cgroup") in *libpod*) engine=podman;; *docker*) engine=docker;; *) engine=;; esac
# Without a control group of its own, the monitor above it knows the container.
above=$pid
while [ -z "$id" ] && [ "${above:-0}" -gt 1 ]; do
  above=$(awk '$1 == "PPid:" {print $2}' "/proc/$above/status" 2>/dev/null)
  [ "$(cat "/proc/$above/comm" 2>/dev/null)" = conmon ] || continue
  id=$(tr '\000' '\n' <"/proc/$above/cmdline" | sed -n '/^-c$/{n;p;q;}') engine=podman
done
echo "id: $id"; echo "engine: $engine"
wanted='{"name": {{json .Name}}, "restart": {{json .HostConfig.RestartPolicy.Name}},'
wanted="$wanted \"ports\": {{json .NetworkSettings.Ports}}}"
# A container of a user's own (rootless) is known to the engine of that user alone.
owner=$(sed -n 's#.*/user@\([0-9]*\)\.service/.*#\1#p' "/proc/$pid/cgroup" | tail -n 1)
as=
[ -z "$owner" ] || [ "$owner" = "$(id -u)" ] || { cd /
  as="setpriv --reuid=$owner --regid=$(id -g "$owner") --init-groups env XDG_RUNTIME_DIR=/run/user/$owner"
  as="$as HOME=$(getent passwd "$owner" | cut -d: -f6)"; }
[ -n "$id" ] && [ -n "$engine" ] && command -v "$engine" >/dev/null 2>&1 &&
  timeout 4 $as "$engine" inspect --type=container --format "told: $wanted" "$id" 2>/dev/null
exit 0""",
    limit_s=8,
)
def container(out: Output) -> Container:
    """Source: proc(5), cgroups(7), and the engine's own word: `podman inspect`, `docker inspect`.

    Absent: Flower runs in no container, or the audit looks from inside of it.
    """
    text = out.succeeded()
    require_open(text)
    if text.startswith("absent"):
        raise Absent("Flower runs in no container of this host")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        found.setdefault(name, []).append(value.strip())

    def one(name: str) -> str:
        return (found.get(name) or [""])[0]

    groups = "\n".join(found.get("group", []))
    told = _told(one("told"))
    memory_host = int(one("memory-host")) * 1024 if one("memory-host").isdigit() else None
    memory = [int(limit) for limit in found.get("memory", []) if limit.isdigit()]
    cpu = [quota for limit in found.get("cpu", []) if (quota := _quota(limit)) is not None]
    return Container(
        engine=next((engine for sign, engine in ENGINES if sign in groups or engine == one("engine")), "other"),
        name=str(told.get("name") or one("id")[:12]).strip("/")[:60],
        memory_max=min((limit for limit in memory if memory_host is None or limit < memory_host), default=None),
        cpu_quota_percent=min(cpu, default=None),
        memory_host=memory_host,
        cpus=int(one("cpus")) if one("cpus").isdigit() else 0,
        own_network=one("network") == "own",
        published=_published(told.get("ports")) if told else None,
        restart_policy=str(told.get("restart") or "no") if told else None,
        own_users=one("users") not in {"", "0 0"},
        no_new_privileges=one("NoNewPrivs") == "1",
        filtered=one("Seccomp") == "2",
        administrator=bool(int(one("CapBnd") or "0", 16) & ADMINISTRATION),
        read_only="ro" in one("root").split(","),
    )


def _told(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text) if text else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _quota(text: str) -> float | None:
    """Percent of one CPU from `quota period`; None for no limit, which is `max` or -1."""
    match = re.fullmatch(r"(\d+) ([1-9]\d*)", text)
    return round(100 * int(match[1]) / int(match[2]), 1) if match else None


def _published(ports: object) -> dict[int, tuple[Published, ...]]:
    """`{"5555/tcp": [{"HostIp": "127.0.0.1", "HostPort": "5555"}]}`; null for a port that is not published."""
    found = {}
    for name, places in (ports if isinstance(ports, dict) else {}).items():
        number, _, protocol = str(name).partition("/")
        if number.isdigit() and protocol in {"tcp", ""} and isinstance(places, list):
            found[int(number)] = tuple(
                Published(
                    address="" if place.get("HostIp") in {None, "", "0.0.0.0", "::"} else str(place["HostIp"]),  # noqa: S104 - compared
                    port=int(place["HostPort"]),
                )
                for place in places
                if isinstance(place, dict) and str(place.get("HostPort", "")).isdigit()
            )
    return found
