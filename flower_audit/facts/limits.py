"""How much memory and CPU time Flower may take: by its unit, or by its container."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.container import Container
from flower_audit.facts.service import Service
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is in force for Flower's process.

    Shape: `unit` is the one whose settings these are, empty for a container; `memory_setting`, `cpu_setting` and
    `files_setting` are how a limit is written `where`, the fixes are empty where the check's own one fits.
    Units: `memory_max` and `memory_host` in bytes, `cpu_quota_percent` of one CPU, None without a limit or number;
    `files_of_unit` is what the unit sets now for open files, None without a limit.
    """

    where: str
    memory_max: int | None
    memory_host: int | None
    cpu_quota_percent: float | None
    cpus: int
    unit: str = ""
    files_of_unit: int | None = None
    memory_setting: str = "MemoryMax="
    cpu_setting: str = "CPUQuota="
    files_setting: str = "LimitNOFILE="
    memory_fix: str = ""
    cpu_fix: str = ""


@fact()
def limits(service: Service | Unobservable | None = None, container: Container | None = None) -> Limits:
    """A container has control groups of its own: what its unit limits may be the engine's helper alone.

    Source: systemd.resource-control(5), cgroups(7).  Absent: no container, and no unit that is loaded.
    """
    unit = None if isinstance(service, Unobservable) else service
    if container is not None:
        return Limits(
            where=(unit.fragment if unit else "") or f"the container {container.name}",
            memory_max=container.memory_max,
            memory_host=container.memory_host,
            cpu_quota_percent=container.cpu_quota_percent,
            cpus=container.cpus,
            memory_setting="--memory=",
            cpu_setting="--cpus=",
            files_setting="--ulimit nofile=",
            memory_fix="give `run` --memory=768m (a quadlet: MemoryMax= in [Service]) and start the container anew",
            cpu_fix="give `run` --cpus=1 (a quadlet: CPUQuota= in [Service]) and start the container anew",
        )
    if isinstance(service, Unobservable):
        raise service
    if service is None:
        raise Absent("no unit and no container starts Flower")
    if service.load != "loaded":
        raise Absent("the unit is not loaded; service.installed tells")
    return Limits(
        where=" and ".join((service.fragment, *service.drop_ins)),
        unit=service.unit,
        files_of_unit=service.limit_nofile,
        memory_max=service.memory_max,
        memory_host=service.memory_host,
        cpu_quota_percent=service.cpu_quota_percent,
        cpus=service.cpus,
    )
