"""A prefix on which Flower and the proxy agree, and the ways in which they do not."""

from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.prefix import prefix
from flower_audit.facts.routes import routes as look

BASIC = "--basic_auth=admin:long-enough-secret"


@pytest.mark.parametrize("release", ["1.2.0", "2.2.0"])
def test_a_prefix_that_fits(release: str, flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers(release, BASIC, "--url_prefix=flower")
    proxied = caddy(f" reverse_proxy /flower/* 127.0.0.1:{running.port}")
    site = site_of(proxied.https, "https", prefix="/flower")
    found = look(target, site, trail)
    assert found.open_pages == ()
    assert prefix(site, found).matters
    assert prefix(site, found).defect == ""


def test_a_prefix_that_the_proxy_strips(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers("2.2.0", BASIC, "--url_prefix=flower")
    site = site_of(
        caddy(f" handle_path /flower/* {{\n reverse_proxy 127.0.0.1:{running.port}\n }}").https,
        "https",
        prefix="/flower",
    )
    found = look(target, site, trail)
    assert "not found" in prefix(site, found).defect
    with pytest.raises(Unobservable, match="its prefix"):
        _ = found.open_pages


def test_a_prefix_that_flower_does_not_know(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers("2.2.0", BASIC)
    site = site_of(
        caddy(f" handle_path /flower/* {{\n reverse_proxy 127.0.0.1:{running.port}\n }}").https,
        "https",
        prefix="/flower",
    )
    assert "links lead below /" in prefix(site, look(target, site, trail)).defect


def test_flower_outside_its_prefix(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    with_prefix, without = flowers("2.2.0", BASIC, "--url_prefix=flower"), flowers("2.2.0", BASIC)
    proxied = caddy(
        f" reverse_proxy /flower/* 127.0.0.1:{with_prefix.port}\n reverse_proxy /* 127.0.0.1:{without.port}"
    )
    site = site_of(proxied.https, "https", prefix="/flower")
    assert "outside its prefix" in prefix(site, look(target, site, trail)).defect
