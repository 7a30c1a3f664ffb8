"""What a packet filter does with a new connection that no rule is about: nft's JSON (iptables-save is turned into it).

A made-up TCP packet walks the chains that see incoming packets.  A rule with a condition that is about something else
(another port, some addresses, the loopback interface) does not apply to it.

Source: libnftables-json(5), nft(8).
"""

import fnmatch
import ipaddress
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["accept", "drop"]
Expression = Mapping[str, Any]

SAMPLE_PORTS = (47, 3877, 45991)
"""Ports that nobody opens on purpose, one in each range that people open as a whole."""
SAMPLE_SOURCE = {"ip": "203.0.113.77", "ip6": "2001:db8::77"}
MAX_DEPTH = 16
LAST_PORT = 65_535
PROPERTIES: dict[str, dict[str, set[object]]] = {
    family: {
        "l4proto": {"tcp", 6},
        "nexthdr": {"tcp", 6},
        "protocol": {"tcp", 6, family},
        "nfproto": {name},
        "pkttype": {"host", "unicast"},
        "state": {"new"},
        "flags": {"syn"},
    }
    for family, name in (("ip", "ipv4"), ("ip6", "ipv6"))
}
"""What the packet is, by nft's names for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """The first packet of a TCP connection from somewhere else.  Shape: `family` is `ip` or `ip6`."""

    family: str
    port: int
    interface: str


@dataclass(slots=True, kw_only=True)
class Chain:
    """A chain.  Shape: `hook` is empty for one that only other chains jump to."""

    family: str
    table: str
    name: str
    hook: str = ""
    policy: str = "accept"
    rules: list[Sequence[Expression]] = field(default_factory=list)


class Ruleset:
    """All chains, by table and name, and the sets that their rules name."""

    def __init__(self) -> None:
        self.chains: dict[tuple[str, str, str], Chain] = {}
        self.sets: dict[tuple[str, str, str], Sequence[Any]] = {}

    @property
    def incoming(self) -> list[Chain]:
        """The base chains that incoming packets pass."""
        return [chain for chain in self.chains.values() if chain.hook == "input"]

    @property
    def filters(self) -> bool:
        """Whether anything at all may refuse an incoming packet."""
        return any(chain.policy == "drop" or chain.rules for chain in self.incoming)

    def refuses_by_default(self, family: str, interfaces: Iterable[str]) -> bool:
        """Whether a new connection that no rule is about is refused, on each of the interfaces."""
        packets = [Packet(family=family, port=port, interface=name) for name in interfaces for port in SAMPLE_PORTS]
        return bool(packets) and all(self._refuses(packet) for packet in packets)

    def open_ports(self, family: str, interfaces: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """The ranges of ports, both ends included, to which anybody's connection is let through on some interface."""
        # Between two numbers that the rules name, all ports fare alike.
        named = _numbers([chain.rules for chain in self.chains.values()]) | _numbers(list(self.sets.values()))
        starts = sorted({1} | {start for number in named for start in (number, number + 1) if start <= LAST_PORT})
        found: list[tuple[int, int]] = []
        for start, after in itertools.pairwise([*starts, LAST_PORT + 1]):
            if all(self._refuses(Packet(family=family, port=start, interface=name)) for name in interfaces):
                continue
            joined = found.pop()[0] if found and found[-1][1] == start - 1 else start
            found.append((joined, after - 1))
        return tuple(found)

    def _refuses(self, packet: Packet) -> bool:
        seen = [chain for chain in self.incoming if chain.family in {"inet", packet.family}]
        return any((self._walk(chain, packet, 0) or chain.policy) == "drop" for chain in seen)

    def _walk(self, chain: Chain, packet: Packet, depth: int) -> Verdict | Literal["return"] | None:
        for rule in chain.rules:
            verdict = self._rule(chain, rule, packet, depth)
            if verdict == "return":
                return None
            if verdict:
                return verdict
        return None

    def _rule(
        self, chain: Chain, rule: Sequence[Expression], packet: Packet, depth: int
    ) -> Verdict | Literal["return"] | None:
        for expression in rule:
            if "match" in expression:
                if not self._matches(chain, expression["match"], packet):
                    return None
            elif "vmap" in expression:
                return self._mapped(chain, expression["vmap"], packet, depth)
            elif "limit" in expression:
                if (expression["limit"] or {}).get("inv"):
                    return None  # only what is over the limit
            elif "xt" in expression:
                xt = expression["xt"] or {}
                if xt.get("type") != "target":
                    return None  # a condition of an iptables module, which is about something in particular
                if xt.get("name") in {"REJECT", "DROP"}:
                    return "drop"
            elif found := self._verdict(chain, expression, packet, depth):
                return None if found == "continue" else found  # type: ignore[return-value] # "continue" was taken out
        return None

    def _verdict(self, chain: Chain, statement: Expression, packet: Packet, depth: int) -> str | None:
        if "accept" in statement or "queue" in statement:
            return "accept"
        if "drop" in statement or "reject" in statement or "tarpit" in statement:
            return "drop"
        if "return" in statement:
            return "return"
        for way in ("jump", "goto"):
            if way in statement and depth < MAX_DEPTH:
                target = self.chains.get((chain.family, chain.table, statement[way]["target"]))
                verdict = self._walk(target, packet, depth + 1) if target else None
                return verdict or ("return" if way == "goto" else None)
        return "continue" if "continue" in statement else None

    def _mapped(
        self, chain: Chain, vmap: Mapping[str, Any], packet: Packet, depth: int
    ) -> Verdict | Literal["return"] | None:
        entries = vmap.get("data")
        if isinstance(entries, str):
            entries = {"set": self.sets.get((chain.family, chain.table, entries.lstrip("@")), [])}
        for key, statement in (entries or {}).get("set", []):
            if self._matches(chain, {"op": "==", "left": vmap.get("key"), "right": key}, packet):
                found = self._verdict(chain, statement, packet, depth)
                return None if found == "continue" else found  # type: ignore[return-value] # as above
        return None

    def _matches(self, chain: Chain, match: Mapping[str, Any], packet: Packet) -> bool:
        right = match.get("right")
        if isinstance(right, str) and right.startswith("@"):
            right = {"set": self.sets.get((chain.family, chain.table, right[1:]), [])}
        holds = _holds(match.get("left"), right, packet)
        if holds is None:
            return False
        return not holds if match.get("op") == "!=" else holds


