"""Ports seen from the auditor's side: open, refused, filtered."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts import ports as module
from flower_audit.facts.ports import PRIVATE, UNLIKELY, ports
from flower_audit.facts.site import Site
from flower_audit.http_messages import Origin
from flower_audit.target import Target


@pytest.fixture
def listening(own_address: str) -> Iterator[Any]:
    opened: list[socket.socket] = []

    def start(port: int) -> int:
        try:
            server = socket.create_server((own_address, port))
        except OSError as error:
            pytest.skip(f"port {port} is taken here: {error}")
        opened.append(server)
        number: int = server.getsockname()[1]
        return number

    yield start
    for server in opened:
        server.close()


def site_at(address: str, **more: Any) -> Site:
    origin = Origin(scheme="https", address=address, port=443, host="flower.test")
    return Site(origin=origin, found_by="--flower-url", addresses=(address,), **{"outside": (address,)} | more)


def test_open_and_refused(listening: Any, own_address: str, target: Any, trail: Any) -> None:
    listening(9540)
    found = ports(target, site_at(own_address), trail)
    assert 9540 in {port.number for port in found.open}
    states = {port.number: port.state for port in found.ports}
    assert states[9808] == "refused"
    assert set(states) == {5555, *PRIVATE}
    assert str(next(port for port in found.open if port.number == 9540)) == "9540 (a Celery exporter)"


def test_what_the_target_names_itself_is_expected(listening: Any, own_address: str, trail: Any) -> None:
    listening(9540)
    target = Target(name="t", prometheus="http://10.0.0.1:9540", timeout_s=5)
    found = ports(target, site_at(own_address), trail)
    assert 9540 in found.expected
    assert 9540 not in {port.number for port in found.ports}


def test_filtered(own_address: str, trail: Any, target: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener whose queue is full drops what comes, as a firewall does."""
    monkeypatch.setattr(module, "LIMIT_S", 0.3)
    with contextlib.ExitStack() as opened:
        server = opened.enter_context(socket.create_server((own_address, 9540), backlog=0))
        for _ in range(3):
            client = opened.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        found = ports(target, site_at(own_address), trail)
    assert {port.number: port.state for port in found.ports}[9540] == "filtered"


def test_something_that_accepts_everything(listening: Any, own_address: str, target: Any, trail: Any) -> None:
    listening(UNLIKELY[1])
    with pytest.raises(Unobservable, match="every port"):
        ports(target, site_at(own_address), trail)


def test_the_machines_own_address_tells_nothing(target: Any, trail: Any) -> None:
    with pytest.raises(Absent, match="own"):
        ports(target, site_at("127.0.0.1", outside=()), trail)


def test_flowers_own_machine_is_looked_at_too(listening: Any, own_address: str, target: Any, trail: Any) -> None:
    listening(9540)
    found = ports(target, site_at("127.0.0.1", outside=(own_address,)), trail)
    assert {(port.address, port.number) for port in found.open} >= {(own_address, 9540)}


def test_the_auditor_on_the_proxys_host_is_let_through(own_address: str, target: Any, trail: Any) -> None:
    flower = ("127.0.0.2",)  # another machine's address, for all that the fact is told
    tried = {port.number for port in ports(target, site_at(own_address, outside=flower), trail).ports}
    assert tried == set(PRIVATE)
    tunnel = {port.number for port in ports(target, site_at("127.0.0.1", outside=flower), trail).ports}
    assert tunnel == {5555, *PRIVATE}, "a tunnel to the site tells nothing of who is let through"
