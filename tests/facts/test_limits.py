"""Which limits hold: those of the container where there is one, those of the unit else."""

from types import SimpleNamespace
from typing import Any

import pytest

from flower_audit.errors import Absent, Unobservable, Unreachable
from flower_audit.facts.container import Container
from flower_audit.facts.limits import limits

UNIT: Any = SimpleNamespace(
    unit="flower.service",
    load="loaded",
    fragment="/etc/systemd/system/flower.service",
    drop_ins=(),
    memory_max=1 << 30,
    memory_host=8 << 30,
    cpu_quota_percent=100.0,
    cpus=2,
    limit_nofile=65536,
)
CONTAINER = Container(engine="podman", name="flower", memory_max=512 << 20, cpu_quota_percent=50.0, cpus=2)


def test_of_a_unit() -> None:
    found = limits(UNIT, None)
    assert (found.memory_max, found.cpu_quota_percent, found.unit) == (1 << 30, 100.0, "flower.service")
    assert found.memory_setting == "MemoryMax="


def test_of_a_container_whatever_its_unit_says() -> None:
    found = limits(UNIT, CONTAINER)
    assert (found.memory_max, found.cpu_quota_percent, found.unit) == (512 << 20, 50.0, "")
    assert found.where == UNIT.fragment
    assert found.memory_setting == "--memory="
    assert limits(None, CONTAINER).where == "the container flower"


def test_of_nothing() -> None:
    with pytest.raises(Absent):
        limits(None, None)
    with pytest.raises(Absent, match="not loaded"):
        limits(SimpleNamespace(load="not-found"), None)  # type: ignore[arg-type]  # nothing else is looked at


def test_a_host_that_cannot_be_asked_is_not_one_without_limits() -> None:
    for shut in (Unreachable("host", "ssh is refused"), Unobservable("no permission")):
        with pytest.raises(Unobservable):
            limits(shut, None)
    assert limits(Unobservable("no permission"), CONTAINER).memory_max == 512 << 20
