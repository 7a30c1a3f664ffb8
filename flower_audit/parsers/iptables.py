"""`iptables-save` in nft's words, for hosts whose rules nft does not show (the legacy kernel interface, or no nft).

Source: iptables(8), iptables-extensions(8).
"""

import shlex
from collections.abc import Callable
from typing import Any

from flower_audit.parsers.packet_filter import Chain, Expression, Ruleset

TARGETS = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "reject", "RETURN": "return", "NFQUEUE": "queue"}
NOTES = {"LOG", "NFLOG", "MARK", "CONNMARK", "TCPMSS", "CT"}
IN_GENERAL = {"tcp", "udp", "conntrack", "state", "multiport", "comment", "addrtype", "limit", "icmp", "ipv6-icmp"}
"""Modules whose conditions are read; any other is about something in particular."""


def add(text: str, family: str, ruleset: Ruleset) -> None:
    """Add the filter table that `iptables-save` (family `ip`) or `ip6tables-save` (`ip6`) prints."""
    table = ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif line.startswith(":") and table == "filter":
            name, policy = line[1:].split()[:2]
            hook = "input" if name == "INPUT" else ""
            key = (family, "iptables", name)
            ruleset.chains[key] = Chain(family=family, table="iptables", name=name, hook=hook, policy=policy.lower())
        elif line.startswith("-A ") and table == "filter":
            words = shlex.split(line)
            if chain := ruleset.chains.get((family, "iptables", words[1])):
                chain.rules.append(list(_rule(words[2:], family)))


def _rule(words: list[str], family: str) -> list[Expression]:
    """One rule; a condition that is not read becomes `xt`, which applies to nothing in general."""
    found: list[Expression] = []
    operator = "=="
    rest = iter(words)
    for word in rest:
        if word == "!":
            operator = "!="
            continue
        if word in {"-j", "-g"}:
            found.append(_target(next(rest, ""), "jump" if word == "-j" else "goto"))
            break
        if word == "--syn":
            continue
        value = next(rest, "")
        if word == "--tcp-flags":
            value = next(rest, "")
        if word in CONDITIONS:
            left, right = CONDITIONS[word](value, family)
            if left:
                found.append({"match": {"op": operator, "left": left, "right": right}})
        elif word == "-m":
            found += [] if value in IN_GENERAL else [{"xt": None}]
        elif word not in {"--limit", "--limit-burst", "--comment"}:
            found.append({"xt": None})
        operator = "=="
    return found


Condition = Callable[[str, str], tuple[dict[str, Any], Any]]

CONDITIONS: dict[str, Condition] = {
    "-i": lambda value, _: ({"meta": {"key": "iifname"}}, value.replace("+", "*")),
    "-p": lambda value, _: ({} if value == "all" else {"meta": {"key": "l4proto"}}, value),
    "-s": lambda value, family: ({"payload": {"protocol": family, "field": "saddr"}}, value),
    "-d": lambda value, family: ({"payload": {"protocol": family, "field": "daddr"}}, value),
    "--dport": lambda value, _: ({"payload": {"protocol": "tcp", "field": "dport"}}, _ports(value)),
    "--dports": lambda value, _: ({"payload": {"protocol": "tcp", "field": "dport"}}, _ports(value)),
    "--ctstate": lambda value, _: ({"ct": {"key": "state"}}, value.lower().split(",")),
    "--state": lambda value, _: ({"ct": {"key": "state"}}, value.lower().split(",")),
    "--tcp-flags": lambda value, _: ({"&": [{"payload": {"field": "flags"}}]}, value.lower()),
    "--dst-type": lambda value, _: ({"fib": {}}, value.lower()),
}


def _target(name: str, way: str) -> Expression:
    if name in TARGETS:
        return {TARGETS[name]: None}
    return {"log": None} if name in NOTES else {way: {"target": name}}


def _ports(text: str) -> list[Any]:
    found: list[Any] = []
    for part in text.split(","):
        low, colon, high = part.partition(":")
        if (low or "0").isdigit() and (high or "0").isdigit():
            found.append({"range": [int(low or 0), int(high or 65535)]} if colon else int(low))
    return found
