"""Where people open Flower: the public URL, reached once, so that a dead one gives one verdict and not fifty."""

import ipaddress
import socket
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from flower_audit.connection import ssh_host_name
from flower_audit.errors import Unobservable, Unreachable
from flower_audit.facts.options import Options
from flower_audit.facts.proxy import Proxy
from flower_audit.http_client import Client, resolve
from flower_audit.http_messages import Answer, Failure, Origin, Request, Scheme
from flower_audit.probe import Trail, fact
from flower_audit.target import Target

DEFAULT_PORT = {"http": 80, "https": 443}
FLOWER_PORT = 5555
NAMELESS = ("docker://", "podman://", "kubectl://", "openshift://", "lxc://")
"""Connections whose host name, if any, is no name on the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The public URL and how it is reached.

    Shape: `prefix` is empty or starts with a slash, and does not end with one; `addresses` are all that the name
    resolves to, `origin.address` the one that is asked; `machine` is the name or address of Flower's own host where the
    connection tells it, else empty; `outside` are the addresses of both that belong to another machine than the
    auditor's, as only those are seen as others see them; `is_flower_itself` tells that nothing stands in front of
    Flower; `problem` is a sentence where the port is open and does not answer as the URL says.
    """

    origin: Origin
    prefix: str = ""
    found_by: str
    addresses: tuple[str, ...]
    machine: str = ""
    outside: tuple[str, ...] = ()
    is_flower_itself: bool = False
    problem: str = ""

    @property
    def url(self) -> str:
        """The URL as people open it."""
        return f"{self.origin.url}{self.prefix}/"

    @property
    def over_tls(self) -> bool:
        """The URL begins with https."""
        return self.origin.scheme == "https"

    @property
    def is_loopback(self) -> bool:
        """Only this very machine can reach the address, so what is open there tells nothing of what others see."""
        return is_loopback(self.origin.address)

    @property
    def names_an_address(self) -> bool:
        """The URL holds an IP address instead of a name."""
        return is_address(self.origin.host)

    def origin_as(self, scheme: Scheme, port: int, *, address: str = "", host: str = "") -> Origin:
        """Another way to the same machine."""
        return Origin(scheme=scheme, port=port, address=address or self.origin.address, host=host or self.origin.host)


@fact(way="url")
def site(
    target: Target,
    trail: Trail,
    proxy: Proxy | Unobservable | None = None,
    options: Options | Unobservable | None = None,
) -> Site:
    """Source: --flower-url, else the reverse proxy's site on the host, else Flower's own port there.

    Unobservable: no URL is known; its name does not resolve; nothing answers there (then the whole way in is shut).
    """
    machine = _machine(target)
    url, found_by = public_url(target, machine, proxy, options)
    named, prefix = read_url(url)
    shown = f"{named.url}{prefix}/"  # without the user and password that a URL may hold
    hint = "" if target.url else "; name the right one with --flower-url"
    try:
        addresses = resolve(named.host, named.port, target.timeout_s)
    except Unobservable as error:
        if target.url or not machine or machine == named.host:
            raise Unreachable("url", f"{shown} ({found_by}): {error}{hint}") from error
        # The proxy's own name for itself need not be known here: it is asked for it at the address we are connected to.
        addresses = _addresses_of(machine, named.port, target.timeout_s)
        found_by = f"{found_by}; the name does not resolve here, so {machine} was asked for it"
    client = Client(timeout_s=target.timeout_s, trail=trail)
    failures = []
    for address in addresses[:3]:
        origin = replace(named, address=address)
        answer = client.get(Request(origin=origin, path=f"{prefix}/healthcheck"))
        if isinstance(answer, Failure) and "certificate required" in answer.text:
            raise Unreachable("url", f"{shown} asks for a client certificate, and the audit has none")
        if not isinstance(answer, Failure) or answer.trouble in {"tls", "protocol"}:
            return Site(
                origin=origin,
                prefix=prefix,
                found_by=found_by,
                addresses=addresses,
                machine=machine,
                outside=_outside(address, machine, target.timeout_s),
                is_flower_itself=_is_flower_itself(answer, origin, options),
                problem=answer.text if isinstance(answer, Failure) else "",
            )
        # A connection came about; with https a handshake too.
        waits = answer.trouble == "timeout" and not _is_flower_itself(answer, origin, options)
        hint = ": does what is in front of Flower reach it?" if waits else hint
        failures.append(answer.text)
    raise Unreachable("url", f"{shown} ({found_by}) cannot be reached: {'; '.join(failures)}{hint}")


