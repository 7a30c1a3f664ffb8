"""Reached, not reached, and not to be told from outside."""

from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.reach import reach
from flower_audit.facts.routes import routes


def test_flower_is_seen_through_the_proxy(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers("2.2.0", "--basic_auth=admin:long-enough-secret")
    site = site_of(caddy(f" reverse_proxy 127.0.0.1:{running.port}").https, "https")
    found = reach(site, routes(target, site, trail))
    assert (found.gateway_error, found.upstream_defect) == ("", "")


def test_nothing_listens_upstream(caddy: Any, servers: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(caddy(f" reverse_proxy 127.0.0.1:{servers.free_port()}").https, "https")
    assert "(502)" in reach(site, routes(target, site, trail)).gateway_error


def test_a_login_that_answers_everything_leaves_it_open(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(caddy(' respond "" 401').https, "https")
    found = routes(target, site, trail)
    with pytest.raises(Unobservable, match="answers by itself"):
        reach(site, found)
    with pytest.raises(Unobservable, match="needs root"):
        reach(site, found, Unobservable("needs root"))
