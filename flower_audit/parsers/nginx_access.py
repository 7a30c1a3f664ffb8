"""Who is let through where: nginx's `allow`, `deny` and `satisfy`, and its own logins.

Source: nginx.org, ngx_http_access_module, ngx_http_auth_basic_module, ngx_http_core_module.
"""

import ipaddress
from collections.abc import Iterator

from flower_audit.parsers.frontend import AccessRule, Setting
from flower_audit.parsers.nginx_values import Levels, inherited, value

STRANGERS = (ipaddress.ip_address("203.0.113.77"), ipaddress.ip_address("2001:db8::77"))
"""Addresses for documentation, which no rule of anybody names on purpose."""


def access_rules(levels: Levels) -> Iterator[AccessRule]:
    """The `allow` and `deny` in force, in the order in which they are tried."""
    for item in inherited(levels, "allow", "deny"):
        yield AccessRule(allows=item.name == "allow", source=item.args[0] if item.args else "", where=item.where)


def restricted(rules: tuple[AccessRule, ...]) -> bool:
    """Whether an address that no rule names is refused, over IPv4 and over IPv6: the first rule about it decides."""
    return all(any(not rule.allows for rule in _about(stranger, rules)[:1]) for stranger in STRANGERS)


def _about(address: ipaddress.IPv4Address | ipaddress.IPv6Address, rules: tuple[AccessRule, ...]) -> list[AccessRule]:
    """The rules that an address falls under, in their order."""
    return [rule for rule in rules if rule.source == "all" or _contains(rule.source, address)]


def _contains(source: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(source, strict=False)
    except ValueError:
        return False  # `unix:`


def authentication(levels: Levels) -> Setting | None:
    """The proxy's own login, None where an address is enough (`satisfy any`) and strangers have one that is."""
    rules = tuple(access_rules(levels))
    if value(levels, "satisfy", "all").args == ("any",) and rules and not restricted(rules):
        return None
    basic = value(levels, "auth_basic", "off")
    if basic.args != ("off",) and inherited(levels, "auth_basic_user_file"):
        return Setting(value="basic", where=basic.where)
    request = value(levels, "auth_request", "off")
    if request.args != ("off",):
        return Setting(value=f"auth_request {request.args[0]}", where=request.where)
    client = value(levels, "ssl_verify_client", "off")
    return Setting(value="client certificate", where=client.where) if client.args == ("on",) else None
