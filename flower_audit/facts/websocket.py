"""Flower's event sockets, which releases before 1.1 have and later ones have not."""

import base64
import os
from dataclasses import dataclass

from packaging.version import Version

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.fingerprint import Fingerprint
from flower_audit.facts.site import Site
from flower_audit.http_client import Client
from flower_audit.http_messages import Answer, Request
from flower_audit.probe import Trail, fact
from flower_audit.target import Target

WITHOUT_SOCKETS = Version("1.1")
LOST = (b'Can "Upgrade" only to "WebSocket"', b'"Connection" must be "Upgrade"')
"""Tornado, to a request for a socket whose headers were lost on the way."""
SOCKET = "/api/task/events/task-succeeded/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Websocket:
    """What a request for an event socket without credentials got.

    Shape: `opened` tells that it was 101, `lost_upgrade` that Flower got it without its wish to switch protocols.
    """

    url: str
    status: int
    lost_upgrade: bool = False

    @property
    def opened(self) -> bool:
        """The socket was opened."""
        return self.status == 101


@fact(way="url")
def websocket(target: Target, site: Site, trail: Trail, fingerprint: Fingerprint) -> Websocket:
    """Source: GET with Upgrade (RFC 6455).  Absent: this release has no event sockets.  Unobservable: no answer."""
    if fingerprint.releases and min(fingerprint.releases) >= WITHOUT_SOCKETS:
        raise Absent(f"Flower {fingerprint.releases[0]} has no event sockets: 1.1 removed them")
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Origin": site.origin.url,
    }
    request = Request(origin=site.origin, path=f"{site.prefix}{SOCKET}", headers=headers)
    result = Client(timeout_s=target.timeout_s, trail=trail).get(request)
    if not isinstance(result, Answer):
        raise Unobservable(result.text)
    return Websocket(
        url=f"{site.origin.url}{site.prefix}{SOCKET}",
        status=result.status,
        lost_upgrade=result.status == 400 and any(words in result.body for words in LOST),
    )
