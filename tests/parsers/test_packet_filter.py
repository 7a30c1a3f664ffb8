"""What becomes of a connection that no rule is about; whole rule sets are recorded in tests/facts/firewall."""

import json
from typing import Any

import pytest

from flower_audit.parsers import iptables
from flower_audit.parsers.packet_filter import Ruleset, from_nft


def nft(
    *rules: list[dict[str, Any]], policy: str = "drop", family: str = "inet", more: tuple[Any, ...] = ()
) -> Ruleset:
    chain = {"family": family, "table": "t", "name": "in", "hook": "input", "type": "filter", "policy": policy}
    items = [{"chain": chain}, *more]
    items += [{"rule": {"family": family, "table": "t", "chain": "in", "expr": rule}} for rule in rules]
    return from_nft(json.dumps({"nftables": items}))


def match(left: Any, right: Any, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": left, "right": right}}


def port(*ports: Any) -> dict[str, Any]:
    return match({"payload": {"protocol": "tcp", "field": "dport"}}, {"set": list(ports)})


def source(text: Any, family: str = "ip") -> dict[str, Any]:
    return match({"payload": {"protocol": family, "field": "saddr"}}, text)


ACCEPT: dict[str, Any] = {"accept": None}
DROP: dict[str, Any] = {"drop": None}
STATE = {"ct": {"key": "state"}}
INTERFACE = {"meta": {"key": "iifname"}}


@pytest.mark.parametrize(
    ("ruleset", "refuses"),
    [
        (nft(), True),
        (nft(policy="accept"), False),
        (nft([DROP], policy="accept"), True),
        (nft([{"counter": {}}, {"reject": None}], policy="accept"), True),
        (nft([ACCEPT]), False),
        (nft([port(22, 80), ACCEPT]), True),
        (nft([port({"range": [1024, 65535]}), ACCEPT]), False),
        (nft([port({"range": [20, 25]}), ACCEPT]), True),
        (nft([source("10.0.0.0/8"), ACCEPT]), True),
        (nft([source({"prefix": {"addr": "0.0.0.0", "len": 0}}), ACCEPT]), False),
        (nft([source({"prefix": {"addr": "10.0.0.0", "len": 8}}), ACCEPT]), True),
        (nft([match(INTERFACE, "lo"), ACCEPT]), True),
        (nft([match(INTERFACE, "eth*"), ACCEPT]), False),
        (nft([match(INTERFACE, "lo", "!="), DROP], policy="accept"), True),
        (nft([match(INTERFACE, {"set": ["wg0", "lo"]}), ACCEPT]), True),
        (nft([match(STATE, ["established", "related"], "in"), ACCEPT]), True),
        (nft([match(STATE, ["new", "established"], "in"), ACCEPT]), False),
        (nft([match({"meta": {"key": "l4proto"}}, "tcp"), ACCEPT]), False),
        (nft([match({"meta": {"key": "l4proto"}}, {"set": ["icmp", "ipv6-icmp"]}), ACCEPT]), True),
        (nft([match({"payload": {"protocol": "udp", "field": "dport"}}, 53), ACCEPT]), True),
        (nft([{"vmap": {"key": STATE, "data": {"set": [["established", ACCEPT], ["invalid", DROP]]}}}]), True),
        (nft([{"vmap": {"key": INTERFACE, "data": {"set": [["lo", ACCEPT], ["eth0", ACCEPT]]}}}]), False),
        (nft([{"limit": {"rate": 5}}, {"log": None}], [{"limit": {"rate": 9, "inv": True}}, ACCEPT]), True),
        (nft([{"xt": {"type": "match", "name": "set"}}, ACCEPT]), True),
        (nft([{"xt": {"type": "target", "name": "REJECT"}}], policy="accept"), True),
        (nft([{"return": None}, ACCEPT]), True),
        (
            nft(
                [source("@trusted"), ACCEPT],
                more=({"set": {"family": "inet", "table": "t", "name": "trusted", "elem": ["192.0.2.1"]}},),
            ),
            True,
        ),
        (nft(family="ip6"), False),
    ],
)
def test_nft(ruleset: Ruleset, refuses: bool) -> None:
    assert ruleset.refuses_by_default("ip", ("eth0",)) is refuses


@pytest.mark.parametrize(
    ("ruleset", "found"),
    [
        (nft(policy="accept"), ((1, 65535),)),
        (nft(), ()),
        (nft([port(22, 5555), ACCEPT]), ((22, 22), (5555, 5555))),
        (nft([port(22, 23, 24), ACCEPT]), ((22, 24),)),
        (nft([port({"range": [5000, 5999]}), ACCEPT]), ((5000, 5999),)),
        (nft([source("10.0.0.9"), port(5555), ACCEPT], [port(22), ACCEPT]), ((22, 22),)),
        (nft([source("10.0.0.9", "ip6"), port(5555), ACCEPT]), ()),
        (nft([port(5555), source("10.0.0.9"), ACCEPT], [port(5555), ACCEPT]), ((5555, 5555),)),
        (nft([port(5555), source("10.0.0.9"), DROP], [port(5555), ACCEPT]), ((5555, 5555),)),
        (nft([port(5555), DROP], policy="accept"), ((1, 5554), (5556, 65535))),
        (nft([match(INTERFACE, "lo"), ACCEPT], [match(INTERFACE, "eth0"), port(5555), ACCEPT]), ((5555, 5555),)),
        (nft([match(INTERFACE, "eth1"), port(5555), ACCEPT]), ()),
        (
            nft(
                [match({"payload": {"protocol": "tcp", "field": "dport"}}, "@open"), ACCEPT],
                more=({"set": {"family": "inet", "table": "t", "name": "open", "elem": [443, 65535]}},),
            ),
            ((443, 443), (65535, 65535)),
        ),
        (
            nft(
                [{"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": {"set": [[80, ACCEPT]]}}}]
            ),
            ((80, 80),),
        ),
    ],
)
def test_ports_that_anybody_gets_to(ruleset: Ruleset, found: tuple[tuple[int, int], ...]) -> None:
    assert ruleset.open_ports("ip", ("eth0",)) == found


