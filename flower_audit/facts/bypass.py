"""Who gets to Flower's own port, round the proxy."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.firewall import Firewall
from flower_audit.facts.fronting import Fronting
from flower_audit.facts.options import Options
from flower_audit.facts.ports import Ports
from flower_audit.facts.process import Process
from flower_audit.probe import fact

FAMILIES = {"*": ("ip", "ip6"), "": ("ip", "ip6"), "0.0.0.0": ("ip",), "[::]": ("ip", "ip6")}  # noqa: S104 - compared, not bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Bypass:
    """What leads other machines round the proxy.

    Shape: `defect` is a sentence, empty where nothing does; `wanted` and `fix` are for this host.
    """

    defect: str = ""
    wanted: str = "127.0.0.1"
    fix: str = "set FLOWER_ADDRESS=127.0.0.1 and restart Flower"


@fact()
def bypass(
    fronting: Fronting,
    endpoints: Endpoints,
    process: Process | Unobservable | None = None,
    *,
    firewall: Firewall | Unobservable | None = None,
    ports: Ports | Unobservable | None = None,
    options: Options | Unobservable | None = None,
) -> Bypass:
    """With the proxy on this host nobody else needs Flower's port; with one elsewhere, nobody but that.

    Source: Flower's sockets; for a proxy elsewhere the host's firewall, and whether the auditor gets a connection.
    Absent: Flower does not run here, or nothing is in front of it; or nothing on this host decides who gets to it.
    Unobservable: where Flower listens, or what the firewall lets through, is not known.
    """
    if process is None:
        raise Absent("no Flower process runs on this host")
    if not fronting.by:
        raise Absent("nothing is in front of Flower, so there is nothing to go round: see proxy.present")
    places = endpoints.beyond_loopback
    if not places:
        return Bypass()
    if fronting.on_this_host:
        return Bypass(defect=f"listens on {', '.join(places)}")
    numbers = {int(place.rpartition(":")[2]) for place in places}
    seen = ports.ports if isinstance(ports, Ports) else ()
    tried = [port for port in seen if port.number in numbers and port.address in endpoints.addresses]
    answering = [port for port in tried if port.state == "open"]
    wanted = "a port that the proxy alone gets to"
    fix = firewall.fix_for_port(min(numbers)) if isinstance(firewall, Firewall) else "let PROXY alone through"
    fix += " (PROXY: the address that the proxy asks from)"
    if answering:
        found = f"{answering[0].address}:{answering[0].number} answers the auditor, who is not the proxy"
        return Bypass(defect=found, wanted=wanted, fix=fix)
    if isinstance(options, Options) and options.container is not None:
        raise Unobservable(
            f"the port is published by {options.container.engine}, which may lead past the firewall's rules for "
            "incoming packets: who gets to it, they do not tell"
        )
    if firewall is None:
        raise Absent("the proxy is on another host, and who gets to Flower is not decided by a firewall of this one")
    if isinstance(firewall, Unobservable):
        raise firewall
    admitted = [place for place in places if _admits_anybody(firewall, place)]
    if admitted and tried:
        raise Unobservable(
            f"this host's firewall lets anybody to {admitted[0]}, and yet no connection came about from here: whether "
            "something on the way keeps out all but the proxy cannot be told"
        )
    if admitted:
        return Bypass(defect=f"this host's firewall lets anybody to {', '.join(admitted)}", wanted=wanted, fix=fix)
    return Bypass()


def _admits_anybody(firewall: Firewall, place: str) -> bool:
    host, _, port = place.rpartition(":")
    families = FAMILIES.get(host, ("ip6",) if ":" in host else ("ip",))
    return any(firewall.admits_anybody(family, int(port)) for family in families)
