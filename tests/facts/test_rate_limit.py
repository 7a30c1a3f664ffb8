"""A limit told by the configuration, else by a burst against a real nginx."""

from dataclasses import replace
from typing import Any

import pytest

from flower_audit.errors import NotAsked, Unobservable, Unreachable
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.rate_limit import MOST, rate_limit
from flower_audit.parsers.frontend import Listen, RateLimit

ZONE = "limit_req_zone $binary_remote_addr zone=flower:1m rate=20r/s;"
LIMIT = RateLimit(zone="flower", rate="20r/s", counts=True, where="/etc/nginx/flower:9")


def proxy_with(*limits: RateLimit) -> Proxy:
    return Proxy(
        kind="nginx",
        where="/etc/nginx/sites-enabled/flower:8",
        server_where="/etc/nginx/sites-enabled/flower:1",
        server_names=("flower.test",),
        listens=(Listen(address="*", port=443, tls=True),),
        prefix="",
        tasks_path="/tasks",
        upgrades=False,
        upstreams=("127.0.0.1:5555",),
        request_headers={},
        rate_limits=limits,
    )


def test_in_front_of_a_proxy_without_tls_another_may_limit(target: Any, site_of: Any, trail: Any) -> None:
    behind = replace(proxy_with(), listens=(Listen(address="*", port=80),))
    with pytest.raises(NotAsked, match="--flower-active"):
        rate_limit(target, trail, behind, site_of(1, "https"))
    assert "no request limit" in rate_limit(target, trail, behind, site_of(1, "http")).defect
    assert rate_limit(target, trail, replace(behind, rate_limits=(LIMIT,)), site_of(1, "https")).defect == ""


@pytest.fixture
def active(target: Any) -> Any:
    return target.model_copy(update={"active": True})


def test_the_configuration_decides(target: Any, trail: Any) -> None:
    assert rate_limit(target, trail, proxy_with(LIMIT)).defect == ""
    assert "no request limit" in rate_limit(target, trail, proxy_with()).defect
    assert trail.sources == []


def test_the_site_without_a_limit_is_the_place_of_the_fix(target: Any, trail: Any) -> None:
    old = replace(proxy_with(), where="/etc/nginx/conf.d/old:7", server_where="/etc/nginx/conf.d/old:1")
    found = rate_limit(target, trail, replace(proxy_with(LIMIT), others=(old,)))
    assert "without a request limit" in found.defect
    assert found.where == "/etc/nginx/conf.d/old:7"
    assert found.proxy == old


def test_nothing_is_sent_unless_allowed(target: Any, site_of: Any, trail: Any) -> None:
    with pytest.raises(NotAsked, match="--flower-active"):
        rate_limit(target, trail, None, site_of(1))
    with pytest.raises(Unobservable, match="root"):
        rate_limit(target, trail, Unobservable("it needs root"), site_of(1))
    assert trail.sources == []


def test_a_burst_that_is_refused(nginx: Any, active: Any, site_of: Any, trail: Any) -> None:
    port = nginx("limit_req zone=flower burst=100 nodelay; location / { return 401; }", http=ZONE)
    # `return` comes before limit_req in nginx's phases: only what is proxied or served is limited.
    served = nginx(
        f"limit_req zone=flower burst=100 nodelay; location / {{ proxy_pass https://127.0.0.1:{port}; }}", http=ZONE
    )
    found = rate_limit(active, trail, None, site_of(served, "https"))
    assert found.defect == ""
    assert len(trail.sources) == 1
    assert "then 503" in trail.excerpts[0]


def test_a_burst_that_nobody_minds(nginx: Any, active: Any, site_of: Any, trail: Any) -> None:
    found = rate_limit(active, trail, None, site_of(nginx("return 401;"), "https"))
    assert f"{MOST} requests" in found.defect
    assert "none refused" in found.defect


def test_a_burst_that_tells_nothing(nginx: Any, servers: Any, active: Any, site_of: Any, trail: Any) -> None:
    with pytest.raises(Unobservable, match="tells nothing"):
        rate_limit(active, trail, None, site_of(nginx("return 503;"), "https"))
    with pytest.raises(Unobservable, match="refuses"):
        rate_limit(active, trail, None, site_of(servers.free_port()))
    with pytest.raises(Unreachable):
        rate_limit(active, trail, None, Unreachable("url", "dead"))
