"""Each rule of the proxy on the host: kept by a recorded good nginx and Caddy, broken one way at a time."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flower_audit.checks import test_proxy as checks
from packaging.version import Version as Release

from flower_audit.check import Finding
from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts import caddy as caddy_fact
from flower_audit.facts import nginx as nginx_fact
from flower_audit.facts.configuration_test import configuration_test
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.fronting import Fronting
from flower_audit.facts.host_header import HostHeader
from flower_audit.facts.proxy import Proxy, proxy
from flower_audit.facts.rate_limit import RateLimit
from flower_audit.facts.version import Version
from flower_audit.facts.websocket_upgrade import WebsocketUpgrade
from flower_audit.parsers import frontend
from flower_audit.parsers.frontend import Setting, Timeouts
from flower_audit.policy import Policy
from flower_audit.probe import Output
from flower_audit.target import Target

RECORDED = Path(__file__).parent.parent / "facts"
FLOWER = Endpoints(places=("127.0.0.1:5555",))


def output(kind: str) -> Output:
    recording = json.loads((RECORDED / kind / f"{'loaded' if kind == 'nginx' else 'running'}.json").read_text())
    return Output(rc=recording["rc"], stdout=recording["stdout"], stderr=recording["stderr"])


NGINX = proxy(Target(name="t"), FLOWER, nginx=nginx_fact.nginx(output("nginx")))
CADDY = proxy(Target(name="t"), FLOWER, caddy=caddy_fact.caddy(output("caddy")))
BOTH = pytest.mark.parametrize("good", [NGINX, CADDY], ids=["nginx", "caddy"])
POLICY = Policy()


def flower(release: str) -> Version:
    return Version(releases=(Release(release),), found_by="a test")


def finding(check: Any, *facts: Any) -> Finding:
    with pytest.raises(AssertionError) as caught:
        check(*facts)
    found = caught.value.args[0]
    assert isinstance(found, Finding)
    return found


def test_present() -> None:
    check = checks.test_proxy_is_present
    checks.test_proxy_is_present(Fronting(by="nginx"))
    assert finding(check, Fronting(by="", advice="server {")).fix == "server {"
    stopped = finding(check, Fronting(by="nginx (/etc/nginx/x)", stopped="/etc/nginx/x"))
    assert stopped.where == "/etc/nginx/x"
    assert "systemctl enable --now nginx;" in stopped.fix


@BOTH
def test_valid(good: Proxy) -> None:
    check = checks.test_proxy_configuration_is_valid
    checks.test_proxy_configuration_is_valid(configuration_test(good))
    broken = configuration_test(replace(good, valid=False, problem="unknown directive"))
    found = finding(check, broken)
    assert found.observed == "unknown directive"
    assert good.kind in found.fix.lower()
    assert ("caddy" if good.kind == "nginx" else "nginx") not in found.fix.lower()


@BOTH
def test_site_enabled(good: Proxy) -> None:
    check = checks.test_site_is_enabled
    checks.test_site_is_enabled(good)
    found = finding(check, replace(good, enabled=False))
    assert ("ln -s" in found.fix) if good.kind == "nginx" else found.fix == "caddy reload --config /etc/caddy/Caddyfile"
    link = "/etc/nginx/sites-enabled/flower"
    broken = finding(check, replace(good, enabled=False, running=False, dangling=(link,)))
    assert f"{link} leads nowhere" in broken.observed
    assert good.kind != "nginx" or (f"{link} && nginx -t" in broken.fix and "restart nginx" in broken.fix)
    assert finding(check, replace(good, shadowed="x is answered by y")).observed == "x is answered by y"


@BOTH
def test_running_matches_files(good: Proxy) -> None:
    check = checks.test_running_proxy_matches_its_files
    checks.test_running_proxy_matches_its_files(good)
    changed = replace(good, changed=("/etc/a", "/etc/b"), moved=("/etc/c",))
    assert "/etc/a, /etc/b" in finding(check, changed).observed
    assert good.kind in finding(check, changed).fix
    with pytest.raises(Unobservable):
        check(replace(good, moved=("/etc/c",)))
    with pytest.raises(NotApplicable):
        check(replace(changed, running=False))
    with pytest.raises(NotApplicable, match=r"proxy\.valid"):
        check(replace(changed, valid=False))


@BOTH
@pytest.mark.parametrize("name", ["x-forwarded-for", "x-forwarded-proto"])
def test_forwarded_headers(good: Proxy, name: str) -> None:
    check = checks.test_proxy_forwards_who_asks
    checks.test_proxy_forwards_who_asks(good)
    less = {key: value for key, value in good.request_headers.items() if key != name}
    assert name in finding(check, replace(good, request_headers=less)).observed.lower()
    emptied = good.request_headers | {name: Setting(value="", where="x:1")}
    assert name in finding(check, replace(good, request_headers=emptied)).observed.lower()


def test_caddy_needs_no_real_ip_and_nginx_does() -> None:
    less = {key: value for key, value in NGINX.request_headers.items() if key != "x-real-ip"}
    assert "X-Real-IP" in finding(checks.test_proxy_forwards_who_asks, replace(NGINX, request_headers=less)).observed
    assert "x-real-ip" not in CADDY.request_headers


@BOTH
def test_websocket(good: Proxy) -> None:
    check = checks.test_proxy_passes_websockets
    checks.test_proxy_passes_websockets(WebsocketUpgrade(where=good.where, proxy=good), flower("0.9.7"), POLICY)
    deaf = WebsocketUpgrade(where=good.where, proxy=replace(good, upgrades=False))
    assert "WebSocket" in finding(check, deaf, flower("1.0.0"), POLICY).observed
    assert finding(check, deaf, flower("2.2.0"), Policy(websocket="required")).fix
    with pytest.raises(NotApplicable, match=r"1\.1 removed them"):
        check(deaf, flower("1.1.0"), POLICY)
    check(replace(deaf, seen=True), flower("1.0.0"), POLICY)
    assert finding(check, replace(deaf, seen=False, proxy=None), flower("1.0.0"), POLICY).where == good.where


@BOTH
def test_host_header(good: Proxy) -> None:
    check = checks.test_flower_sees_the_browsers_host
    checks.test_flower_sees_the_browsers_host(HostHeader(where=good.where, proxy=good), flower("2.2.0"))
    without = {key: value for key, value in good.request_headers.items() if key != "host"}
    lost = HostHeader(where=good.where, proxy=replace(good, request_headers=without))
    assert finding(check, lost, flower("2.2.0")).observed == "Host is not set: Flower sees 127.0.0.1:5555"
    with pytest.raises(NotApplicable):
        check(lost, flower("2.1.0"))
    fixed = good.request_headers | {"host": Setting(value="flower", where="x:1")}
    other = HostHeader(where=good.where, proxy=replace(good, request_headers=fixed))
    assert finding(check, other, flower("2.2.0")).observed == "Host is flower"
    check(replace(lost, seen=""), flower("2.2.0"))
    assert finding(check, HostHeader(where="https://f.test", seen="refused"), flower("2.2.0")).observed == "refused"


@BOTH
def test_timeouts(good: Proxy) -> None:
    check = checks.test_proxy_waits_long_enough
    checks.test_proxy_waits_long_enough(good, POLICY)
    check(replace(good, timeouts=Timeouts(connect_s=2)), POLICY)
    short = finding(check, replace(good, timeouts=Timeouts(send_s=60, read_s=5)), POLICY)
    assert short.observed == ("proxy_read_timeout 5s" if good.kind == "nginx" else "read_timeout 5s")
    check(replace(good, timeouts=Timeouts(read_s=5)), Policy(proxy_timeout_min_seconds=5))


def test_access_control() -> None:
    check, asked = checks.test_proxy_controls_access, Policy(access_control="required")
    with pytest.raises(NotApplicable):
        check(NGINX, POLICY)
    assert finding(check, NGINX, asked).observed == "everybody is let through"
    checks.test_proxy_controls_access(replace(NGINX, restricted=True), asked)
    check(CADDY, asked)
    half = replace(CADDY, unguarded=("/flower",))
    assert "/flower" in finding(check, half, POLICY).observed
    guarded = replace(NGINX, restricted=True)
    beside = replace(guarded, others=(replace(NGINX, server_where="/etc/nginx/conf.d/old.conf:1"),))
    assert "/etc/nginx/conf.d/old.conf:1 leads to Flower as well" in finding(check, beside, asked).observed
    check(replace(guarded, others=(guarded,)), asked)


def limit_of(proxy: Proxy) -> RateLimit:
    return RateLimit(defect=proxy.rate_limit_defect, where=proxy.where, proxy=proxy)


def test_rate_limit() -> None:
    check = checks.test_proxy_limits_requests
    checks.test_proxy_limits_requests(limit_of(NGINX), POLICY)
    none = replace(NGINX, rate_limits=())
    assert "no request limit" in finding(check, limit_of(none), POLICY).observed
    assert none.where in finding(check, limit_of(none), POLICY).fix
    dry = frontend.RateLimit(zone="z", rate="1r/s", counts=False, problem="limit_req_dry_run is on", where="x:1")
    assert "dry_run" in finding(check, limit_of(replace(NGINX, rate_limits=(dry,))), POLICY).observed
    assert "caddy-ratelimit" in finding(check, limit_of(CADDY), POLICY).fix
    with pytest.raises(NotApplicable):
        check(limit_of(none), Policy(rate_limit="optional"))
    unsure = replace(dry, counts=None, problem="its key is a header")
    with pytest.raises(Unobservable, match="header"):
        limit_of(replace(NGINX, rate_limits=(unsure,)))