def _holds(left: Any, right: Any, packet: Packet) -> bool | None:
    """Whether the packet has the property; None where it is about something that the packet is not."""
    if not isinstance(left, Mapping):
        return None
    if "&" in left:
        flags = (left["&"][0].get("payload") or {}).get("field") == "flags"
        return "syn" in str(right) and "ack" not in str(right) if flags else None
    if "fib" in left:
        return _among(right, {"local", "unicast"}.__contains__)
    payload = left.get("payload") or {}
    if payload.get("field") in {"saddr", "daddr"}:
        if payload.get("protocol") != packet.family:
            return None
        own = payload["field"] == "daddr"
        return _among(right, _may_be_own if own else lambda text: _within(SAMPLE_SOURCE[packet.family], text))
    if payload.get("protocol") in {"tcp", "th"} and payload.get("field") == "dport":
        return _among(right, lambda port: port == packet.port, packet.port)
    subject = payload.get("field") or (left.get("meta") or {}).get("key") or (left.get("ct") or {}).get("key")
    if subject in {"iif", "iifname"}:
        return _among(right, lambda name: fnmatch.fnmatchcase(packet.interface, str(name)))
    return _among(right, PROPERTIES[packet.family][subject].__contains__) if subject in PROPERTIES["ip"] else None


def _among(right: Any, test: Any, number: int | None = None) -> bool:
    """Whether the test holds for a value, or for any of a list, set, or range of numbers."""
    if isinstance(right, list):
        return any(_among(item, test, number) for item in right)
    if isinstance(right, Mapping):
        if "set" in right:
            return _among(right["set"] if isinstance(right["set"], list) else [right["set"]], test, number)
        if "range" in right and number is not None:
            low, high = right["range"]
            return isinstance(low, int) and isinstance(high, int) and low <= number <= high
        if "elem" in right:
            return _among(right["elem"].get("val"), test, number)
        if "prefix" in right:
            return bool(test(f"{right['prefix']['addr']}/{right['prefix']['len']}"))
        return False
    return bool(test(right))


def _numbers(value: Any) -> set[int]:
    """Every number from 1 to 65535 anywhere in a piece of JSON."""
    if isinstance(value, int):
        return {value} if 0 < value <= LAST_PORT else set()
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return set().union(*map(_numbers, parts))


def _within(address: str, network: object) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(str(network), strict=False)
    except ValueError:
        return False


def _may_be_own(text: object) -> bool:
    """A destination is taken for the host's own unless it is a group of hosts."""
    try:
        network = ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        return False
    return not network.is_multicast and str(network) != "255.255.255.255/32"


def from_nft(text: str) -> Ruleset:
    """Read `nft -j list ruleset`.  Raises ValueError where it is no such JSON."""
    ruleset = Ruleset()
    for item in json.loads(text).get("nftables", []):
        if chain := item.get("chain"):
            key = (chain["family"], chain["table"], chain["name"])
            hook = chain.get("hook", "") if chain.get("type", "filter") == "filter" else ""
            ruleset.chains[key] = Chain(
                family=key[0], table=key[1], name=key[2], hook=hook, policy=chain.get("policy", "accept")
            )
        elif rule := item.get("rule"):
            place = ruleset.chains.get((rule["family"], rule["table"], rule["chain"]))
            if place is not None:
                place.rules.append(rule.get("expr") or [])
        elif named := item.get("set") or item.get("map"):
            ruleset.sets[named["family"], named["table"], named["name"]] = named.get("elem") or []
    return ruleset
