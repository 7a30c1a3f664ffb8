"""Which TLS versions and suites the public URL accepts, each asked for by a handshake of its own."""

import socket
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from flower_audit.client_hello import FORWARD_SECRET, STATIC_RSA, Old, offer
from flower_audit.errors import Absent, Unobservable, Unreachable
from flower_audit.facts.site import Site
from flower_audit.probe import Trail, fact
from flower_audit.target import Target
from flower_audit.trust import lenient_context

OLD: tuple[Old, ...] = ("SSL 3.0", "TLS 1.0", "TLS 1.1")
MODERN = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}
PARALLEL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Shape: `accepted` and `refused` are protocol names, each protocol is in one of them.

    `static_rsa` is the suite without forward secrecy that the server picks when it is offered no other, empty where it
    refuses.
    """

    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    static_rsa: str = ""

    @property
    def outdated(self) -> tuple[str, ...]:
        """Accepted protocols that RFC 8996 and RFC 7568 forbid."""
        return tuple(name for name in self.accepted if name in OLD)


@fact(way="url")
def tls(target: Target, site: Site, trail: Trail) -> Tls:
    """Source: handshakes.  Absent: the URL is not https.  Unobservable: an offer was neither accepted nor refused."""
    if not site.over_tls:
        raise Absent("the public URL is not https")
    if site.problem:
        raise Unreachable("url", site.problem)
    endpoint = (site.origin.address, site.origin.port)
    name = "" if site.names_an_address else site.origin.host

    def old(version: Old) -> bool:
        return offer(endpoint, name, version, (*FORWARD_SECRET, *STATIC_RSA), target.timeout_s) is not None

    def modern(version: ssl.TLSVersion) -> bool:
        return _handshake(endpoint, site.origin.host, version, target.timeout_s)

    questions: dict[str, Callable[[], bool | int | None]] = {
        **{version: partial(old, version) for version in OLD},
        **{name: partial(modern, version) for name, version in MODERN.items()},
        "static RSA": lambda: offer(endpoint, name, "TLS 1.2", STATIC_RSA, target.timeout_s),
    }

    def ask(question: str) -> bool | int | None:
        started = time.monotonic()
        try:
            answer = questions[question]()
        except OSError as error:
            raise Unobservable(f"{site.origin.endpoint} did not answer an offer of {question}: {error}") from error
        said = "refused" if answer in {False, None} else "accepted"
        source = f"{question} to {site.origin.endpoint} ({site.origin.host})"
        trail.note("handshake", source, duration_s=time.monotonic() - started, excerpt=said)
        return answer

    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = dict(zip(questions, pool.map(ask, questions), strict=True))
    suite = answers.pop("static RSA")
    accepted = tuple(name for name, answer in answers.items() if answer)
    if not accepted:
        raise Unobservable(f"{site.origin.endpoint} accepts no TLS version at all; does it speak TLS there?")
    return Tls(
        accepted=accepted,
        refused=tuple(name for name in answers if name not in accepted),
        static_rsa="" if suite is None else f"0x{suite:04X}",
    )


def _handshake(endpoint: tuple[str, int], host: str, version: ssl.TLSVersion, limit_s: float) -> bool:
    context = lenient_context()
    context.maximum_version = version
    context.minimum_version = version
    with socket.create_connection(endpoint, timeout=limit_s) as connection:
        try:
            with context.wrap_socket(connection, server_hostname=host):
                return True
        except (ssl.SSLError, ConnectionError):
            return False
