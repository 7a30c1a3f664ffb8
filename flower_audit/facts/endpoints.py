"""Where Flower listens on its host."""

import ipaddress
from dataclasses import dataclass
from fnmatch import fnmatchcase

from flower_audit.errors import Unobservable, Unreachable
from flower_audit.facts.options import Options
from flower_audit.facts.process import Process
from flower_audit.facts.sockets import Sockets
from flower_audit.parsers.frontend import Frontend
from flower_audit.probe import fact

DEFAULT_PORT = 5555


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The places where Flower takes connections, and what leads to them.

    Shape: `places` are `address:port` (`*`, `0.0.0.0` and `[::]` stand for every address) or `unix:/path`, empty where
    not known; `prefix` is Flower's own `url_prefix` with a leading slash, or empty; `addresses` are the host's own;
    `programs_in_front` listen on the ports that people open; `open_sockets` are Flower's unix sockets to which every
    local user may connect.
    """

    places: tuple[str, ...]
    prefix: str = ""
    addresses: tuple[str, ...] = ()
    programs_in_front: tuple[str, ...] = ()
    open_sockets: tuple[str, ...] = ()

    @property
    def beyond_loopback(self) -> tuple[str, ...]:
        """The places that other machines reach.  Unobservable: no place is known."""
        if not self.places:
            raise Unobservable("where Flower listens is not known")
        return tuple(place for place in self.places if place[:5] != "unix:" and not _is_loopback(place))

    def is_at(self, upstream: str) -> bool | None:
        """Whether a connection to the upstream ends at Flower; None where a name leaves that open."""
        if not self.places:
            return None
        if upstream.startswith("unix:"):
            return upstream.rstrip(":") in self.places
        host, _, port = upstream.rpartition(":")
        here = {
            place.rpartition(":")[0] for place in self.places if place.endswith(f":{port}") and place[:5] != "unix:"
        }
        local = self.is_local(upstream)
        if not here or local is False:
            return False
        if local is None:
            return None
        host = host.strip("[]")
        if host == "localhost":
            return not here.isdisjoint({"*", "", "0.0.0.0", "[::]", "127.0.0.1", "[::1]", "localhost"})  # noqa: S104
        everywhere = {"*", "[::]"} if ":" in host else {"*", "", "0.0.0.0"}  # noqa: S104 - compared, not bound
        return not here.isdisjoint(everywhere | {host, f"[{host}]"})

    def is_local(self, upstream: str) -> bool | None:
        """Whether an upstream is on this host; None for a name that only its resolver knows."""
        if upstream.startswith("unix:"):
            return True
        host = upstream.rpartition(":")[0].strip("[]")
        if host == "localhost" or host in self.addresses:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        return address.is_loopback or address.is_unspecified

    def reached_by(self, site: Frontend) -> bool | None:
        """Whether all upstreams of a site are Flower."""
        answers = {self.is_at(upstream) for upstream in site.upstreams}
        return None if not answers or None in answers else answers == {True}

    def kinship(self, site: Frontend, opened: str = "") -> int | None:
        """How surely a site is meant for Flower: 0 it ends there, 1 it may, 2 it is called so; None not at all.

        `opened` is the host of the URL that people open, which decides where Flower's own place is not known.
        """
        answers = [self.is_at(upstream) for upstream in site.upstreams]
        if True in answers:
            return 0
        if self.places and None in answers:
            return 1
        text = " ".join((*site.server_names, site.prefix, site.target, site.where, *site.upstreams))
        called = "flower" in text.lower()
        if not self.places:
            called |= bool(opened) and any(fnmatchcase(opened, name.lower()) for name in site.server_names)
            return 1 if called or any(item.endswith(f":{DEFAULT_PORT}") for item in site.upstreams) else None
        return 2 if called and (site.unresolved or any(self.is_local(item) for item in site.upstreams)) else None


@fact()
def endpoints(
    sockets: Sockets | Unobservable,
    options: Options | Unobservable | None = None,
    process: Process | Unobservable | None = None,
) -> Endpoints:
    """Source: the sockets of Flower's process; where root alone is told whose they are, Flower's options."""
    if isinstance(sockets, Unreachable):
        raise sockets
    places: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    everybodys: set[str] = set()
    prefix = ""
    if isinstance(sockets, Sockets):
        addresses, programs = sockets.addresses, sockets.programs_on(80, 443, 8080, 8443)
        everybodys = {item.place for item in sockets.listening if item.open_to_all}
        if isinstance(process, Process):
            places = tuple(item.place for item in sockets.listening if process.pid in item.pids)
    if isinstance(options, Options):
        prefix = f"/{options.url_prefix}" if options.url_prefix else ""
        address = f"[{options.address}]" if ":" in options.address else options.address or "*"
        told = f"unix:{options.unix_socket}" if options.unix_socket else f"{address}:{options.port}"
        places = places or (told,)
    return Endpoints(
        places=places,
        prefix=prefix,
        addresses=addresses,
        programs_in_front=programs,
        open_sockets=tuple(place for place in places if place in everybodys),
    )


def _is_loopback(place: str) -> bool:
    host = place.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
