"""Each rule of the firewall, of where Flower listens, and of its port: kept, and broken one way at a time."""

from dataclasses import replace
from typing import Any

import pytest
from flower_audit.checks import test_network as checks

from flower_audit.check import Finding
from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.bypass import Bypass
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.firewall import Firewall
from flower_audit.facts.port_owner import PortOwner

GOOD = Firewall(
    tools=("nft",),
    active=True,
    denies=("ip", "ip6"),
    families=("ip", "ip6"),
    manager="nftables",
    boots={"ip": "nftables.service", "ip6": "nftables.service"},
    open_ports={"ip": ((22, 22),), "ip6": ((22, 22),)},
)
OFF = replace(GOOD, active=False, denies=())


def finding(check: Any, *facts: Any) -> Finding:
    with pytest.raises(AssertionError) as caught:
        check(*facts)
    found = caught.value.args[0]
    assert isinstance(found, Finding)
    return found


def test_active() -> None:
    check = checks.test_firewall_is_active
    checks.test_firewall_is_active(GOOD)
    assert "no rule" in finding(check, OFF).observed
    assert "no firewall tool" in finding(check, replace(OFF, tools=(), manager="")).observed


@pytest.mark.parametrize(
    ("manager", "words"),
    [
        ("ufw", "ufw enable"),
        ("firewalld", "firewall-offline-cmd"),
        ("nftables", "policy drop"),
        ("", "apt install ufw"),
    ],
)
def test_the_fix_is_for_what_the_host_has(manager: str, words: str) -> None:
    assert words in finding(checks.test_firewall_is_active, replace(OFF, manager=manager, boots={})).fix


@pytest.mark.parametrize(
    ("manager", "words"), [("ufw", "ufw status numbered"), ("firewalld", "--add-service=https"), ("nftables", "policy")]
)
def test_the_fix_of_a_firewall_that_lets_everything_in(manager: str, words: str) -> None:
    found = finding(checks.test_firewall_denies_by_default, replace(GOOD, denies=(), manager=manager))
    assert words in found.fix
    assert "open to anybody: 22" in found.observed


def test_rules_that_are_in_the_file_alone_are_loaded_again() -> None:
    assert "systemctl restart nftables.service" in finding(checks.test_firewall_is_active, OFF).fix


def test_default_deny() -> None:
    check = checks.test_firewall_denies_by_default
    checks.test_firewall_denies_by_default(GOOD)
    check(replace(GOOD, denies=("ip",)))
    check(replace(GOOD, denies=("ip6",), families=("ip6",)))
    assert "IPv4" in finding(check, replace(GOOD, denies=())).observed
    assert "IPv6" in finding(check, replace(GOOD, denies=("ip",), families=("ip6",))).observed
    with pytest.raises(NotApplicable, match="firewall-active"):
        check(OFF)


def test_both_families() -> None:
    check = checks.test_firewall_covers_both_families
    checks.test_firewall_covers_both_families(GOOD)
    assert "IPv6" in finding(check, replace(GOOD, denies=("ip",))).observed
    with pytest.raises(NotApplicable):
        check(replace(GOOD, denies=("ip",), families=("ip",)))
    with pytest.raises(NotApplicable, match="default-deny"):
        check(OFF)


def test_survives_a_reboot() -> None:
    check = checks.test_firewall_survives_a_reboot
    checks.test_firewall_survives_a_reboot(GOOD)
    check(replace(GOOD, denies=("ip",), boots={"ip": "x"}))
    assert "IPv4 and IPv6" in finding(check, replace(GOOD, boots={})).observed
    assert "the IPv6 rules" in finding(check, replace(GOOD, boots={"ip": "rules.v4"})).observed
    assert finding(check, replace(GOOD, boots={}, manager="ufw")).fix == "systemctl enable ufw"
    opened = replace(GOOD, boots={}, boots_open="/etc/nftables.conf")
    assert "/etc/nftables.conf lets every new IPv4 and IPv6 connection in" in finding(check, opened).observed
    assert finding(check, opened).fix == "(echo flush ruleset; nft list ruleset) > /etc/nftables.conf"
    by_ufw = replace(opened, manager="ufw", boots_open="DEFAULT_INPUT_POLICY in /etc/default/ufw")
    assert finding(check, by_ufw).fix == "ufw default deny incoming"
    by_firewalld = replace(opened, manager="firewalld", boots_open="DefaultZone=trusted")
    assert "DefaultZone=public" in finding(check, by_firewalld).fix
    with pytest.raises(Unobservable):
        check(replace(GOOD, boots={}, boots_unknown="there is no systemd"))
    with pytest.raises(NotApplicable):
        check(OFF)


def test_loopback() -> None:
    check = checks.test_flower_listens_on_loopback
    checks.test_flower_listens_on_loopback(Bypass(), Endpoints(places=("127.0.0.1:5555", "[::1]:5555")))
    check(Bypass(), Endpoints(places=("unix:/run/flower/f.sock",)))
    around = Bypass(defect="listens on 0.0.0.0:5555", wanted="127.0.0.1", fix="set FLOWER_ADDRESS")
    found = finding(check, around, Endpoints(places=("0.0.0.0:5555",)))
    assert (found.observed, found.wanted, found.fix) == (around.defect, around.wanted, around.fix)
    socket = "unix:/tmp/f.sock"
    assert finding(check, Bypass(), Endpoints(places=(socket,), open_sockets=(socket,))).where == socket


def test_port_owner() -> None:
    check = checks.test_port_is_flowers_own
    own, other = "127.0.0.1:5555 is held by celery (pid 66)", "*:5555 is held by python3 (pid 9)"
    checks.test_port_is_flowers_own(PortOwner(port=5555, holders=(own,), strangers=(), running=True))
    assert (
        finding(check, PortOwner(port=5555, holders=(own, other), strangers=(other,), running=True)).observed == other
    )
    assert finding(check, PortOwner(port=7, holders=(), strangers=(), running=True)).where == "port 7"
