"""Who gets to Flower's own port, with the proxy here and with the proxy elsewhere."""

from dataclasses import replace
from typing import Any

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.bypass import bypass
from flower_audit.facts.container import Container
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.firewall import Firewall
from flower_audit.facts.fronting import Fronting
from flower_audit.facts.ports import Port, Ports, State

from .stand_ins import options, process

HERE = Fronting(by="nginx", on_this_host=True)
ELSEWHERE = Fronting(by="what answers at https://flower.example.com/")
PRIVATE = Endpoints(places=("10.2.0.7:5555",), addresses=("127.0.0.1", "10.2.0.7"))
CLOSED = Firewall(
    tools=("nft",),
    active=True,
    denies=("ip", "ip6"),
    families=("ip", "ip6"),
    manager="nftables",
    boots={},
    open_ports={"ip": ((22, 22),), "ip6": ((22, 22),)},
)
OPEN = replace(CLOSED, open_ports={"ip": ((22, 22), (5000, 6000)), "ip6": ((22, 22),)})


def look(fronting: Fronting, endpoints: Endpoints, **more: Any) -> Any:
    return bypass(fronting, endpoints, process(), **more)


def seen(state: State, number: int = 5555) -> Ports:
    return Ports(ports=(Port(address="10.2.0.7", number=number, service="Flower itself", state=state),))


def test_behind_a_proxy_on_the_same_host_nobody_else_needs_the_port() -> None:
    assert look(HERE, Endpoints(places=("127.0.0.1:5555", "unix:/run/f.sock"))).defect == ""
    found = look(HERE, Endpoints(places=("0.0.0.0:5555", "[::]:5555")), firewall=CLOSED)
    assert found.defect == "listens on 0.0.0.0:5555, [::]:5555"
    assert "FLOWER_ADDRESS" in found.fix


def test_behind_a_proxy_elsewhere_the_firewall_decides() -> None:
    assert look(ELSEWHERE, PRIVATE, firewall=CLOSED).defect == ""
    assert look(ELSEWHERE, PRIVATE, firewall=CLOSED, ports=seen("filtered")).defect == ""
    found = look(ELSEWHERE, PRIVATE, firewall=OPEN)
    assert found.defect == "this host's firewall lets anybody to 10.2.0.7:5555"
    assert "tcp dport 5555" in found.fix


def test_what_answers_the_auditor_decides_over_the_firewall() -> None:
    found = look(ELSEWHERE, PRIVATE, firewall=CLOSED, ports=seen("open"))
    assert "10.2.0.7:5555 answers the auditor" in found.defect
    assert look(ELSEWHERE, PRIVATE, firewall=CLOSED, ports=seen("open", 9090)).defect == ""
    assert look(ELSEWHERE, PRIVATE, firewall=Unobservable("for root"), ports=seen("open")).defect


def test_the_same_port_of_the_proxys_host_tells_nothing() -> None:
    edge = Ports(ports=(Port(address="192.0.2.80", number=5555, service="Flower itself", state="refused"),))
    assert look(ELSEWHERE, PRIVATE, firewall=OPEN, ports=edge).defect
    answering = Ports(ports=(replace(edge.ports[0], state="open"),))
    assert look(ELSEWHERE, PRIVATE, firewall=CLOSED, ports=answering).defect == ""


def test_what_keeps_others_out_on_the_way_is_not_known() -> None:
    for state in ("filtered", "refused"):
        with pytest.raises(Unobservable, match="no connection came about"):
            look(ELSEWHERE, PRIVATE, firewall=OPEN, ports=seen(state))


@pytest.mark.parametrize(
    ("place", "open_ports", "bad"),
    [
        ("*:5555", {"ip": (), "ip6": ((1, 65535),)}, True),
        ("[::]:5555", {"ip": ((5555, 5555),), "ip6": ()}, True),
        ("0.0.0.0:5555", {"ip": (), "ip6": ((1, 65535),)}, False),
        ("[fd00::7]:5555", {"ip": ((1, 65535),), "ip6": ()}, False),
        ("[fd00::7]:5555", {"ip": (), "ip6": ((5000, 5555),)}, True),
        ("10.2.0.7:5555", {"ip": ((5000, 5554), (5556, 6000)), "ip6": ()}, False),
    ],
)
def test_each_family_has_rules_of_its_own(place: str, open_ports: Any, bad: bool) -> None:
    found = look(ELSEWHERE, Endpoints(places=(place,)), firewall=replace(CLOSED, open_ports=open_ports))
    assert bool(found.defect) is bad


def test_not_able_to_look_is_no_pass() -> None:
    with pytest.raises(Unobservable, match="for root"):
        look(ELSEWHERE, PRIVATE, firewall=Unobservable("for root"))
    with pytest.raises(Absent, match="not decided by a firewall of this one"):
        look(ELSEWHERE, PRIVATE, ports=seen("filtered"))
    with pytest.raises(Unobservable, match="where Flower listens"):
        look(HERE, Endpoints(places=()))


def test_a_port_that_a_container_engine_publishes_is_not_for_these_rules_to_decide() -> None:
    published = replace(options(), container=Container(engine="docker", name="flower", own_network=True))
    with pytest.raises(Unobservable, match="published by docker"):
        look(ELSEWHERE, PRIVATE, firewall=CLOSED, ports=seen("filtered"), options=published)
    assert look(ELSEWHERE, PRIVATE, firewall=CLOSED, ports=seen("open"), options=published).defect
    assert look(ELSEWHERE, PRIVATE, firewall=CLOSED, options=options()).defect == ""


def test_nothing_to_go_round() -> None:
    with pytest.raises(Absent, match=r"proxy\.present"):
        look(Fronting(by=""), Endpoints(places=("*:5555",)))
    with pytest.raises(Absent, match="no Flower process"):
        bypass(HERE, PRIVATE)


@pytest.mark.parametrize(
    ("manager", "words"),
    [("ufw", "ufw allow from PROXY"), ("firewalld", "rich-rule"), ("iptables", "-s PROXY"), ("nftables", "ip saddr")],
)
def test_the_fix_is_for_what_the_host_has(manager: str, words: str) -> None:
    assert words in look(ELSEWHERE, PRIVATE, firewall=replace(OPEN, manager=manager)).fix