def test_one_open_interface_opens_a_port() -> None:
    ruleset = nft([match(INTERFACE, "eth1"), port(5555), ACCEPT])
    assert ruleset.open_ports("ip", ("eth0", "eth1")) == ((5555, 5555),)


def test_jumps_and_gotos() -> None:
    own = {"chain": {"family": "inet", "table": "t", "name": "own"}}
    allowed = {"rule": {"family": "inet", "table": "t", "chain": "own", "expr": [ACCEPT]}}
    jump: list[dict[str, Any]] = [{"jump": {"target": "own"}}]
    assert not nft(jump, more=(own, allowed)).refuses_by_default("ip", ("eth0",))
    assert nft(jump, more=(own,)).refuses_by_default("ip", ("eth0",))
    # After a goto the rest of the chain is not tried: its policy decides.
    assert nft([{"goto": {"target": "own"}}], [ACCEPT], more=(own,)).refuses_by_default("ip", ("eth0",))


def test_a_chain_that_jumps_to_itself_ends() -> None:
    assert nft([{"jump": {"target": "in"}}]).refuses_by_default("ip", ("eth0",))


def test_one_open_interface_is_enough() -> None:
    ruleset = nft([match(INTERFACE, "eth1"), ACCEPT])
    assert ruleset.refuses_by_default("ip", ("eth0",))
    assert not ruleset.refuses_by_default("ip", ("eth0", "eth1"))


def test_no_rules_filter_nothing() -> None:
    assert not from_nft('{"nftables": []}').filters
    assert not nft(policy="accept").filters
    assert nft().filters


def saved(*rules: str, policy: str = "DROP") -> Ruleset:
    ruleset = Ruleset()
    lines = ["*filter", f":INPUT {policy} [0:0]", ":own - [0:0]", *rules, "COMMIT"]
    iptables.add("\n".join(lines), "ip", ruleset)
    return ruleset


@pytest.mark.parametrize(
    ("ruleset", "refuses"),
    [
        (saved(), True),
        (saved(policy="ACCEPT"), False),
        (saved("-A INPUT -j REJECT --reject-with icmp-port-unreachable", policy="ACCEPT"), True),
        (saved("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"), True),
        (saved("-A INPUT -p tcp -m multiport --dports 22,1024:65535 -j ACCEPT"), False),
        (saved("-A INPUT -p tcp -j ACCEPT"), False),
        (saved("-A INPUT ! -i lo -j DROP", policy="ACCEPT"), True),
        (saved("-A INPUT -i lo -j ACCEPT"), True),
        (saved("-A INPUT -i eth+ -j ACCEPT"), False),
        (saved("-A INPUT -s 10.0.0.0/8 -j ACCEPT"), True),
        (saved("-A INPUT -s 0.0.0.0/0 -j ACCEPT"), False),
        (saved("-A INPUT -m state --state NEW -j ACCEPT"), False),
        (saved("-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"), True),
        (saved("-A INPUT -m set --match-set office src -j ACCEPT"), True),
        (saved('-A INPUT -m comment --comment "let all in" -j ACCEPT'), False),
        (saved("-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j own", "-A own -j ACCEPT"), False),
        (saved("-A INPUT -j own", "-A own -j RETURN", "-A INPUT -j LOG"), True),
        (saved("-A INPUT -m addrtype --dst-type BROADCAST -j ACCEPT"), True),
    ],
)
def test_iptables(ruleset: Ruleset, refuses: bool) -> None:
    assert ruleset.refuses_by_default("ip", ("eth0",)) is refuses
    assert not ruleset.refuses_by_default("ip6", ("eth0",))
