"""Whether the service manager keeps Flower running, and within limits.  PYTEST_DONT_REWRITE."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.broker_unit import BrokerUnit
from flower_audit.facts.container import Container
from flower_audit.facts.directories import Directories
from flower_audit.facts.exposure import Exposure
from flower_audit.facts.journal import Journal
from flower_audit.facts.limits import Limits
from flower_audit.facts.options import Options
from flower_audit.facts.placement import Placement
from flower_audit.facts.process import Process
from flower_audit.facts.service import Service
from flower_audit.facts.systemd import Systemd
from flower_audit.facts.unit_file import UnitFile
from flower_audit.model import Severity
from flower_audit.policy import Policy

DEPLOYMENT = "Production Deployment"
INSTALLED = ("Systemd service installed and enabled",)
LIMITS = ("Resource limits set appropriately",)

MANY_RESTARTS = 3
LIMIT_NOFILE_MIN = 4096
NO_LOGIN = ("nologin", "false", "sync")
NOBODY = 65534
REDIS = ("redis-server.service", "redis", "valkey", "keydb", "dragonfly")
RABBITMQ = ("rabbitmq-server.service", "rabbitmq", "lavinmq", "qpid")
AMQP = ("amqp", "amqps", "pyamqp")
BROKER_UNITS = {"redis": REDIS, "rediss": REDIS, "sentinel": REDIS} | dict.fromkeys(AMQP, RABBITMQ)
CONTAINERS = ("docker", "podman", "containerd")


@check("service.installed", severity=Severity.CRITICAL, section=DEPLOYMENT, covers=INSTALLED)
def test_service_is_installed(
    systemd: Systemd, placement: Placement, service: Service | None = None, container: Container | None = None
) -> None:
    """A systemd unit starts Flower.

    Why: a Flower started from a shell is gone after the next reboot, and nothing restarts it.
    Fix: write /etc/systemd/system/flower.service with `ExecStart=<venv>/bin/celery … flower …`, then
    `systemctl daemon-reload`.
    Source: systemd.service(5)
    """
    only_if(systemd.booted, "this host does not run systemd")
    only_if(not placement.elsewhere, f"Flower runs on another host: the proxy here sends to {placement.told}")
    alone = container if service is None else None  # a container that no unit keeps
    only_if(alone is None or not alone.restarts_by_itself, "the container engine starts Flower, after a reboot too")
    assert alone is None, Finding(
        f"a container that nobody starts again (restart policy {alone.restart_policy})" if alone else "",
        wanted="a unit, or Docker's restart policy unless-stopped",
        where=f"{alone.engine} {alone.name}" if alone else "",
        fix=alone.fix_for_restarts if alone else "",
    )
    assert service is not None, Finding(
        "no unit starts Flower", wanted="a unit such as flower.service", where="systemd"
    )
    fix = (
        f"systemctl unmask {service.unit} && systemctl enable --now {service.unit}" if service.load == "masked" else ""
    )
    assert service.load == "loaded", Finding(f"LoadState={service.load}", wanted="loaded", where=service.unit, fix=fix)


@check("service.enabled", severity=Severity.HIGH, section=DEPLOYMENT, covers=INSTALLED)
def test_service_is_enabled(service: Service) -> None:
    """The unit is started at boot.

    Why: after the next reboot nobody watches the workers, and nobody notices.
    Fix: run `systemctl enable` on the unit (for a user's unit also `loginctl enable-linger USER`).
    Source: systemctl(1), enable
    """
    only_if(service.load == "loaded", "the unit is not loaded; service.installed tells")
    for_good = service.enabled in {"enabled", "generated", "alias"}
    pulled_in = bool(service.wanted_by) and not service.enabled.endswith("-runtime")
    enable = f"systemctl {'' if service.manager == 'system' else '--user '}enable {service.unit}"
    assert for_good or pulled_in, Finding(
        f"UnitFileState={service.enabled}", wanted="enabled", where=service.unit, fix=enable
    )
    assert not service.sleeps_after_boot, Finding(
        f"it is wanted by {', '.join(service.wanted_by)}, which this host does not boot into",
        wanted="WantedBy=multi-user.target",
        where=service.fragment,
        fix=f"set WantedBy=multi-user.target there, then `systemctl reenable {service.unit}`",
    )
    assert service.manager == "system" or service.lingers, Finding(
        f"a unit of {service.manager}, who does not linger",
        wanted="a service manager that runs without a login",
        where=service.unit,
        fix=f"loginctl enable-linger {service.manager.rpartition(' ')[2]}",
    )


@check("service.running", severity=Severity.CRITICAL, section=DEPLOYMENT, covers=INSTALLED)
def test_service_is_running(service: Service, process: Process | None = None) -> None:
    """The unit is active.

    Why: nobody sees the workers while it is not.
    Fix: read `journalctl -u <unit> -n 50`, correct what it says, then `systemctl start` it.
    Source: systemctl(1), show, ActiveState
    """
    only_if(service.load == "loaded", "the unit is not loaded; service.installed tells")
    state = f"ActiveState={service.active} ({service.sub}), last result {service.result or 'unknown'}"
    beside = process.pid if process is not None and process.unit != service.unit else 0
    assert service.active == "active" or not beside, Finding(
        f"{state}; the Flower that runs (process {beside}) was not started by it",
        wanted="the unit's own Flower",
        where=service.unit,
        fix=f"kill {beside} && systemctl restart {service.unit}",
    )
    assert service.active == "active", Finding(
        state,
        wanted="active",
        where=service.unit,
    )


@check("service.not-flapping", severity=Severity.HIGH, section=DEPLOYMENT, covers=("Check logs",))
def test_service_is_not_flapping(service: Service, journal: Journal | None = None) -> None:
    """The unit has not been restarted or killed for memory over the last day.

    Why: at every unclean end the task history since the last save is lost, and alerts come and go.
    Fix: read `journalctl -u <unit>` around the restarts; for kills raise MemoryMax= or lower max_tasks.
    Source: systemd.service(5), Restart=
    """
    restarts = max(service.restarts, journal.restarts if journal else 0)
    kills = journal.out_of_memory if journal else 0
    killed = kills or int(service.result == "oom-kill")
    assert not killed, Finding(f"killed for memory {killed} time(s)", wanted="never", where=service.unit)
    assert restarts < MANY_RESTARTS, Finding(
        f"{restarts} automatic restarts", wanted=f"fewer than {MANY_RESTARTS} a day", where=service.unit
    )
    assert service.sub != "auto-restart", Finding("it waits to be restarted", wanted="running", where=service.unit)


@check("service.reloaded", severity=Severity.MEDIUM, section=DEPLOYMENT, covers=INSTALLED)
def test_unit_is_reloaded_and_valid(service: Service, unit_file: UnitFile, exposure: Exposure | None = None) -> None:
    """systemd knows the unit as it stands on disk, and has nothing to complain of in it.

    Why: what was edited without `daemon-reload` is not in force; a misspelled setting never is.
    Fix: correct the lines, `systemctl daemon-reload`, then restart the unit.
    Source: systemd-analyze(1), verify
    """
    only_if(service.load == "loaded", "the unit is not loaded; service.installed tells")
    accounts = unit_file.accounts_in_environment
    complaints = [line for line in exposure.complaints if "MemoryLimit" not in line] if exposure else []
    assert not service.need_daemon_reload, Finding(
        "it, or a drop-in of it, was changed on disk after systemd read it",
        wanted="daemon-reload",
        where=service.fragment,
        fix=f"`systemctl cat {service.unit}` shows what was changed; `systemctl daemon-reload`, then restart it",
    )
    assert not complaints, Finding(complaints[0], wanted="no complaint of systemd-analyze verify", where=service.unit)
    assert not accounts, Finding(f"{accounts[0]} is only a variable there", wanted="User=", where=service.fragment)


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


@check("service.restarts", severity=Severity.MEDIUM, section=DEPLOYMENT, covers=INSTALLED)
def test_service_restarts(service: Service) -> None:
    """systemd restarts Flower when it fails.

    Why: after one crash at night the dashboard and its metrics stay away until somebody looks.
    Fix: set `Restart=on-failure` in the [Service] of the unit, then `systemctl daemon-reload` and restart.
    Source: systemd.service(5), Restart=
    """
    only_if(service.load == "loaded", "the unit is not loaded; service.installed tells")
    assert service.restart in {"on-failure", "always"}, Finding(
        f"Restart={service.restart or 'no'}", wanted="on-failure or always", where=service.fragment
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


@check("service.ordering", severity=Severity.LOW, section=DEPLOYMENT, covers=INSTALLED)
def test_service_starts_after_what_it_needs(
    service: Service, options: Options, broker_unit: BrokerUnit | None = None
) -> None:
    """The unit starts after the network, and after the broker where that is on the same host.

    Why: started before its broker, Flower waits in growing steps and shows nothing meanwhile.
    Fix: add `After=network-online.target redis-server.service` (your broker's unit) and `Wants=network-online.target`.
    Source: systemd.unit(5), After=
    """
    only_if(service.load == "loaded", "the unit is not loaded; service.installed tells")
    only_if(service.manager == "system", f"it is a unit of {service.manager}, which cannot wait for system units")
    local = options.broker is not None and options.broker.host in {"localhost", "127.0.0.1", "::1", ""}
    after = " ".join(name for name in service.after if name not in service.not_found)
    assert "network-online.target" in after or (local and "network.target" in after), Finding(
        "it does not wait for the network", wanted="After=network-online.target", where=service.fragment
    )
    unit = broker_unit.unawaited if broker_unit else ""
    assert not unit, Finding(
        f"it does not wait for {unit}, which is the broker",
        wanted=f"After={unit}",
        where=service.fragment,
        fix=f"add `After={unit}` to its [Unit], in the place of a broker that is gone; `systemctl daemon-reload`",
    )
    scheme = options.broker.scheme.partition("+")[0] if options.broker is not None else ""
    brokers = BROKER_UNITS.get(scheme) or [name for names in BROKER_UNITS.values() for name in names]
    missing = f"; there is no {', '.join(service.not_found)}" if service.not_found else ""
    assert not local or any(name in after for name in (*brokers, *CONTAINERS)), Finding(
        f"it does not wait for the broker on this host ({scheme}){missing}",
        wanted=f"After= with the broker's unit, such as {brokers[0]}",
        where=service.fragment,
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
