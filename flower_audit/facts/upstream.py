"""The hosts that the proxy of this one sends to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.proxy import Proxy
from flower_audit.probe import Output, probe

COMMAND = r"""
for name in $names; do
  echo "@@name $name"
  getent ahosts "$name" | awk '{print $1}' | sort -u | head -n 16 | while read -r address; do
    ip -o route get "$address" 2>/dev/null | head -n 1
  done
done
echo '@@end'
"""
OWN = re.compile(r"^local |\bdev (?:lo|docker|podman|cni|br-|veth|lxc|lxd|incus|virbr|ve-|vb-)")
"""A route that stays on this machine: its own address, or that of a container or guest on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Where the proxy on this host sends the requests for Flower.

    Shape: `elsewhere` are the upstreams as the proxy's file has them, where all of them are other machines; else empty.
    """

    elsewhere: tuple[str, ...] = ()


def _names(proxy: Proxy) -> Mapping[str, str]:
    """The hosts of the upstreams; what is no host name or address is not asked for."""
    hosts = (one.rpartition(":")[0].strip("[]") for one in proxy.upstreams if not one.startswith("unix:"))
    return {"names": " ".join(host for host in dict.fromkeys(hosts) if re.fullmatch(r"\w[\w.:-]*|::1?", host))}


@probe(COMMAND, variables=_names)
def upstream(out: Output, proxy: Proxy) -> Upstream:
    """Source: the proxy's configuration; the host's resolver and routes (getent(1), ip-route(8)).

    Absent: no proxy on this host fronts Flower.  Unobservable: an upstream's name resolves to no address with a route.
    """
    parts = dict(part.partition("\n")[::2] for part in re.split(r"^@@name ", out.succeeded(), flags=re.MULTILINE)[1:])
    for one in proxy.upstreams:
        routes = parts.get(one.rpartition(":")[0].strip("[]"), "").partition("@@end")[0].split("\n")
        known = [route for route in routes if route.strip()]
        if one.startswith("unix:") or any(OWN.search(route) for route in known):
            return Upstream()
        if not known:
            raise Unobservable(f"the proxy sends to {one}, and this host knows no way to an address of that name")
    return Upstream(elsewhere=proxy.upstreams)
