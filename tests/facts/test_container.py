"""Containers of engines that the lab does not run, by the shapes their documentation and sources give.

Docker: /proc/<pid>/cgroup is `/docker/<id>` with cgroupfs, `/system.slice/docker-<id>.scope` with systemd; `docker
inspect` has RestartPolicy.Name and NetworkSettings.Ports as the Engine API describes them.
"""

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.container import Container, Published, container
from flower_audit.probe import Output

ID = "8d1c0bfa6e45" + "0" * 52
DOCKER = f"""\
group: 0::/system.slice/docker-{ID}.scope
CapEff:\t0000000000000000
CapBnd:\t00000000a80425fb
NoNewPrivs:\t0
Seccomp:\t2
users: 0 0
network: own
root: rw,relatime
memory-host: 8000000
cpus: 4
memory: 536870912
cpu: 150000 100000
memory: max
cpu: max 100000
id: {ID}
told: {{"name": "/flower", "restart": "unless-stopped", "ports": {{"5555/tcp": [{{"HostIp": "0.0.0.0", \
"HostPort": "5555"}}, {{"HostIp": "::", "HostPort": "5555"}}], "8888/tcp": null}}}}
"""


def of(text: str) -> Container:
    return container(Output(rc=0, stdout=text))


def test_docker() -> None:
    found = of(DOCKER)
    assert (found.engine, found.name) == ("docker", "flower")
    assert found.memory_max == 512 << 20
    assert found.cpu_quota_percent == 150.0
    assert found.cpus == 4
    assert found.restarts_by_itself
    assert found.place_of(5555) == (Published(address="", port=5555),) * 2
    assert found.place_of(8888) == ()
    assert not found.administrator
    assert found.filtered
    assert found.loose == ("--security-opt=no-new-privileges", "--read-only")


def test_docker_with_cgroupfs_and_version_1() -> None:
    text = DOCKER.replace(f"0::/system.slice/docker-{ID}.scope", f"9:memory:/docker/{ID}")
    text = text.replace("memory: max", "memory: 9223372036854771712").replace("cpu: max 100000", "cpu: -1 100000")
    found = of(text)
    assert (found.engine, found.memory_max, found.cpu_quota_percent) == ("docker", 512 << 20, 150.0)
    unlimited = of(text.replace("memory: 536870912", "memory: 9223372036854771712").replace("150000 ", "-1 "))
    assert (unlimited.memory_max, unlimited.cpu_quota_percent) == (None, None)


def test_published_on_loopback_alone_and_under_another_port() -> None:
    text = DOCKER.replace('"HostIp": "0.0.0.0", "HostPort": "5555"', '"HostIp": "127.0.0.1", "HostPort": "8800"')
    assert of(text).place_of(5555)[0] == Published(address="127.0.0.1", port=8800)


def test_an_engine_that_tells_nothing_leaves_it_open() -> None:
    silent = of(DOCKER[: DOCKER.index("told:")])
    assert silent.name == ID[:12]
    with pytest.raises(Unobservable, match="restart policy"):
        _ = silent.restarts_by_itself
    with pytest.raises(Unobservable, match="did not tell its ports"):
        silent.place_of(5555)
    assert of(DOCKER[: DOCKER.index("told:")] + "told: {broken\n").published is None


def test_kubernetes_and_privileged() -> None:
    group = f"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-{ID}.scope"
    text = DOCKER.replace(f"0::/system.slice/docker-{ID}.scope", group).replace("00000000a80425fb", "000001ffffffffff")
    found = of(text.replace("users: 0 0", "users: 0 100000").replace("Seccomp:\t2", "Seccomp:\t0"))
    assert found.engine == "kubernetes"
    assert found.administrator
    assert found.own_users
    assert "a seccomp filter" in found.loose


def test_without_root() -> None:
    with pytest.raises(Unobservable, match="it takes root"):
        of("closed\n")


def test_no_container() -> None:
    with pytest.raises(Absent):
        of("absent\n")
