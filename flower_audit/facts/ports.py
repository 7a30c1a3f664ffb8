"""Which ports of Flower's machine answer the auditor that nobody but the machine itself should reach."""

import errno
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.options import Options
from flower_audit.facts.site import Site
from flower_audit.probe import Trail, fact
from flower_audit.target import Target

State = Literal["open", "refused", "filtered"]

PRIVATE = {
    6379: "Redis or Valkey",
    5672: "RabbitMQ",
    5671: "RabbitMQ with TLS",
    15672: "RabbitMQ's management",
    9090: "Prometheus",
    9093: "Alertmanager",
    9100: "a node exporter",
    9121: "a Redis exporter",
    9540: "a Celery exporter",
    9808: "a Celery exporter",
}
FLOWER = 5555
FLOWER_ITSELF = "Flower itself"
UNLIKELY = (1, 40_517)
"""Nothing listens here: where one answers, something in between accepts every connection."""

LIMIT_S = 3.0
PARALLEL = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One port as seen from where the audit runs; `filtered` is no answer at all."""

    address: str
    number: int
    service: str
    state: State

    def __str__(self) -> str:
        return f"{self.number} ({self.service})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The ports that were tried.  Shape: `expected` were left out, because the target's configuration leads there."""

    ports: tuple[Port, ...]
    expected: tuple[int, ...] = ()

    @property
    def open(self) -> tuple[Port, ...]:
        """Those that accept a connection."""
        return tuple(port for port in self.ports if port.state == "open")


@fact(way="url")
def ports(target: Target, site: Site, trail: Trail, options: Options | Unobservable | None = None) -> Ports:
    """Source: TCP connections, closed at once.

    Absent: the address is this machine's own, where every port answers.
    Unobservable: something in between accepts every connection.
    """
    if not site.outside:
        raise Absent("the address is this machine's own: what answers here tells nothing of what others reach")
    wanted = dict(PRIVATE)
    if not isinstance(options, Options):
        wanted[FLOWER] = FLOWER_ITSELF
    elif not options.unix_socket:
        wanted[options.port] = FLOWER_ITSELF
    if isinstance(options, Options) and options.broker is not None and options.broker.port:
        wanted.setdefault(options.broker.port, "the broker")
    expected = {site.origin.port, *(_port_of(url) for url in (target.prometheus, target.alertmanager) if url)}
    if site.origin.address not in site.outside and not site.is_loopback:
        # The audit runs on the proxy's host, and Flower is on another one that has to let the proxy in.
        expected |= {number for number, service in wanted.items() if service == FLOWER_ITSELF}
    limit_s = min(LIMIT_S, target.timeout_s)
    pairs = [(address, number) for address in site.outside for number in (*wanted, *UNLIKELY) if number not in expected]
    with ThreadPoolExecutor(PARALLEL) as pool:
        states = list(pool.map(lambda pair: _state(pair[0], pair[1], limit_s, trail), pairs))
    tried = [
        Port(address=address, number=number, service=wanted.get(number, ""), state=state)
        for (address, number), state in zip(pairs, states, strict=True)
    ]
    deceived = [port.address for port in tried if port.number in UNLIKELY and port.state == "open"]
    if deceived:
        raise Unobservable(f"something on the way to {deceived[0]} accepts connections to every port")
    found = tuple(port for port in tried if port.number not in UNLIKELY)
    return Ports(ports=found, expected=tuple(sorted(expected & set(wanted))))


def _state(address: str, number: int, limit_s: float, trail: Trail) -> State:
    started = time.monotonic()
    state: State = "filtered"
    try:
        socket.create_connection((address, number), timeout=limit_s).close()
    except TimeoutError:
        pass
    except OSError as error:
        if error.errno == errno.ECONNREFUSED:
            state = "refused"
        elif error.errno not in {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ECONNRESET, errno.EACCES, errno.EPERM}:
            raise Unobservable(f"port {number} of {address} could not be tried: {error.strerror}") from error
    else:
        state = "open"
    trail.note("handshake", f"TCP {address} port {number}", duration_s=time.monotonic() - started, excerpt=state)
    return state


def _port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)
