"""What Flower's process may do, own and use up.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.container import Container
from flower_audit.facts.directories import Directories
from flower_audit.facts.exposure import Exposure
from flower_audit.facts.limits import Limits
from flower_audit.facts.process import Process
from flower_audit.facts.service import Service
from flower_audit.facts.unit_file import UnitFile
from flower_audit.model import Severity
from flower_audit.policy import Policy

DEPLOYMENT = "Production Deployment"
INSTALLED = ("Systemd service installed and enabled",)
LIMITS = ("Resource limits set appropriately",)
LIMIT_NOFILE_MIN = 4096
NO_LOGIN = ("nologin", "false", "sync")
NOBODY = 65534


@check("service.unprivileged-user", severity=Severity.HIGH, section=DEPLOYMENT, covers=INSTALLED)
def test_runs_as_unprivileged_user(
    process: Process,
    service: Service | None = None,
    unit_file: UnitFile | None = None,
    container: Container | None = None,
) -> None:
    """Flower runs as a dedicated system user that cannot log in.

    Why: whoever takes over the web UI inherits the rights of its process.
    Fix: `useradd --system --shell /usr/sbin/nologin celery`, set User= and Group= in the unit, chown its folders.
    Source: systemd.exec(5), User=
    """
    only_if(service is not None or container is not None, "no unit and no container starts Flower")
    where, login = service.fragment or service.unit if service else "", process.shell.rpartition("/")[2]
    assert process.uid != 0 or container is None, Finding(
        "it runs as root in its container, which is the host's own root",
        wanted="a user of its own",
        where=where or (f"the container {container.name}" if container else ""),
        fix="--user=1000:1000, or `USER` in its image, `user:` in its compose file; chown its volume to that user",
    )
    named = service.user if service and service.user not in {"", "root", "0"} else ""
    plus = unit_file.full_privileges if unit_file else ""
    assert process.uid != 0 or not plus, Finding("it runs as root", wanted="ExecStart= without its plus", where=plus)
    assert process.uid != 0 or not named, Finding(
        f"it runs as root, and User={named} is not in force yet", wanted=f"a restart as {named}", where=where
    )
    assert process.uid != 0, Finding("it runs as root", wanted="a dedicated system user", where=where)
    assert process.uid != NOBODY, Finding("it runs as nobody", wanted="a user of its own", where=where)
    assert process.gid != 0, Finding("its group is root", wanted="a group of its own", where=where)
    personal = service is not None and service.manager != "system"  # a person's own service manager runs as that person
    assert personal or login in {"", *NO_LOGIN}, Finding(
        f"{process.user} can log in with {process.shell}", wanted="/usr/sbin/nologin", where="/etc/passwd"
    )


@check("service.directories-owned", severity=Severity.MEDIUM, section=DEPLOYMENT, covers=INSTALLED)
def test_directories_are_owned(directories: Directories, process: Process) -> None:
    """Flower's folders exist, belong to its user or to root, and nobody else writes in them.

    Why: in a folder of somebody else's the history cannot be saved; in one open to all, its configuration and its
    database, which is unpickled, can be replaced.
    Fix: `install -d -m 0750 -o celery -g celery` the data and log folders; leave the code to root.
    Source: systemd.exec(5), StateDirectory=
    """
    assert directories.found, Finding("no folder of Flower was found", wanted="its working directory")
    missing, loose = directories.missing, directories.open_to_others
    foreign, locked = directories.foreign(process.uid), directories.locked(process.uid)
    assert not missing, Finding(f"the {missing[0].purpose} folder is missing", wanted="there", where=missing[0].path)
    assert not loose, Finding(f"mode {loose[0].mode}: all may write", wanted="0750", where=loose[0].path)
    assert not foreign, Finding(f"owned by {foreign[0].owner}", wanted=f"{process.user} or root", where=foreign[0].path)
    assert not locked, Finding(
        f"{process.user} cannot write there: it belongs to {locked[0].owner}", wanted=process.user, where=locked[0].path
    )


@check(
    "service.memory-limit",
    severity=Severity.MEDIUM,
    section=DEPLOYMENT,
    covers=(*LIMITS, "Increase resource limits"),
)
def test_memory_is_limited(
    limits: Limits, policy: Policy, unit_file: UnitFile | None = None, process: Process | None = None
) -> None:
    """Flower's memory has a limit within the host's, with headroom over what it uses.

    Why: its history grows with every task; without a limit it takes the host down, with too tight a one it is killed.
    Fix: set `MemoryMax=` in the unit (MemoryLimit= is its old name and will go), `systemctl daemon-reload`, restart.
    Source: systemd.resource-control(5), MemoryMax=
    """
    limit, host, where, setting = limits.memory_max, limits.memory_host, limits.where, limits.memory_setting
    hint = "MemoryLimit= has no effect here; " if unit_file and "MemoryLimit" in unit_file.outdated else ""
    assert limit is not None, Finding(
        f"{hint}no memory limit is in force", wanted=setting, where=where, fix=limits.memory_fix
    )
    assert host is None or limit < host, Finding(
        f"{setting} is {limit >> 20} MiB", wanted=f"less than the host's {(host or 0) >> 20} MiB", where=where
    )
    used, most = (process.rss if process else 0), limit * (100 - policy.memory_headroom_percent) // 100
    assert used <= most, Finding(
        f"{used >> 20} MiB used of {limit >> 20} MiB", wanted=f"at most {most >> 20} MiB", where=where
    )


@check("service.cpu-quota", severity=Severity.LOW, section=DEPLOYMENT, covers=(*LIMITS, "Increase resource limits"))
def test_cpu_is_limited(limits: Limits) -> None:
    """Flower's CPU time has a limit within the host's.

    Why: one wide query over its history keeps a core busy that the proxy or the broker beside it needs.
    Fix: set `CPUQuota=100%` (one core) in the unit, `systemctl daemon-reload`, restart.
    Source: systemd.resource-control(5), CPUQuota=
    """
    quota, most = limits.cpu_quota_percent, 100.0 * (limits.cpus or 1)
    assert quota is not None, Finding(
        "no CPU limit is in force", wanted=limits.cpu_setting, where=limits.where, fix=limits.cpu_fix
    )
    assert quota <= most, Finding(f"{quota:g}% of one CPU", wanted=f"at most {most:g}%", where=limits.where)


@check("service.file-limit", severity=Severity.LOW, section=DEPLOYMENT, covers=LIMITS)
def test_open_files_are_enough(limits: Limits, process: Process) -> None:
    """Flower may open enough files for its connections.

    Why: every browser, worker event and broker connection is one, and the default of 1024 ends in refused logins.
    Fix: set `LimitNOFILE=65536` in the unit, `systemctl daemon-reload`, restart.
    Source: systemd.exec(5), LimitNOFILE=
    """
    limit, set_now = process.limit_nofile, limits.files_of_unit or LIMIT_NOFILE_MIN
    own = process.unit == limits.unit
    assert limit is None or limit >= LIMIT_NOFILE_MIN or not own or set_now < LIMIT_NOFILE_MIN, Finding(
        f"the running process may open {limit} files: LimitNOFILE= of the unit is not in force yet",
        wanted=f"at least {LIMIT_NOFILE_MIN}",
        where=limits.unit,
        fix=f"systemctl restart {limits.unit}",
    )
    assert limit is None or limit >= LIMIT_NOFILE_MIN, Finding(
        f"{limit} open files",
        wanted=f"at least {LIMIT_NOFILE_MIN}",
        where=limits.where,
        fix=f"set {limits.files_setting}65536 there, and start it anew",
    )


@check("service.hardening", severity=Severity.LOW, section=DEPLOYMENT, covers=INSTALLED)
def test_service_is_hardened(
    service: Service,
    policy: Policy,
    exposure: Exposure | None = None,
    process: Process | None = None,
    container: Container | None = None,
) -> None:
    """systemd confines Flower: no new privileges, a read-only system, a /tmp of its own.

    Why: Flower unpickles its database and serves the web; what takes it over should find nothing beyond it.
    Fix: set `NoNewPrivileges=yes`, `PrivateTmp=yes` and `ProtectSystem=strict` (with StateDirectory=, LogsDirectory=).
    Source: systemd-analyze(1), security
    """
    only_if(service.load == "loaded", "the unit is not loaded; service.installed tells")
    only_if(container is None, "its settings do not reach into the container; see service.container-hardening")
    only_if(service.manager == "system", f"it is a unit of {service.manager}, which cannot confine it so")
    settings = service.hardening
    loose = [name for name in ("NoNewPrivileges", "ProtectSystem", "PrivateTmp") if settings.get(name, "no") == "no"]
    score, most = exposure.score if exposure else None, policy.hardening_max_exposure
    assert not loose, Finding(f"not set: {', '.join(loose)}", wanted="set", where=service.fragment)
    assert score is None or score <= most, Finding(
        f"systemd-analyze security gives {score}", wanted=f"at most {most}", where=service.fragment
    )
    own = process is not None and process.unit == service.unit  # service.running tells of another one
    assert process is None or not own or process.no_new_privileges is not False, Finding(
        "NoNewPrivileges= is set, and the running process is without it",
        wanted="a restart after it was set, and no plus before the command of ExecStart=",
        where=service.unit,
        fix=f"systemctl restart {service.unit}",
    )


@check("service.container-hardening", severity=Severity.LOW, section=DEPLOYMENT, covers=INSTALLED)
def test_container_is_hardened(container: Container, service: Service | None = None) -> None:
    """The container confines Flower: no new privileges, system calls filtered, a read-only root, and not privileged.

    Why: Flower unpickles its database and serves the web; what takes it over should find nothing beyond it.
    Fix: `--security-opt=no-new-privileges --read-only --cap-drop=all`, never `--privileged`; its data on a volume.
    Source: podman-run(1), https://docs.docker.com/engine/security/
    """
    where = (service.fragment if service else "") or f"the container {container.name}"
    assert not container.administrator, Finding("it is privileged", wanted="no --privileged", where=where)
    assert not container.loose, Finding(f"not set: {', '.join(container.loose)}", wanted="set", where=where)
