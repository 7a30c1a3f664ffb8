"""A connection to a broker, plain or over TLS, and where the broker is.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
"""

from __future__ import annotations

import re
import socket
import ssl
from pathlib import Path
from typing import Any

from flower_audit.parsers.celery_command_line import Broker

TIMEOUT_S = 3.0
REPLY_LIMIT = 65_536


class Refused(Exception):
    """The broker said no, or nothing that belongs to its protocol."""


def addresses_of(broker: Broker) -> list[str]:
    """The addresses its name has on this host; none for a unix socket or a name that does not resolve."""
    if broker.path:
        return []
    try:
        found = socket.getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return sorted({str(entry[4][0]) for entry in found})[:8]


def is_local(broker: Broker) -> bool | None:
    """Whether the broker is on this host, None where its name does not resolve."""
    if broker.path:
        return True
    found = addresses_of(broker)
    if not found:
        return None
    return any(address.startswith(("127.", "::1")) or is_own(address) for address in found)


def is_own(address: str) -> bool:
    """Whether an address is one of this host's: only then may a socket be bound to it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def connect(broker: Broker, found: dict[str, Any], host: str = "") -> socket.socket:
    """An open connection, with TLS where the URL asks for it; `found` gets the properties of its TLS."""
    if broker.path:
        local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        local.settimeout(TIMEOUT_S)
        local.connect(broker.path)
        return local
    plain = socket.create_connection((host or broker.host, broker.port), TIMEOUT_S)
    if broker.scheme not in ("rediss", "amqps"):
        return plain
    try:
        return tls_context(broker, found).wrap_socket(plain, server_hostname=broker.host)
    except ssl.SSLCertVerificationError:
        found["tls_verified"] = False
        raise


def tls_context(broker: Broker, found: dict[str, Any]) -> ssl.SSLContext:
    """TLS as the URL's own options ask for it: nothing is sent to a server whose certificate is not valid by them."""
    given = broker.query
    try:
        context = ssl.create_default_context(cafile=given.get("ssl_ca_certs"))
        if given.get("ssl_certfile"):
            context.load_cert_chain(given["ssl_certfile"], given.get("ssl_keyfile"))
    except OSError as error:  # a path relative to Flower's own folder, or one that it alone may read
        found["tls_files"] = found["tls_verified"] = False
        raise Refused(f"a TLS file of the URL cannot be read: {error.strerror}") from error
    wanted = given.get("ssl_cert_reqs", "required").lower()
    context.check_hostname = wanted in ("required", "cert_required") and "ssl_check_hostname" in given
    if wanted in ("none", "cert_none"):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    found["tls_verified"] = context.verify_mode == ssl.CERT_REQUIRED
    return context


def own_address() -> str:
    """An IPv4 address of this host beyond loopback, empty where it has none."""
    try:
        local = re.findall(r"\|-- ([\d.]+)\n\s+/32 host LOCAL", Path("/proc/net/fib_trie").read_text())
    except OSError:
        return ""
    return next((address for address in local if not address.startswith("127.")), "")
