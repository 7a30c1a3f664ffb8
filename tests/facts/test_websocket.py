"""Event sockets: open on old releases, gone from new ones."""

import base64
import hashlib
import re
import socket
from typing import Any

import pytest
from flower_audit.checks import test_auth as checks
from packaging.version import Version

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.fingerprint import Fingerprint, fingerprint
from flower_audit.facts.routes import routes
from flower_audit.facts.websocket import websocket

BASIC = "--basic_auth=admin:long-enough-secret"
OAUTH = ("--auth=.*@example.com", "--oauth2_key=key", "--oauth2_secret=secret")
OLD = Fingerprint(releases=(Version("0.9.7"), Version("1.0.0")))
UNKNOWN = Fingerprint(reason="unknown")


def open_socket(connection: socket.socket) -> None:
    """Answers as RFC 6455 wants it, as Flower 0.9.7 does."""
    asked = connection.recv(65_536)
    key = re.search(rb"(?i)sec-websocket-key: (\S+)", asked)
    assert key
    accept = base64.b64encode(hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n\x81\x02hi"
    )


def test_an_open_socket(raw_server: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = websocket(target, site_of(raw_server(open_socket)), trail, OLD)
    assert found.opened


@pytest.mark.parametrize("options", [(BASIC,), OAUTH], ids=["basic", "oauth"])
def test_flower_1_0_asks_nobody_for_the_password(
    options: Any, flowers: Any, target: Any, site_of: Any, trail: Any
) -> None:
    site = site_of(flowers("1.0.0", *options).port)
    visited = routes(target, site, trail)
    found = websocket(target, site, trail, fingerprint(visited))
    assert found.opened
    with pytest.raises(AssertionError, match="101 without credentials"):
        checks.test_websocket_requires_login(found, visited)


@pytest.mark.parametrize("release", ["1.2.0", "2.2.0"])
def test_real_releases_have_none(release: str, flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(flowers(release).port)
    found = websocket(target, site, trail, UNKNOWN)
    assert (found.status, found.opened) == (404, False)
    with pytest.raises(Absent, match="no event sockets"):
        websocket(target, site, trail, Fingerprint(releases=(Version("1.1.0"), Version("1.2.0"))))


def test_no_answer_is_no_verdict(raw_server: Any, target: Any, site_of: Any, trail: Any) -> None:
    with pytest.raises(Unobservable):
        websocket(target, site_of(raw_server(lambda connection: connection.close())), trail, UNKNOWN)
