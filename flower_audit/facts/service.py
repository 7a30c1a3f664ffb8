"""The systemd unit that runs Flower, as systemd has it in force, drop-ins included."""

import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.probe import Output, probe

UNLIMITED = {"", "infinity", "18446744073709551615", "[not set]"}

UNITS = {"us": 1, "ms": 1000, "s": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """State of the systemd unit that runs Flower.

    Shape: `fragment` is the file that people edit: of a generated unit, such as that of a quadlet, what it was made
    from; `restart` is Restart=; `enabled` is UnitFileState (`enabled`, `disabled`, `static`, `generated` …);
    `not_pulled_in` are the targets of `wanted_by` that the host does not boot into; `not_found` are those of
    `after` that do not exist. `manager` is `system`, or `user NAME` for a user's own service manager; `after` are
    unit names; `lingers` tells that a user's manager runs without a login; `hardening` maps settings to what is in
    force; `environment_files` without their dash.
    Units: `memory_max` and `memory_current` in bytes, `cpu_quota_percent` of one CPU, None without a limit or number.
    """

    unit: str
    manager: str
    load: str
    active: str
    sub: str
    enabled: str
    fragment: str
    drop_ins: tuple[str, ...]
    main_pid: int
    user: str
    group: str
    dynamic_user: bool
    working_directory: str
    memory_max: int | None
    memory_high: int | None
    memory_current: int | None
    memory_host: int | None
    cpu_quota_percent: float | None
    cpus: int
    restart: str
    restarts: int
    result: str
    limit_nofile: int | None
    after: tuple[str, ...]
    requires: tuple[str, ...]
    wanted_by: tuple[str, ...]
    lingers: bool
    need_daemon_reload: bool
    environment_files: tuple[str, ...]
    hardening: dict[str, str]
    stop_timeout_s: float | None
    systemd: int
    not_pulled_in: tuple[str, ...] = ()
    not_found: tuple[str, ...] = ()

    @property
    def sleeps_after_boot(self) -> bool:
        """Only targets want it, and the host boots into none of them."""
        return bool(self.wanted_by) and set(self.wanted_by) <= set(self.not_pulled_in)


@probe(
    r"""command -v systemctl >/dev/null 2>&1 || { echo no-systemd; exit 0; }
[ -d /run/systemd/system ] || { echo not-booted; exit 0; }
[ -n "$unit" ] || { echo no-unit; exit 0; }
owner=$(sed -n 's#.*/user@\([0-9]*\)\.service/.*#\1#p' "/proc/$pid/cgroup" 2>/dev/null | tail -n 1)
ask() {
  if [ -z "$owner" ]; then systemctl "$@"
  elif [ "$owner" = "$(id -u)" ]; then XDG_RUNTIME_DIR=/run/user/$owner systemctl --user "$@"
  else
    setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups \
      env XDG_RUNTIME_DIR="/run/user/$owner" systemctl --user "$@"
  fi
}
echo "Manager=$owner $(getent passwd "$owner" 2>/dev/null | cut -d: -f1)"
echo "Host=$(awk '/^MemTotal:/ {print $2}' /proc/meminfo) $(getconf _NPROCESSORS_ONLN)"
systemctl --version | sed -n 's/^systemd \([0-9]*\).*/Systemd=\1/p'
echo "Linger=$(ls /var/lib/systemd/linger 2>/dev/null | grep -cx "$(getent passwd "$owner" 2>/dev/null | cut -d: -f1)")"
ask list-units --all --plain --no-legend --state=not-found 2>/dev/null | awk '{print "NotFound=" $1}'
# What every host boots into is not looked up: it takes a question for each target.
for target in $(ask show "$unit" -p WantedBy -p RequiredBy --value); do
  case $target in
    multi-user.target | default.target) ;;
    *.target)
      booted=$(ask list-dependencies --plain default.target 2>/dev/null | awk '{print $NF}')
      [ -z "$booted" ] || printf '%s\n' "$booted" "$(ask show default.target -p Id --value)" | grep -qxF "$target" ||
        echo "NotPulledIn=$target" ;;
  esac
done
ask show "$unit" -p Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,SourcePath,DropInPaths,MainPID \
 -p User,Group \
 -p DynamicUser,WorkingDirectory,MemoryMax,MemoryLimit,EffectiveMemoryMax,MemoryHigh,MemoryCurrent \
 -p CPUQuotaPerSecUSec,Restart,NRestarts,Result,LimitNOFILESoft,LimitNOFILE,After,Requires,Wants,WantedBy,RequiredBy \
 -p NeedDaemonReload,EnvironmentFiles,TimeoutStopUSec,NoNewPrivileges,ProtectSystem,ProtectHome,PrivateTmp \
 -p PrivateDevices,CapabilityBoundingSet,RestrictSUIDSGID,ProtectKernelTunables,UMask"""
)
def service(out: Output) -> Service:
    """Source: systemctl(1) `show`.  Absent: no unit of Flower.  Unobservable: no systemd, or it does not answer."""
    text = out.stdout
    if text.startswith(("no-systemd", "not-booted")):
        raise Absent("this host does not run systemd")
    if text.startswith("no-unit"):
        raise Absent("no systemd unit starts Flower: no running Flower belongs to one and no unit file names it")
    out.succeeded()
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            found.setdefault(name, []).append(value.strip())

    def one(name: str) -> str:
        return (found.get(name) or [""])[0]

    if not one("LoadState"):
        raise Unobservable("systemd did not answer for this unit")
    host, _, cpus = one("Host").partition(" ")
    memory_host = int(host) * 1024 if host.isdigit() else None
    owner_uid, _, owner = one("Manager").partition(" ")
    # EffectiveMemoryMax (systemd 256) counts the slices around the unit, and without any limit tells the host's memory.
    limits = [_bytes(one(name)) for name in ("MemoryMax", "MemoryLimit", "EffectiveMemoryMax")]
    smaller = [limit for limit in limits if limit is not None and (memory_host is None or limit < memory_host)]
    return Service(
        unit=one("Id"),
        manager=f"user {owner or owner_uid}" if owner_uid else "system",
        load=one("LoadState"),
        active=one("ActiveState"),
        sub=one("SubState"),
        enabled=one("UnitFileState"),
        fragment=one("SourcePath") or one("FragmentPath"),
        drop_ins=tuple(one("DropInPaths").split()),
        main_pid=int(one("MainPID") or 0),
        user=one("User") or (owner if owner_uid else ""),
        group=one("Group"),
        dynamic_user=one("DynamicUser") == "yes",
        working_directory=one("WorkingDirectory").lstrip("!"),
        memory_max=min(smaller, default=_bytes(one("MemoryMax"))),
        memory_high=_bytes(one("MemoryHigh")),
        memory_current=_bytes(one("MemoryCurrent")),
        memory_host=memory_host,
        cpu_quota_percent=_percent(one("CPUQuotaPerSecUSec")),
        cpus=int(cpus) if cpus.isdigit() else 0,
        restart=one("Restart"),
        restarts=int(one("NRestarts") or 0),
        result=one("Result"),
        limit_nofile=_bytes(one("LimitNOFILESoft") or one("LimitNOFILE")),
        after=tuple(one("After").split()),
        requires=tuple(f"{one('Requires')} {one('Wants')}".split()),
        wanted_by=tuple(f"{one('WantedBy')} {one('RequiredBy')}".split()),
        lingers=one("Linger").isdigit() and one("Linger") != "0",
        need_daemon_reload=one("NeedDaemonReload") == "yes",
        environment_files=tuple(
            re.sub(r" \(ignore_errors=\w+\)$", "", value) for value in found.get("EnvironmentFiles", []) if value
        ),
        hardening={name: one(name) for name in HARDENING if one(name)},
        stop_timeout_s=_seconds(one("TimeoutStopUSec")),
        systemd=int(one("Systemd") or 0),
        not_pulled_in=tuple(found.get("NotPulledIn", ())),
        not_found=tuple(name for name in found.get("NotFound", ()) if name in one("After").split()),
    )


HARDENING = (
    "NoNewPrivileges",
    "ProtectSystem",
    "ProtectHome",
    "PrivateTmp",
    "PrivateDevices",
    "CapabilityBoundingSet",
    "RestrictSUIDSGID",
    "ProtectKernelTunables",
    "UMask",
)
"""Settings that make a service harmless when it is taken over."""


def _bytes(text: str) -> int | None:
    return None if text in UNLIMITED or not text.isdigit() else int(text)


def _seconds(text: str) -> float | None:
    """A time span as systemd prints it (`1min 30s`), None for infinity or what is not one."""
    parts = re.findall(r"([\d.]+)(us|ms|min|s|h)\b", text)
    return sum(float(number) * UNITS[unit] for number, unit in parts) / 10**6 if parts else None


def _percent(text: str) -> float | None:
    seconds = _seconds(text)
    return None if seconds is None else round(seconds * 100, 1)
