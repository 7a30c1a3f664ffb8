"""WebSockets through a real nginx, to the last Flower that has them, seen from outside only."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version as Release

from flower_audit.errors import Absent, NotAsked, Unobservable, Unreachable
from flower_audit.facts import nginx as nginx_fact
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.fingerprint import Fingerprint
from flower_audit.facts.proxy import Proxy, proxy
from flower_audit.facts.version import Version
from flower_audit.facts.websocket import websocket
from flower_audit.facts.websocket_upgrade import WebsocketUpgrade, websocket_upgrade
from flower_audit.probe import Output
from flower_audit.target import Target

BASIC = "--basic_auth=admin:long-enough-secret"
UPGRADE = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'
HALF = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
NEW = Version(releases=(Release("2.2.0"),), found_by="test")


def configured() -> Proxy:
    recording = json.loads((Path(__file__).parent / "nginx" / "loaded.json").read_text())
    output = Output(rc=recording["rc"], stdout=recording["stdout"], stderr=recording["stderr"])
    places = Endpoints(places=("127.0.0.1:5555",))
    return proxy(target=Target(name="test"), endpoints=places, nginx=nginx_fact.nginx(output))


@pytest.mark.parametrize(("lines", "passes"), [(UPGRADE, True), ("", False), (HALF, False)])
def test_flower_1_0_behind_nginx(
    lines: str, passes: bool, flowers: Any, nginx: Any, target: Any, site_of: Any, trail: Any
) -> None:
    port = nginx(f"location / {{ proxy_pass http://127.0.0.1:{flowers('1.0.0', BASIC).port}; {lines} }}")
    site = site_of(port, "https")
    asked = websocket(target, site, trail, Fingerprint(releases=(Release("0.9.7"), Release("1.0.0"))))
    assert asked.opened is passes
    assert asked.lost_upgrade is not passes
    assert websocket_upgrade(target, site, websocket=asked).passes is passes
    # What is seen counts, whatever the files say.
    known = replace(configured(), upgrades=not passes)
    assert websocket_upgrade(target, site, known, asked).passes is passes


def test_later_flowers_have_no_socket_to_try(flowers: Any, nginx: Any, target: Any, site_of: Any, trail: Any) -> None:
    port = nginx(f"location / {{ proxy_pass http://127.0.0.1:{flowers('2.2.0', BASIC).port}; {UPGRADE} }}")
    site = site_of(port, "https")
    asked = websocket(target, site, trail, Fingerprint(reason="unknown"))
    assert not asked.lost_upgrade
    with pytest.raises(NotAsked, match="flower-connection"):
        _ = websocket_upgrade(target, site, websocket=asked, version=NEW).passes
    assert websocket_upgrade(target, site, configured(), asked, NEW).passes


def test_what_is_not_known(target: Any, site_of: Any) -> None:
    host = target.model_copy(update={"connection": "ssh://a@b"})
    with pytest.raises(Absent):
        websocket_upgrade(host)
    with pytest.raises(Absent):
        websocket_upgrade(target, site_of(5555, is_flower_itself=True))
    with pytest.raises(NotAsked):
        websocket_upgrade(target, version=Unobservable("no script"))
    hidden: WebsocketUpgrade = websocket_upgrade(host, proxy=Unreachable("host", "the connection was lost"))
    with pytest.raises(Unreachable, match="lost"):
        _ = hidden.passes
