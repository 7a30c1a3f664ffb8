"""Metrics shown to anybody, or not."""

from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.metrics_exposure import metrics_exposure
from flower_audit.facts.routes import routes

BASIC = "--basic_auth=admin:long-enough-secret"


@pytest.mark.parametrize("release", ["1.2.0", "2.0.1", "2.1.0", "2.2.0"])
def test_flower_shows_them_even_with_a_login(release: str, flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = metrics_exposure(routes(target, site_of(flowers(release, BASIC).port), trail))
    assert found.shown
    assert found.status == 200


def test_a_proxy_that_keeps_them(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers("2.2.0", BASIC)
    proxied = caddy(f" respond /metrics 403\n reverse_proxy 127.0.0.1:{running.port}")
    found = metrics_exposure(routes(target, site_of(proxied.https, "https"), trail))
    assert (found.shown, found.status) == (False, 403)


def test_a_proxy_that_shows_them_to_the_bare_address(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0", BASIC)
    others = f"https://:HTTPS {{\n bind 127.0.0.1\n TLS\n reverse_proxy /metrics 127.0.0.1:{running.port}\n}}\n"
    closed = f" respond /metrics 403\n reverse_proxy 127.0.0.1:{running.port}"
    visits = routes(target, site_of(caddy(closed, others=others).https, "https"), trail)
    found = metrics_exposure(visits)
    assert (found.shown, found.status) == (True, 200)
    assert {visit.path for visit in visits.shown_to_strangers} == {"/metrics"}
    assert "127.0.0.1" in found.url


def test_a_page_that_answers_everything_is_no_exposition(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = metrics_exposure(routes(target, site_of(caddy(' respond "OK" 200').https, "https"), trail))
    assert not found.shown


def test_an_error_of_the_proxy_tells_nothing(caddy: Any, servers: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(caddy(f" reverse_proxy 127.0.0.1:{servers.free_port()}").https, "https")
    with pytest.raises(Unobservable):
        metrics_exposure(routes(target, site, trail))
