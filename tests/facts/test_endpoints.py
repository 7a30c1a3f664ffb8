"""Where Flower listens, from its sockets, else from its options."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flower_audit.errors import Unobservable, Unreachable
from flower_audit.facts.endpoints import Endpoints, endpoints
from flower_audit.facts.sockets import Socket, Sockets, sockets
from flower_audit.probe import Output

from .stand_ins import options, process


def recorded(name: str) -> Sockets:
    recording = json.loads((Path(__file__).parent / "sockets" / f"{name}.json").read_text())
    return sockets(Output(rc=recording["rc"], stdout=recording["stdout"], stderr=recording["stderr"]))


GOLDEN = recorded("golden")
PID = next(item.pids[0] for item in GOLDEN.listening if item.port == 5555)


def test_the_sockets_of_its_process() -> None:
    found = endpoints(sockets=GOLDEN, options=options(port=1), process=process(pid=PID))
    assert found.places == ("127.0.0.1:5555",)
    assert found.beyond_loopback == ()
    assert "nginx" in found.programs_in_front


def test_without_root_its_options_tell() -> None:
    found = endpoints(
        sockets=recorded("unprivileged"), options=options(port=5555, address=""), process=process(pid=PID)
    )
    assert found.places == ("*:5555",)
    assert found.beyond_loopback == ("*:5555",)


@pytest.mark.parametrize(
    ("address", "unix_socket", "place"),
    [("127.0.0.1", "", "127.0.0.1:5555"), ("::1", "", "[::1]:5555"), ("", "/run/f.sock", "unix:/run/f.sock")],
)
def test_options_as_places(address: str, unix_socket: str, place: str) -> None:
    told = options(port=5555, address=address, unix_socket=unix_socket, url_prefix="flower")
    found = endpoints(sockets=Unobservable("no ss"), options=told)
    assert (found.places, found.prefix, found.beyond_loopback) == ((place,), "/flower", ())


def test_a_socket_that_everybody_may_use() -> None:
    own = Socket(address="unix:/run/f.sock", port=0, pids=(7,), open_to_all=True)
    found = endpoints(sockets=Sockets(listening=(own,), addresses=(), complete=True), process=process(pid=7))
    assert found.open_sockets == ("unix:/run/f.sock",)
    closed = Sockets(listening=(replace(own, open_to_all=False),), addresses=(), complete=True)
    assert endpoints(sockets=closed, process=process(pid=7)).open_sockets == ()


def test_unknown_is_not_loopback() -> None:
    found = endpoints(sockets=Unobservable("no ss"), options=Unobservable("hidden"))
    assert found.places == ()
    with pytest.raises(Unobservable):
        assert found.beyond_loopback == ()


def test_a_host_that_is_shut_gives_one_verdict() -> None:
    with pytest.raises(Unreachable):
        endpoints(sockets=Unreachable("host", "refused"))


@pytest.mark.parametrize(
    ("place", "local"),
    [
        ("0.0.0.0:5555", False),
        ("[::]:5555", False),
        ("[::1]:5555", True),
        ("127.0.0.9:1", True),
        ("192.0.2.1:1", False),
    ],
)
def test_beyond_loopback(place: str, local: bool) -> None:
    assert Endpoints(places=(place,)).beyond_loopback == (() if local else (place,))
