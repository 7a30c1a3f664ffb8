"""Whether the service manager keeps Flower running, in order, and as its files say.  PYTEST_DONT_REWRITE."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.broker_unit import BrokerUnit
from flower_audit.facts.container import Container
from flower_audit.facts.exposure import Exposure
from flower_audit.facts.journal import Journal
from flower_audit.facts.options import Options
from flower_audit.facts.placement import Placement
from flower_audit.facts.process import Process
from flower_audit.facts.service import Service
from flower_audit.facts.systemd import Systemd
from flower_audit.facts.unit_file import UnitFile
from flower_audit.model import Severity

DEPLOYMENT = "Production Deployment"
INSTALLED = ("Systemd service installed and enabled",)

MANY_RESTARTS = 3
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
