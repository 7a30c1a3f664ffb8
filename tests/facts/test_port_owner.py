"""Whose Flower's port is."""

from dataclasses import replace

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.container import Container
from flower_audit.facts.port_owner import port_owner
from flower_audit.facts.sockets import Socket, Sockets
from flower_audit.probe import Output

from .stand_ins import options, process

OWN = Socket(address="127.0.0.1", port=5555, program="celery", pids=(66,), unit="flower.service")
STRANGER = Socket(address="*", port=5555, program="python3", pids=(9,), unit="other.service")


def having(*listening: Socket) -> Sockets:
    return Sockets(listening=listening, addresses=(), complete=True)


def told(text: str = "state active\n") -> Output:
    return Output(rc=0, stdout=text)


def test_its_own() -> None:
    found = port_owner(told(), having(OWN), process=process(), options=options())
    assert found.holders == ("127.0.0.1:5555 is held by celery (pid 66, flower.service)",)
    assert found.strangers == ()


def test_a_stranger_beside_it() -> None:
    found = port_owner(told(), having(OWN, STRANGER), process=process(), options=options())
    assert found.strangers == ("*:5555 is held by python3 (pid 9, other.service)",)


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("state failed\n", 5555),
        ("state activating\nflag 7777\nenvironment 6666\n", 7777),
        ("state failed\nenvironment 6666\n", 6666),
        ("state failed\nenvironment 6666\nfile 7000\n", 7000),
    ],
)
def test_a_stranger_that_keeps_flower_from_starting(text: str, port: int) -> None:
    holder = Socket(address="*", port=port, program="python3", pids=(9,))
    found = port_owner(told(text), having(holder))
    assert (found.port, found.running) == (port, False)
    assert found.strangers == (f"*:{port} is held by python3 (pid 9)",)


def test_nothing_to_judge() -> None:
    with pytest.raises(Absent):
        port_owner(told("absent\n"), having(STRANGER))
    with pytest.raises(Absent):
        port_owner(told("state inactive\n"), having())
    with pytest.raises(Absent, match="unix socket"):
        port_owner(told(), having(), process=process(), options=options(unix_socket="/run/f"))
    behind = replace(options(), container=Container(engine="docker", name="flower", own_network=True))
    with pytest.raises(Absent, match="container engine holds the port"):
        port_owner(told(), having(STRANGER), process=process(), options=behind)


def test_a_flower_that_only_just_started_is_not_judged() -> None:
    with pytest.raises(Unobservable, match="does not listen yet"):
        port_owner(told(), having(), process=process(age_s=3), options=options())
    assert port_owner(told(), having(), process=process(), options=options()).holders == ()


def test_nobody_is_told_whose_it_is() -> None:
    nameless = Sockets(listening=(Socket(address="*", port=5555),), addresses=(), complete=False)
    with pytest.raises(Unobservable, match="root only"):
        port_owner(told(), nameless, process=process(), options=options())