def read_url(url: str) -> tuple[Origin, str]:
    """Scheme, host and port of a URL, its address yet unknown, and its path as a prefix.

    Unobservable: the host's name cannot be written in ASCII.
    """
    parts = urlsplit(url)
    scheme: Scheme = "https" if parts.scheme == "https" else "http"
    host = parts.hostname or ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError as error:
            raise Unreachable("url", f"{host!r} is no host name: {error}") from error
    return Origin(scheme=scheme, address="", port=parts.port or DEFAULT_PORT[scheme], host=host), parts.path.rstrip("/")


def public_url(
    target: Target, machine: str, proxy: Proxy | Unobservable | None, options: Options | Unobservable | None
) -> tuple[str, str]:
    """The URL and where it comes from.  Unobservable: it is told by nothing."""
    if target.url:
        return target.url, "--flower-url"
    if isinstance(proxy, Proxy) and (listens := [one for one in proxy.listens if one.port]):
        listen = next((one for one in listens if one.tls), listens[0])
        scheme: Scheme = "https" if listen.tls else "http"
        name = next((name for name in proxy.server_names if _is_plain_name(name)), machine)
        if name:
            return f"{_base(scheme, name, listen.port)}{proxy.prefix}", f"found in {proxy.server_where}"
    if (
        isinstance(options, Options)
        and machine
        and not options.unix_socket
        and options.address not in {"127.0.0.1", "::1"}
    ):
        prefix = f"/{options.url_prefix}" if options.url_prefix else ""
        return f"{_base('https' if options.serves_tls else 'http', machine, options.port)}{prefix}", "Flower's own port"
    reasons = [str(one) for one in (proxy, options) if isinstance(one, Unobservable)]
    reason = f" ({reasons[0]})" if reasons else ""
    raise Unreachable("url", f"no public URL is known{reason}: give it with --flower-url=https://…")


def _machine(target: Target) -> str:
    """Flower's host as the network knows it: an alias of the SSH configuration need not be such a name."""
    name = ssh_host_name(target)
    forwarded = name == "localhost" or (is_address(name) and is_loopback(name))  # ssh leads on from there
    return name if name and not forwarded else connection_host(target.connection or "")


def connection_host(connection: str) -> str:
    """The network name in a testinfra host spec, empty where it has none."""
    if connection.startswith("local://"):
        return "localhost"
    if not connection or connection.startswith(NAMELESS):
        return ""
    spec = connection if "://" in connection else f"ssh://{connection}"
    try:
        return urlsplit(spec).hostname or ""
    except ValueError:
        return ""


def is_loopback(address: str) -> bool:
    """Whether an IP address is this very machine's own."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def is_address(host: str) -> bool:
    """Whether a URL's host is an IP address."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _addresses_of(machine: str, port: int, limit_s: float) -> tuple[str, ...]:
    try:
        return resolve(machine, port, limit_s)
    except Unobservable as error:
        hint = "name the public URL with --flower-url"
        raise Unreachable("url", f"neither the proxy's name nor {machine} resolves here; {hint}") from error


def _outside(address: str, machine: str, limit_s: float) -> tuple[str, ...]:
    found = [address]
    if machine:
        with suppress(Unobservable):  # a name of the SSH configuration need not be one of the network
            found += resolve(machine, 22, limit_s)[:1]
    return tuple(dict.fromkeys(one for one in found if not is_own(one)))


def is_own(address: str) -> bool:
    """Whether an address is one of this machine's own, loopback among them."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((address.partition("%")[0], 9))  # sends nothing: asks the routing table
        except OSError:
            return is_loopback(address)
        own: str = sock.getsockname()[0]
        return own == address or is_loopback(address)


def _is_plain_name(name: str) -> bool:
    return bool(name) and name not in {"_", "localhost"} and not any(sign in name for sign in "*~^$\\{}")


def _is_flower_itself(answer: Answer | Failure, origin: Origin, options: Options | Unobservable | None) -> bool:
    """Whether nothing stands in between: it is Flower's port, or Flower's own server answers plain HTTP."""
    if origin.port == (options.port if isinstance(options, Options) else FLOWER_PORT):
        return True
    own = (
        isinstance(answer, Answer) and answer.header("server").startswith("TornadoServer") and not answer.header("via")
    )
    return own and origin.scheme == "http"


def _base(scheme: Scheme, host: str, port: int) -> str:
    return Origin(scheme=scheme, address="", port=port, host=host).url
